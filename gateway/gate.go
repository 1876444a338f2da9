package gateway

import (
	"sync"
	"time"

	"headgate/gateway/dialect"
)

// What the gate holds back at the most before the reply's first byte.
const (
	heldBytes     = 256 << 10
	heldRunes     = 160         // of text, while failure keywords are looked for
	heldAfterText = time.Second // longer would be felt
)

// gate holds the start of a stream until it is certain that it becomes a reply:
// until then another member can still answer instead.
//
// While keywords are looked for, a timer may open it from another goroutine, so
// all writing to the client goes through its lock.
type gate struct {
	a    *attempt
	scan keywordScan

	mu       sync.Mutex
	held     *[]byte // pooled; nil once open
	semantic bool    // an event that means something came
	open     bool
	shut     bool  // no timer may open it any more
	err      error // of a write by the timer
	timer    *time.Timer
}

func newGate(a *attempt) *gate {
	return &gate{a: a, held: getBuffer(), scan: keywordScan{set: a.x.s.keywords}}
}

// pass takes an event. It is written, or held until more is known. flush says
// that nothing else has arrived yet.
func (g *gate) pass(raw []byte, e *dialect.Event, flush bool) error {
	found := g.scan.add(e.Text)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil {
		return g.err
	}
	if g.open {
		if found != nil {
			g.note(found)
		}
		return g.write(raw, flush)
	}
	if found != nil {
		return keywordFound{found}
	}
	*g.held = append(*g.held, raw...)
	if e.Semantic && !g.semantic {
		g.semantic = true
		g.a.record.FirstToken = time.Since(g.a.began)
	}
	switch {
	case !g.semantic && len(*g.held) > heldBytes:
		return errNoContent
	case !g.semantic:
		return nil
	case g.scan.set == nil || g.scan.runes >= heldRunes || len(*g.held) > heldBytes:
		return g.release()
	case e.Text != "" && g.timer == nil:
		g.timer = time.AfterFunc(heldAfterText, g.expire)
	}
	return nil
}

// comment takes an event without data. Before the reply begins nobody waits for
// it, and an upstream that sends nothing else must not fill the gate.
func (g *gate) comment(raw []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil || !g.open {
		return g.err
	}
	return g.write(raw, true)
}

// keywordFound is errKeyword with the keyword that matched.
type keywordFound struct{ keyword *Keyword }

func (keywordFound) Error() string        { return errKeyword.Error() }
func (keywordFound) Is(target error) bool { return target == errKeyword }

// note keeps a match that came too late to act on.
func (g *gate) note(k *Keyword) { g.a.late = k }

// complete opens the gate for a stream that has come to its end.
func (g *gate) complete() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil || g.open {
		return g.err
	}
	return g.release()
}

// close ends the timer; after it nothing is written any more.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
	if g.timer != nil {
		g.timer.Stop()
	}
	putBuffer(g.held)
	g.held = nil
}

func (g *gate) expire() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut || g.open || g.err != nil {
		return
	}
	if g.err = g.release(); g.err != nil {
		g.a.cancel(g.err)
	}
}

// release sends the status line and what was held.
func (g *gate) release() error {
	g.open = true
	g.a.commit("text/event-stream", -1)
	held := g.held
	g.held = nil
	defer putBuffer(held)
	return g.write(*held, true)
}

func (g *gate) write(p []byte, flush bool) error {
	if err := g.a.x.write(g.a.m.provider.secrets.hide(p)); err != nil {
		return err
	}
	if flush {
		return g.a.x.flush()
	}
	return nil
}
