package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"time"

	"headgate/gateway/dialect"
)

// stream is one event stream of an upstream on its way to the client, and what
// is learnt from it in passing.
type stream struct {
	a        *attempt
	to       outlet // nil where the client wants a whole reply
	events   *sseReader
	finished uint64 // the choices that said why they ended, a bit each
	started  bool   // an event meant something
	waits    bool   // one did since the time limit was set
	done     bool   // the terminal event came
}

// relayStream passes a stream on, event by event.
func (a *attempt) relayStream(from io.Reader) *result {
	s := &stream{a: a, to: a.outlet(), events: newSSEReader(from)}
	defer func() {
		if !a.handedOff {
			s.events.release()
		}
	}()
	g := newGate(a)
	defer g.close()
	res := s.pump(g)
	if res == nil {
		res = s.conclude(g)
	}
	if res != nil {
		s.breakOff(g, res)
	}
	return res
}

// pump moves events until the stream ends or fails.
func (s *stream) pump(g *gate) *result {
	a := s.a
	d := a.m.provider.dialect
	var e dialect.Event
	for {
		event, err := s.events.next()
		if errors.Is(err, io.EOF) || err != nil && s.isWhole() {
			return nil
		}
		if err != nil {
			return &result{err: s.readError(err)}
		}
		last := !s.events.buffered()
		if event.data == nil { // a comment: keeps connections alive, means nothing
			if last {
				s.waitOn()
			}
			if err := g.comment(whole(event)); err != nil {
				return &result{err: err}
			}
			continue
		}
		// What lacks its end may lack more: it is looked at closely.
		if res := s.read(d, event, &e, !s.started || g.scan.set != nil || !hasEnd(event)); res != nil {
			if s.cutAfterAll(event, res) {
				return nil
			}
			return res
		}
		if s.done {
			return nil
		}
		s.waits = s.waits || e.Semantic || e.UsageOnly
		if last {
			s.waitOn()
		}
		out, err := s.to.event(event, &e)
		if err != nil {
			return &result{err: err}
		}
		if err := g.pass(out, len(event.raw), &e, last); err != nil {
			return gateResult(err)
		}
	}
}

// read learns from one event.
func (s *stream) read(d *dialect.Dialect, event sseEvent, e *dialect.Event, text bool) *result {
	if err := d.ReadEvent(event.data, text, e); err != nil {
		return &result{err: fmt.Errorf("%w: %w", errNotJSON, err)}
	}
	if e.Error != nil {
		body := append([]byte(nil), event.data[:min(len(event.data), largestError)]...)
		res := &result{err: errErrorInReply, failure: *e.Error, body: body}
		res.keyword = s.a.keywordIn(res)
		return res
	}
	if e.Usage.Known() {
		s.a.usage = e.Usage
	}
	s.done = e.Done
	s.finished |= e.Finished
	s.started = s.started || e.Semantic
	return nil
}

// conclude checks that the stream ended as a whole one does, and completes it.
func (s *stream) conclude(g *gate) *result {
	switch {
	case !s.started && s.done:
		return &result{err: errNoContent}
	case !s.started:
		return &result{err: errEmptyReply}
	case !s.done && !s.isWhole():
		return &result{err: errCutStream}
	}
	if err := g.complete(); err != nil {
		return gateResult(err)
	}
	a := s.a
	if err := g.send(s.to.end()); err != nil {
		return &result{err: err}
	}
	if s.done {
		a.drain(s.events)
	}
	return nil
}

// isWhole tells whether every choice that was asked for said that it ended.
// What may still follow is usage and the terminal event.
func (s *stream) isWhole() bool {
	return bits.OnesCount64(s.finished) >= max(1, min(s.a.x.head.choices, dialect.MostChoices))
}

// tailLimit is how long a stream may take for what follows its last choice.
const tailLimit = 5 * time.Second

// waitOn begins the time limit on what comes next, unless the events since the
// last one meant nothing: an upstream that only keeps its connection alive stands
// still.
func (s *stream) waitOn() {
	meant := s.waits
	s.waits = false
	switch idle := s.a.m.provider.timeouts.StreamIdle; {
	case !meant:
	case s.isWhole():
		s.a.limit.set(min(idle, tailLimit), errStreamIdle)
	case s.started:
		s.a.limit.set(idle, errStreamIdle)
	}
}

// readError tells a stream that broke off from one that never began.
func (s *stream) readError(err error) error {
	if errors.Is(err, errEventTooLong) {
		return fmt.Errorf("%w: %w", errTooLarge, err)
	}
	return err
}

func gateResult(err error) *result {
	res := &result{err: err}
	if found, ok := errors.AsType[keywordFound](err); ok {
		res.keyword = found.keyword
	}
	return res
}

// cutAfterAll tells whether the stream was cut in the middle of what may follow
// its last choice: nothing of the reply is missing.
func (s *stream) cutAfterAll(event sseEvent, res *result) bool {
	return s.isWhole() && errors.Is(res.err, errNotJSON) && !hasEnd(event)
}

// whole is an event as it came, or with the blank line that the stream's end
// left out.
func whole(event sseEvent) []byte {
	if hasEnd(event) {
		return event.raw
	}
	return append(bytes.Clone(event.raw), "\n\n"...)
}

// hasEnd tells whether an event came with its blank line.
func hasEnd(event sseEvent) bool {
	rest, ended := cutLineEnd(event.raw)
	if !ended {
		return false
	}
	_, blank := cutLineEnd(rest)
	return blank
}

func cutLineEnd(b []byte) ([]byte, bool) {
	n := len(b)
	switch {
	case n > 1 && b[n-2] == '\r' && b[n-1] == '\n':
		return b[:n-2], true
	case n > 0 && (b[n-1] == '\n' || b[n-1] == '\r'):
		return b[:n-1], true
	default:
		return b, false
	}
}

// drainLimit is how long a complete stream may take to end its connection
// cleanly, so that it can be used again.
const drainLimit = 250 * time.Millisecond

// drain reads what comes after the terminal event, away from the client's eyes.
func (a *attempt) drain(events *sseReader) {
	if a.response.Sending() || a.response.Ended() { // of what is the call's; all of it
		return
	}
	a.handedOff = true
	body := a.response.Body
	// The call's own end must not cut this short.
	stop := time.AfterFunc(drainLimit, func() { a.life.End(nil) })
	go func() {
		_, _ = io.Copy(io.Discard, io.LimitReader(body, 64<<10))
		stop.Stop()
		_ = body.Close()
		a.life.End(nil)
		events.release()
	}()
}

// breakOff tells the client, in the stream itself, that it is not complete. A
// gate that isn't open yet stays shut, so that another member can answer.
func (s *stream) breakOff(g *gate, res *result) {
	a := s.a
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
	if !g.open || errors.Is(causeOf(&a.life, res.err), errClientGone) {
		return
	}
	o := a.classify(res)
	res.told = &o
	final := finals[o.Class]
	final.message = "The reply broke off: " + o.Message
	_ = g.put(s.to.fail(final.envelope()), false, true)
}

// assemble puts a stream together for a client that wants a whole reply.
func (a *attempt) assemble(from io.Reader) *result {
	s := &stream{a: a, events: newSSEReader(from)}
	defer s.events.release()
	d := a.m.provider.dialect
	put := d.Assembler()
	share := &a.x.share
	defer share.shrink(share.n)
	var e dialect.Event
	for size := 0; !s.done; {
		event, err := s.events.next()
		if errors.Is(err, io.EOF) || err != nil && s.isWhole() {
			break
		}
		if err != nil {
			return &result{err: s.readError(err)}
		}
		if event.data == nil {
			continue
		}
		if res := s.read(d, event, &e, true); res != nil {
			if s.cutAfterAll(event, res) {
				break
			}
			return res
		}
		if s.done {
			break
		}
		if size += len(event.data); size > largestReply {
			return &result{err: errTooLarge}
		}
		if !share.take(2 * len(event.data)) { // its text, and the reply that it becomes
			return &result{err: errNoRoom}
		}
		if err := put.Add(event.data); err != nil {
			return &result{err: fmt.Errorf("%w: %w", errNotJSON, err)}
		}
	}
	switch {
	case !s.started:
		return &result{err: errNoContent}
	case !s.done && !s.isWhole():
		return &result{err: errCutStream}
	}
	body, err := put.Reply()
	if err != nil {
		return &result{err: fmt.Errorf("%w: %w", errNotJSON, err)}
	}
	if cause := a.life.Err(); cause != nil {
		return &result{err: cause}
	}
	return a.deliver(body)
}
