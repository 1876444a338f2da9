package gateway_test

import (
	"bufio"
	"context"
	"strings"
	"testing"

	"headgate/gateway"
)

// The usage of a stream that broke off, or that the client left, is what was told
// until then; what wasn't told is unknown, and never zero.
func TestUsageOfStreamsThatBreakOff(t *testing.T) {
	t.Parallel()
	const counting = `,"usage":{"prompt_tokens":11,"completion_tokens":2}}`
	counted := func(text string) string { return strings.TrimSuffix(delta(text), "}") + counting }
	for name, c := range map[string]struct {
		events []string
		want   gateway.Usage
	}{
		"told as it runs": {[]string{role, counted("a"), delta("b")}, gateway.Usage{Input: gateway.Count{N: 11, Known: true}, Output: gateway.Count{N: 2, Known: true}}},
		"not told":        {[]string{role, delta("a"), delta("b")}, gateway.Usage{}},
	} {
		for _, how := range []string{"cut", "left"} {
			t.Run(name+", "+how, func(t *testing.T) {
				t.Parallel()
				u := serve(t, func(v *visit) {
					v.begin()
					for _, data := range c.events {
						v.chunk("data: " + data + "\n\n")
					}
					if how == "cut" {
						v.end()
						return
					}
					v.stall()
				})
				h := open(t, []string{u.url})
				ctx, leave := context.WithCancel(t.Context())
				defer leave()
				reply, err := h.server.Client().Do(h.request(ctx, streamBody))
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = reply.Body.Close() }()
				for lines := bufio.NewScanner(reply.Body); lines.Scan() && !strings.Contains(lines.Text(), `"b"`); {
				}
				if how == "left" {
					leave()
				}
				call, want := h.ledger.await(t, 1)[0], map[string]gateway.State{"cut": gateway.StatePartial, "left": gateway.StateCanceled}[how]
				if call.Usage != c.want || call.State != want {
					t.Errorf("%s, usage %+v", call.State, call.Usage)
				}
			})
		}
	}
}

// A member that failed has no part in the usage of the call: its price is another.
func TestUsageOfNobodyElse(t *testing.T) {
	t.Parallel()
	first := serve(t, func(v *visit) { v.events(role, usage) })
	second := serve(t, func(v *visit) { v.events(role, delta("good"), finish, done) })
	h := open(t, []string{first.url, second.url})
	h.post(streamBody).wantGood(t, true)
	if call := h.ledger.await(t, 1)[0]; len(call.Attempts) != 2 || call.Usage != (gateway.Usage{}) {
		t.Errorf("%d attempts, usage %+v", len(call.Attempts), call.Usage)
	}
}

// What is held back until a reply begins is bounded: an upstream that only plays
// for time, be it with events that mean nothing, is left for the next one.
func TestHoldIsBounded(t *testing.T) {
	t.Parallel()
	padding := strings.Repeat("x", 8<<10)
	for name, frame := range map[string]string{
		"roles":      `data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"pad":"` + padding + "\"}\n\n",
		"extensions": `data: {"pad":"` + padding + "\"}\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flood := serve(t, func(v *visit) {
				v.begin()
				for range 64 { // twice what is held
					v.chunk(frame)
				}
				v.stall()
			})
			h := open(t, []string{flood.url, serve(t, healthy).url})
			h.post(streamBody).wantGood(t, true)
			if o := h.ledger.await(t, 1)[0].Attempts[0].Outcome; o.Reason != "no_content" || !o.Counts {
				t.Errorf("outcome %+v", o)
			}
		})
	}
}

// Comments before a reply reach nobody and fill nothing; those within it pass.
func TestCommentsBeforeTheReply(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) {
		v.begin()
		for range 64 {
			v.chunk(": " + strings.Repeat("x", 8<<10) + "\n\n")
		}
		v.chunk("data: " + delta("go") + "\n\n: within\n\ndata: " + delta("od") + "\n\ndata: " + finish + "\n\ndata: " + done + "\n\n")
		v.end()
	})
	got := open(t, []string{u.url}).post(streamBody)
	got.wantGood(t, true)
	if strings.Contains(got.body, "xxx") || !strings.Contains(got.body, ": within\n\n") {
		t.Errorf("got %.200q", got.body)
	}
}
