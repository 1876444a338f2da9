package gateway

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"headgate/gateway/dialect"
	"headgate/gateway/life"
)

// exchange is one client request and its attempts. The attempt loop lives here
// and nowhere else.
type exchange struct {
	g   *Gateway
	s   *snapshot
	at  *route
	w   http.ResponseWriter
	rc  *http.ResponseController
	r   *http.Request
	ctx context.Context // life, once the call is let in
	// life ends when the client goes or the gateway stops.
	life  life.Life
	entry entry

	key    *apiKey
	upload upload
	share  share   // of the memory for bodies
	body   *[]byte // pooled
	head   head
	// request is what the members are asked but for the model: the body, or what
	// it was translated to. plain is the same for providers that refuse a part of
	// it; nil: there is no such part.
	request, plain *question
	translation    dialect.Translation // nil: bytes pass
	call           Call
	plan           *plan
	// words are the failure keywords that count for this call.
	words failureWords
	rules []rule // of the group

	captured *captureWriter // nil: bodies are not captured
	values   []string       // what the lists of the reply's header lie in

	room struct { // for what would be allocated one by one
		asked  question
		kept   captureWriter
		values [12]string
	}

	uploaded  atomic.Bool // the body was read to its end
	writeBy   time.Time   // the limit on writing, as last set
	sent      bool        // the status line went to the client
	aborted   bool        // the connection must not look complete
	lastReply passedReply // the error to pass on when the caller is at fault
}

// passedReply is an upstream's error reply that may go to the client.
type passedReply struct {
	status  int
	header  http.Header
	body    []byte
	outcome Outcome
}

func (g *Gateway) serveCall(w http.ResponseWriter, r *http.Request, at *route, _ string) {
	now := time.Now()
	x := &exchange{
		g: g, at: at, w: w, rc: http.NewResponseController(w), r: r, body: getBuffer(), share: share{of: g.memory},
		call: Call{
			ID: newCallID(now), StartedAt: now, Route: at.name,
			State: StateRefused,
			// A copy: the log's queue must not hold on to the whole head.
			UserAgent: strings.Clone(cut(withoutPresented(r.UserAgent(), r.Header), 256)),
		},
	}
	x.values = x.room.values[:0]
	w.Header()["X-Request-Id"] = x.one(x.call.ID)
	if !g.roll.enter(x) {
		defer x.end()
		x.refuse(refusedStopping)
		return
	}
	defer g.roll.leave(x) // after end: a drained engine has recorded all its calls
	defer x.end()
	defer x.life.End(nil)
	x.life.Follow(r.Context())
	defer x.life.Unfollow()
	x.ctx = &x.life
	if refused := x.admit(); refused != nil {
		x.refuse(*refused)
		return
	}
	x.run()
}

// breakOff ends a call because the gateway stops. It may be called by anybody while
// the call is on the roll, and not after: the next call has the same connection.
func (x *exchange) breakOff() {
	x.life.End(errStopped)
	_ = x.rc.SetWriteDeadline(time.Now().Add(stopLimit)) // also of a write that waits just now
	if !x.uploaded.Load() {
		_ = x.rc.SetReadDeadline(time.Unix(1, 0))
	}
}

// admit reads the request up to the point where its members are known.
func (x *exchange) admit() *refusal {
	if x.s = x.g.current.Load(); x.s == nil {
		return &refusedStopping
	}
	x.capture()
	if refused := x.s.refuseForeign(x.r); refused != nil {
		return refused
	}
	key, ok := x.s.knownKey(x.r, x.call.StartedAt)
	if !ok {
		return &refusedKey
	}
	x.key = key
	x.call.APIKeyID, x.call.APIKeyName = key.id, key.name
	if wentInCircles(x.r.Header) {
		return &refusal{
			status: http.StatusLoopDetected, kind: kindRequest, code: "loop_detected", final: true,
			message: "This call came back to the gateway that sent it: a provider's base URL points at Headgate itself.",
		}
	}
	refused := x.readBody()
	x.call.BytesIn = int64(len(*x.body))
	if refused != nil {
		return refused
	}
	var fault *headFault
	if x.head, fault = scanHead(*x.body, x.at.dialect.Messages); fault != nil {
		return refusedHead(fault)
	}
	x.call.Model, x.call.Stream = cut(withoutPresented(x.head.model, x.r.Header), 256), x.head.stream
	if refused := x.translate(); refused != nil {
		return refused
	}
	if !x.share.take(x.translated()) {
		return &refusedNoRoom
	}
	var grp *group
	if key.modelID != 0 {
		if grp = x.s.direct(key.modelID); grp == nil {
			return &refusedDirect
		}
	} else if grp = x.s.named(x.head.model, key); grp == nil {
		r := key.refusedName(x.head.model)
		return &r
	}
	x.call.GroupID = grp.id
	if len(grp.members) == 0 {
		return &refusal{
			status: http.StatusServiceUnavailable, kind: kindServer, code: "no_members", final: true,
			message: fmt.Sprintf("The group %q has no enabled member with an enabled provider and model.", grp.name),
		}
	}
	x.plan, x.words, x.rules = newPlan(x.g.health, grp), grp.words, grp.rules
	return nil
}

// statusClientGone is what the log shows for a client that went away.
const statusClientGone = 499

func (x *exchange) run() {
	x.entry.admitted.Store(true)
	commitBy := x.call.StartedAt.Add(x.s.limits.Commit)
	t, ok := x.plan.next()
	var last Outcome
	for ok {
		a := newAttempt(x, t, commitBy)
		last = a.do()
		if needsLarger(last) && !x.sent && !x.plan.onlyLarger() {
			last.Action = ActionStop
		}
		last.Bench = x.g.health.note(t, last, x.s.failover)
		a.record.Outcome = last
		x.call.Attempts = append(x.call.Attempts, a.record)
		x.call.Usage = a.usage // never that of an earlier member: its price is another
		if last.Class == ClassOK {
			x.g.health.reached(t.member.provider)
			x.g.health.measured(t.member, a.record.FirstToken)
			x.call.State = StateOK
			return
		}
		if x.sent || last.Action == ActionStop || len(x.call.Attempts) >= x.s.limits.Attempts || !time.Now().Before(commitBy) {
			break
		}
		if last.Action == ActionNextKey {
			if t, ok = x.plan.nextKey(); ok {
				continue
			}
		}
		t, ok = x.plan.next()
	}
	x.fail(last)
}

// needsLarger tells whether only a member with a larger context can answer.
func needsLarger(o Outcome) bool {
	return o.Rule == nil && (o.Class == ClassContextWindow || o.Reason == "too_large")
}

// end records the call, whatever became of it, and makes sure that a cut reply
// looks cut.
func (x *exchange) end() {
	if fault := recover(); fault != nil {
		x.g.log.Error("a call panicked", "call", x.call.ID, "fault", x.withoutSecrets(fmt.Sprint(fault)), "stack", string(debug.Stack()))
		x.call.State, x.call.Message = StateFailed, "a fault in Headgate; its log has the details"
		if x.sent {
			x.call.State, x.aborted = StatePartial, true
		} else {
			x.answer(refusal{
				status: http.StatusInternalServerError, kind: kindServer, code: "internal_error",
				message: "A fault in Headgate. The program's log has the details under " + x.call.ID + ".",
			})
		}
	}
	x.keepSilent()
	x.settle()
	x.call.Duration = time.Since(x.call.StartedAt)
	x.call.Message = withoutPresented(strings.TrimSpace(x.call.Message), x.r.Header)
	x.keepBodies()
	x.g.recorder.Record(x.call)
	putBuffer(x.body)
	x.share.shrink(0)
	if x.aborted {
		panic(http.ErrAbortHandler)
	}
}

// withoutSecrets takes out of a fault's words whatever no log may show: they may quote
// what was at hand.
func (x *exchange) withoutSecrets(text string) string {
	text = withoutPresented(text, x.r.Header)
	if x.s == nil {
		return text
	}
	for _, p := range x.s.served {
		text = string(p.secrets.hide([]byte(text)))
	}
	return text
}
