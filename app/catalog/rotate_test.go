package catalog_test

import (
	"crypto/sha256"
	"net/http"
	"slices"
	"testing"
	"time"

	"headgate/app/catalog"
	"headgate/app/event"
	"headgate/gateway"
)

const hour = 3600

// texts are the hashes that the engine knows, and when each ends.
func (h *house) texts() map[[32]byte]time.Time {
	known := map[[32]byte]time.Time{}
	for _, k := range h.engine.last().APIKeys {
		known[k.Hash] = k.ExpiresAt
	}
	return known
}

func TestRotateAPIKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	g := h.group("chat")
	first := must[catalog.NewAPIKey](h)(h.CreateAPIKey(ctx, catalog.APIKeyInput{
		Name: "laptop", Enabled: true, GroupIDs: []int64{g.ID}, Key: "my.own_key-0123456789",
	}))
	id := first.APIKey.ID
	for _, seconds := range []int{-1, 30*24*hour + 1} {
		h.unchangedBy(func() {
			_, err := h.RotateAPIKey(ctx, id, seconds)
			wantCode(t, err, "grace_out_of_range")
		})
	}
	_, err := h.RotateAPIKey(ctx, 99, 0)
	wantCode(t, err, "api_key_not_found")
	wantCode(t, h.EndGrace(ctx, 99), "api_key_not_found")
	h.topics()

	second := must[catalog.NewAPIKey](h)(h.RotateAPIKey(ctx, id, hour))
	if topics := h.topics(); !slices.Equal(topics, []event.Topic{event.APIKeys}) {
		t.Errorf("told of %v", topics)
	}
	hash := sha256.Sum256([]byte(second.Key))
	until := now.Add(time.Hour)
	k := second.APIKey
	if second.Key == first.Key || k.ID != id || k.Name != "laptop" || !slices.Equal(k.Hash, hash[:]) || k.Prefix != second.Key[:7] ||
		k.LastFour != second.Key[len(second.Key)-4:] || k.PreviousLastFour != "6789" || k.PreviousUntil != until.UnixMilli() {
		t.Errorf("rotated %+v", k)
	}
	engine := h.engine.last().APIKeys
	if len(engine) != 2 || engine[0].ID != id || engine[1].ID != id || engine[1].Name != "laptop" || !slices.Equal(engine[1].GroupIDs, []int64{g.ID}) ||
		engine[0].Hash != hash || !engine[0].ExpiresAt.IsZero() || engine[1].Hash != [32]byte(first.APIKey.Hash) || !engine[1].ExpiresAt.Equal(until) {
		t.Errorf("the engine has %+v", engine)
	}

	// Other changes keep the grace; nobody else can have the text meanwhile.
	saved := must[catalog.APIKey](h)(h.SaveAPIKey(ctx, catalog.APIKeyInput{ID: id, Name: "desk", Enabled: true}))
	if saved.PreviousUntil != until.UnixMilli() || len(h.texts()) != 2 {
		t.Errorf("after a save %+v", saved)
	}
	_, err = h.CreateAPIKey(ctx, catalog.APIKeyInput{Name: "thief", Key: "my.own_key-0123456789"})
	wantCode(t, err, "api_key_taken")
	must[catalog.APIKey](h)(h.SaveAPIKey(ctx, catalog.APIKeyInput{ID: id, Name: "desk"}))
	if len(h.texts()) != 0 {
		t.Error("a key that is off works")
	}
	// It ends with the key when that is sooner.
	sooner := now.Add(time.Minute)
	saved = must[catalog.APIKey](h)(h.SaveAPIKey(ctx, catalog.APIKeyInput{ID: id, Name: "desk", Enabled: true, ExpiresAt: sooner.UnixMilli()}))
	if ends := h.texts()[[32]byte(first.APIKey.Hash)]; !ends.Equal(sooner) || saved.PreviousUntil != sooner.UnixMilli() {
		t.Errorf("it outlives the key until %v, %+v", ends, saved)
	}
	must[catalog.APIKey](h)(h.SaveAPIKey(ctx, catalog.APIKeyInput{ID: id, Name: "desk", Enabled: true}))

	// A second rotation ends the first one's grace.
	third := must[catalog.NewAPIKey](h)(h.RotateAPIKey(ctx, id, 30*24*hour))
	if texts := h.texts(); len(texts) != 2 || !texts[hash].Equal(now.Add(30*24*time.Hour)) || third.APIKey.PreviousLastFour != k.LastFour {
		t.Errorf("after the second rotation %v, %+v", texts, third)
	}
	h.topics()
	if err := h.EndGrace(ctx, id); err != nil {
		t.Fatal(err)
	}
	if keys := must[[]catalog.APIKey](h)(h.APIKeys(ctx)); keys[0].PreviousUntil != 0 || keys[0].PreviousLastFour != "" || len(h.texts()) != 1 {
		t.Errorf("after the end %+v", keys)
	}
	if topics := h.topics(); !slices.Equal(topics, []event.Topic{event.APIKeys}) {
		t.Errorf("told of %v", topics)
	}
	h.unchangedBy(func() {
		if err := h.EndGrace(ctx, id); err != nil {
			t.Errorf("a second end: %v", err)
		}
	})
	if last := must[catalog.NewAPIKey](h)(h.RotateAPIKey(ctx, id, 0)); last.APIKey.PreviousUntil != 0 || len(h.texts()) != 1 {
		t.Errorf("without grace %+v", last)
	}
}

// What is over isn't shown any more, and is forgotten with the next change.
func TestGraceThatIsOver(t *testing.T) {
	t.Parallel()
	clock := now
	h := newHouseAt(t, func() time.Time { return clock })
	ctx := t.Context()
	made := must[catalog.NewAPIKey](h)(h.CreateAPIKey(ctx, catalog.APIKeyInput{Name: "laptop", Enabled: true, Key: "my.own_key-0123456789"}))
	must[catalog.NewAPIKey](h)(h.RotateAPIKey(ctx, made.APIKey.ID, hour))
	clock = now.Add(time.Hour)
	if keys := must[[]catalog.APIKey](h)(h.APIKeys(ctx)); keys[0].PreviousUntil != 0 || keys[0].PreviousLastFour != "" || keys[0].PreviousHash != nil {
		t.Errorf("it is still shown: %+v", keys[0])
	}
	if len(h.texts()) != 2 {
		t.Fatal("the engine forgot it by itself")
	}
	h.topics()
	// The text is free again, even for this change.
	must[catalog.NewAPIKey](h)(h.CreateAPIKey(ctx, catalog.APIKeyInput{Name: "again", Enabled: true, Key: "my.own_key-0123456789"}))
	if texts := h.texts(); len(texts) != 2 || !texts[[32]byte(made.APIKey.Hash)].IsZero() {
		t.Errorf("the engine has %v", texts)
	}
	// A key that is brought to its former text has no grace for it left.
	back := must[catalog.NewAPIKey](h)(h.RotateAPIKey(ctx, made.APIKey.ID, hour))
	must[catalog.NewAPIKey](h)(h.RotateAPIKey(ctx, made.APIKey.ID, hour))
	document := `{"version":1,"api_keys":[{"name":"laptop","key":"` + back.Key + `"}]}`
	must[catalog.Report](h)(h.Import(ctx, []byte(document)))
	if len(h.texts()) != 2 { // and the other one
		t.Errorf("the engine has %v", h.texts())
	}
}

// The engine goes by its own clock: the catalog's is set back to see what time
// does to a grace.
func TestGraceIsServed(t *testing.T) {
	t.Parallel()
	const old = "my.own_key-0123456789"
	for name, want := range map[string]struct {
		grace  int
		status int
	}{
		"within":    {2 * hour, http.StatusOK},
		"over":      {hour / 2, http.StatusUnauthorized},
		"immediate": {0, http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			engine := gateway.New(gateway.Options{})
			defer engine.Close()
			c := servedHouse(t, engine, func() time.Time { return time.Now().Add(-time.Hour) })
			ctx := t.Context()
			made, err := c.CreateAPIKey(ctx, catalog.APIKeyInput{Name: "laptop", Enabled: true, Key: old})
			if err != nil {
				t.Fatal(err)
			}
			if status, _ := modelsFor(t, engine, old); status != http.StatusOK {
				t.Fatalf("before the rotation: %d", status)
			}
			rotated, err := c.RotateAPIKey(ctx, made.APIKey.ID, want.grace)
			if err != nil {
				t.Fatal(err)
			}
			if status, _ := modelsFor(t, engine, old); status != want.status {
				t.Errorf("the old text: %d, want %d", status, want.status)
			}
			if status, _ := modelsFor(t, engine, rotated.Key); status != http.StatusOK {
				t.Errorf("the new text: %d", status)
			}
			if err := c.DeleteAPIKey(ctx, made.APIKey.ID); err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{old, rotated.Key} {
				if status, _ := modelsFor(t, engine, text); status != http.StatusUnauthorized {
					t.Errorf("revoked: %d", status)
				}
			}
		})
	}
}
