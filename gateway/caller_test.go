package gateway_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"headgate/gateway"
)

// within sends a request that comes from this process.
func (h *house) within(c gateway.Caller, method, path, body string, headers ...string) answer {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	r := httptest.NewRequestWithContext(gateway.WithCaller(ctx, c), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{status: w.Code, header: w.Header(), body: w.Body.String()}
}

const chatPath = "/v1/chat/completions"

// A caller within the process needs no key, may use every group, and stands in
// the log by its name.
func TestCaller(t *testing.T) {
	t.Parallel()
	u := serve(t, healthy)
	h := open(t, []string{u.url}, func(c *gateway.Config) { c.APIKeys = nil })
	me := gateway.Caller{Name: "Playground"}
	h.within(me, http.MethodPost, chatPath, plainBody, "Origin", "http://wails.localhost").wantGood(t, false)
	h.within(me, http.MethodPost, chatPath, streamBody).wantGood(t, true)
	for _, call := range h.ledger.await(t, 2) {
		if call.APIKeyID != 0 || call.APIKeyName != "Playground" || call.GroupID != 1 || call.State != gateway.StateOK || call.Attempts[0].MemberID != 1 {
			t.Errorf("recorded %+v", call)
		}
	}
	if got := h.within(me, http.MethodGet, "/v1/models", ""); got.status != 200 || !strings.Contains(got.body, `"chat"`) {
		t.Errorf("models: %d %s", got.status, got.body)
	}
	if got := h.within(me, http.MethodPost, chatPath, `{"model":"other","messages":[{}]}`); got.status != 404 {
		t.Errorf("an unknown group: %d %s", got.status, got.body)
	}
	if got := h.post(plainBody); got.status != 401 {
		t.Errorf("without a key: %d %s", got.status, got.body)
	}
}

// A caller can go straight to a model, under its own name, whatever the body
// names and whether or not a group has it.
func TestCallerOfAModel(t *testing.T) {
	t.Parallel()
	u, other := serve(t, healthy), serve(t, healthy)
	h := open(t, []string{u.url, other.url}, func(c *gateway.Config) {
		c.Providers[0].Models = append(c.Providers[0].Models, gateway.Model{ID: 77, Name: `odd "name"`})
	})
	me := gateway.Caller{Name: "Playground", ModelID: 77}
	h.within(me, http.MethodPost, chatPath, plainBody).wantGood(t, false)
	if sent := string(u.seen()[0].Body); !strings.Contains(sent, `"model":"odd \"name\""`) {
		t.Errorf("sent %s", sent)
	}
	call := h.ledger.await(t, 1)[0]
	if a := call.Attempts[0]; call.GroupID != 0 || call.Model != "chat" || a.MemberID != 0 || a.ModelID != 77 || a.ProviderID != 1 || len(call.Attempts) != 1 {
		t.Errorf("recorded %+v", call)
	}
	me.ModelID = 78
	got := h.within(me, http.MethodPost, chatPath, plainBody)
	if code, _ := got.envelope(t); got.status != 404 || code != "model_not_found" {
		t.Errorf("an unknown model: %d %s", got.status, got.body)
	}
}

// A trial that fails puts nobody out of action: neither the members with that
// model nor the provider's keys.
func TestCallerOfAModelHarmsNobody(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 402, 404, 429, 500} {
		bad := serveSwitched(t, failing(status, errorBody("", "", "no such model")))
		other := serve(t, healthy)
		h := open(t, []string{bad.url, other.url})
		for range 5 {
			got := h.within(gateway.Caller{Name: "p", ModelID: 1}, http.MethodPost, chatPath, plainBody)
			if _, message := got.envelope(t); got.status < 400 || !strings.Contains(message, "up1/model-1") {
				t.Errorf("%d: got %d %s", status, got.status, got.body)
			}
		}
		if n := bad.count(); n != 5 || len(other.seen()) != 0 {
			t.Errorf("%d: asked %d times, and the other member %d times", status, n, len(other.seen()))
		}
		if list := h.Health(); len(list) != 0 {
			t.Errorf("%d: health %+v", status, list)
		}
		bad.fails.Store(false)
		h.post(plainBody).wantGood(t, false)
		if n := len(other.seen()); n != 0 {
			t.Errorf("%d: the member is passed over after trials", status)
		}
	}
}

// The keys that the tools have found wanting are passed over in trials too; a
// trial that succeeds shows that its key is good again.
func TestCallerOfAModelPicksAKey(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) {
		if v.Header.Get("Authorization") == "Bearer sk-key-11-0123456789" {
			v.reply(401, "application/json", errorBody("", "invalid_api_key", "no"))
			return
		}
		healthy(v)
	})
	h := open(t, []string{u.url}, threeKeys)
	h.post(plainBody).wantGood(t, false)
	h.ledger.await(t, 1) // the client has its reply before the call is over
	me := gateway.Caller{Name: "p", ModelID: 1}
	for range 3 {
		h.within(me, http.MethodPost, chatPath, plainBody).wantGood(t, false)
	}
	if got := fmt.Sprint(keysOf(h.ledger.await(t, 4))); got != "[11 12 13 12 13]" {
		t.Errorf("keys %v", got)
	}
}

// Members need ids that can't be taken for that of a trial.
func TestMemberIDs(t *testing.T) {
	t.Parallel()
	for _, id := range []int64{0, -1} {
		h := open(t, []string{"http://127.0.0.1:1/v1"})
		h.config.Groups[0].Members[0].ID = id
		if err := gateway.Validate(h.config); err == nil || !strings.Contains(err.Error(), "below 1") {
			t.Errorf("%d: %v", id, err)
		}
	}
}
