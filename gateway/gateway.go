// Package gateway is Headgate's engine: an OpenAI-compatible HTTP handler that
// answers each request with the first healthy member of the named group.
//
// It guarantees that no reply mixes two members, that a cut reply never looks
// complete, that a chat request reaches the upstream byte for byte but for the
// model's name, and that every call is handed to the Recorder exactly once. A
// request in the Responses dialect is translated to a chat request, and what
// comes back is translated back; all else holds for it as well.
package gateway

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"headgate/gateway/dialect"
)

// Options say what the engine reports to. All are optional.
type Options struct {
	Recorder Recorder
	Log      *slog.Logger
	OnHealth func() // called after a cooldown began or ended; must not block
	OnLearnt func() // called after what Learnt returns has changed; must not block
	// OnNetwork is called after what Offline returns has changed; must not block.
	OnNetwork func()
	Learnt    Learnt // by an engine before this one
	// Guarded: of private addresses only those in Networks and the Config's are
	// called. Loopback may always be, link-local addresses and cloud metadata never.
	Guarded  bool
	Networks []netip.Prefix
}

// Gateway is the engine. Use New.
type Gateway struct {
	recorder Recorder
	log      *slog.Logger
	health   *health
	upstream *upstream
	memory   *budget
	slow     slowness
	current  atomic.Pointer[snapshot] // nil until the first Apply

	roll roll
}

// slowness is what a client may take for a piece of its body, and of its reply.
type slowness struct{ upload, write time.Duration }

// errStopped breaks off the calls that outlast a drain.
var errStopped = errors.New("the gateway is stopping")

// New returns an engine that refuses calls until the first Apply.
func New(o Options) *Gateway {
	g := &Gateway{recorder: o.Recorder, log: o.Log}
	if g.recorder == nil {
		g.recorder = noRecorder{}
	}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	g.health = newHealth(o)
	g.upstream = newUpstream(newGuard(o))
	g.memory = newBudget()
	g.slow = slowness{upload: uploadLimit, write: writeLimit}
	g.roll.recorder = g.recorder
	return g
}

// Apply replaces the configuration at once for calls that begin from now on;
// running calls go on with the one that they began with. Health is kept for
// everything that keeps its id and leads where it did; also, for half an hour,
// for what isn't there any more. On an error the old configuration stays.
func (g *Gateway) Apply(c Config) error {
	next, err := compile(c)
	if err != nil {
		return err
	}
	g.upstream.follow(next.served, c.Networks)
	g.current.Store(next)
	g.health.follow(next)
	return nil
}

// Validate tells whether Apply would take c. The error names the path of the
// fault, such as `groups[0] "chat": members[1]: …`.
func Validate(c Config) error {
	_, err := compile(c)
	return err
}

// ServeHTTP answers one request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if len(r.Header) > mostHeaders {
		w.Header().Set("Connection", "close")
		leaveBody(w, r)
		refusedHeaders.write(w, dialect.OpenAI)
		return
	}
	if r.Method != http.MethodPost { // who posts may be read
		leaveBody(w, r)
	}
	s := g.current.Load()
	if s != nil && s.allowPage(w, r) {
		return
	}
	for i := range routes {
		if name, ok := routes[i].match(r); ok {
			routes[i].serve(g, w, r, &routes[i], name)
			return
		}
	}
	leaveBody(w, r)
	if s != nil {
		if refused := s.refuseForeign(r); refused != nil {
			refused.write(w, dialect.OpenAI)
			return
		}
	}
	refuseUnrouted(w, r)
}

// mostHeaders is how many headers a request may have: a call holds them all.
const mostHeaders = 200

var refusedHeaders = refusal{
	status: http.StatusRequestHeaderFieldsTooLarge, kind: kindRequest, code: "too_many_headers", final: true,
	message: "The request has more than 200 different headers.",
}

// leaveBody bounds how long a body is waited for that nobody reads.
func leaveBody(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 {
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(discardLimit))
	}
}

// Health returns the state of every member that has failed lately or is pinned.
func (g *Gateway) Health() []MemberHealth { return g.health.list(g.current.Load()) }

// KeyHealth returns the state of every provider key that was used or has failed
// since the start.
func (g *Gateway) KeyHealth() []KeyHealth { return g.health.listKeys(g.current.Load()) }

// Learnt returns what the engine has found out about members and keys, for the
// Options of the next one.
func (g *Gateway) Learnt() Learnt { return g.health.save() }

// Relearn takes over what an engine before this one has found out. It must come
// before the first Apply, as Options.Learnt does.
func (g *Gateway) Relearn(l Learnt) { g.health.restore(l) }

// ClearCooldown makes a member and the keys of its provider eligible again.
func (g *Gateway) ClearCooldown(memberID int64) {
	g.health.clear(memberID, g.current.Load())
}

// Drain refuses new calls and returns when none is running any more. Calls
// that outlast ctx are broken off, and Drain returns ctx's error then.
func (g *Gateway) Drain(ctx context.Context) error { return g.roll.drain(ctx) }

// Resume lets calls in again after a Drain.
func (g *Gateway) Resume() { g.roll.resume() }

// Close ends what is running and closes the connections to upstreams.
func (g *Gateway) Close() error {
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	_ = g.Drain(stopped)
	g.health.close()
	g.upstream.close()
	return nil
}

func (g *Gateway) timeouts() Timeouts {
	if s := g.current.Load(); s != nil {
		return s.timeouts
	}
	return Timeouts{}.orDefaults()
}

type noRecorder struct{}

func (noRecorder) Open(Call)   {}
func (noRecorder) Record(Call) {}

// self names this process in the hop header, so that a configuration that
// points at its own gateway is noticed.
var self = newID("hop_", rand.Int64N(1<<40))
