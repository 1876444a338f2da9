package dialect

import (
	"bytes"
	"encoding/json"
)

// OpenAI is the dialect of OpenAI's chat completions and of the many servers
// that imitate them.
var OpenAI = &Dialect{
	Name:  "openai",
	Root:  "/v1",
	Paths: map[Operation]string{Chat: "/chat/completions", Models: "/models"},
	Credential: func(key string) (string, string) {
		return "Authorization", "Bearer " + key
	},
	Messages:  "messages",
	ReadReply: readOpenAIReply,
	ReadEvent: readOpenAIEvent,
	ReadError: readOpenAIError,
	RefusesUsage: func(rejection []byte) bool {
		return bytes.Contains(rejection, []byte("stream_options")) || bytes.Contains(rejection, []byte("include_usage"))
	},
	ReadModels: readOpenAIModels,
	Envelope:   openAIEnvelope,
	ErrorEvent: func(e Error) []byte {
		event := append([]byte("data: "), openAIEnvelope(e)...)
		return append(event, '\n', '\n')
	},
	End:       []byte("data: [DONE]\n\n"),
	EventsOf:  openAIEventsOf,
	Assembler: func() Assembler { return &openAIAssembler{} },
}

// openAIMessage is a message or a delta.
type openAIMessage struct {
	Content          looseText       `json:"content"`
	Reasoning        looseText       `json:"reasoning"`
	ReasoningContent looseText       `json:"reasoning_content"`
	Refusal          looseText       `json:"refusal"`
	ToolCalls        json.RawMessage `json:"tool_calls"`
	FunctionCall     json.RawMessage `json:"function_call"`
	Audio            json.RawMessage `json:"audio"`
}

func (m *openAIMessage) text() string {
	return string(m.ReasoningContent) + string(m.Reasoning) + string(m.Content) + string(m.Refusal)
}

func (m *openAIMessage) empty() bool {
	return m.text() == "" && absent(m.ToolCalls) && absent(m.FunctionCall) && absent(m.Audio)
}

type openAIReply struct {
	Choices []struct {
		Message      openAIMessage `json:"message"`
		FinishReason looseText     `json:"finish_reason"`
	} `json:"choices"`
	Usage *openAIUsage `json:"usage"`
}

type openAIChunk struct {
	Choices *[]struct {
		Index        looseCount    `json:"index"`
		Delta        openAIMessage `json:"delta"`
		FinishReason looseText     `json:"finish_reason"`
	} `json:"choices"`
	Usage *openAIUsage    `json:"usage"`
	Error json.RawMessage `json:"error"`
}

// looseText is a string, or text parts, where some servers send null, numbers
// or arrays.
type looseText string

func (t *looseText) UnmarshalJSON(b []byte) error {
	*t = ""
	switch {
	case len(b) > 0 && b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = looseText(s)
	case len(b) > 0 && b[0] == '[':
		var parts []struct {
			Text looseText `json:"text"`
		}
		if json.Unmarshal(b, &parts) == nil {
			for _, p := range parts {
				*t += p.Text
			}
		}
	}
	return nil
}

func absent(raw json.RawMessage) bool {
	switch string(raw) {
	case "", "null", "[]", "{}":
		return true
	default:
		return false
	}
}

func readOpenAIReply(body []byte, text bool) (Reply, error) {
	if reply, ok := replyByCursor(body, text); ok {
		return reply, nil
	}
	return replyByJSON(body)
}

func replyByJSON(body []byte) (Reply, error) {
	var in openAIReply
	if err := json.Unmarshal(body, &in); err != nil {
		return Reply{}, err
	}
	reply := Reply{Usage: in.Usage.read()}
	for i := range in.Choices {
		c := &in.Choices[i]
		reply.add(c.Message.text(), c.FinishReason != "" || !c.Message.empty())
	}
	return reply, nil
}

var doneData = []byte("[DONE]")

func readOpenAIEvent(data []byte, text bool, e *Event) error {
	*e = Event{Texts: e.Texts[:0]}
	data = bytes.TrimSpace(data)
	if bytes.Equal(data, doneData) {
		e.Done = true
		return nil
	}
	if eventByCursor(data, text, e) {
		return nil
	}
	return eventByJSON(data, e)
}

func eventByJSON(data []byte, e *Event) error {
	*e = Event{Texts: e.Texts[:0]}
	var in openAIChunk
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	if !absent(in.Error) {
		failure, _ := readOpenAIError(data)
		e.Error = &failure
		return nil
	}
	e.Usage = in.Usage.read()
	if in.Choices == nil {
		e.UsageOnly = e.Usage.Known() // else an extension's event: passed on, means nothing
		return nil
	}
	e.UsageOnly = len(*in.Choices) == 0 && e.Usage.Known()
	for i := range *in.Choices {
		c := &(*in.Choices)[i]
		e.add(min(c.Index.N, MostChoices-1), c.Delta.text(), c.FinishReason != "", c.Delta.empty())
	}
	return nil
}
