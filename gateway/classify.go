package gateway

import (
	"cmp"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// How long whom is passed over when the upstream names no time of its own.
const (
	credentialBench = time.Hour        // a key seldom becomes right by itself; editing it clears this
	quotaBench      = time.Hour        // limits are topped up or roll over
	modelBench      = 10 * time.Minute // a missing model or a wrong path needs a person
)

// row is one of the classifier's table.
type row struct {
	reason string // a stable code; the window has a text for each
	when   func(*result) bool
	class  Class
	blames Blame
	action Action
	counts bool
	bench  func(*result) time.Duration // nil: none
}

// reasonBusy is for a call that this machine had no room for.
const reasonBusy = "gateway_busy"

// table is tried in order; the first row that fits decides. First what ended on
// our side, then connections, then what the body says, then the status: the
// same status means different things with different words. A person's rules come
// before it: see attempt.classify.
var table = []row{
	// Our side. Nobody is to blame for a client that left, or for a machine
	// without memory, descriptors or ports.
	{reason: "client_gone", when: failed(errClientGone), class: ClassCanceled, blames: BlamesNobody, action: ActionStop},
	{reason: "gateway_stopping", when: failed(errStopped), class: ClassCanceled, blames: BlamesNobody, action: ActionStop},
	{reason: reasonBusy, when: failed(errNoRoom), class: ClassCanceled, blames: BlamesNobody, action: ActionStop},
	{reason: reasonBusy, when: network(isShort), class: ClassCanceled, blames: BlamesNobody, action: ActionNext},
	{reason: "commit_limit", when: failed(errCommitLimit), class: ClassTimeout, blames: BlamesNobody, action: ActionStop},

	// Time limits.
	{reason: "no_first_token", when: failed(errNoFirstToken), class: ClassTimeout, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "stream_idle", when: failed(errStreamIdle), class: ClassTimeout, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "reply_timeout", when: failed(errReplyTimeout), class: ClassTimeout, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "connect_timeout", when: failed(errConnectTimeout), class: ClassTimeout, blames: BlamesMember, action: ActionNext, counts: true},

	// Connections. Whether it is this machine that has no network, health decides:
	// one error doesn't tell.
	{reason: "address_private", when: failed(errAddressPrivate), class: ClassModelUnavailable, blames: BlamesMember, action: ActionNext, bench: fixed(modelBench)},
	{reason: "address_refused", when: failed(errAddressRefused), class: ClassModelUnavailable, blames: BlamesMember, action: ActionNext, bench: fixed(modelBench)},
	{reason: "proxy_failed", when: failed(errProxy), class: ClassTransient, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "dns_failed", when: network(isDNS), class: ClassTransient, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "connection_refused", when: network(isRefused), class: ClassTransient, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "tls_failed", when: network(isTLS), class: ClassTransient, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "connection_reset", when: network(isReset), class: ClassTransient, blames: BlamesMember, action: ActionNext, counts: true},

	// A reply that began well and is none.
	{reason: "keyword", when: failed(errKeyword), class: ClassKeyword, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "html_reply", when: failed(errHTMLReply), class: ClassMalformed, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "empty_reply", when: failed(errEmptyReply), class: ClassMalformed, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "not_json", when: failed(errNotJSON), class: ClassMalformed, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "no_content", when: failed(errNoContent), class: ClassMalformed, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "cut_stream", when: failed(errCutStream), class: ClassMalformed, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "reply_too_large", when: failed(errTooLarge), class: ClassMalformed, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "unknown_encoding", when: failed(errEncoding), class: ClassTransient, blames: BlamesMember, action: ActionNext, counts: true},

	// What the body says. Quota before rate limit and credential before caller:
	// upstreams send the former under the status of the latter.
	// Google says "current quota" and "billing" for limits of a minute, too, and Groq
	// sends a 413 for what is too much for one.
	{reason: "rate_limited", when: says([]int{413, 429}, "please retry in", "perminute", "per minute"), class: ClassRateLimited, blames: BlamesBoth, action: ActionNextKey, bench: asked},
	// Under a 400, which mostly is the caller's fault and may quote what the caller
	// sent, only whole phrases count.
	{reason: "quota", when: says([]int{402, 403, 429}, "insufficient_quota", "current quota", "monthly quota", "billing", "insufficient balance", "insufficient credit", "credit balance", "spend limit", "monthly limit", "usage limits", "payment required", "balance is not enough", "key limit exceeded", "arrearage", "余额不足"), class: ClassQuota, blames: BlamesKey, action: ActionNextKey, bench: fixed(quotaBench)},
	{reason: "quota", when: says([]int{400}, "insufficient_quota", "exceeded your current quota", "billing_hard_limit", "billing_not_active", "billing details", "insufficient balance", "insufficient credit", "credit balance is too low", "spend limit", "monthly limit", "balance is not enough", "arrearage", "余额不足"), class: ClassQuota, blames: BlamesKey, action: ActionNextKey, bench: fixed(quotaBench)},
	{reason: "bad_key", when: says([]int{400, 401, 403}, "invalid_api_key", "invalid api key", "incorrect api key", "api key not valid", "api_key_invalid", "api key expired", "api key has expired", "pass a valid api key", "invalid authentication", "authentication_error"), class: ClassCredential, blames: BlamesKey, action: ActionNextKey, bench: fixed(credentialBench)},
	{reason: "content_policy", when: says([]int{400, 403, 451}, "content_policy", "content policy", "content_filter", "content management policy", "moderation_blocked", "moderation system", "was flagged", "been flagged", "flagged by", "flagged as", "safety system", "content filtering", "data_inspection_failed", "content exists risk", "violates usage guidelines"), class: ClassContentPolicy, blames: BlamesNobody, action: ActionStop},
	{reason: "context_window", when: says([]int{400, 413, 422}, "context_length_exceeded", "context length", "context window", "context size", "maximum context", "prompt is too long", "too many tokens", "reduce the length", "input is too long", "exceeds the model's maximum", "exceeds the maximum number of tokens", "maximum prompt length", "model token limit", "range of input length", "max_new_tokens` must be", "inputs` must have less than"), class: ClassContextWindow, blames: BlamesNobody, action: ActionNext},
	{reason: "model_missing", when: saysLike([]int{400, 403, 404, 410}, noSuchModel), class: ClassModelUnavailable, blames: BlamesMember, action: ActionNext, bench: fixed(modelBench)},
	{reason: "overloaded", when: says([]int{500, 503, 529}, "overloaded", "over capacity", "at capacity", "engine is busy"), class: ClassTransient, blames: BlamesMember, action: ActionNext, counts: true, bench: asked},

	// The status.
	{reason: "bad_key", when: status(401), class: ClassCredential, blames: BlamesKey, action: ActionNextKey, bench: fixed(credentialBench)},
	// A forward proxy that wants credentials, not the provider.
	{reason: "proxy_failed", when: status(407), class: ClassTransient, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "quota", when: status(402), class: ClassQuota, blames: BlamesKey, action: ActionNextKey, bench: fixed(quotaBench)},
	// A web page comes from what stands before the provider, which knows no keys.
	{reason: "html_reply", when: both(status(403), (*result).isHTML), class: ClassMalformed, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "forbidden", when: status(403), class: ClassCredential, blames: BlamesKey, action: ActionNextKey, bench: fixed(credentialBench)},
	// A 404 that doesn't speak of a model is about the path, and so is a 405: every
	// provider takes a POST where a chat is.
	{reason: "model_missing", when: both(status(404, 410), (*result).namesModel), class: ClassModelUnavailable, blames: BlamesMember, action: ActionNext, bench: fixed(modelBench)},
	{reason: "wrong_path", when: status(404, 405, 410, 501), class: ClassModelUnavailable, blames: BlamesMember, action: ActionNext, bench: fixed(modelBench)},
	{reason: "rate_limited", when: status(429), class: ClassRateLimited, blames: BlamesBoth, action: ActionNextKey, bench: asked},
	{reason: "content_policy", when: status(451), class: ClassContentPolicy, blames: BlamesNobody, action: ActionStop},
	{reason: "too_large", when: status(413), class: ClassCallerFault, blames: BlamesNobody, action: ActionNext},
	{reason: "upstream_busy", when: status(408, 409, 425), class: ClassTransient, blames: BlamesMember, action: ActionNext, counts: true},
	// Of those who speak for somebody behind them: wrong server, its failure, it left.
	{reason: "upstream_error", when: status(421, 424, 499), class: ClassTransient, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "caller_fault", when: statusRange(400, 499), class: ClassCallerFault, blames: BlamesNobody, action: ActionStop},
	{reason: "redirected", when: statusRange(300, 399), class: ClassTransient, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "upstream_error", when: statusRange(500, 599), class: ClassTransient, blames: BlamesMember, action: ActionNext, counts: true, bench: asked},
	{reason: "error_in_reply", when: failed(errErrorInReply), class: ClassMalformed, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "unexpected_status", when: statusRange(600, 999), class: ClassTransient, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "unexpected_status", when: failed(errUnexpectedCode), class: ClassTransient, blames: BlamesMember, action: ActionNext, counts: true},

	// What is left of broken connections.
	{reason: "connection_closed", when: network(isClosed), class: ClassTransient, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "connect_timeout", when: network(isTimeout), class: ClassTimeout, blames: BlamesMember, action: ActionNext, counts: true},
	{reason: "connection_failed", when: func(*result) bool { return true }, class: ClassTransient, blames: BlamesMember, action: ActionNext, counts: true},
}

// classify turns a result that is not a good reply into an outcome.
//
// A failure keyword in an error decides like one in a reply, so that even what
// would go to the client as its own fault is asked of the next member. Only
// where a key is to blame the exact class stays, with the keyword noted: the
// member's other keys may be good.
func classify(r *result, hidden secrets) Outcome {
	if r.keyword == nil {
		return classifyByTable(r, hidden)
	}
	if !errors.Is(r.err, errKeyword) {
		o := classifyByTable(r, hidden)
		if o.Blames == BlamesKey || o.Blames == BlamesBoth || o.Class == ClassCanceled || o.Class == ClassTimeout {
			o.Keyword, o.KeywordID = r.keyword.Text, r.keyword.ID
			return o
		}
	}
	found := *r
	found.err = errKeyword
	o := classifyByTable(&found, hidden)
	o.Keyword, o.KeywordID = r.keyword.Text, r.keyword.ID
	return o
}

// classifyByTable is classify for a result whose keyword doesn't matter.
func classifyByTable(r *result, hidden secrets) Outcome {
	for i := range table {
		fit := &table[i]
		if !fit.when(r) {
			continue
		}
		o := Outcome{
			Class: fit.class, Blames: fit.blames, Action: fit.action, Counts: fit.counts,
			Reason: fit.reason, Message: r.message(hidden),
		}
		if fit.bench != nil {
			o.Bench = fit.bench(r)
		}
		return o
	}
	panic("gateway: the table's last row fits everything")
}

func failed(err error) func(*result) bool {
	return func(r *result) bool { return errors.Is(r.err, err) }
}

// network is for errors of the connection itself.
func network(is func(error) bool) func(*result) bool {
	return func(r *result) bool { return r.err != nil && is(r.err) }
}

// says fits when the body's error has one of the words under one of the
// statuses, or under a 200 that names no other.
func says(statuses []int, words ...string) func(*result) bool {
	fits := status(append(statuses, http.StatusOK)...)
	return func(r *result) bool {
		return fits(r) && slices.ContainsFunc(words, func(w string) bool { return strings.Contains(r.words, w) })
	}
}

// saysLike is says with a pattern.
func saysLike(statuses []int, like *regexp.Regexp) func(*result) bool {
	fits := status(append(statuses, http.StatusOK)...)
	return func(r *result) bool { return fits(r) && like.MatchString(r.words) }
}

// noSuchModel is how upstreams say so. "Invalid model parameters" doesn't.
var noSuchModel = regexp.MustCompile("(?m)model[_ ]not[_ ](found|exist)|invalid_model\\b|(unknown|no such) model\\b|" +
	"(unsupported|invalid) model( name| id)?( passed|\\s*[:.='\"`]|$)|is not a valid model|" +
	"model \\S{1,200} (does not exist|(is |was )?not found)|model_decommissioned|" +
	"model \\S{1,200} (has been|was|is) (decommissioned|deprecated|retired|discontinued)|" +
	"model \\S{1,200} is no longer (supported|available)|not have access to( the)? model")

func status(statuses ...int) func(*result) bool {
	return func(r *result) bool {
		have := r.effectiveStatus()
		for _, s := range statuses {
			if have == s {
				return true
			}
		}
		return false
	}
}

func statusRange(from, to int) func(*result) bool {
	return func(r *result) bool { s := r.effectiveStatus(); return from <= s && s <= to }
}

func both(a, b func(*result) bool) func(*result) bool {
	return func(r *result) bool { return a(r) && b(r) }
}

func fixed(d time.Duration) func(*result) time.Duration {
	return func(*result) time.Duration { return d }
}

// asked is the time that the upstream itself asks for, in a header or in words.
func asked(r *result) time.Duration {
	return cmp.Or(retryAfter(r.header, r.now), retryIn(r.words))
}
