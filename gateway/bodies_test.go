package gateway

import (
	"encoding/json"
	"testing"

	"headgate/gateway/gatewaytest"
)

// A member receives a body as the client sent it, but for the model and the wish
// for usage: 100,000 generated bodies through the scan and the rewriting, which
// is all that a body goes through. TestBodiesArriveAsTheyWereSent sends some.
func TestGeneratedBodiesDifferOnlyInModel(t *testing.T) {
	t.Parallel()
	random := Random(t)
	quoted, streams := []byte(`"up-model"`), 0
	for i := range *BodyCount {
		body := gatewaytest.NewBody(random, "chat", "up-model")
		if i < 2000 && (!json.Valid([]byte(body.Sent)) || !json.Valid([]byte(body.Wanted))) { // the generator itself
			t.Fatalf("body %d is no JSON: %q, %q", i, body.Sent, body.Wanted)
		}
		h, fault := scanHead([]byte(body.Sent), "messages")
		if fault != nil {
			t.Fatalf("body %d: %+v: %q", i, *fault, body.Sent)
		}
		got := joined([]byte(body.Sent), h, quoted, h.stream && !h.wantsUsage)
		if string(got) != body.Wanted || h.stream != body.Stream || h.model != "chat" {
			t.Fatalf("body %d: sent\n%q, rewritten\n%q, want\n%q", i, body.Sent, got, body.Wanted)
		}
		if body.Stream {
			streams++
		}
	}
	if streams < *BodyCount/3 {
		t.Errorf("only %d streams", streams)
	}
}
