package dialect

import (
	"encoding/json"
	"fmt"
)

// readContent reads a message's content. Text alone comes as one text, with
// between where parts meet: more servers take a string than a list of parts.
// Otherwise all of it comes as chat parts.
func readContent(raw json.RawMessage, between, param string) (text inner, parts []json.RawMessage, fault *Error) {
	if unsaid(raw) {
		return nil, nil, nil
	}
	if text, ok := innerOf(raw); ok {
		return text, nil, nil
	}
	if raw[0] != '[' {
		return nil, nil, invalid(param, "'%s' must be a string or an array of parts.", param)
	}
	onlyText := true
	for i, part := range elements(raw) {
		in := objectOf(part)
		said, ok := innerOf(in["text"])
		if refusal, refused := innerOf(in["refusal"]); !ok && refused {
			said, ok = refusal, true
		}
		if ok {
			if len(text) > 0 {
				text = append(text, between...)
			}
			text = append(text, said...)
			w := &writer{}
			w.open("", '{')
			w.text("type", "text")
			w.inner("text", said)
			w.close('}')
			parts = append(parts, w.b)
			continue
		}
		onlyText = false
		translated, fault := chatPart(in, fmt.Sprintf("%s[%d]", param, i))
		if fault != nil {
			return nil, nil, fault
		}
		parts = append(parts, translated)
	}
	if onlyText {
		return text, nil, nil
	}
	return text, parts, nil
}

// chatPart is a part that isn't text as a chat message has it.
func chatPart(in rawObject, param string) (json.RawMessage, *Error) {
	w := &writer{}
	w.open("", '{')
	switch kind := plain(in["type"]); kind {
	case "input_image":
		if unsaid(in["image_url"]) {
			return nil, unsupported(param+".file_id", "Headgate keeps no files. Send the image itself in 'image_url'.")
		}
		w.text("type", "image_url")
		w.open("image_url", '{')
		w.raw("url", in["image_url"])
		switch detail := plain(in["detail"]); detail {
		case "low", "high":
			w.text("detail", detail)
		case "original":
			w.text("detail", "high") // as much as chat knows
		}
		w.close('}')
	case "input_file":
		if unsaid(in["file_data"]) {
			return nil, unsupported(param, "Headgate keeps and fetches no files. Send the file itself in 'file_data'.")
		}
		w.text("type", "file")
		w.open("file", '{')
		w.rawIf("filename", in["filename"])
		w.raw("file_data", in["file_data"])
		w.close('}')
	case "input_audio":
		w.text("type", kind)
		w.rawIf(kind, in[kind])
	default:
		return nil, invalid(param+".type", "A part of type %q can't be passed on.", short(kind))
	}
	w.close('}')
	return w.b, nil
}

func partsOf(parts []json.RawMessage) json.RawMessage {
	w := &writer{}
	w.open("", '[')
	for _, part := range parts {
		w.element(part)
	}
	w.close(']')
	return w.b
}
