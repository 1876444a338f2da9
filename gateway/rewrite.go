package gateway

// rewritten returns body with the model replaced by quotedModel (a JSON string with quotes) and, when askUsage, with
// stream_options.include_usage true; every other byte stays. h is body's head. dst's room is used when large enough;
// it must not overlap body.
func rewritten(dst, body []byte, h head, quotedModel []byte, askUsage bool) []byte {
	at, with := span{h.end, h.end}, ""
	if askUsage && !h.wantsUsage {
		at, with = usageEdit(body, h)
	}
	if need := len(body) + len(quotedModel) + len(with); cap(dst) < need {
		dst = make([]byte, 0, need)
	}
	dst = dst[:0]
	if at.from < h.modelAt.from {
		dst = append(append(dst, body[:at.from]...), with...)
		dst = append(append(dst, body[at.to:h.modelAt.from]...), quotedModel...)
		return append(dst, body[h.modelAt.to:]...)
	}
	dst = append(append(dst, body[:h.modelAt.from]...), quotedModel...)
	dst = append(append(dst, body[h.modelAt.to:at.from]...), with...)
	return append(dst, body[at.to:]...)
}

// usageEdit returns what to put where so that stream_options.include_usage becomes true.
func usageEdit(body []byte, h head) (span, string) {
	switch {
	case h.usageAt.there():
		return h.usageAt, `true`
	case h.optionsNull.there():
		return h.optionsNull, `{"include_usage":true}`
	case h.options.there():
		inside := jsonScanner{b: body, i: h.options.from + 1}
		at := span{inside.i, inside.i}
		if inside.peek() == '}' {
			return at, `"include_usage":true`
		}
		return at, `"include_usage":true,`
	}
	return span{h.end, h.end}, `,"stream_options":{"include_usage":true}`
}
