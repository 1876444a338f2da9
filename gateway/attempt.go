package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"headgate/gateway/dialect"
	"headgate/gateway/http1"
	"headgate/gateway/life"
)

// Caps on what an upstream may send.
const (
	largestError = 64 << 10
	largestReply = 64 << 20
)

// attempt is one round trip to one member with one provider key.
type attempt struct {
	x      *exchange
	asking *question
	turn   turn
	m      *member
	key    *providerKey
	life   life.Life
	limit  timeLimit
	began  time.Time

	asked     bool // usage was asked for by us, so it is hidden again
	response  *http1.Response
	record    Attempt
	usage     Usage
	late      *Keyword // a failure keyword that came after the commit
	handedOff bool     // something else closes the response

	room struct { // for what would be allocated one by one
		fields [16]http1.Field
		body   [5][]byte
		opening
	}
}

func newAttempt(x *exchange, t turn, commitBy time.Time) *attempt {
	m, key := t.member, t.key
	a := &attempt{x: x, asking: x.request, turn: t, m: m, key: key, began: time.Now()}
	if x.plain != nil && x.g.health.wantsPlain(m.provider) {
		a.asking = x.plain
	}
	a.record = Attempt{
		MemberID: max(m.id, 0), ProviderID: m.provider.id, Provider: m.provider.name,
		ModelID: m.model.ID, Model: m.model.Name, ProviderKeyID: key.id, KeyHint: key.hint,
		Priority: m.priority, Price: m.model.Price, Start: a.began.Sub(x.call.StartedAt),
	}
	// Not a child of the call's context: what is left of a complete stream is
	// read after the call has ended.
	a.life.Follow(x.ctx)
	if !x.head.stream {
		// A whole reply has a time limit of its own, which may be the longer
		// one: a model that thinks for minutes sends nothing before.
		commitBy = time.Time{}
	}
	a.limit.life, a.limit.commitBy = &a.life, commitBy
	a.asked = x.head.stream && !x.head.wantsUsage && !x.g.health.refusesUsage(m.provider)
	return a
}

// do makes the round trip and, when the reply is good, relays it.
func (a *attempt) do() (outcome Outcome) {
	settled := false
	defer func() {
		a.limit.stop()
		a.close()
		a.record.Total = time.Since(a.began)
		if !settled { // a panic: nobody is to blame, and the half-open state ends
			a.x.g.health.note(a.turn, Outcome{Blames: BlamesNobody}, a.x.s.failover)
		}
	}()
	res := a.try()
	settled = true
	if res == nil {
		outcome = Outcome{Class: ClassOK, Blames: BlamesNobody, Action: ActionDone, Reason: "ok"}
		if a.late != nil {
			outcome.Keyword, outcome.KeywordID = a.late.Text, a.late.ID
		}
		return outcome
	}
	outcome = a.classify(res)
	a.keepForCaller(outcome, res)
	return outcome
}

// classify completes a result with what the attempt knows, and classifies it. A
// client that is told of a failure leaves: that is not why the reply broke off.
func (a *attempt) classify(res *result) Outcome {
	if res.told != nil {
		return *res.told
	}
	res.status, res.now = a.record.Status, time.Now()
	if a.response != nil && res.header == nil {
		res.header = a.response.Fields.Header()
	}
	if res.header == nil {
		res.header = http.Header{}
	}
	if res.err != nil {
		res.err = causeOf(&a.life, res.err)
	}
	res.describe()
	hidden := a.m.provider.secrets
	if res.answered() {
		for _, rules := range [][]rule{a.x.rules, a.m.provider.rules} {
			if i := firstFit(rules, res); i >= 0 {
				return rules[i].decide(classifyByTable(res, hidden))
			}
		}
	}
	return a.x.g.health.judge(a.turn, res, classify(res, hidden))
}

// keepForCaller remembers an error that the caller can mend, or that a person
// wants it to see.
func (a *attempt) keepForCaller(o Outcome, r *result) {
	switch {
	case o.stoppedByRule():
		a.x.lastReply = passedReply{}
	case o.Class != ClassCallerFault && o.Class != ClassContextWindow && o.Class != ClassContentPolicy:
		return
	}
	if status := o.statusForClient(r.effectiveStatus()); status != 0 && r.failure.Message != "" {
		a.x.lastReply = passedReply{status, r.header, a.m.provider.secrets.hide(r.body), o}
	}
}

// try returns nil when the reply went to the client whole.
func (a *attempt) try() *result {
	timeouts := a.m.provider.timeouts
	if a.x.head.stream {
		a.limit.set(timeouts.FirstToken, errNoFirstToken)
	} else {
		a.limit.set(timeouts.Reply, errReplyTimeout)
	}
	for {
		if err := a.roundTrip(); err != nil {
			return &result{err: err}
		}
		a.x.g.health.reached(a.m.provider)
		a.record.FirstByte = time.Since(a.began)
		a.record.Status = a.response.Status
		if a.response.Status == http.StatusOK {
			return a.relay()
		}
		res := a.readError()
		switch {
		case a.asked && a.rejected(res) && a.m.provider.dialect.RefusesUsage(res.body):
			a.x.g.health.noteRefusesUsage(a.m.provider)
			a.asked = false
		case a.x.plain != nil && a.asking != a.x.plain && a.rejected(res) && a.x.translation.TooMuch(res.body):
			a.x.g.health.noteWantsPlain(a.m.provider)
			a.asking = a.x.plain
		default:
			return res
		}
		a.closeResponse()
		a.record.FirstByte, a.record.Status = 0, 0 // the reply to the second request counts, if one comes
	}
}

func (a *attempt) roundTrip() error {
	p := a.m.provider
	var t http1.Trace
	var err error
	a.response, err = p.carrier.roundTrip(&a.life, &upstreamRequest{
		method: http.MethodPost, url: p.urls[dialect.Chat], target: p.targets[dialect.Chat],
		fields: upstreamFields(a.room.fields[:0], a.x.r.Header, a.key),
		body:   rewritten(a.room.body[:0], a.asking.body, a.asking.head, a.m.quotedModel, a.asked),
	}, &t)
	if t.Connect > 0 {
		a.record.Connect = t.Connect
	}
	return err
}

// readError takes in a reply whose status is not 200.
func (a *attempt) readError() *result {
	res := &result{header: a.response.Fields.Header()}
	status := a.response.Status
	if status < 200 || status > 200 && status < 300 {
		res.err = errUnexpectedCode
		return res
	}
	reader, err := decoded(a.response)
	if err != nil {
		return res // the status says enough
	}
	res.body, _ = io.ReadAll(io.LimitReader(reader, largestError))
	if cause := a.life.Err(); cause != nil {
		res.err = cause // the client left meanwhile, or time ran out
	}
	res.readFailure(a.m.provider.dialect)
	res.keyword = a.keywordIn(res)
	return res
}

// keywordIn looks for a failure keyword in an error, as it stands and decoded.
func (a *attempt) keywordIn(res *result) *Keyword {
	if found := a.x.words.errors.find(res.failure.Message); found != nil {
		return found
	}
	return a.x.words.errors.find(string(res.body))
}

// rejected tells whether the provider read the request and didn't like it.
func (a *attempt) rejected(r *result) bool {
	return r.err == nil && (a.record.Status == http.StatusBadRequest || a.record.Status == http.StatusUnprocessableEntity)
}

// relay takes in a reply with status 200.
func (a *attempt) relay() *result {
	reader, err := decoded(a.response)
	if err != nil {
		return &result{err: err}
	}
	opening := &a.room.opening
	defer opening.release()
	kind, err := opening.sniff(reader)
	if err != nil {
		return &result{err: err}
	}
	switch {
	case kind == replyHTML:
		return &result{err: errHTMLReply}
	case kind == replyEmpty:
		return &result{err: errEmptyReply}
	case kind == replyEvents && a.x.head.stream:
		return a.relayStream(opening)
	case kind == replyEvents:
		return a.assemble(opening)
	default:
		return a.relayJSON(opening)
	}
}

// relayJSON answers with a whole reply, as events when the client wants those.
func (a *attempt) relayJSON(reader io.Reader) *result {
	body := getBuffer()
	defer putBuffer(body)
	share := &a.x.share
	defer share.shrink(share.n)
	if err := share.read(reader, body, a.response.Length, largestReply); err != nil {
		return &result{err: err}
	}
	if !share.take(len(*body)) { // its texts
		return &result{err: errNoRoom}
	}
	return a.deliver(*body)
}

// deliver checks a whole reply and sends it.
func (a *attempt) deliver(body []byte) *result {
	d := a.m.provider.dialect
	reply, err := d.ReadReply(body, a.x.words.reply != nil)
	if err != nil || !reply.Complete {
		res := &result{body: body[:min(len(body), largestError)], err: errNoContent}
		if err != nil {
			res.err = errNotJSON
		}
		if failure, ok := d.ReadError(body); ok {
			res.failure, res.err = failure, errErrorInReply
			res.body = bytes.Clone(res.body)
			res.keyword = a.keywordIn(res)
		}
		return res
	}
	a.usage = reply.Usage
	for _, text := range reply.Texts {
		if found := a.x.words.reply.find(text); found != nil {
			return &result{err: errKeyword, keyword: found}
		}
	}
	if cause := a.life.Err(); cause != nil {
		return &result{err: cause}
	}
	a.record.FirstToken = time.Since(a.began)
	body = a.m.provider.credentials.hide(body)
	if !a.x.head.stream {
		if body, err = a.replyOf(body); err != nil {
			return &result{err: fmt.Errorf("%w: %w", errNotJSON, err)}
		}
		a.commit("application/json", len(body))
		return a.finish(a.x.write(body))
	}
	events, err := a.eventsOf(body)
	if err != nil {
		return &result{err: fmt.Errorf("%w: %w", errNotJSON, err)}
	}
	a.commit("text/event-stream", -1)
	err = a.x.write(events)
	return a.finish(errors.Join(err, a.x.flush()))
}

func (a *attempt) finish(err error) *result {
	if err != nil {
		return &result{err: err}
	}
	return nil
}

// commit sends the status line: from here on no other member can answer.
func (a *attempt) commit(contentType string, length int) {
	x := a.x
	a.limit.commit()
	if length < 0 && !a.response.Sending() {
		a.asking = nil
		clear(a.room.body[:])
		x.dropBody()
	}
	x.g.health.began(a.turn)
	h := x.w.Header()
	x.passBack(a.response.Fields)
	h["Content-Type"], h["Cache-Control"] = x.one(contentType), noStore
	if length >= 0 {
		h["Content-Length"] = x.one(strconv.Itoa(length))
	}
	h["X-Headgate-Attempts"] = x.one(strconv.Itoa(len(x.call.Attempts) + 1))
	h["X-Headgate-Provider"], h["X-Headgate-Model"] = a.m.provider.shown, a.m.shown
	x.call.Status, x.sent = http.StatusOK, true
	x.call.FirstToken = time.Since(x.call.StartedAt)
	x.w.WriteHeader(http.StatusOK)
}

// close ends the round trip. A connection whose reply was read to its end is
// in the pool already; any other one is closed, which tells the upstream.
func (a *attempt) close() {
	a.life.Unfollow()
	if a.handedOff {
		return
	}
	a.closeResponse()
	a.life.End(nil)
}

func (a *attempt) closeResponse() {
	if a.response != nil {
		_ = a.response.Body.Close()
		a.response = nil
	}
}
