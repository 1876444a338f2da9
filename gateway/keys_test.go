package gateway_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"headgate/gateway"
)

// threeKeys gives the first provider three keys: sk-key-11…, 12 and 13.
func threeKeys(c *gateway.Config) {
	c.Providers[0].Keys = nil
	for id := int64(11); id <= 13; id++ {
		c.Providers[0].Keys = append(c.Providers[0].Keys,
			gateway.ProviderKey{ID: id, Secret: fmt.Sprintf("sk-key-%d-0123456789", id), Hint: fmt.Sprint(id)})
	}
}

// keysOf are the keys of all attempts of the calls, in order.
func keysOf(calls []gateway.Call) (ids []int64) {
	for _, c := range calls {
		for _, a := range c.Attempts {
			ids = append(ids, a.ProviderKeyID)
		}
	}
	return ids
}

// Calls go round the healthy keys: the one that rested longest is next.
func TestKeysTakeTurns(t *testing.T) {
	t.Parallel()
	h := open(t, []string{serve(t, healthy).url}, threeKeys)
	clock := h.clock()
	for range 5 {
		h.post(plainBody).wantGood(t, false)
		clock.advance(time.Millisecond)
	}
	if got := keysOf(h.ledger.await(t, 5)); !slices.Equal(got, []int64{11, 12, 13, 11, 12}) {
		t.Errorf("keys %v", got)
	}
}

// What one key is refused for, another may be granted; a key that is out of turn
// stays out for as long as the reason says, on every member of its provider or,
// for a rate limit, on this one.
func TestNextKey(t *testing.T) {
	for _, c := range []struct {
		name    string
		status  int
		body    string
		headers []string
		bench   time.Duration
	}{
		{"FLT-029 401", 401, errorBody("", "invalid_api_key", "no"), nil, time.Hour},
		{"FLT-030 402", 402, "", nil, time.Hour},
		{"FLT-031 403", 403, errorBody("", "", "forbidden"), nil, time.Hour},
		{"FLT-040 429", 429, errorBody("", "", "slow down"), []string{"Retry-After: 40"}, 40 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			u := serve(t, func(v *visit) {
				if v.Header.Get("Authorization") == "Bearer sk-key-11-0123456789" {
					v.reply(c.status, "application/json", c.body, c.headers...)
					return
				}
				healthy(v)
			})
			other := serve(t, healthy)
			h := open(t, []string{u.url, other.url}, threeKeys)
			clock := h.clock()
			h.post(plainBody).wantGood(t, false)
			for range 2 {
				clock.advance(time.Millisecond)
				h.post(plainBody).wantGood(t, false)
			}
			clock.advance(c.bench)
			h.post(plainBody).wantGood(t, false)
			calls := h.ledger.await(t, 4)
			if got := keysOf(calls); !slices.Equal(got, []int64{11, 12, 13, 12, 11, 13}) {
				t.Errorf("keys %v", got)
			}
			o := calls[0].Attempts[0].Outcome
			if o.Action != gateway.ActionNextKey || o.Bench != c.bench {
				t.Errorf("outcome %+v", o)
			}
			if m := h.healthOf(1); !m.CooldownUntil.IsZero() || m.Failures != 0 {
				t.Errorf("the member is passed over although it has other keys: %+v", m)
			}
			if len(other.seen()) != 0 {
				t.Error("the next member was asked although a key was left")
			}
		})
	}
}

// With no key left the next member is asked, and the upstream's 401 is never
// the client's.
func TestNoKeyLeft(t *testing.T) {
	t.Parallel()
	u := serve(t, failing(401, errorBody("", "invalid_api_key", "no")))
	good := serveSwitched(t, failing(500, serverError))
	good.fails.Store(false)
	h := open(t, []string{u.url, good.url}, threeKeys)
	h.post(plainBody).wantGood(t, false)
	if call := h.ledger.await(t, 1)[0]; len(call.Attempts) != 4 {
		t.Errorf("attempts %+v", call.Attempts)
	}
	h.post(plainBody).wantGood(t, false)
	if n := len(u.seen()); n != 3 {
		t.Errorf("a provider without a good key was asked %d times, want 3", n)
	}
	alone := open(t, []string{u.url})
	if got := alone.post(plainBody); got.status != http.StatusBadGateway {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

// A key that serves two members and is refused on one is out for both; a rate
// limit is of one model only.
func TestKeyOfTwoMembers(t *testing.T) {
	for _, c := range []struct {
		status     int
		passedOver int // of the provider's three members
	}{{401, 3}, {429, 1}} {
		t.Run(fmt.Sprint(c.status), func(t *testing.T) {
			t.Parallel()
			u := serve(t, failing(c.status, errorBody("", "", "no"), "Retry-After: 60"))
			h := open(t, []string{u.url}, func(c *gateway.Config) {
				p := &c.Providers[0]
				p.Models = append(p.Models, gateway.Model{ID: 2, Name: "model-2"})
				c.Groups[0].Members = append(c.Groups[0].Members, gateway.Member{ID: 2, ProviderID: 1, ModelID: 2, Priority: 2})
				c.Groups = append(c.Groups, gateway.Group{
					ID: 2, Name: "one", Policy: gateway.PolicyPriority,
					Members: []gateway.Member{{ID: 3, ProviderID: 1, ModelID: 1}},
				})
				c.APIKeys[0].GroupIDs = []int64{1, 2}
			})
			h.post(`{"model":"one","messages":[{}]}`)
			cooling := 0
			for _, m := range h.Health() {
				if !m.CooldownUntil.IsZero() {
					cooling++
				}
			}
			if cooling != c.passedOver {
				t.Errorf("%d members are passed over, want %d: %+v", cooling, c.passedOver, h.Health())
			}
		})
	}
}

// A provider without keys, such as one on this machine, is sent none.
func TestNoKeys(t *testing.T) {
	t.Parallel()
	u := serve(t, healthy)
	h := open(t, []string{u.url}, func(c *gateway.Config) { c.Providers[0].Keys = nil })
	h.post(plainBody).wantGood(t, false)
	if sent := u.seen()[0].Header; sent["Authorization"] != nil {
		t.Errorf("sent %v", sent)
	}
	if a := h.ledger.await(t, 1)[0].Attempts[0]; a.ProviderKeyID != 0 || a.KeyHint != "" {
		t.Errorf("recorded %+v", a)
	}
}
