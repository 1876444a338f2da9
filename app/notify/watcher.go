package notify

import (
	"slices"
	"sync"
	"time"

	"headgate/app/settings"
	"headgate/gateway"
)

const (
	// calm is how long a member has to do without a failure until its next one
	// is news. One that fails every other minute is told of once.
	calm = 10 * time.Minute
	// lasting is how long nobody must have answered for the recovery to be told.
	lasting = time.Minute
)

// Options say what a Watcher reports to.
type Options struct {
	// Note hears of each change as it is found, before NextTry is known. It may neither
	// wait nor ask the watcher. nil: nobody does.
	Note func(Change)
	// Tell hears one change after the other and may take its time; what comes while too
	// many wait for it is only noted. Explain is asked before it.
	Tell    func(Change)
	Explain func(groupID int64) []gateway.Prospect
}

// Watcher follows finished calls. Use New.
type Watcher struct {
	explain func(groupID int64) []gateway.Prospect
	note    func(Change)
	tell    func(Change)
	wanted  chan Change // to be told, by a goroutine of its own
	over    chan struct{}
	end     sync.Once

	mu        sync.Mutex
	chosen    settings.Notify
	groups    map[int64]*group
	failover  *lane
	exhausted *lane
}

// group is what the calls to one group have shown.
type group struct {
	failing   map[int64]*episode // members that were passed over
	exhausted episode
}

// episode is a time of failures, however many there are in it.
type episode struct {
	first, last time.Time // failures; zero: there was none
	over        bool      // there was a success since
	told        bool
}

// fails notes a failure and tells whether an episode begins with it: the first,
// or one after a success and so long without a failure.
func (e *episode) fails(now time.Time, calm time.Duration) bool {
	begins := e.last.IsZero() || e.over && now.Sub(e.last) >= calm
	if begins {
		e.first, e.told = now, false
	}
	e.last, e.over = now, false
	return begins
}

// ends notes a success of what began at that time and tells whether it is the
// first after a failure.
func (e *episode) ends(began time.Time) bool {
	if e.last.IsZero() || e.over || began.Before(e.last) {
		return false
	}
	e.over = true
	return true
}

// New returns a watcher that tells nothing until Choose. It wants a Close.
func New(o Options) *Watcher {
	if o.Note == nil {
		o.Note = func(Change) {}
	}
	w := &Watcher{
		explain: o.Explain, note: o.Note, tell: o.Tell, wanted: make(chan Change, waitingChanges), over: make(chan struct{}),
		groups: map[int64]*group{},
	}
	w.failover, w.exhausted = &lane{watcher: w}, &lane{watcher: w}
	go w.tellAll()
	return w
}

// waitingChanges is how many changes may wait for one who is slow to hear them: more
// than are told in an hour, but for recoveries.
const waitingChanges = 32

// tellAll tells what is wanted. Who shows calls doesn't wait for it.
func (w *Watcher) tellAll() {
	for {
		select {
		case <-w.over:
			return
		case c := <-w.wanted:
			if c.Kind != Recovered {
				w.nextTry(&c)
			}
			w.tell(c)
		}
	}
}

// want has a change noted and, if there is room for it, told. It is called under the
// lock.
func (w *Watcher) want(c Change) {
	w.note(c)
	select {
	case w.wanted <- c:
	default:
	}
}

// Choose sets what is told from now on.
func (w *Watcher) Choose(chosen settings.Notify) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.chosen = chosen
	if !chosen.Failover {
		w.failover.clear()
	}
	if !chosen.Exhausted {
		w.exhausted.clear()
	}
}

// Close ends the telling of what still waits. It doesn't wait for one who is being
// told.
func (w *Watcher) Close() {
	w.Choose(settings.Notify{})
	w.end.Do(func() { close(w.over) })
}

// Calls takes in calls that were recorded, in their order. It keeps none of them, and
// waits for nobody who is told.
func (w *Watcher) Calls(calls []gateway.Call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	for i := range calls {
		w.call(&calls[i], now)
	}
}

func (w *Watcher) call(c *gateway.Call, now time.Time) {
	// A try from the window has its result shown there.
	if c.GroupID == 0 || c.APIKeyID == 0 || len(c.Attempts) == 0 {
		return
	}
	switch last := &c.Attempts[len(c.Attempts)-1]; {
	case c.State == gateway.StateOK:
		w.answered(c, last, now)
	case c.State == gateway.StateFailed && couldNotAnswer(last.Outcome):
		w.nobody(c, last, now)
	}
}

// couldNotAnswer tells the trouble of members from that of a request, of this
// machine's network, and from what a person's rule has stopped.
func couldNotAnswer(o gateway.Outcome) bool {
	return o.Blames != gateway.BlamesNobody && o.Action != gateway.ActionStop
}

func (w *Watcher) of(groupID int64) *group {
	g := w.groups[groupID]
	if g == nil {
		g = &group{failing: map[int64]*episode{}}
		w.groups[groupID] = g
	}
	return g
}

func (w *Watcher) answered(c *gateway.Call, by *gateway.Attempt, now time.Time) {
	g := w.of(c.GroupID)
	if e := g.failing[by.MemberID]; e != nil {
		e.ends(c.StartedAt)
	}
	if g.exhausted.ends(c.StartedAt) {
		w.exhausted.forget(c.GroupID)
		if g.exhausted.told && w.chosen.Exhausted && now.Sub(g.exhausted.first) >= lasting {
			g.exhausted.told = false
			w.want(Change{Kind: Recovered, GroupID: c.GroupID, Group: c.Model, Answers: memberOf(by)})
		}
	}
	passed := slices.IndexFunc(c.Attempts, func(a gateway.Attempt) bool {
		return a.MemberID != by.MemberID && a.Outcome.Bench > 0
	})
	if passed < 0 {
		return // a slip that changes nothing for the next call
	}
	first := &c.Attempts[passed]
	e := g.failing[first.MemberID]
	if e == nil {
		e = &episode{}
		g.failing[first.MemberID] = e
	}
	if !e.fails(now, calm) || !w.chosen.Failover {
		return
	}
	w.failover.offer(waiting{episode: e, change: Change{
		Kind: Failover, GroupID: c.GroupID, Group: c.Model,
		Failed: memberOf(first), Answers: memberOf(by),
		Class: first.Outcome.Class, Reason: first.Outcome.Reason,
	}}, now)
}

func (w *Watcher) nobody(c *gateway.Call, last *gateway.Attempt, now time.Time) {
	g := w.of(c.GroupID)
	if !g.exhausted.fails(now, 0) || !w.chosen.Exhausted {
		return
	}
	w.failover.forget(c.GroupID) // it would say that another one answers
	w.exhausted.offer(waiting{episode: &g.exhausted, change: Change{
		Kind: Exhausted, GroupID: c.GroupID, Group: c.Model,
		Failed: memberOf(last), Class: last.Outcome.Class, Reason: last.Outcome.Reason,
	}}, now)
}

// nextTry fills in when somebody is tried again, as it stands when that is told.
func (w *Watcher) nextTry(c *Change) {
	prospects := w.explain(c.GroupID)
	at := slices.IndexFunc(prospects, func(p gateway.Prospect) bool {
		if c.Kind == Failover {
			return p.MemberID == c.Failed.ID
		}
		return p.Turn == 1
	})
	if at >= 0 {
		c.NextTry = prospects[at].Until
	}
}
