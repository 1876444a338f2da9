package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"headgate/gateway/dialect"
	"headgate/gateway/http1"
)

// ProbeResult is what a test of a provider found.
type ProbeResult struct {
	Status  int // upstream's; 0: no reply
	Outcome Outcome
	Latency time.Duration
	Models  []string      // what the provider serves, where it says so
	Listed  []ListedModel // the same with what the list says of each
}

// ListedModel is what a provider's list says of one of its models. A price that
// the list doesn't name is nil, a context 0.
type ListedModel struct {
	Name          string
	ContextTokens int64
	Price         Price
}

// probeLimit bounds one request of a probe.
const probeLimit = 15 * time.Second

// Probe makes a real request to a provider: its list of models or, where it has
// none and model is given, the shortest chat. Nothing is held against anybody.
func (g *Gateway) Probe(ctx context.Context, in Provider, model string) ProbeResult {
	p, err := compileProvider(in, g.timeouts())
	if err != nil {
		return ProbeResult{Outcome: Outcome{Class: ClassCallerFault, Blames: BlamesNobody, Action: ActionStop, Reason: "caller_fault", Message: err.Error()}}
	}
	var done func()
	p.carrier, done = g.upstream.borrow(p)
	defer done()
	began := time.Now()
	out, body := g.probe(ctx, p, http.MethodGet, dialect.Models, "")
	if out.Outcome.Class == ClassOK {
		list, err := p.dialect.ReadModels(body)
		if err == nil {
			out.take(list)
		} else {
			out.Outcome = classify(&result{err: notAList(body, err), status: out.Status, header: http.Header{}, now: time.Now()}, p.secrets)
		}
	}
	if out.Outcome.Class == ClassModelUnavailable && model != "" {
		quoted, _ := json.Marshal(model) // a string: can't fail
		out, _ = g.probe(ctx, p, http.MethodPost, dialect.Chat,
			fmt.Sprintf(`{"model":%s,"messages":[{"role":"user","content":"ping"}],"max_tokens":1}`, quoted))
	}
	out.Latency = time.Since(began)
	return out
}

func (r *ProbeResult) take(list []dialect.ListedModel) {
	r.Models, r.Listed = make([]string, len(list)), make([]ListedModel, len(list))
	for i, m := range list {
		r.Models[i] = m.Name
		r.Listed[i] = ListedModel{Name: m.Name, ContextTokens: m.ContextTokens, Price: Price{
			InputPerMillion: m.Input, OutputPerMillion: m.Output, CachedInputPerMillion: m.CachedInput, PerCall: m.PerCall,
		}}
	}
}

func notAList(body []byte, err error) error {
	if looksLikeHTML(body) {
		return errHTMLReply
	}
	return fmt.Errorf("%w of models: %w", errNotJSON, err)
}

func (g *Gateway) probe(ctx context.Context, p *provider, method string, operation dialect.Operation, body string) (ProbeResult, []byte) {
	ctx, cancel := context.WithTimeoutCause(ctx, probeLimit, errReplyTimeout)
	defer cancel()
	key := p.keys[0]
	res := &result{header: http.Header{}}
	var t http1.Trace
	reply, err := p.carrier.roundTrip(ctx, &upstreamRequest{
		method: method, url: p.urls[operation], target: p.targets[operation],
		fields: upstreamFields(nil, http.Header{}, key), body: [][]byte{[]byte(body)},
	}, &t)
	if err != nil {
		res.err, res.now = causeOf(ctx, err), time.Now()
		return ProbeResult{Outcome: g.health.judgeTest(p, res.err, classify(res, p.secrets))}, nil
	}
	defer reply.Body.Close()
	g.health.reached(p)
	res.status, res.header, res.now = reply.Status, reply.Fields.Header(), time.Now()
	reader, err := decoded(reply)
	if err == nil {
		res.body, err = io.ReadAll(io.LimitReader(reader, largestReply))
	}
	switch {
	case err != nil:
		res.err = causeOf(ctx, err)
	case reply.Status == http.StatusOK && len(strings.TrimSpace(string(res.body))) == 0:
		res.err = errEmptyReply
	case reply.Status == http.StatusOK:
		res.readFailure(p.dialect)
		if res.failure.Message == "" {
			ok := Outcome{Class: ClassOK, Blames: BlamesNobody, Action: ActionDone, Reason: "ok"}
			return ProbeResult{Status: reply.Status, Outcome: ok}, res.body
		}
		res.err = errErrorInReply
	default:
		res.readFailure(p.dialect)
	}
	if errors.Is(res.err, context.Canceled) {
		res.err = errClientGone
	}
	return ProbeResult{Status: res.status, Outcome: classify(res, p.secrets)}, nil
}
