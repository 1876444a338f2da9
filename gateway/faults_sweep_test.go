package gateway_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

// breaksOff are the entries of the fault list that come after the first byte of
// a stream.
var breaksOff = []string{"FLT-011", "FLT-014", "FLT-047", "FLT-049", "FLT-057"}

// passesOn are the entries that are the caller's own fault.
var passesOn = []string{"FLT-026", "FLT-027", "FLT-032", "FLT-037", "FLT-038"}

// Whatever a member does, the client gets one whole reply of one member, or is
// told that it did not.
func TestEveryFaultAheadOfAHealthyMember(t *testing.T) {
	for _, name := range gatewaytest.Faults() {
		for _, asked := range []string{"json", "stream"} {
			t.Run(name+" "+asked, func(t *testing.T) {
				t.Parallel()
				bad := gatewaytest.Start(t, gatewaytest.Fault(name))
				good := gatewaytest.Start(t, gatewaytest.Script{})
				h := open(t, []string{bad.URL(), good.URL()}, impatient, withKeyword(gatewaytest.Keyword), func(c *gateway.Config) {
					c.Timeouts.FirstToken, c.Timeouts.StreamIdle, c.Timeouts.Reply = 2*time.Second, 2*time.Second, 2*time.Second
				})
				got := h.post(bodyFor(asked))
				call := h.ledger.await(t, 1)[0]
				entry, _, _ := strings.Cut(name, ":")
				if strings.Contains(got.body, providerKey) {
					t.Errorf("the provider key is in the reply: %s", got.body)
				}
				if markers := gatewaytest.Markers(got.body); len(markers) > 1 {
					t.Errorf("the reply mixes %v: %s", markers, got.body)
				}
				switch {
				case got.err != nil:
					if asked != "stream" || !slices.Contains(breaksOff, entry) || call.State != gateway.StatePartial {
						t.Errorf("broken off: %v, %q: %s", got.err, call.State, got.body)
					}
					if strings.Contains(got.body, done) || !strings.Contains(got.body, `"error"`) {
						t.Errorf("a broken stream looks complete: %s", got.body)
					}
				case got.status != 200:
					if !slices.Contains(passesOn, entry) || call.State != gateway.StateFailed {
						t.Errorf("%d, %q: %s", got.status, call.State, got.body)
					}
					got.envelope(t)
				case asked == "stream" && !got.done(), asked == "json" && !json.Valid([]byte(got.body)), got.text() == "":
					t.Errorf("not whole: %.2000s", got.body)
				case call.State != gateway.StateOK:
					t.Errorf("recorded %q", call.State)
				}
			})
		}
	}
}
