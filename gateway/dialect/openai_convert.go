package dialect

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
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
		last := rawObject{"index": index, "delta": json.RawMessage("{}"), "finish_reason": end}
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

// openAIAssembler puts chunks together to a chat completion.
type openAIAssembler struct {
	head    rawObject // the first chunk's fields
	usage   json.RawMessage
	choices map[int]*assembledChoice
}

type assembledChoice struct {
	message rawObject         // fields that are not text
	text    map[string]string // content, reasoning and the like, as they grow
	calls   map[int]*assembledCall
	finish  json.RawMessage
}

type assembledCall struct {
	fields    rawObject
	function  rawObject
	arguments string
}

// growing are the fields of a delta whose strings are pieces.
var growing = []string{"content", "reasoning_content", "reasoning", "refusal"}

func (a *openAIAssembler) Add(data []byte) error {
	var chunk rawObject
	if err := json.Unmarshal(data, &chunk); err != nil {
		return err
	}
	if a.head == nil {
		a.head, a.choices = rawObject{}, map[int]*assembledChoice{}
		for name, value := range chunk {
			a.head[name] = value
		}
	}
	if u := chunk["usage"]; !absent(u) {
		a.usage = u
	}
	var choices []struct {
		Index        int             `json:"index"`
		Delta        rawObject       `json:"delta"`
		FinishReason json.RawMessage `json:"finish_reason"`
	}
	if absent(chunk["choices"]) {
		return nil
	}
	if err := json.Unmarshal(chunk["choices"], &choices); err != nil {
		return err
	}
	for _, c := range choices {
		to := a.choices[c.Index]
		if to == nil {
			to = &assembledChoice{message: rawObject{}, text: map[string]string{}, calls: map[int]*assembledCall{}}
			a.choices[c.Index] = to
		}
		if !absent(c.FinishReason) {
			to.finish = c.FinishReason
		}
		if err := to.add(c.Delta); err != nil {
			return err
		}
	}
	return nil
}

func (c *assembledChoice) add(delta rawObject) error {
	for name, value := range delta {
		switch {
		case absent(value):
		case name == "tool_calls":
			if err := c.addCalls(value); err != nil {
				return err
			}
		case slices.Contains(growing, name) && value[0] == '"':
			c.text[name] += plain(value)
		default:
			c.message[name] = value
		}
	}
	return nil
}

func (c *assembledChoice) addCalls(raw json.RawMessage) error {
	var calls []rawObject
	if err := json.Unmarshal(raw, &calls); err != nil {
		return err
	}
	for i, piece := range calls {
		index := i
		if piece["index"] != nil {
			if err := json.Unmarshal(piece["index"], &index); err != nil {
				return err
			}
		}
		to := c.calls[index]
		if to == nil {
			to = &assembledCall{fields: rawObject{}, function: rawObject{}}
			c.calls[index] = to
		}
		var function rawObject
		if !absent(piece["function"]) {
			if err := json.Unmarshal(piece["function"], &function); err != nil {
				return err
			}
		}
		to.arguments += plain(function["arguments"])
		delete(function, "arguments")
		delete(piece, "function")
		delete(piece, "index")
		merge(to.function, function)
		merge(to.fields, piece)
	}
	return nil
}

func merge(to, from rawObject) {
	for name, value := range from {
		if !absent(value) {
			to[name] = value
		}
	}
}

func (a *openAIAssembler) Reply() ([]byte, error) {
	if a.head == nil {
		return nil, errors.New("no chunk came")
	}
	a.head["object"] = json.RawMessage(`"chat.completion"`)
	delete(a.head, "usage")
	if a.usage != nil {
		a.head["usage"] = a.usage
	}
	indexes := make([]int, 0, len(a.choices))
	for i := range a.choices {
		indexes = append(indexes, i)
	}
	slices.Sort(indexes)
	choices := make([]any, 0, len(indexes))
	for _, i := range indexes {
		choices = append(choices, a.choices[i].whole(i))
	}
	list, err := json.Marshal(choices)
	if err != nil {
		return nil, err
	}
	a.head["choices"] = list
	return json.Marshal(a.head)
}

func (c *assembledChoice) whole(index int) map[string]any {
	message := map[string]any{"role": "assistant", "content": nil}
	for name, value := range c.message {
		message[name] = value
	}
	for name, value := range c.text {
		message[name] = value
	}
	indexes := make([]int, 0, len(c.calls))
	for i := range c.calls {
		indexes = append(indexes, i)
	}
	slices.Sort(indexes)
	var calls []any
	for _, i := range indexes {
		call := map[string]any{}
		for name, value := range c.calls[i].fields {
			call[name] = value
		}
		function := map[string]any{"arguments": c.calls[i].arguments}
		for name, value := range c.calls[i].function {
			function[name] = value
		}
		call["function"] = function
		calls = append(calls, call)
	}
	if calls != nil {
		message["tool_calls"] = calls
	}
	return map[string]any{"index": index, "message": message, "finish_reason": c.finish, "logprobs": nil}
}
