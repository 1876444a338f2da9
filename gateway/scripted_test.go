package gateway_test

import (
	"slices"
	"strings"
	"testing"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

// Every entry of the list has a fate here.
func TestNoFaultIsForgotten(t *testing.T) {
	t.Parallel()
	for _, name := range gatewaytest.Faults() {
		if !slices.ContainsFunc(fates, func(f fateOf) bool { return f.name == name }) {
			t.Errorf("%s is not in the list of fates", name)
		}
	}
}

// eachFate runs a test for each entry of the fault list, at each door, for plain
// calls and for streams.
func eachFate(t *testing.T, run func(t *testing.T, f fateOf, d door, stream bool)) {
	for _, d := range doors {
		for _, f := range fates {
			for as, stream := range map[string]bool{"json": false, "stream": true} {
				if f.as == "" || f.as == as {
					t.Run(f.name+" "+d.name+" "+as, func(t *testing.T) {
						t.Parallel()
						run(t, f, d, stream)
					})
				}
			}
		}
	}
}

// Each entry of the fault list, with a healthy member behind it: what the client
// gets, what both members received, what the log says and whom it blames.
func TestScriptedFaults(t *testing.T) {
	eachFate(t, func(t *testing.T, f fateOf, d door, stream bool) {
		first := gatewaytest.Start(t, gatewaytest.Fault(f.name))
		second := gatewaytest.Start(t, other)
		h := open(t, []string{first.URL(), second.URL()}, f.keyword, f.patience(stream))
		f.trust(h, first)
		asked := 1
		if f.name == "FLT-009" {
			d.ask(h, d.plain) // the connection that turns out dead must be there first
			asked = 2
		}
		got := d.ask(h, d.body(stream))
		if d.name == "responses" && got.status == 200 && stream {
			got.kinds(t)
		}
		call := h.ledger.await(t, asked)[asked-1]
		f.want(stream, first.Marker(), second.Marker()).check(t, h, d, got, call, receivedBy(first)[asked-1:], receivedBy(second))
	})
}

// The same without anybody else: one clear error with the list's status.
func TestScriptedFaultsAlone(t *testing.T) {
	eachFate(t, func(t *testing.T, f fateOf, d door, stream bool) {
		w := f.want(stream, "", "")
		switch w.fate {
		case nextAnswers:
			f.fate, f.stream, f.code, f.kind = oneError, "", "", ""
			w = f.want(stream, "", "")
		case passedOn: // as with others behind it
		default:
			return
		}
		u := gatewaytest.Start(t, gatewaytest.Fault(f.name))
		h := open(t, []string{u.URL()}, f.keyword, f.patience(stream))
		f.trust(h, u)
		got := d.ask(h, d.body(stream))
		call := h.ledger.await(t, 1)[0]
		if f.class == gateway.ClassKeyword && !strings.HasSuffix(f.name, ":error") {
			w.usage = call.Usage // a reply that isn't one may have cost something
		}
		w.check(t, h, d, got, call, receivedBy(u))
	})
}
