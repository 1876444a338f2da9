package dialect

import (
	"bytes"
	"encoding/json"
	"errors"
)

var (
	errNoChunk     = errors.New("no chunk came")
	errNotAnObject = errors.New("a chunk is not a JSON object")
)

// rawObject keeps fields that nobody here knows as they came.
type rawObject map[string]json.RawMessage

// openAIEventsOf writes a chat completion as chunks: one delta a choice with
// all its content, one with its end, and the usage when asked for.
func openAIEventsOf(body []byte, usage bool) ([]byte, error) {
	var reply rawObject
	if err := json.Unmarshal(body, &reply); err != nil {
		return nil, err
	}
	var choices []rawObject
	if err := json.Unmarshal(reply["choices"], &choices); err != nil {
		return nil, err
	}
	reported := reply["usage"]
	delete(reply, "usage")
	reply["object"] = json.RawMessage(`"chat.completion.chunk"`)
	var out bytes.Buffer
	write := func(choices any) error {
		list, err := json.Marshal(choices)
		if err != nil {
			return err
		}
		reply["choices"] = list
		chunk, err := json.Marshal(reply)
		if err != nil {
			return err
		}
		out.WriteString("data: ")
		out.Write(chunk)
		out.WriteString("\n\n")
		return nil
	}
	for _, choice := range choices {
		delta, err := deltaOf(choice["message"])
		if err != nil {
			return nil, err
		}
		end := choice["finish_reason"]
		if absent(end) {
			end = json.RawMessage(`"stop"`)
		}
		index := choice["index"]
		if index == nil {
			index = json.RawMessage("0")
		}
		first := rawObject{"index": index, "delta": delta, "finish_reason": json.RawMessage("null")}
		if logprobs := choice["logprobs"]; logprobs != nil {
			first["logprobs"] = logprobs
		}
		last := rawObject{"delta": json.RawMessage("{}")}
		for name, value := range choice { // with what only some servers add to the end
			if name != "message" && name != "logprobs" {
				last[name] = value
			}
		}
		last["index"], last["finish_reason"] = index, end
		if err := errors.Join(write([]rawObject{first}), write([]rawObject{last})); err != nil {
			return nil, err
		}
	}
	if usage && !absent(reported) {
		reply["usage"] = reported
		if err := write([]rawObject{}); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// deltaOf is a message as a delta: tool calls need their index.
func deltaOf(message json.RawMessage) (json.RawMessage, error) {
	var m rawObject
	if err := json.Unmarshal(message, &m); err != nil {
		return nil, err
	}
	if !absent(m["tool_calls"]) {
		var calls []rawObject
		if err := json.Unmarshal(m["tool_calls"], &calls); err != nil {
			return nil, err
		}
		for i := range calls {
			if calls[i]["index"] == nil {
				calls[i]["index"], _ = json.Marshal(i)
			}
		}
		var err error
		if m["tool_calls"], err = json.Marshal(calls); err != nil {
			return nil, err
		}
	}
	return json.Marshal(m)
}
