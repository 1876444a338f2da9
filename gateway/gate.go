package gateway

import (
	"sync"
	"time"

	"headgate/gateway/dialect"
)

// What the gate holds back at the most before the reply's first byte.
const (
	heldBytes     = 256 << 10
	heldRunes     = 160         // of each choice's text, while failure keywords are looked for
	heldAfterText = time.Second // longer would be felt
)

// gate holds the start of a stream until it is certain that it becomes a reply:
// until then another member can still answer instead.
//
// While keywords are looked for, a timer may open it from another goroutine, so
// all writing to the client goes through its lock.
type gate struct {
	a    *attempt
	scan replyScan

	mu       sync.Mutex
	held     *[]byte // pooled; nil once open
	read     int     // bytes of the upstream's events before it opened
	waiting  []byte  // of events since the last flush, once open
	semantic bool    // an event that means something came
	open     bool
	shut     bool  // no timer may open it any more
	err      error // of a write by the timer
	timer    *time.Timer
}

func newGate(a *attempt) *gate {
	return &gate{a: a, held: getBuffer(), scan: replyScan{set: a.x.words.reply}}
}

// pass takes what an event of size bytes has become for the client. It is
// written, or held until more is known. flush says that nothing else has arrived
// yet.
func (g *gate) pass(raw []byte, size int, e *dialect.Event, flush bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil {
		return g.err
	}
	if g.a.late == nil {
		if err := g.judge(g.scan.add(e.Texts, !g.open)); err != nil {
			return err
		}
	}
	if g.open {
		return g.put(raw, g.a.x.translation == nil, flush)
	}
	*g.held = append(*g.held, raw...)
	g.read += size
	if e.Semantic && !g.semantic {
		g.semantic = true
		g.a.record.FirstToken = time.Since(g.a.began)
	}
	switch {
	case !g.semantic && g.read > heldBytes:
		return errNoContent
	case !g.semantic:
		return nil
	case g.scan.set == nil || g.scan.runes >= g.heldRunes() || g.read > heldBytes:
		return g.release()
	case len(e.Texts) > 0 && g.timer == nil:
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
	return g.put(raw, false, true)
}

// keywordFound is errKeyword with the keyword that matched.
type keywordFound struct{ keyword *Keyword }

func (keywordFound) Error() string        { return errKeyword.Error() }
func (keywordFound) Is(target error) bool { return target == errKeyword }

// judge acts on a match, or keeps the first one that came too late for that.
func (g *gate) judge(found *Keyword) error {
	switch {
	case found == nil:
	case !g.open:
		return keywordFound{found}
	case g.a.late == nil:
		g.a.late = found
	}
	return nil
}

// heldRunes is how much text is held back: as much for each choice as keywords
// are looked for in.
func (g *gate) heldRunes() int {
	return heldRunes * max(1, min(g.a.x.head.choices, dialect.MostChoices))
}

// complete opens the gate for a stream that has come to its end.
func (g *gate) complete() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil {
		return g.err
	}
	if err := g.judge(g.scan.end()); err != nil || g.open {
		return err
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
		g.a.life.End(g.err)
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

// send writes what comes after the last event. It is flushed with the end of the
// reply.
func (g *gate) send(p []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.put(p, false, false)
}

// put writes p behind what waits to be written. What stays as it is until the
// next flush may wait itself, as long as all of it lies in one piece: each write
// costs as much as several events.
func (g *gate) put(p []byte, stays, flush bool) error {
	if follows(g.waiting, p) {
		g.waiting = g.waiting[:len(g.waiting)+len(p)]
	} else if err := g.write(g.waiting, false); err != nil {
		return err
	} else {
		g.waiting = p
	}
	if stays && !flush {
		return nil
	}
	p, g.waiting = g.waiting, nil
	return g.write(p, flush)
}

// follows tells whether b lies right behind a in memory.
func follows(a, b []byte) bool {
	return len(b) > 0 && len(a) > 0 && cap(a)-len(a) >= len(b) && &a[:len(a)+1][len(a)] == &b[0]
}

func (g *gate) write(p []byte, flush bool) error {
	if err := g.a.x.write(g.a.m.provider.credentials.hide(p)); err != nil {
		return err
	}
	if flush {
		return g.a.x.flush()
	}
	return nil
}
