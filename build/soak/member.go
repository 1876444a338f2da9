package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"headgate/gateway/gatewaytest"
)

// member is an upstream and what Headgate is told of it. Its name is its
// marker, its model's name, and at first its provider's.
type member struct {
	name       string
	misbehaves bool // in what it says
	gone       bool // never answers; in a group of its own
	proxied    bool // toxiproxy stands before it
	keys       int
	price      [2]int64 // of a million tokens in and out, in dollars: small and whole

	acts     []act // by the order of requests; the last repeats
	upstream *gatewaytest.Upstream
	address  string // where Headgate finds it
	requests []*gatewaytest.Request
}

// newMembers are the four, in no order, and one of a group of its own. The keys of
// the four are fewer than the attempts that a call may have: the healthy one's
// turn always comes.
func newMembers() []*member {
	return []*member{
		{name: steady, keys: 1, price: [2]int64{19, 23}},
		{name: "moody", misbehaves: true, keys: 2, price: [2]int64{3, 5}},
		{name: "remote", proxied: true, keys: 1, price: [2]int64{7, 11}},
		{name: "ruin", misbehaves: true, proxied: true, keys: 2, price: [2]int64{13, 17}},
		{name: "gone", gone: true, keys: 1, price: [2]int64{1, 2}},
	}
}

// steady is the healthy member.
const steady = "steady"

// open starts the upstream.
func (m *member) open(o options, number int) error {
	r := o.random(drawsFaults, uint64(number))
	draw := newDrawing(m.proxied)
	script := gatewaytest.Script{Marker: m.name}
	turns := o.calls + o.calls/2 + 500
	if m.gone {
		turns = 1
	}
	for i := range turns {
		how := good
		switch {
		case m.gone:
			how = missing
		case m.misbehaves && r.IntN(100) < 65:
			how = draw.bad
		}
		a, behaviour := how(r, i)
		m.acts = append(m.acts, a)
		script.Steps = append(script.Steps, behaviour)
	}
	var err error
	if m.upstream, err = gatewaytest.Listen(script); err != nil {
		return err
	}
	m.address = m.upstream.Addr()
	return nil
}

// served is what the member did to its request with this number.
func (m *member) served(seq int) (act, *gatewaytest.Request, bool) {
	if seq < 1 || seq > len(m.requests) {
		return act{}, nil, false
	}
	return m.acts[min(seq, len(m.acts))-1], m.requests[seq-1], true
}

// secret is one of the member's keys.
func (m *member) secret(n int) string {
	return fmt.Sprintf("sk-%s-canary-%d-0123456789abcdef", m.name, n)
}

var replyIDs = regexp.MustCompile(`^chatcmpl-([a-z]+)-([0-9]+)$`)

// origin is where a reply comes from, which its id tells.
func origin(replyID string) (name string, seq int, ok bool) {
	found := replyIDs.FindStringSubmatch(replyID)
	if found == nil {
		return "", 0, false
	}
	seq, err := strconv.Atoi(found[2])
	return found[1], seq, err == nil
}

// prompt is what a call says, by which an upstream's request is known.
func prompt(call int) string { return fmt.Sprintf("soak call %d.", call) }

var prompts = regexp.MustCompile(`soak call ([0-9]+)\.`)

// callOf is the call that a request belongs to; -1: none.
func callOf(q *gatewaytest.Request) int {
	found := prompts.FindSubmatch(q.Body)
	if found == nil || !strings.HasPrefix(q.Path, "/v1/chat/completions") {
		return -1
	}
	n, err := strconv.Atoi(string(found[1]))
	if err != nil {
		return -1
	}
	return n
}
