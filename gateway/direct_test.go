package gateway_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"headgate/gateway"
)

// naming is a body that names a model.
func naming(model string) string {
	return strings.Replace(plainBody, `"chat"`, `"`+model+`"`, 1)
}

// sharing lets all providers serve the model "shared", too, each dearer than the
// next one, and the key name models.
func sharing(c *gateway.Config) {
	c.APIKeys[0].Models = true
	for i := range c.Providers {
		in, out := float64(10-i), float64(1)
		c.Providers[i].Models = append(c.Providers[i].Models, gateway.Model{
			ID: int64(100 + i), Name: "shared", Price: gateway.Price{InputPerMillion: &in, OutputPerMillion: &out},
		})
	}
}

func (h *house) listed(t *testing.T) []string {
	t.Helper()
	r := h.request(t.Context(), "")
	r.Method, r.URL.Path, r.Body, r.ContentLength = http.MethodGet, "/v1/models", http.NoBody, 0
	var in struct{ Data []struct{ ID string } }
	if got := h.send(r); json.Unmarshal([]byte(got.body), &in) != nil {
		t.Fatalf("%d %s", got.status, got.body)
	}
	var ids []string
	for _, m := range in.Data {
		ids = append(ids, m.ID)
	}
	return ids
}

// A model that several providers serve is asked of the cheapest first, of the next
// when that fails, and who failed too often is passed over; a group's member that
// is the same model has nothing to do with it.
func TestModelByName(t *testing.T) {
	t.Parallel()
	first, second, third := serve(t, healthy), serve(t, healthy), serve(t, failing(500, serverError))
	h := open(t, []string{first.url, second.url, third.url}, sharing, func(c *gateway.Config) {
		c.Groups[0].Members = append(c.Groups[0].Members, gateway.Member{ID: 9, ProviderID: 3, ModelID: 102, Priority: 9})
	})
	for range 3 {
		h.post(naming("shared")).wantGood(t, false)
	}
	if f, s, l := len(first.seen()), len(second.seen()), len(third.seen()); f != 0 || s != 3 || l != 2 {
		t.Errorf("asked %d, %d and %d times", f, s, l)
	}
	if body := string(second.seen()[0].Body); !strings.Contains(body, `"model":"shared"`) {
		t.Errorf("asked for %s", body)
	}
	call := h.ledger.await(t, 3)[0]
	if call.GroupID != 0 || call.Model != "shared" || len(call.Attempts) != 2 || call.Attempts[0].MemberID != 0 || call.Attempts[0].ModelID != 102 || call.Attempts[0].ProviderID != 3 {
		t.Errorf("recorded %+v", call)
	}
	if health := h.Health(); len(health) != 0 {
		t.Errorf("held against members: %+v", health)
	}
	// The cooldown outlives a restart, and is cleared with that of the model's member.
	again := run(t, h.config, gateway.Options{Learnt: h.Learnt()})
	again.post(naming("shared")).wantGood(t, false)
	if n := len(third.seen()); n != 2 {
		t.Errorf("asked %d times", n)
	}
	again.ClearCooldown(9)
	again.post(naming("shared")).wantGood(t, false)
	if n := len(third.seen()); n != 3 {
		t.Errorf("asked %d times after it was cleared", n)
	}
}

// All that serve it fail: the client is told of the model, not of a group.
func TestModelByNameFails(t *testing.T) {
	t.Parallel()
	bad := serve(t, failing(500, serverError))
	h := open(t, []string{bad.url, bad.url}, sharing)
	got := h.post(naming("shared"))
	if _, message := got.envelope(t); got.status != http.StatusBadGateway || !strings.HasPrefix(message, `The model "shared" could not answer after 2 attempts.`) {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

// A key that refuses is benched for the group as well: it is the same key.
func TestModelByNameBenchesKeys(t *testing.T) {
	t.Parallel()
	bad, good := serve(t, failing(401, `{"error":{"message":"Invalid API key","type":"x","code":"invalid_api_key"}}`)), serve(t, healthy)
	h := open(t, []string{good.url, bad.url}, sharing)
	h.post(naming("shared")).wantGood(t, false)
	for _, k := range h.KeyHealth() {
		if k.ProviderKeyID == 2 && k.CooldownUntil.IsZero() {
			t.Errorf("key %+v", k)
		}
	}
}

func TestModelNames(t *testing.T) {
	t.Parallel()
	first, second := serve(t, healthy), serve(t, healthy)
	h := open(t, []string{first.url, second.url}, sharing, func(c *gateway.Config) {
		c.Providers = append(c.Providers, gateway.Provider{ID: 3, Name: "up1/x", Dialect: "openai", BaseURL: first.url, Models: []gateway.Model{{ID: 300, Name: "y"}}})
		c.Providers[0].Models = append(c.Providers[0].Models, gateway.Model{ID: 210, Name: "x/y"}) // "up1/x/y" could mean two
		c.Providers[1].Models = append(c.Providers[1].Models,
			gateway.Model{ID: 200, Name: "chat"},        // like the group that the key may use
			gateway.Model{ID: 201, Name: "secret"},      // like the group that it may not use
			gateway.Model{ID: 202, Name: "up1/model-1"}, // like a model of another provider with its name
		)
		c.Groups = append(c.Groups, gateway.Group{
			ID: 2, Name: "secret", Policy: gateway.PolicyPriority,
			Members: []gateway.Member{{ID: 20, ProviderID: 1, ModelID: 1}},
		})
	})
	if got, want := h.listed(t), []string{"chat", "model-1", "model-2", "secret", "shared", "up1/model-1", "x/y", "y"}; !slices.Equal(got, want) {
		t.Errorf("listed %q, want %q", got, want)
	}
	for name, want := range map[string]struct {
		of    *upstream
		model string
		group int64
	}{
		"chat":            {first, "model-1", 1},
		"model-1":         {first, "model-1", 0},
		"model-2":         {second, "model-2", 0},
		"secret":          {second, "secret", 0},
		"up1/shared":      {first, "shared", 0},
		"up2/shared":      {second, "shared", 0},
		"up1/model-1":     {second, "up1/model-1", 0},
		"up2/up1/model-1": {second, "up1/model-1", 0},
	} {
		before, calls := len(want.of.seen()), len(h.ledger.all())
		h.post(naming(name)).wantGood(t, false)
		call := h.ledger.await(t, calls+1)[calls]
		if seen := want.of.seen(); len(seen) != before+1 || !strings.Contains(string(seen[before].Body), `"model":"`+want.model+`"`) || call.GroupID != want.group || call.Model != name {
			t.Errorf("%s: asked %d times, recorded group %d and model %s", name, len(seen)-before, call.GroupID, call.Model)
		}
		r := h.request(t.Context(), "")
		r.Method, r.URL.Path, r.Body, r.ContentLength = http.MethodGet, "/v1/models/"+name, http.NoBody, 0
		if got := h.send(r); got.status != http.StatusOK || !strings.Contains(got.body, `"id":"`+name+`"`) {
			t.Errorf("retrieve %s: %d %s", name, got.status, got.body)
		} else if name == "up1/model-1" && !strings.Contains(got.body, `"owned_by":"up2"`) {
			t.Errorf("%s is of others, too: %s", name, got.body)
		}
	}
	for _, name := range []string{"up3/shared", "shared/up1", "up1/", "/shared", "SHARED", "up1/x/y"} {
		if got := h.post(naming(name)); got.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

// A key without the right gets, for a model, for a group that it may not use and
// for nothing at all, one and the same answer.
func TestModelByNameIsNoOracle(t *testing.T) {
	t.Parallel()
	up := serve(t, healthy)
	h := open(t, []string{up.url}, sharing, func(c *gateway.Config) {
		c.APIKeys[0].Models = false
		c.APIKeys = append(c.APIKeys, gateway.APIKey{ID: 2, Hash: [32]byte{1}, Models: true})
		c.Groups = append(c.Groups, gateway.Group{ID: 2, Name: "hidden", Policy: gateway.PolicyPriority})
	})
	if got := h.listed(t); !slices.Equal(got, []string{"chat"}) {
		t.Errorf("listed %q", got)
	}
	var answers []string
	for _, name := range []string{"shared", "hidden", "nowhere", "up1/shared"} {
		got := h.post(naming(name))
		answers = append(answers, strings.Replace(got.body, name, "…", 1))
		if got.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if len(slices.Compact(answers)) != 1 {
		t.Errorf("told apart: %q", answers)
	}
	if n := len(up.seen()); n != 0 {
		t.Errorf("the upstream was asked %d times", n)
	}
}
