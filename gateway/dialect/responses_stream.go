package dialect

import (
	"encoding/json"
	"errors"
	"time"
)

// responsesStream writes a reply as the events of the Responses API.
//
// Items come one after the other, but for tool calls: a chat stream may go on
// with any of them until it says that it ended. Clients run a tool as soon as
// its item is done, so no call is done before that, nor one that was cut.
type responsesStream struct {
	c        *responsesCall
	whole    bool   // no events are asked for, only what comes of them
	b        []byte // the events since the last call
	sequence int64
	begun    bool
	ended    bool // the model said why it stopped, or the stream is over
	reason   string

	created int64
	model   json.RawMessage
	tier    json.RawMessage
	usage   Usage

	items []*outputItem
	open  *outputItem // the message or reasoning that grows
	calls []*outputItem
}

// chatPiece is a chunk of a chat stream, or a whole chat reply.
type chatPiece struct {
	Created     looseCount      `json:"created"`
	Model       json.RawMessage `json:"model"`
	ServiceTier json.RawMessage `json:"service_tier"`
	Choices     []struct {
		Index        looseCount      `json:"index"`
		Delta        chatDelta       `json:"delta"`
		Message      chatDelta       `json:"message"`
		FinishReason looseText       `json:"finish_reason"`
		Logprobs     json.RawMessage `json:"logprobs"`
	} `json:"choices"`
	Usage *openAIUsage `json:"usage"`
}

type chatDelta struct {
	Content          looseInner      `json:"content"`
	Reasoning        looseInner      `json:"reasoning"`
	ReasoningContent looseInner      `json:"reasoning_content"`
	Refusal          looseInner      `json:"refusal"`
	ToolCalls        json.RawMessage `json:"tool_calls"`
	FunctionCall     json.RawMessage `json:"function_call"`
}

type chatCallPiece struct {
	Index    looseCount   `json:"index"`
	ID       looseText    `json:"id"`
	Function chatFunction `json:"function"`
}

type chatFunction struct {
	Name      looseText       `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
}

// looseInner is looseText as it was sent.
type looseInner inner

func (t *looseInner) UnmarshalJSON(b []byte) error {
	*t = nil
	if text, ok := innerOf(b); ok {
		*t = append(looseInner{}, text...)
		return nil
	}
	for _, part := range elements(b) {
		if text, ok := innerOf(objectOf(part)["text"]); ok {
			*t = append(*t, text...)
		}
	}
	return nil
}

func (s *responsesStream) Event(data []byte) ([]byte, error) {
	s.b = s.b[:0]
	err := s.take(data)
	return s.b, err
}

func (s *responsesStream) End() []byte {
	s.b = s.b[:0]
	s.finish()
	kind := "response." + s.status()
	s.event(kind, func(w *writer) { w.raw("response", s.response(s.status())) })
	return s.b
}

func (s *responsesStream) Fail(e Error) []byte {
	s.b = s.b[:0]
	s.begin()
	// Only what is done is told of: half a tool call must not be run.
	done := s.items[:0:0]
	for _, item := range s.items {
		if item.status == completed {
			done = append(done, item)
		}
	}
	s.items = done
	s.event("response.failed", func(w *writer) { w.raw("response", s.responseWith(failed, &e)) })
	return s.b
}

// take takes in a chunk, or a whole reply.
func (s *responsesStream) take(data []byte) error {
	var in chatPiece
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	if usage := in.Usage.read(); usage.Known() {
		s.usage = usage
	}
	if !s.begun {
		s.created = in.Created.N
		if model := plain(in.Model); model != "" {
			s.model = oneLine(in.Model)
		}
	}
	if plain(in.ServiceTier) != "" {
		s.tier = oneLine(in.ServiceTier)
	}
	for i := range in.Choices {
		c := &in.Choices[i]
		if c.Index.N != 0 {
			continue // nobody asked for more than one
		}
		var logprobs []json.RawMessage
		for _, token := range elements(objectOf(c.Logprobs)["content"]) {
			logprobs = append(logprobs, oneLine(token))
		}
		if err := errors.Join(s.add(&c.Delta, logprobs), s.add(&c.Message, logprobs)); err != nil {
			return err
		}
		if c.FinishReason != "" && !s.ended {
			s.reason = string(c.FinishReason)
			s.finish()
		}
	}
	return nil
}

func (s *responsesStream) add(d *chatDelta, logprobs []json.RawMessage) error {
	if s.ended {
		return nil
	}
	thought := d.ReasoningContent
	if len(thought) == 0 {
		thought = d.Reasoning // some servers send it by both names
	}
	if len(thought) > 0 {
		s.think(inner(thought))
	}
	if len(d.Content) > 0 {
		s.say(inner(d.Content), false, logprobs)
	}
	if len(d.Refusal) > 0 {
		s.say(inner(d.Refusal), true, nil)
	}
	var calls []chatCallPiece
	if !absent(d.ToolCalls) {
		if err := json.Unmarshal(d.ToolCalls, &calls); err != nil {
			return err
		}
	}
	if !absent(d.FunctionCall) { // what tool calls were before there were several
		calls = append(calls, chatCallPiece{})
		if err := json.Unmarshal(d.FunctionCall, &calls[len(calls)-1].Function); err != nil {
			return err
		}
	}
	for i := range calls {
		if !calls[i].Index.Known {
			calls[i].Index.N = int64(i)
		}
		s.callTool(&calls[i])
	}
	return nil
}

// status is what has become of the reply.
func (s *responsesStream) status() string {
	if s.incompleteReason() != "" {
		return incomplete
	}
	return completed
}

func (s *responsesStream) incompleteReason() string {
	switch s.reason {
	case "length":
		return "max_output_tokens"
	case "content_filter":
		return "content_filter"
	default:
		return ""
	}
}

// begin tells of the reply, once it is one.
func (s *responsesStream) begin() {
	if s.begun {
		return
	}
	s.begun = true
	if s.whole {
		return
	}
	for _, kind := range []string{"response.created", "response.in_progress"} {
		s.event(kind, func(w *writer) { w.raw("response", s.response(inProgress)) })
	}
}

// finish ends what grows.
func (s *responsesStream) finish() {
	if s.ended {
		return
	}
	s.begin()
	s.closeOpen(s.status())
	if s.status() == completed && s.isSilent() {
		s.say(nil, false, nil) // clients look for a message
		s.closeOpen(completed)
	}
	for _, item := range s.calls {
		s.closeCall(item)
	}
	s.ended = true
}

// isSilent tells whether nothing but reasoning came.
func (s *responsesStream) isSilent() bool {
	return len(s.calls) == 0 && (len(s.items) == 0 || s.items[len(s.items)-1].kind == reasoningItem)
}

// response is the reply as it stands.
func (s *responsesStream) response(status string) []byte { return s.responseWith(status, nil) }

func (s *responsesStream) responseWith(status string, failure *Error) []byte {
	w := &writer{}
	w.open("", '{')
	w.text("id", "resp_"+s.c.id)
	w.text("object", "response")
	created := s.created
	if created <= 0 {
		created = s.c.at.Unix()
	}
	w.number("created_at", created)
	w.text("status", status)
	if status == completed {
		w.number("completed_at", max(time.Now().Unix(), created))
	} else {
		w.raw("completed_at", []byte("null"))
	}
	if failure != nil {
		w.open("error", '{')
		w.text("code", failure.Code)
		w.text("message", failure.Message)
		w.close('}')
	} else {
		w.raw("error", []byte("null"))
	}
	if status == incomplete {
		w.open("incomplete_details", '{')
		w.text("reason", s.incompleteReason())
		w.close('}')
	} else {
		w.raw("incomplete_details", []byte("null"))
	}
	model := s.model
	if model == nil {
		model = s.c.model
	}
	w.raw("model", model)
	w.open("output", '[')
	for _, item := range s.items {
		w.open("", '{')
		item.write(w, item.status)
		w.close('}')
	}
	w.close(']')
	s.writeUsage(w)
	if s.tier != nil {
		w.raw("service_tier", s.tier)
	} else {
		w.raw("service_tier", []byte("null"))
	}
	w.b = append(w.b, s.c.echo...)
	w.close('}')
	return w.b
}

// writeUsage writes the usage if all of it is known that the form can't do
// without. The details are numbers there, even where nobody counted.
func (s *responsesStream) writeUsage(w *writer) {
	u := s.usage
	if !u.Input.Known || !u.Output.Known {
		w.raw("usage", []byte("null"))
		return
	}
	w.open("usage", '{')
	w.number("input_tokens", u.Input.N)
	w.open("input_tokens_details", '{')
	w.number("cached_tokens", u.CachedInput.N)
	w.close('}')
	w.number("output_tokens", u.Output.N)
	w.open("output_tokens_details", '{')
	w.number("reasoning_tokens", u.Reasoning.N)
	w.close('}')
	w.number("total_tokens", u.Input.N+u.Output.N)
	w.close('}')
}

// event adds an event.
func (s *responsesStream) event(kind string, fields func(*writer)) {
	if s.whole {
		return
	}
	w := &writer{b: s.b}
	w.b = append(append(append(w.b, "event: "...), kind...), "\ndata: {"...)
	w.text("type", kind)
	w.number("sequence_number", s.sequence)
	fields(w)
	w.b = append(w.b, "}\n\n"...)
	s.b = w.b
	s.sequence++
}

// place gives an item its place in the reply.
func (s *responsesStream) place(item *outputItem, prefix string) {
	s.begin()
	item.index = len(s.items)
	item.id = itemID(prefix, s.c.id, item.index)
	s.items = append(s.items, item)
}

// grow begins an item, of which there can be only one that grows.
func (s *responsesStream) grow(kind itemKind, prefix string) *outputItem {
	s.closeOpen(completed)
	s.open = &outputItem{kind: kind, status: inProgress}
	s.place(s.open, prefix)
	s.itemEvent("response.output_item.added", s.open)
	return s.open
}

func (s *responsesStream) itemEvent(kind string, item *outputItem) {
	s.event(kind, func(w *writer) {
		w.number("output_index", int64(item.index))
		w.open("item", '{')
		item.write(w, item.status)
		w.close('}')
	})
}

// callID makes an id for a call that came without.
func (s *responsesStream) callID(index int) string {
	return itemID("call", s.c.id, index)
}
