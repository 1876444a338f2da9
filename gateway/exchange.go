package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"headgate/gateway/dialect"
	"headgate/gateway/http1"
)

// How long a client may take to accept a piece of what is written to it, and
// when the gateway stops.
const (
	writeLimit = 30 * time.Second
	writePiece = 64 << 10
	stopLimit  = time.Second
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
	life life

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

	opened    *announcement // nil: no member was tried yet
	uploaded  atomic.Bool   // the body was read to its end
	writeBy   time.Time     // the limit on writing, as last set
	sent      bool          // the status line went to the client
	aborted   bool          // the connection must not look complete
	lastReply passedReply   // the error to pass on when the caller is at fault
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
	w.Header().Set("X-Request-Id", x.call.ID)
	ending, ok := g.enter()
	if ok {
		defer g.leave() // after end: a drained engine has recorded all its calls
	}
	defer x.end()
	if !ok {
		x.refuse(refusedStopping)
		return
	}
	defer x.life.end(nil)
	defer x.life.follow(r.Context())()
	defer context.AfterFunc(ending, func() {
		x.life.end(errStopped)
		_ = x.rc.SetWriteDeadline(time.Now().Add(stopLimit)) // also of a write that waits just now
		if !x.uploaded.Load() {
			_ = x.rc.SetReadDeadline(time.Unix(1, 0))
		}
	})()
	x.ctx = &x.life
	if refused := x.admit(); refused != nil {
		x.refuse(*refused)
		return
	}
	x.run()
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
	x.opened = announce(x.g.recorder, x.call)
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

// fail ends a call that no member answered. The last outcome speaks, unless an
// earlier one says that the request itself is at fault.
func (x *exchange) fail(last Outcome) {
	if len(x.call.Attempts) == 0 {
		x.refuse(refusal{
			status: http.StatusServiceUnavailable, kind: kindServer, code: "no_members", final: true,
			message: "No member could be tried.",
		})
		return
	}
	x.call.Message = last.Message
	switch {
	case errorsClientGone(last):
		x.call.State, x.call.Status = StateCanceled, statusClientGone
		x.aborted = x.sent // one that only reads too slowly is still there
		return
	case x.sent:
		x.call.State, x.aborted = StatePartial, true
		x.call.ErrorCode = errorCode(last)
		return
	case last.Reason == reasonBusy:
		x.call.State = StateFailed
		x.answer(refusedNoRoom)
		return
	}
	x.call.State = StateFailed
	if passed := x.lastReply; passed.status != 0 {
		x.call.ErrorCode, x.call.Message = errorCode(passed.outcome), passed.outcome.Message
		x.pass(passed)
		return
	}
	x.answer(x.exhausted(last))
}

func errorsClientGone(o Outcome) bool { return o.Class == ClassCanceled && o.Reason == "client_gone" }

// exhausted is the answer when every member was tried.
func (x *exchange) exhausted(last Outcome) refusal {
	r := finals[last.Class]
	attempt := x.call.Attempts[len(x.call.Attempts)-1]
	if reason := cmp.Or(last.tabled, last.Reason); reason == "wrong_path" || reason == "address_refused" || reason == "address_private" {
		r.status, r.kind, r.code, r.param = http.StatusBadGateway, kindServer, "upstream_unreachable", ""
	}
	if last.Class == ClassCallerFault || last.stoppedByRule() {
		r.status = cmp.Or(last.statusForClient(attempt.Status), r.status)
	}
	r.final = last.Class != ClassCanceled && (x.plan.exhausted() || last.stoppedByRule())
	what := "group"
	if x.call.GroupID == 0 {
		what = "model"
	}
	r.message = fmt.Sprintf("The %s %q could not answer after %s. The last, %s/%s: %s",
		what, x.call.Model, plural(len(x.call.Attempts), "attempt"), attempt.Provider, attempt.Model, last.Message)
	if x.key.modelID != 0 {
		r.message = fmt.Sprintf("The model %s/%s could not answer after %s: %s",
			attempt.Provider, attempt.Model, plural(len(x.call.Attempts), "attempt"), last.Message)
	}
	if last.Class == ClassOffline {
		r.retryAfter = offlineRetry
		r.message = "This machine's network is at fault, and no provider is blamed. " + r.message
	}
	if wait, all := x.g.health.soonest(x.plan.members); all {
		r.retryAfter = min(max(wait, time.Second), time.Minute)
	}
	return r
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// finals are the answers to a client when the last outcome was of a class. An
// upstream's 401 never becomes the client's: its own key was right.
var finals = map[Class]refusal{
	ClassCallerFault:      {status: http.StatusBadRequest, kind: kindRequest, code: "upstream_rejected_request"},
	ClassContextWindow:    {status: http.StatusBadRequest, kind: kindRequest, code: "context_length_exceeded"},
	ClassContentPolicy:    {status: http.StatusBadRequest, kind: kindRequest, code: "content_policy_violation"},
	ClassCredential:       {status: http.StatusBadGateway, kind: kindServer, code: "upstream_credential"},
	ClassQuota:            {status: http.StatusServiceUnavailable, kind: kindServer, code: "upstream_quota"},
	ClassRateLimited:      {status: http.StatusTooManyRequests, kind: kindRateLimit, code: "rate_limit_exceeded"},
	ClassModelUnavailable: {status: http.StatusNotFound, kind: kindRequest, code: "model_unavailable", param: "model"},
	ClassTransient:        {status: http.StatusBadGateway, kind: kindServer, code: "upstream_error"},
	ClassTimeout:          {status: http.StatusGatewayTimeout, kind: kindServer, code: "upstream_timeout"},
	ClassMalformed:        {status: http.StatusBadGateway, kind: kindServer, code: "upstream_malformed"},
	ClassKeyword:          {status: http.StatusBadGateway, kind: kindServer, code: "failure_keyword"},
	ClassOffline:          {status: http.StatusBadGateway, kind: kindServer, code: "no_network"},
	ClassCanceled:         {status: http.StatusServiceUnavailable, kind: kindServer, code: "gateway_stopping"},
}

func errorCode(o Outcome) string { return finals[o.Class].code }

// statusForClient is the status under which an upstream's error may go to the
// client. 0: under none, because it is about the provider's credentials or
// credit, and the client would look for the fault in its own.
func (o Outcome) statusForClient(status int) int {
	switch {
	case o.Class == ClassCredential, o.Class == ClassQuota:
		return 0
	case o.Class != ClassContentPolicy && (status == http.StatusUnauthorized || status == http.StatusPaymentRequired ||
		status == http.StatusForbidden || status == http.StatusProxyAuthRequired):
		return 0
	case status < 400:
		return finals[o.Class].status
	}
	return status
}

// refuse answers with an error that no member had a part in.
func (x *exchange) refuse(r refusal) {
	x.call.State = StateRefused
	if r.status == statusClientGone {
		x.call.State, x.call.Status, x.call.Message = StateCanceled, r.status, r.message
		x.aborted = true
		return
	}
	x.answer(r)
}

func (x *exchange) answer(r refusal) {
	x.call.Status, x.call.ErrorCode = r.status, r.code
	if x.call.Message == "" {
		x.call.Message = r.message
	}
	x.answerHeader()
	x.sent = true
	if !x.uploaded.Load() {
		_ = x.rc.SetReadDeadline(time.Now().Add(discardLimit))
	}
	x.limitWrite()
	x.call.BytesOut += int64(r.write(x.w, x.at.dialect))
}

// pass hands an upstream's error on.
func (x *exchange) pass(p passedReply) {
	x.passBack(http1.FieldsOf(p.header))
	x.answerHeader()
	x.w.Header().Set("Content-Type", "application/json")
	x.w.Header().Set("X-Should-Retry", "false")
	x.call.Status, x.sent = p.status, true
	x.w.WriteHeader(p.status)
	_ = x.write(p.body) // the call has failed already
}

// passBack hands those of an upstream's fields on that mean something to the
// client.
func (x *exchange) passBack(from http1.Fields) {
	for _, f := range from {
		if name := passedBackName(f.Name); name != "" && !slices.Contains(x.at.dialect.Withheld, name) {
			x.w.Header().Add(name, f.Value)
		}
	}
}

// answerHeader says who answered.
func (x *exchange) answerHeader() {
	h := x.w.Header()
	h.Set("Cache-Control", "no-store")
	if n := len(x.call.Attempts); n > 0 {
		h.Set("X-Headgate-Attempts", fmt.Sprint(n))
	}
}

// write sends bytes to the client; an error means that it went away. A client
// that reads slowly has its time for each piece, and what waits for it is in the
// buffer that it is written from.
func (x *exchange) write(p []byte) error {
	for len(p) > 0 {
		piece := p[:min(len(p), writePiece)]
		x.limitWrite()
		n, err := x.w.Write(piece)
		x.call.BytesOut += int64(n)
		if err != nil {
			return fmt.Errorf("%w: %w", errClientGone, err)
		}
		p = p[len(piece):]
	}
	return nil
}

// limitWrite bounds the next write. What a stream writes within a moment has one
// limit: to set one costs a good part of a short write.
func (x *exchange) limitWrite() {
	now, limit := time.Now(), x.g.slow.write
	if x.writeBy.Sub(now) <= limit-limit/32 {
		x.writeBy = now.Add(limit)
		_ = x.rc.SetWriteDeadline(x.writeBy)
	}
	if x.ctx != nil && x.ctx.Err() != nil { // the end's own limit may just have been overwritten
		_ = x.rc.SetWriteDeadline(now.Add(stopLimit))
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

func (x *exchange) flush() error {
	if err := x.rc.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("%w: %w", errClientGone, err)
	}
	return nil
}

// settle sends what is still buffered, within the time limit of the last write.
// net/http lifts the limit after it has ended the reply.
func (x *exchange) settle() {
	ended := x.call.Stream && x.call.State == StateOK // is written with the end of its chunks
	if x.sent && !x.aborted && !ended {
		_ = x.rc.Flush() // a client that has gone is noted by the write before
	}
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
	x.opened.end()
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
