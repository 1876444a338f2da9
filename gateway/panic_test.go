package gateway_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"headgate/gateway"
)

// brittle panics at the nth write.
type brittle struct {
	*httptest.ResponseRecorder
	left int
}

func (b *brittle) Write(p []byte) (int, error) {
	if b.left--; b.left < 0 {
		panic("a bug")
	}
	return b.ResponseRecorder.Write(p)
}

// FLT-097: a panic in the middle of a reply breaks that one off, and the log has
// the call. The member is not to blame and its half-open state does not stick.
func TestFLT097PanicAfterCommit(t *testing.T) {
	t.Parallel()
	h := open(t, []string{serve(t, healthy).url})
	r := httptest.NewRequest("POST", "/v1/chat/completions", strings.NewReader(streamBody))
	r.Host = "127.0.0.1"
	r.Header = h.request(t.Context(), "").Header
	w := &brittle{ResponseRecorder: httptest.NewRecorder(), left: 1}
	func() {
		defer func() {
			if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
				t.Errorf("recovered %v, want the connection to be aborted", err)
			}
		}()
		h.ServeHTTP(w, r)
	}()
	if strings.Contains(w.Body.String(), done) {
		t.Errorf("the reply looks complete: %s", w.Body)
	}
	if call := h.ledger.await(t, 1)[0]; call.State != gateway.StatePartial || call.Message == "" {
		t.Errorf("recorded %+v", call)
	}
	if len(h.Health()) != 0 {
		t.Errorf("somebody is blamed: %+v", h.Health())
	}
	h.post(streamBody).wantGood(t, true)
	h.ledger.await(t, 2)
}
