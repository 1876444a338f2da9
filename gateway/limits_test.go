package gateway_test

import (
	"net/http"
	"testing"
	"time"

	"headgate/gateway"
)

// The time within which a reply must begin ends an attempt that is under way, and
// nobody is to blame for it; one that comes whole has its own time, but nobody is
// tried after it.
func TestCommitLimit(t *testing.T) {
	t.Parallel()
	for _, body := range []string{plainBody, streamBody} {
		slow := serve(t, func(v *visit) {
			if v.stream() {
				v.begin()
				v.stall()
				return
			}
			time.Sleep(60 * time.Millisecond) // longer than the limit
			v.reply(500, "application/json", serverError)
		})
		good := serve(t, healthy)
		h := open(t, []string{slow.url, good.url}, func(c *gateway.Config) { c.Limits.Commit = 50 * time.Millisecond })
		got := h.post(body)
		call := h.ledger.await(t, 1)[0]
		if got.status < http.StatusInternalServerError || len(call.Attempts) != 1 || len(good.seen()) != 0 {
			t.Errorf("got %d after %d attempts", got.status, len(call.Attempts))
		}
		if o := call.Attempts[0].Outcome; body == streamBody && (o.Reason != "commit_limit" || o.Counts || got.status != http.StatusGatewayTimeout) {
			t.Errorf("got %d, outcome %+v", got.status, o)
		}
		if got.header.Get("X-Should-Retry") == "false" {
			t.Error("x-should-retry: false, although a member was not tried")
		}
	}
}
