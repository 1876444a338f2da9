package gateway_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
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

// lockedText is written by a handler's goroutine.
type lockedText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// A fault in the middle of an attempt, while the keys are at hand: nothing that is
// said of it shows one, though it quotes them itself.
func TestFLT097PanicShowsNoKey(t *testing.T) {
	t.Parallel()
	const secret = `sk-fault/k+y"\&<%>'~0123456789`
	for name, fault := range map[string]any{
		"error": fmt.Errorf("no request with %q and %s", secret, apiKey), "text": secret + " " + url.QueryEscape(secret),
		"value": http.Header{"Authorization": {"Bearer " + secret}},
	} {
		t.Run(name, func(t *testing.T) {
			u := gatewaytest.Start(t, gatewaytest.Script{Steps: []gatewaytest.Behaviour{{Status: 401, EchoKey: true}, {}}})
			config := configOf([]string{u.URL()}, func(c *gateway.Config) {
				c.Providers[0].Keys[0].Secret = secret
				c.Providers[0].Headers = []gateway.Header{{Name: "X-Gate", Value: "Canary " + secret, Secret: true}}
			})
			var log lockedText
			faults := 1
			h := run(t, config, gateway.Options{
				Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
				OnHealth: func() {
					if faults--; faults == 0 {
						panic(fault)
					}
				},
			})
			got := h.post(plainBody)
			call := h.ledger.await(t, 1)[0]
			if got.status != http.StatusInternalServerError || call.State != gateway.StateFailed {
				t.Errorf("got %+v, recorded %+v", got, call)
			}
			if !strings.Contains(log.String(), "a call panicked") {
				t.Errorf("the log says %s", log.String())
			}
			for where, text := range map[string]string{"the log": log.String(), "the reply": got.body, "the record": fmt.Sprintf("%+v", call)} {
				for _, key := range []string{secret, apiKey} {
					for spelled, how := range gatewaytest.Spellings(key) {
						if strings.Contains(text, spelled) {
							t.Errorf("%s has a key %s: %s", where, how, text)
						}
					}
				}
			}
		})
	}
}
