package dialect

import (
	"encoding/json"
	"strings"
	"time"
)

// Responses is the dialect of OpenAI's Responses API, for clients. No provider
// is asked in it: its calls are translated. One that speaks it itself would get
// its bytes as they are, by a path of its own in Paths.
//
// Nothing is kept from one call to the next, so a request has to carry its whole
// conversation.
var Responses = &Dialect{
	Name:      "responses",
	ReadReply: readResponsesReply,
	ReadEvent: readResponsesEvent,
	ReadError: readOpenAIError,
	Envelope:  openAIEnvelope,
	Translate: func(body []byte, id string, at time.Time) (Translation, *Error) {
		return translateResponses(body, id, at)
	},
	// Codex takes another model than the one it asked for as a sign of abuse.
	Withheld: []string{"Openai-Model"},
}

// responsesCall is one call in the Responses dialect.
type responsesCall struct {
	id      string
	at      time.Time
	model   json.RawMessage // as the client asked for it
	echo    []byte          // what a reply repeats of the request: members, each after a comma
	tools   toolTable
	request []byte
	plain   []byte // without reasoning; nil: there is none in it
}

func (c *responsesCall) Request() []byte { return handOver(&c.request) }
func (c *responsesCall) Plain() []byte   { return handOver(&c.plain) }

func handOver(b *[]byte) []byte {
	given := *b
	*b = nil
	return given
}

// TooMuch tells a server that doesn't know reasoning in what it is sent from one
// that misses some.
func (c *responsesCall) TooMuch(rejection []byte) bool {
	words := strings.ToLower(string(rejection))
	return strings.Contains(words, "reasoning_content") && !strings.Contains(words, "passed back") && !strings.Contains(words, "missing")
}

func (c *responsesCall) Reply(body []byte) ([]byte, error) {
	s := &responsesStream{c: c, whole: true}
	if err := s.take(body); err != nil {
		return nil, err
	}
	s.finish()
	return s.response(s.status()), nil
}

func (c *responsesCall) Stream() Stream { return &responsesStream{c: c} }

// readResponsesReply finds what a reply says, for those who look at what a
// client got.
func readResponsesReply(body []byte, _ bool) (Reply, error) {
	var in struct {
		Object string
		Output []struct {
			Summary []struct{ Text string }
			Content []struct{ Text, Refusal string }
		}
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return Reply{}, err
	}
	if in.Object != "response" {
		return Reply{}, nil
	}
	var text strings.Builder
	for _, item := range in.Output {
		for _, part := range item.Summary {
			text.WriteString(part.Text)
		}
		for _, part := range item.Content {
			text.WriteString(part.Text + part.Refusal)
		}
	}
	return Reply{Texts: []string{text.String()}, Complete: true}, nil
}

// readResponsesEvent is readResponsesReply for an event of a stream.
func readResponsesEvent(data []byte, _ bool, e *Event) error {
	*e = Event{Texts: e.Texts[:0]}
	var in struct {
		Type     string
		Delta    looseText
		Response struct{ Error json.RawMessage }
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	switch in.Type {
	case "response.output_text.delta", "response.refusal.delta", "response.reasoning_summary_text.delta":
		e.Semantic = true
		e.Texts = append(e.Texts, ChoiceText{0, string(in.Delta)})
	case "response.completed", "response.incomplete":
		e.Done = true
	case "response.failed":
		fields := map[string]json.RawMessage{}
		_ = json.Unmarshal(in.Response.Error, &fields) // none: an error without words
		failure := errorFields(fields)
		e.Error = &failure
	}
	return nil
}
