package gateway_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

// troubles are entries of the fault list that another member can make good.
var troubles = []string{"FLT-001", "FLT-008", "FLT-010", "FLT-016", "FLT-017", "FLT-018", "FLT-029", "FLT-030", "FLT-033", "FLT-039", "FLT-044", "FLT-046", "FLT-050"}

// Whatever the group, its keys and its faults: the members are tried in their
// order, none twice with one key, nobody fails while one is healthy, and no
// reply is of two.
func TestGeneratedGroups(t *testing.T) {
	t.Parallel()
	random := gateway.Random(t)
	for limit := time.Now().Add(3 * time.Second); time.Now().Before(limit); {
		if !t.Run("group", func(t *testing.T) { generated(t, random) }) {
			return
		}
	}
}

func generated(t *testing.T, random *rand.Rand) {
	t.Helper()
	n := 1 + random.IntN(5)
	var urls, does []string
	var upstreams []*gatewaytest.Upstream
	for range n {
		fault := ""
		if random.IntN(3) > 0 {
			fault = troubles[random.IntN(len(troubles))]
		}
		u := gatewaytest.Start(t, gatewaytest.Fault(fault))
		upstreams, urls, does = append(upstreams, u), append(urls, u.URL()), append(does, fault)
	}
	priorities := map[int64]int{}
	h := open(t, urls, func(c *gateway.Config) {
		c.Groups[0].Policy = []gateway.Policy{gateway.PolicyPriority, gateway.PolicyWeighted, gateway.PolicyLeastLatency}[random.IntN(3)]
		c.Failover.Count = 100
		c.Limits.Attempts = 100
		for i := range c.Groups[0].Members {
			m := &c.Groups[0].Members[i]
			m.Priority, m.Weight = random.IntN(3), random.IntN(5)
			priorities[m.ID] = m.Priority
			for k := range random.IntN(3) {
				c.Providers[i].Keys = append(c.Providers[i].Keys, gateway.ProviderKey{ID: int64(100*(i+1) + k), Secret: fmt.Sprintf("sk-more-%d-%d", i, k)})
			}
		}
	})
	stream := random.IntN(2) == 1
	body := plainBody
	if stream {
		body = streamBody
	}
	got := h.post(body)
	call := h.ledger.await(t, 1)[0]
	what := fmt.Sprintf("faults %q, priorities %v, stream %v: got %d %s; attempts %+v", does, priorities, stream, got.status, got.body, call.Attempts)
	tried := map[[2]int64]bool{}
	for i, a := range call.Attempts {
		if both := [2]int64{a.MemberID, a.ProviderKeyID}; tried[both] {
			t.Errorf("a member twice with one key: %s", what)
		} else {
			tried[both] = true
		}
		if i > 0 && priorities[a.MemberID] < priorities[call.Attempts[i-1].MemberID] {
			t.Errorf("out of order: %s", what)
		}
		if i > 0 && a.MemberID != call.Attempts[i-1].MemberID && slices.ContainsFunc(call.Attempts[:i], func(b gateway.Attempt) bool { return b.MemberID == a.MemberID }) {
			t.Errorf("a member twice: %s", what)
		}
	}
	markers := gatewaytest.Markers(got.text())
	good := func(fault string) bool { // these two are about streams
		return fault == "" || !stream && (fault == "FLT-046" || fault == "FLT-050")
	}
	switch {
	case !slices.ContainsFunc(does, good):
		if got.status < 400 || len(markers) != 0 {
			t.Errorf("nobody is healthy: %s", what)
		}
	case got.status != 200 || got.err != nil || len(markers) != 1 || stream != got.done():
		t.Errorf("somebody is healthy: %s", what)
	default:
		from := call.Attempts[len(call.Attempts)-1].MemberID - 1
		if !good(does[from]) || markers[0] != upstreams[from].Marker() {
			t.Errorf("the reply is not of the last one tried: %s", what)
		}
	}
}
