package gatewaytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// stream makes the pieces of an event stream: one for each event, and the
// foreign frames that the script puts between them.
func stream(q *Request, b Behaviour, s Script) []piece {
	events := b.Stream.Events
	if events == nil {
		events = completionEvents(q, b, s)
	}
	var out []piece
	if b.Stream.BOM {
		out = append(out, piece{data: []byte("\ufeff")})
	}
	for i, data := range events {
		out = append(out, inserted(b, i)...)
		last := i == len(events)-1
		out = append(out, piece{data: spell(data, i, last, b.Stream), event: true})
	}
	out = append(out, inserted(b, len(events))...)
	if b.Stream.AfterDone != "" {
		out = append(out, piece{data: []byte(b.Stream.AfterDone), event: true})
	}
	return out
}

func inserted(b Behaviour, before int) []piece {
	var out []piece
	for _, i := range b.Stream.Insert {
		if i.Before == before {
			out = append(out, piece{data: []byte(i.Frame)})
		}
	}
	return out
}

// completionEvents are the data of a completion's events, [DONE] included.
func completionEvents(q *Request, b Behaviour, s Script) []string {
	tellsUsage := !b.NoUsage && (q.asksUsage || b.Stream.UsageAlways)
	chunk := func(choices []object, usage Raw) string {
		o := object{
			{"id", fmt.Sprintf("chatcmpl-%s-%d", s.Marker, q.Seq)},
			{"object", "chat.completion.chunk"},
			{"created", madeAt},
			{"model", b.model(q)},
			{"system_fingerprint", "fp_" + s.Marker},
			{"choices", choices},
		}
		if usage != nil {
			o = append(o, field{"usage", usage})
		} else if tellsUsage {
			o = append(o, field{"usage", nil})
		}
		return string(text(o))
	}
	delta := func(d, finish any) string {
		return chunk([]object{{{"index", 0}, {"delta", d}, {"logprobs", nil}, {"finish_reason", finish}}}, nil)
	}
	var events []string
	if !b.Stream.NoRole {
		events = append(events, delta(object{{"role", "assistant"}, {"content", ""}, {"refusal", nil}}, nil))
	}
	for _, part := range b.Reasoning {
		events = append(events, delta(object{{"reasoning_content", part}}, nil))
	}
	for _, d := range b.Deltas {
		events = append(events, delta(d, nil))
	}
	if b.Deltas == nil {
		for _, part := range b.text(s) {
			events = append(events, delta(object{{"content", part}}, nil))
		}
	}
	if !b.Stream.NoFinish {
		events = append(events, delta(object{}, b.finish()))
	}
	if tellsUsage {
		events = append(events, chunk([]object{}, b.usage()))
	}
	if !b.Stream.NoDone {
		events = append(events, "[DONE]")
	}
	return events
}

// spell writes an event the way the form has it.
func spell(data string, index int, last bool, f StreamForm) []byte {
	var lines []string
	if f.Fields {
		lines = append(lines, fmt.Sprintf("id: %d", index), "retry: 3000", "event: message", ": a comment")
	}
	if f.MultiLine && json.Valid([]byte(data)) {
		var pretty bytes.Buffer
		_ = json.Indent(&pretty, []byte(data), "", " ") // it is valid
		data = pretty.String()
	}
	prefix := "data: "
	if f.NoSpace {
		prefix = "data:"
	}
	for _, line := range strings.Split(data, "\n") {
		lines = append(lines, prefix+line)
	}
	if !last || !f.NoLastBlank {
		lines = append(lines, "")
	}
	newlines := map[string][]string{"crlf": {"\r\n"}, "cr": {"\r"}, "mixed": {"\r", "\r\n", "\n"}}[f.Newline]
	if newlines == nil {
		newlines = []string{"\n"}
	}
	var out strings.Builder
	for i, line := range lines {
		out.WriteString(line + newlines[(index+i)%len(newlines)])
	}
	return []byte(out.String())
}
