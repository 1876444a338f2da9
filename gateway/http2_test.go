package gateway_test

import (
	"testing"
	"time"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

// openHTTP2 is a gateway in front of an upstream that speaks HTTP/2 and, behind
// it, a healthy one.
func openHTTP2(t *testing.T, steps ...gatewaytest.Behaviour) (h *house, first, second *gatewaytest.Upstream) {
	t.Helper()
	first = gatewaytest.Start(t, gatewaytest.Script{Door: gatewaytest.DoorHTTP2, Steps: steps})
	second = gatewaytest.Start(t, gatewaytest.Script{})
	h = open(t, []string{first.URL(), second.URL()})
	h.Trust(first.Roots())
	return h, first, second
}

// HTTP/2 carries what HTTP/1 does, several calls over one connection.
func TestHTTP2(t *testing.T) {
	t.Parallel()
	h, first, _ := openHTTP2(t)
	for _, body := range []string{plainBody, streamBody} {
		got := h.post(body)
		if markers := gatewaytest.Markers(got.text()); len(markers) != 1 || markers[0] != first.Marker() {
			t.Errorf("got %d %s (%v)", got.status, got.body, got.err)
		}
	}
	requests := first.Requests()
	if len(requests) != 2 || first.Taken() != 1 || requests[0].Key != providerKey+"-1" || requests[0].Model != "model-1" {
		t.Errorf("%d requests over %d connections: %+v", len(requests), first.Taken(), requests[0])
	}
}

// FLT-062: an upstream that sends its connections away, or refuses streams, gets
// the call once more at most, and nobody waits before the next member is asked.
func TestFLT062NobodyWaits(t *testing.T) {
	t.Parallel()
	for _, does := range []gatewaytest.HTTP2{gatewaytest.GoAway, gatewaytest.Refused} {
		for _, body := range []string{plainBody, streamBody} {
			t.Run(string(does), func(t *testing.T) {
				t.Parallel()
				h, first, second := openHTTP2(t, gatewaytest.Behaviour{HTTP2: does})
				began := time.Now()
				got := h.post(body)
				took := time.Since(began)
				if markers := gatewaytest.Markers(got.text()); len(markers) != 1 || markers[0] != second.Marker() {
					t.Fatalf("got %d %s (%v)", got.status, got.body, got.err)
				}
				if n := len(first.Requests()); n > 2 || took > 900*time.Millisecond {
					t.Errorf("asked %d times, in %v", n, took)
				}
				call := h.ledger.await(t, 1)[0]
				if o := call.Attempts[0].Outcome; len(call.Attempts) != 2 || o.Class != gateway.ClassTransient || o.Blames != gateway.BlamesMember || !o.Counts || o.Message == "" {
					t.Errorf("recorded %+v", call)
				}
				if m := h.healthOf(1); m.Failures != 1 {
					t.Errorf("health %+v", m)
				}
			})
		}
	}
}

// FLT-062: one stream refused, one connection sent away: the same member
// answers, and nobody is blamed.
func TestFLT062Once(t *testing.T) {
	t.Parallel()
	for _, does := range []gatewaytest.HTTP2{gatewaytest.GoAway, gatewaytest.Refused} {
		t.Run(string(does), func(t *testing.T) {
			t.Parallel()
			h, first, second := openHTTP2(t, gatewaytest.Behaviour{HTTP2: does}, gatewaytest.Behaviour{})
			got := h.post(plainBody)
			if markers := gatewaytest.Markers(got.text()); len(markers) != 1 || markers[0] != first.Marker() {
				t.Fatalf("got %d %s (%v)", got.status, got.body, got.err)
			}
			requests := first.Requests()
			if len(requests) != 2 || string(requests[0].Body) != string(requests[1].Body) || len(second.Requests()) != 0 {
				t.Errorf("%d requests", len(requests))
			}
			if call := h.ledger.await(t, 1)[0]; len(call.Attempts) != 1 || call.State != gateway.StateOK || h.healthOf(1).Failures != 0 {
				t.Errorf("recorded %+v", call)
			}
		})
	}
}

// FLT-063: a kept connection that has died without a word is found by pings,
// long before the time for a first token is over, and the member gets the call
// once more over a new one. When that dies too, the next member answers.
func TestFLT063Pings(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]gatewaytest.Behaviour{"once": {}, "again": {HTTP2: gatewaytest.Dead}} {
		for _, body := range []string{plainBody, streamBody} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				h, first, second := openHTTP2(t, gatewaytest.Behaviour{}, gatewaytest.Behaviour{HTTP2: gatewaytest.Dead}, after)
				h.Ping(200*time.Millisecond, 200*time.Millisecond)
				h.post(plainBody)
				got := h.post(body)
				from, attempts, blamed := first, 1, 0
				if name == "again" {
					from, attempts, blamed = second, 2, 1
				}
				if markers := gatewaytest.Markers(got.text()); len(markers) != 1 || markers[0] != from.Marker() || got.done() != (body == streamBody) {
					t.Fatalf("got %d %s (%v)", got.status, got.body, got.err)
				}
				call := h.ledger.await(t, 2)[1]
				if len(call.Attempts) != attempts || call.State != gateway.StateOK || h.healthOf(1).Failures != blamed {
					t.Errorf("recorded %+v, health %+v", call, h.healthOf(1))
				}
				if o := call.Attempts[0].Outcome; blamed > 0 && (o.Class != gateway.ClassTransient || o.Blames != gateway.BlamesMember) {
					t.Errorf("outcome %+v", o)
				}
				if first.Taken() != 2 || len(first.Requests()) != 3 {
					t.Errorf("%d requests over %d connections", len(first.Requests()), first.Taken())
				}
			})
		}
	}
}
