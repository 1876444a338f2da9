package gateway_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"headgate/gateway"
)

// Connections stay over a change that doesn't concern them, and aren't shared
// with providers that are reached in another way.
func TestCarriersStay(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	connections := map[net.Conn]int{}
	u := serve(t, func(v *visit) {
		mu.Lock()
		connections[v.conn]++
		mu.Unlock()
		healthy(v)
	})
	count := func() int { mu.Lock(); defer mu.Unlock(); return len(connections) }
	h := open(t, []string{u.url})
	for i, c := range []struct {
		why    string
		change func(*gateway.Config)
		want   int
	}{
		{"the first call", func(*gateway.Config) {}, 1},
		{"nothing changed", func(*gateway.Config) {}, 1},
		{"a time limit that isn't about connecting", func(c *gateway.Config) { c.Providers[0].Timeouts.Reply = time.Minute }, 1},
		{"a limit on connecting", func(c *gateway.Config) { c.Providers[0].Timeouts.TLS = time.Second }, 2},
		{"as before", func(c *gateway.Config) { c.Providers[0].Timeouts.TLS = 0 }, 3},
		{"the same, said in general", func(c *gateway.Config) { c.Timeouts.TLS = gateway.DefaultTLSTimeout }, 3},
	} {
		c.change(&h.config)
		h.apply()
		h.post(plainBody).wantGood(t, false)
		h.ledger.await(t, i+1)
		if got := count(); got != c.want {
			t.Errorf("%s: %d connections, want %d", c.why, got, c.want)
		}
	}
}

// A provider's time limits hold for it alone; those it leaves open are the
// general ones.
func TestProviderTimeouts(t *testing.T) {
	t.Parallel()
	stall := func(v *visit) { v.stall() }
	half := func(v *visit) { v.begin(); v.chunk("data: " + delta("half") + "\n\n"); v.stall() }
	for _, c := range []struct {
		name   string
		behave func(*visit)
		body   string
		limits gateway.Timeouts
		reason string
	}{
		{"reply", stall, plainBody, gateway.Timeouts{Reply: 50 * time.Millisecond}, "reply_timeout"},
		{"first token", stall, streamBody, gateway.Timeouts{FirstToken: 50 * time.Millisecond}, "no_first_token"},
		{"stream", half, streamBody, gateway.Timeouts{StreamIdle: 50 * time.Millisecond}, "stream_idle"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			hasty, patient := serve(t, c.behave), serve(t, healthy)
			h := open(t, []string{hasty.url, patient.url}, func(cfg *gateway.Config) { cfg.Providers[0].Timeouts = c.limits })
			h.post(c.body)
			if o := h.ledger.await(t, 1)[0].Attempts[0].Outcome; o.Reason != c.reason {
				t.Errorf("outcome %+v, want %s", o, c.reason)
			}
		})
	}
	h := open(t, []string{"http://127.0.0.1:1/v1"})
	h.config.Providers[0].Timeouts.StreamIdle = -1
	if err := gateway.Validate(h.config); err == nil || !strings.Contains(err.Error(), `providers[0] "up1": timeouts.stream_idle`) {
		t.Errorf("%v", err)
	}
}

// TLS limits are a provider's own, too.
func TestProviderTLSTimeout(t *testing.T) {
	t.Parallel()
	p := startProxy(t, func(_ *proxy, _ net.Conn, in *bufio.Reader) { _, _ = io.Copy(io.Discard, in) })
	h := open(t, []string{"https://" + p.address + "/v1", serve(t, healthy).url}, func(c *gateway.Config) {
		c.Providers[0].Timeouts.TLS = 50 * time.Millisecond
	})
	h.post(plainBody).wantGood(t, false)
	if o := h.ledger.await(t, 1)[0].Attempts[0].Outcome; o.Reason != "tls_failed" {
		t.Errorf("outcome %+v", o)
	}
}
