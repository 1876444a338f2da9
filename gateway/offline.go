package gateway

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	// lostKept is how close together places must become unreachable to be said to
	// have done so at once.
	lostKept = time.Minute
	// wakeGrace is how long after a sleep the network may need to come back.
	wakeGrace = 10 * time.Second
	// offlineRetry is what a client is told to wait.
	offlineRetry = 5 * time.Second
)

// outlook is what is known of this machine's way to the providers that are far
// away. When all of them get out of reach at once, it is the network that failed
// and no member. The lock of health guards it, but for what is set at the start.
//
// Two that get out of reach are a suspicion. If there are no others, nothing else
// can be found out, and their failures are nobody's at once. Else, and to know when
// it is over, all of them are looked for: one that is there clears the suspicion,
// and the failures stand; if none is, those that were counted are taken back.
type outlook struct {
	onChange func()
	routed   func() bool
	knock    func(ctx context.Context, address string) error
	pause    time.Duration
	sleep    *sleepWatch

	far     map[string]string    // of the configuration: host → what can be dialled, or ""
	lost    map[string]time.Time // hosts out of reach, and when, since anything far away answered
	counted []countedLoss        // what was held against members since then
	since   time.Time            // nothing far away is reached since then; zero: all is well, as far as is known
	sure    bool                 // and that was looked into
	back    time.Time            // when that ended last; what began before is nobody's fault
	woke    time.Time            // when the machine was last found to have slept; zero: never
	// misrouted says that answers came although the system knows no route: what it
	// knows says nothing then.
	misrouted bool

	looking context.CancelFunc // nil: nobody looks
	looks   sync.WaitGroup
	closed  bool
}

// countedLoss is what a member was before a loss was held against it.
type countedLoss struct {
	id     int64
	at     time.Time
	state  *memberHealth // where it stands; if it stands elsewhere now, a person cleared it
	before memberHealth
}

func newOutlook(onChange func()) outlook {
	if onChange == nil {
		onChange = func() {}
	}
	return outlook{
		onChange: onChange, routed: hasRoute, knock: knock, pause: firstPause, sleep: newSleepWatch(),
		far: map[string]string{}, lost: map[string]time.Time{},
	}
}

// Offline returns since when nothing that is far away is reached; zero: all is
// well, as far as is known.
func (g *Gateway) Offline() time.Time {
	h := g.health
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.net.sure {
		return time.Time{}
	}
	return h.net.since
}

// judge decides whether an attempt failed for want of a network: then it is
// nobody's fault.
func (h *health) judge(t turn, res *result, o Outcome) Outcome {
	p := t.member.provider
	if p.at.reach == onMachine || o.Blames == BlamesNobody || res.err == nil || !isLostOnTheWay(res.err) || p.isDeaf(res.err) {
		return o
	}
	far := p.at.reach == farAway
	routed := !far || !saysNoNetwork(res.err) || h.net.routed()
	h.mu.Lock()
	now := h.now()
	h.lookForSleep(now)
	news := false
	switch {
	case !routed && !h.net.misrouted:
		h.lose(now)
		news = h.makeSure()
	case far && isUnreached(res.err):
		h.suspect(p.at.host, now)
	}
	switch n := &h.net; {
	case far && (!n.since.IsZero() || t.at.Before(n.back)), !far && isNetDown(res.err):
		o = o.excusedBy(noNetwork)
	case !n.woke.IsZero() && t.at.Before(n.woke.Add(wakeGrace)):
		o = o.excusedBy(afterSleep)
	default:
		o.lost = far
	}
	h.mu.Unlock()
	if news {
		h.announce()
	}
	return o
}

// judgeTest is judge for the test of a provider, which is held against nobody.
func (h *health) judgeTest(p *provider, err error, o Outcome) Outcome {
	if p.at.reach == farAway && saysNoNetwork(err) && !h.net.routed() {
		return o.excusedBy(noNetwork)
	}
	return o
}

// What this machine's network is to blame for.
var (
	noNetwork  = Outcome{Class: ClassOffline, Blames: BlamesNobody, Reason: "no_network"}
	afterSleep = Outcome{Class: ClassOffline, Blames: BlamesNobody, Reason: "after_sleep"}
)

func (o Outcome) excusedBy(excuse Outcome) Outcome {
	excuse.Action, excuse.Message = o.Action, o.Message
	return excuse
}

// lookForSleep finds out whether the machine has slept. The lock must be held,
// here and in what follows.
func (h *health) lookForSleep(now time.Time) {
	if h.net.sleep.slept() {
		h.net.woke = now
	}
}

// suspect notes that a host could not be reached.
func (h *health) suspect(host string, now time.Time) {
	n := &h.net
	maps.DeleteFunc(n.lost, func(_ string, at time.Time) bool { return now.Sub(at) > lostKept })
	n.lost[host] = now
	if len(n.lost) < 2 {
		h.worried.Store(true)
		return
	}
	for other := range n.far {
		if _, lost := n.lost[other]; !lost {
			h.look() // whether that one is there decides
			return
		}
	}
	h.lose(now)
}

// lose takes the network for lost.
func (h *health) lose(now time.Time) {
	if n := &h.net; n.since.IsZero() {
		n.since = now
		for _, at := range n.lost {
			if at.Before(n.since) {
				n.since = at
			}
		}
	}
	h.look()
}

// makeSure takes back what was held against members since anything answered. It
// tells whether that is news.
func (h *health) makeSure() bool {
	if h.net.sure {
		return false
	}
	h.net.sure = true
	h.down.Store(true)
	for _, c := range slices.Backward(h.net.counted) {
		if h.members[c.id] != c.state {
			continue
		}
		*c.state = c.before
		if c.state.last.at.IsZero() {
			delete(h.members, c.id)
		}
	}
	h.net.counted = nil
	return true
}

// remember keeps what a member is before a loss is held against it.
func (h *health) remember(id int64, state *memberHealth, now time.Time) {
	h.net.counted = slices.DeleteFunc(h.net.counted, func(c countedLoss) bool { return now.Sub(c.at) > lostKept })
	before := *state
	before.failures, before.probing = slices.Clone(state.failures), false
	h.net.counted = append(h.net.counted, countedLoss{id, now, state, before})
	h.worried.Store(true)
}

// found ends every doubt. It tells whether that is news.
func (h *health) found(now time.Time) bool {
	n := &h.net
	news := n.sure
	if news {
		n.back = now
	}
	if n.looking != nil {
		n.looking()
		n.looking = nil
	}
	n.since, n.sure, n.counted = time.Time{}, false, nil
	clear(n.lost)
	h.worried.Store(false)
	h.down.Store(false)
	return news
}

// reached notes that a provider has answered. The lock must not be held, here and
// in what follows.
func (h *health) reached(p *provider) {
	if p.at.reach != farAway || !h.worried.Load() {
		return
	}
	h.mu.Lock()
	if h.net.sure && !h.net.routed() {
		h.net.misrouted = true
	}
	news := h.found(h.now())
	h.mu.Unlock()
	if news {
		h.announce()
	}
}

// announce tells of a network that was lost or found. Cooldowns may have been
// taken back.
func (h *health) announce() {
	h.net.onChange()
	h.onChange()
	h.onLearnt()
}
