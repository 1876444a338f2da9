package gateway

// rewritten appends to dst, in pieces, body with the model replaced by quotedModel (a JSON string with quotes) and,
// when askUsage, with stream_options.include_usage true; every other byte stays. h is body's head. The pieces are
// body's own bytes, of which there may be too many to copy.
func rewritten(dst [][]byte, body []byte, h head, quotedModel []byte, askUsage bool) [][]byte {
	at, with := span{h.end, h.end}, ""
	if askUsage && !h.wantsUsage {
		at, with = usageEdit(body, h)
	}
	switch {
	case with == "":
		return append(dst, body[:h.modelAt.from], quotedModel, body[h.modelAt.to:])
	case at.from < h.modelAt.from:
		return append(dst, body[:at.from], []byte(with), body[at.to:h.modelAt.from], quotedModel, body[h.modelAt.to:])
	default:
		return append(dst, body[:h.modelAt.from], quotedModel, body[h.modelAt.to:at.from], []byte(with), body[at.to:])
	}
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
