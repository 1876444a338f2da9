package gateway_test

import (
	"strings"
	"testing"
	"time"

	"headgate/gateway"
)

func (h *house) keyHealth(id int64) (state gateway.KeyHealth, there bool) {
	for _, k := range h.KeyHealth() {
		if k.ProviderKeyID == id {
			return k, true
		}
	}
	return gateway.KeyHealth{}, false
}

// A key's state tells when it was used, what it was refused for and for how long
// it is passed over, in words without the key itself.
func TestKeyHealth(t *testing.T) {
	t.Parallel()
	u := serveSwitched(t, func(v *visit) {
		failing(401, errorBody("", "invalid_api_key", "no such key "+strings.TrimPrefix(v.Header.Get("Authorization"), "Bearer ")))(v)
	})
	h := open(t, []string{u.url})
	clock := h.clock()
	if list := h.KeyHealth(); len(list) != 0 {
		t.Errorf("before any call: %+v", list)
	}
	u.fails.Store(false)
	h.post(plainBody).wantGood(t, false)
	if k, _ := h.keyHealth(1); !k.LastUsedAt.Equal(clock.now()) || !k.LastFailureAt.IsZero() || k.Class != "" {
		t.Errorf("after a success: %+v", k)
	}
	u.fails.Store(true)
	clock.advance(time.Second)
	h.post(plainBody)
	k, _ := h.keyHealth(1)
	if k.Class != gateway.ClassCredential || k.Reason != "bad_key" || !k.LastFailureAt.Equal(clock.now()) || !k.CooldownUntil.Equal(clock.now().Add(time.Hour)) || k.Limited != 0 {
		t.Errorf("after a 401: %+v", k)
	}
	if !strings.Contains(k.Message, "no such key [redacted]") {
		t.Errorf("message %q", k.Message)
	}
	if m := h.healthOf(1); m.Message != k.Message || m.Class != k.Class {
		t.Errorf("the member: %+v", m)
	}
	h.ClearCooldown(1)
	if k, _ := h.keyHealth(1); !k.CooldownUntil.IsZero() || k.LastUsedAt.IsZero() {
		t.Errorf("cleared: %+v", k)
	}
	h.config.Providers[0].Keys[0].Secret = "sk-another-0123456789"
	h.apply()
	if k, there := h.keyHealth(1); there {
		t.Errorf("the key is another one now: %+v", k)
	}
}

// A rate limit holds for one key on one member, and is counted there.
func TestKeyHealthLimited(t *testing.T) {
	t.Parallel()
	u := serveSwitched(t, failing(429, errorBody("", "", "slow down"), "Retry-After: 60"))
	h := open(t, []string{u.url}, func(c *gateway.Config) {
		c.Providers[0].Models = append(c.Providers[0].Models, gateway.Model{ID: 2, Name: "model-2"})
		c.Groups[0].Members = append(c.Groups[0].Members, gateway.Member{ID: 2, ProviderID: 1, ModelID: 2, Priority: 2})
	})
	clock := h.clock()
	h.post(plainBody)
	if k, _ := h.keyHealth(1); k.Limited != 2 || !k.CooldownUntil.IsZero() || k.Class != gateway.ClassRateLimited || !strings.Contains(k.Message, "slow down") {
		t.Errorf("%+v", k)
	}
	clock.advance(61 * time.Second)
	if k, _ := h.keyHealth(1); k.Limited != 0 || k.Class != gateway.ClassRateLimited {
		t.Errorf("a minute later: %+v", k)
	}
}

// A provider without keys has no key's state.
func TestKeyHealthWithoutKeys(t *testing.T) {
	t.Parallel()
	u := serve(t, failing(401, errorBody("", "invalid_api_key", "no")))
	h := open(t, []string{u.url}, func(c *gateway.Config) { c.Providers[0].Keys = nil })
	h.post(plainBody)
	if list := h.KeyHealth(); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}
