package gateway_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"headgate/gateway"
)

// leaver is a client that goes away as soon as it is told of an error. Its write
// ends when the gateway has noticed.
type leaver struct {
	*httptest.ResponseRecorder
	leave   context.CancelFunc
	noticed <-chan struct{}
}

func (l *leaver) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(`"error"`)) {
		l.leave()
		<-l.noticed
	}
	return l.ResponseRecorder.Write(p)
}

// FLT-047: SDKs hang up when an error event comes. The call is a broken-off
// reply all the same, and its member is to blame.
func TestLeavingOverABrokenStreamBlamesTheMember(t *testing.T) {
	t.Parallel()
	noticed := make(chan struct{})
	u := serve(t, func(v *visit) {
		v.begin()
		for _, data := range []string{role, delta("go"), `{"error":{"message":"out of memory","code":500}}`} {
			v.chunk("data: " + data + "\n\n")
		}
		v.stall()
		close(noticed)
	})
	h := open(t, []string{u.url})
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	func() {
		defer func() {
			if broken, ok := recover().(error); !ok || !errors.Is(broken, http.ErrAbortHandler) {
				t.Errorf("the connection was not broken off: %v", broken)
			}
		}()
		h.ServeHTTP(&leaver{httptest.NewRecorder(), leave, noticed}, h.request(ctx, streamBody))
	}()
	call := h.ledger.await(t, 1)[0]
	if call.State != gateway.StatePartial || len(call.Attempts) != 1 ||
		call.Attempts[0].Outcome.Class == gateway.ClassCanceled || call.Attempts[0].Outcome.Blames != gateway.BlamesMember {
		t.Errorf("call %+v", call)
	}
}
