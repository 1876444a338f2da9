package gateway

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"

	"headgate/gateway/http1"
)

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
			h := x.w.Header()
			if list := h[name]; list != nil {
				h[name] = append(list, f.Value)
			} else {
				h[name] = x.one(f.Value)
			}
		}
	}
}

// one is a header's list of one value. The lists of a call lie in one piece.
func (x *exchange) one(value string) []string {
	n := len(x.values)
	if n == cap(x.values) {
		return []string{value}
	}
	x.values = append(x.values, value)
	return x.values[n : n+1 : n+1]
}

// answerHeader says who answered.
func (x *exchange) answerHeader() {
	h := x.w.Header()
	h.Set("Cache-Control", "no-store")
	if n := len(x.call.Attempts); n > 0 {
		h.Set("X-Headgate-Attempts", fmt.Sprint(n))
	}
}
