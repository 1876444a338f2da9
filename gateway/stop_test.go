package gateway_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

// FLT-096: a hundred streams are broken off at once, each with an error and
// without [DONE], each with words of one member only, and all are in the log by
// the time that the stop is over.
func TestFLT096HundredStreams(t *testing.T) {
	t.Parallel()
	const streams = 100
	ups := []*gatewaytest.Upstream{
		gatewaytest.Start(t, gatewaytest.Fault("FLT-044")),
		gatewaytest.Start(t, gatewaytest.Fault("FLT-014")),
	}
	h := open(t, []string{ups[0].URL(), ups[1].URL()}, func(c *gateway.Config) { c.Failover.Count = 1000 })
	var wg sync.WaitGroup
	begun := make(chan struct{}, streams)
	got := make(chan string, streams)
	for range streams {
		wg.Go(func() {
			resp, err := h.server.Client().Do(h.request(t.Context(), streamBody))
			if err != nil {
				t.Error(err)
				begun <- struct{}{}
				return
			}
			defer func() { _ = resp.Body.Close() }()
			var all strings.Builder
			piece := make([]byte, 1024)
			for told := false; ; {
				n, err := resp.Body.Read(piece)
				all.Write(piece[:n])
				if !told && strings.Contains(all.String(), "#2 ") {
					told = true
					begun <- struct{}{}
				}
				if err != nil {
					if errors.Is(err, io.EOF) {
						t.Errorf("a stream ended as if it were complete: %s", all.String())
					}
					break
				}
			}
			got <- all.String()
		})
	}
	for range streams {
		<-begun
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Drain(ctx); err == nil {
		t.Error("nothing was broken off")
	}
	states := map[gateway.State]int{}
	for _, call := range h.ledger.await(t, streams) { // no waiting: they are there
		states[call.State]++
	}
	if states[gateway.StatePartial] != streams {
		t.Errorf("states %v", states)
	}
	wg.Wait()
	close(got)
	for text := range got {
		if strings.Contains(text, done) || !strings.Contains(text, `"error":{`) {
			t.Errorf("a stream that was broken off: %s", text)
		}
		if markers := gatewaytest.Markers(text); len(markers) != 1 || markers[0] != ups[1].Marker() {
			t.Errorf("words of %v", markers)
		}
	}
	for _, m := range h.Health() {
		if m.MemberID == 2 && m.Failures != 0 {
			t.Errorf("the member is blamed for the stop: %+v", m)
		}
	}
}
