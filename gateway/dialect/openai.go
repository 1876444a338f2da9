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
	Messages:   "messages",
	ReadReply:  readOpenAIReply,
	ReadEvent:  readOpenAIEvent,
	ReadError:  readOpenAIError,
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

func readOpenAIReply(body []byte) (Reply, error) {
	var in openAIReply
	if err := json.Unmarshal(body, &in); err != nil {
		return Reply{}, err
	}
	reply := Reply{Usage: in.Usage.read()}
	for i := range in.Choices {
		c := &in.Choices[i]
		reply.Texts = append(reply.Texts, c.Message.text())
		reply.Complete = reply.Complete || c.FinishReason != "" || !c.Message.empty()
	}
	return reply, nil
}

var (
	doneData     = []byte("[DONE]")
	finishField  = []byte(`"finish_reason"`)
	usageField   = []byte(`"usage"`)
	errorField   = []byte(`"error"`)
	choicesField = []byte(`"choices"`)
)

func readOpenAIEvent(data []byte, text bool, e *Event) error {
	*e = Event{Texts: e.Texts[:0]}
	data = bytes.TrimSpace(data)
	if bytes.Equal(data, doneData) {
		e.Done = true
		return nil
	}
	if !text && isPlainChunk(data) {
		e.Semantic = true
		return nil
	}
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
		if !e.Usage.Known() {
			return nil // an extension's event: passed on, means nothing
		}
		e.UsageOnly = true
		return nil
	}
	e.UsageOnly = len(*in.Choices) == 0 && e.Usage.Known()
	for i := range *in.Choices {
		c := &(*in.Choices)[i]
		choice := min(c.Index.N, MostChoices-1)
		if c.FinishReason != "" {
			e.Finished |= 1 << uint(choice)
		}
		e.Semantic = e.Semantic || e.Finished != 0 || !c.Delta.empty()
		if text := c.Delta.text(); text != "" {
			e.Texts = append(e.Texts, ChoiceText{int(choice), text})
		}
	}
	return nil
}

// isPlainChunk recognises, without decoding it, a chunk that can mean nothing
// but more content: a string token can't hold these names unescaped, so their
// bytes are fields (or a text that equals them, which is decoded then).
func isPlainChunk(data []byte) bool {
	if len(data) < 2 || data[0] != '{' || data[len(data)-1] != '}' || !bytes.Contains(data, choicesField) {
		return false
	}
	return isNullOrAbsent(data, finishField) && isNullOrAbsent(data, usageField) &&
		!bytes.Contains(data, errorField)
}

func isNullOrAbsent(data, field []byte) bool {
	for {
		at := bytes.Index(data, field)
		if at < 0 {
			return true
		}
		data = data[at+len(field):]
		value := bytes.TrimLeft(data, " \t:")
		if !bytes.HasPrefix(value, []byte("null")) {
			return false
		}
	}
}
