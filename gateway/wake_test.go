package gateway_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

// wall is a wall clock that goes on as it does, and can be set.
type wall struct{ set atomic.Int64 }

func (w *wall) now() time.Time       { return time.Now().Add(time.Duration(w.set.Load())) }
func (w *wall) step(d time.Duration) { w.set.Add(int64(d)) }

// deadKept is an upstream whose kept connections are silent: what was sent over
// one is never answered.
func deadKept(t *testing.T) *gatewaytest.Upstream {
	t.Helper()
	return gatewaytest.Start(t, gatewaytest.Always(gatewaytest.Behaviour{
		Cut: &gatewaytest.Cut{How: gatewaytest.Stall, Point: gatewaytest.Point{At: gatewaytest.BeforeHead}, Reused: true},
	}))
}

// FLT-064: after the machine has slept, the first call doesn't wait for an
// answer over a connection from before. The time for a first token is the
// default of two minutes here.
func TestFLT064Wake(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"json": plainBody, "stream": streamBody} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second := deadKept(t), gatewaytest.Start(t, gatewaytest.Script{})
			h := open(t, []string{first.URL(), second.URL()})
			var clock wall
			h.SetWall(clock.now)
			h.post(body)
			clock.step(20 * time.Second) // too short for a kept connection to be too old
			began := time.Now()
			got := h.post(body)
			if markers := gatewaytest.Markers(got.text()); len(markers) != 1 || markers[0] != first.Marker() || got.done() != (body == streamBody) {
				t.Fatalf("got %d %s (%v)", got.status, got.body, got.err)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("the first call after the sleep took %v", took)
			}
			call := h.ledger.await(t, 2)[1]
			if len(call.Attempts) != 1 || call.State != gateway.StateOK || len(h.Health()) != 0 {
				t.Errorf("recorded %+v, health %+v", call, h.Health())
			}
			if requests := first.Requests(); len(requests) != 2 || first.Taken() != 2 || len(second.Requests()) != 0 {
				t.Errorf("%d requests over %d connections", len(requests), first.Taken())
			}
		})
	}
}

// FLT-100: a clock that is set, forwards or back, ends no cooldown, lengthens
// none, and costs no call. See also TestLearntIsJudged for one that is set while
// the program doesn't run.
func TestFLT100ClockIsSet(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]time.Duration{"forwards": 24 * time.Hour, "back": -24 * time.Hour, "a little": time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad, good := serveSwitched(t, failing(500, serverError)), serve(t, healthy)
			h := open(t, []string{bad.url, good.url}, func(c *gateway.Config) { c.Failover.Count = 1 })
			var clock wall
			h.SetWall(clock.now)
			h.post(plainBody).wantGood(t, false)
			until := h.healthOf(1).CooldownUntil
			if !strings.Contains(until.String(), " m=") {
				t.Errorf("the cooldown goes by the wall clock: %v", until)
			}
			clock.step(step)
			h.post(plainBody).wantGood(t, false)
			h.post(streamBody).wantGood(t, true)
			if bad.count() != 1 || !h.healthOf(1).CooldownUntil.Equal(until) {
				t.Errorf("asked %d times, passed over until %v, want %v", bad.count(), h.healthOf(1).CooldownUntil, until)
			}
			for _, call := range h.ledger.await(t, 3) {
				if call.State != gateway.StateOK || call.Duration < 0 || call.Duration > time.Minute {
					t.Errorf("recorded %s after %v", call.State, call.Duration)
				}
			}
		})
	}
}
