package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"headgate/gateway/dialect"
)

// outlet is what a stream of an upstream becomes on its way to the client. What
// its methods return holds until the next call.
type outlet interface {
	event(event sseEvent, e *dialect.Event) ([]byte, error)
	// end completes the stream.
	end() []byte
	// fail says that the stream is not complete.
	fail(e dialect.Error) []byte
}

// outlet is passing where client and upstream speak alike.
func (a *attempt) outlet() outlet {
	if t := a.x.translation; t != nil {
		return translating{t.Stream()}
	}
	return passing{a}
}

// passing lets bytes pass.
type passing struct{ a *attempt }

func (p passing) event(event sseEvent, e *dialect.Event) ([]byte, error) {
	if e.UsageOnly && p.a.asked {
		return nil, nil // but what waits to be flushed still is
	}
	return whole(event), nil
}

func (p passing) end() []byte                 { return p.a.m.provider.dialect.End }
func (p passing) fail(e dialect.Error) []byte { return p.a.x.at.dialect.ErrorEvent(e) }

// translating writes the stream in the client's dialect.
type translating struct{ to dialect.Stream }

func (t translating) event(event sseEvent, _ *dialect.Event) ([]byte, error) {
	out, err := t.to.Event(event.data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotJSON, err)
	}
	return out, nil
}

func (t translating) end() []byte                 { return t.to.End() }
func (t translating) fail(e dialect.Error) []byte { return t.to.Fail(e) }

// question is a chat request, but for the model's name.
type question struct {
	body []byte
	head head
}

func asQuestion(body []byte) (*question, *headFault) {
	h, fault := scanHead(body, dialect.OpenAI.Messages)
	return &question{body, h}, fault
}

// translate makes of the client's request what the members are asked.
func (x *exchange) translate() *refusal {
	translate := x.at.dialect.Translate
	if translate == nil {
		x.room.asked = question{*x.body, x.head}
		x.request = &x.room.asked
		return nil
	}
	t, failure := translate(*x.body, x.call.ID[len(callIDPrefix):], x.call.StartedAt)
	if failure != nil {
		return &refusal{
			status: failure.Status, kind: failure.Type, code: failure.Code, param: failure.Param, message: failure.Message,
		}
	}
	x.translation = t
	var fault *headFault
	if x.request, fault = asQuestion(t.Request()); fault == nil {
		if plain := t.Plain(); plain != nil {
			x.plain, fault = asQuestion(plain)
		}
	}
	if fault != nil {
		return refusedHead(fault)
	}
	x.head = x.request.head
	return nil
}

// translated is how many bytes a translation has added to the request.
func (x *exchange) translated() int {
	switch {
	case x.translation == nil:
		return 0
	case x.plain == nil:
		return len(x.request.body)
	default:
		return len(x.request.body) + len(x.plain.body)
	}
}

// replyOf is a whole reply as the client gets it.
func (a *attempt) replyOf(body []byte) ([]byte, error) {
	if t := a.x.translation; t != nil {
		return t.Reply(body)
	}
	return body, nil
}

// eventsOf is a whole reply as the stream that the client gets.
func (a *attempt) eventsOf(body []byte) ([]byte, error) {
	d := a.m.provider.dialect
	t := a.x.translation
	events, err := d.EventsOf(body, a.x.head.wantsUsage || t != nil)
	if err != nil || t == nil {
		return append(events, d.End...), err
	}
	to := t.Stream()
	from := newSSEReader(bytes.NewReader(events))
	defer from.release()
	var out []byte
	for {
		event, err := from.next()
		if errors.Is(err, io.EOF) {
			return append(out, to.End()...), nil
		}
		if err != nil {
			return nil, err
		}
		translated, err := to.Event(event.data)
		if err != nil {
			return nil, err
		}
		out = append(out, translated...)
	}
}
