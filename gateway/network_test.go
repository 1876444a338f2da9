package gateway_test

import (
	"net/http"
	"strings"
	"testing"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

// FLT-005: a name whose IPv6 address doesn't answer is reached by IPv4. The
// upstream listens on 127.0.0.1 only.
func TestFLT005BrokenIPv6(t *testing.T) {
	t.Parallel()
	for i := range 4 {
		d, stream := doors[i/2], i%2 == 1
		u := serve(t, healthy)
		h := open(t, []string{strings.Replace(u.url, "127.0.0.1", "localhost", 1)})
		got := d.ask(h, d.body(stream))
		w := want{stream: stream, fate: itAnswers, text: "good", asked: []int{1}, answered: 200, usage: metered, first: gateway.Outcome{Class: gateway.ClassOK, Reason: "ok"}}
		if stream {
			w.usage = detailed
		}
		w.check(t, h, d, got, h.ledger.await(t, 1)[0], u.received())
	}
}

// FLT-034: a wrong path is told in words that help.
func TestFLT034SaysWhatToCheck(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"FLT-034", "FLT-017", "FLT-035"} {
		h := open(t, []string{gatewaytest.Start(t, gatewaytest.Fault(name)).URL()})
		got := h.post(plainBody)
		if _, message := got.envelope(t); got.status != http.StatusBadGateway || !strings.Contains(message, "up1/model-1") {
			t.Errorf("%s: %d %s", name, got.status, message)
		}
		if name != "FLT-034" {
			continue
		}
		if _, message := got.envelope(t); !strings.Contains(message, "check the base URL") {
			t.Errorf("%s: %s", name, message)
		}
	}
}

// A gateway that is its own provider says so, after one round.
func TestLoopIsSaid(t *testing.T) {
	t.Parallel()
	h := open(t, []string{gatewaytest.Refusing(t)})
	h.config.Providers[0].BaseURL = h.server.URL + "/v1"
	h.config.Providers[0].Keys[0].Secret = apiKey
	h.config.Providers[0].Models[0].Name = "chat"
	h.apply()
	if got := h.post(plainBody); got.status != http.StatusBadGateway {
		t.Errorf("got %d %s", got.status, got.body)
	}
	inner, outer := h.ledger.await(t, 2)[0], h.ledger.await(t, 2)[1]
	if inner.Status != http.StatusLoopDetected || inner.State != gateway.StateRefused || inner.ErrorCode != "loop_detected" || len(inner.Attempts) != 0 {
		t.Errorf("the call that came back: %+v", inner)
	}
	if outer.State != gateway.StateFailed || !strings.Contains(outer.Message, "Headgate itself") {
		t.Errorf("the call that went out: %+v", outer)
	}
}

// FLT-058: every byte of a stream of a megabyte arrives, and only those.
func TestFLT058Burst(t *testing.T) {
	t.Parallel()
	u := gatewaytest.Start(t, gatewaytest.Script{Steps: []gatewaytest.Behaviour{{Pieces: 5_000, Segment: -1}}})
	got := open(t, []string{u.URL()}).post(streamBody)
	if want := gatewaytest.Text(u.Marker(), 5_000); got.err != nil || !got.done() || got.text() != want {
		t.Errorf("%d bytes of text (%v), want %d", len(got.text()), got.err, len(want))
	}
}
