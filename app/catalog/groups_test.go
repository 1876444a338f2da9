package catalog_test

import (
	"crypto/sha256"
	"hash/crc32"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"headgate/app/catalog"
)

func TestGroupRules(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.provider("up")
	m := h.model(p.ID, "m1")
	h.group("taken")
	member := func(priority, weight int, models ...int64) (list []catalog.MemberInput) {
		for _, id := range models {
			list = append(list, catalog.MemberInput{ModelID: id, Priority: priority, Weight: weight})
		}
		return list
	}
	for name, c := range map[string]struct {
		in   catalog.GroupInput
		code string
	}{
		"no such group":     {catalog.GroupInput{ID: 99, Name: "x", Policy: "priority"}, "group_not_found"},
		"no name":           {catalog.GroupInput{Policy: "priority"}, "model_name_invalid"},
		"space at the end":  {catalog.GroupInput{Name: "x ", Policy: "priority"}, "model_name_invalid"},
		"control":           {catalog.GroupInput{Name: "x\x00", Policy: "priority"}, "model_name_invalid"},
		"201 characters":    {catalog.GroupInput{Name: strings.Repeat("x", 201), Policy: "priority"}, "model_name_invalid"},
		"taken":             {catalog.GroupInput{Name: "taken", Policy: "priority"}, "group_name_taken"},
		"unknown policy":    {catalog.GroupInput{Name: "x", Policy: "luck"}, "policy_unknown"},
		"no policy":         {catalog.GroupInput{Name: "x"}, "policy_unknown"},
		"no such model":     {catalog.GroupInput{Name: "x", Policy: "priority", Members: member(1, 1, 99)}, "model_not_found"},
		"model twice":       {catalog.GroupInput{Name: "x", Policy: "priority", Members: member(1, 1, m.ID, m.ID)}, "member_duplicate"},
		"negative priority": {catalog.GroupInput{Name: "x", Policy: "priority", Members: member(-1, 1, m.ID)}, "priority_invalid"},
		"weight 0":          {catalog.GroupInput{Name: "x", Policy: "priority", Members: member(0, 0, m.ID)}, "weight_invalid"},
		"weight 1001":       {catalog.GroupInput{Name: "x", Policy: "priority", Members: member(0, 1001, m.ID)}, "weight_invalid"},
		"1001 members":      {catalog.GroupInput{Name: "x", Policy: "priority", Members: make([]catalog.MemberInput, 1001)}, "too_many"},
	} {
		h.unchangedBy(func() {
			if _, err := h.SaveGroup(t.Context(), c.in); err == nil {
				t.Errorf("%s: saved", name)
			} else {
				wantCode(t, err, c.code)
			}
		})
	}
	wantCode(t, h.DeleteGroup(t.Context(), 99), "group_not_found")
	if g := h.group("Taken"); g.Members == nil { // case matters in "model"
		t.Error("members are null")
	}
}

// What is open without a key is so in the engine, and closed again.
func TestKeylessGroups(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := catalog.GroupInput{Name: "chat", Policy: "priority", Enabled: true, Keyless: true}
	g := must[catalog.Group](h)(h.SaveGroup(t.Context(), in))
	if !g.Keyless || !h.engine.last().Groups[0].Keyless {
		t.Errorf("saved %+v, compiled %+v", g, h.engine.last().Groups)
	}
	in.ID, in.Keyless = g.ID, false
	if g = must[catalog.Group](h)(h.SaveGroup(t.Context(), in)); g.Keyless || h.engine.last().Groups[0].Keyless {
		t.Errorf("saved %+v, compiled %+v", g, h.engine.last().Groups)
	}
}

// A window undoes the deletion of a group by saving it anew.
func TestDeletedGroupIsSavedAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	m := h.model(h.provider("up").ID, "m1")
	g := h.group("chat", m.ID)
	key := must[catalog.NewAPIKey](h)(h.CreateAPIKey(ctx, catalog.APIKeyInput{Name: "laptop", Enabled: true, GroupIDs: []int64{g.ID}})).APIKey
	word := must[catalog.Keyword](h)(h.SaveKeyword(ctx, catalog.Keyword{Text: "quota", Enabled: true, GroupIDs: []int64{g.ID}}))
	before := h.engine.last()
	if err := h.DeleteGroup(ctx, g.ID); err != nil {
		t.Fatal(err)
	}
	again := must[catalog.Group](h)(h.SaveGroup(ctx, catalog.GroupInput{
		Name: g.Name, Policy: g.Policy, Enabled: g.Enabled,
		Members: []catalog.MemberInput{{ID: g.Members[0].ID, ModelID: m.ID, Priority: 1, Weight: 1, Enabled: true}},
	}))
	key.GroupIDs, word.GroupIDs = []int64{again.ID}, []int64{again.ID}
	must[catalog.APIKey](h)(h.SaveAPIKey(ctx, catalog.APIKeyInput{ID: key.ID, Name: key.Name, Enabled: true, GroupIDs: key.GroupIDs}))
	if got := must[catalog.Keyword](h)(h.SaveKeyword(ctx, word)); !got.Enabled {
		t.Errorf("saved %+v", got)
	}
	if again.ID == g.ID || again.Members[0].ID == g.Members[0].ID {
		t.Error("an ID was given out a second time")
	}
	after := h.engine.last()
	before.Groups[0].ID, before.Groups[0].Members[0].ID = again.ID, again.Members[0].ID
	before.APIKeys[0].GroupIDs, before.Keywords[0].GroupIDs = key.GroupIDs, word.GroupIDs
	if !reflect.DeepEqual(after, before) {
		t.Errorf("the engine has %+v\nwant %+v", after, before)
	}
}

func TestMembersKeepTheirIDs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.provider("up")
	a, b, c := h.model(p.ID, "a"), h.model(p.ID, "b"), h.model(p.ID, "c")
	g := h.group("chat", a.ID, b.ID)
	saved := must[catalog.Group](h)(h.SaveGroup(t.Context(), catalog.GroupInput{
		ID: g.ID, Name: "chat2", Policy: "priority", Enabled: true,
		Members: []catalog.MemberInput{
			{ModelID: c.ID, Priority: 5, Weight: 1, Enabled: true},
			// Without its ID, or with another's, a member is known by its model.
			{ID: g.Members[0].ID, ModelID: b.ID, Priority: 0, Weight: 3, Enabled: true},
		},
	}))
	if len(saved.Members) != 2 || saved.Name != "chat2" {
		t.Fatalf("saved %+v", saved)
	}
	first, second := saved.Members[0], saved.Members[1]
	if first.ID != g.Members[1].ID || first.Model != "b" || first.Provider != "up" || first.Weight != 3 {
		t.Errorf("first %+v", first)
	}
	if second.ModelID != c.ID || second.ID == g.Members[0].ID {
		t.Errorf("second %+v", second)
	}
}

func TestListsAreSorted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, name := range []string{"b", "C", "a"} {
		p := h.provider(name)
		h.model(p.ID, "y")
		h.model(p.ID, "X")
		h.group(name)
		must[catalog.Keyword](h)(h.SaveKeyword(t.Context(), catalog.Keyword{Text: name}))
		must[catalog.NewAPIKey](h)(h.CreateAPIKey(t.Context(), catalog.APIKeyInput{Name: name}))
	}
	var names []string
	for _, p := range must[[]catalog.Provider](h)(h.Providers(t.Context())) {
		names = append(names, p.Name, p.Models[0].Name)
	}
	for _, g := range must[[]catalog.Group](h)(h.Groups(t.Context())) {
		names = append(names, g.Name)
	}
	for _, k := range must[[]catalog.Keyword](h)(h.Keywords(t.Context())) {
		names = append(names, k.Text)
	}
	for _, k := range must[[]catalog.APIKey](h)(h.APIKeys(t.Context())) {
		names = append(names, k.Name)
	}
	if got := strings.Join(names, ""); got != "aXbXCX"+"abC"+"abC"+"aCb" {
		t.Errorf("order %s", got)
	}
}

func TestAPIKeyRules(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	g := h.group("chat")
	brought := must[catalog.NewAPIKey](h)(h.CreateAPIKey(ctx, catalog.APIKeyInput{
		Name: " taken ", Key: "my.Own_key-0123456789", Enabled: true, GroupIDs: []int64{g.ID, g.ID},
	}))
	if k := brought.APIKey; k.Name != "taken" || k.Prefix != "my.O" || k.LastFour != "6789" ||
		brought.Key != "my.Own_key-0123456789" || !slices.Equal(k.GroupIDs, []int64{g.ID}) {
		t.Errorf("brought %+v", brought)
	}
	past := now.UnixMilli()
	for name, c := range map[string]struct {
		in   catalog.APIKeyInput
		code string
	}{
		"no name":         {catalog.APIKeyInput{}, "name_invalid"},
		"taken name":      {catalog.APIKeyInput{Name: "taken"}, "name_taken"},
		"no such group":   {catalog.APIKeyInput{Name: "x", GroupIDs: []int64{99}}, "group_not_found"},
		"expired":         {catalog.APIKeyInput{Name: "x", ExpiresAt: past}, "expiry_past"},
		"15 characters":   {catalog.APIKeyInput{Name: "x", Key: strings.Repeat("k", 15)}, "api_key_invalid"},
		"257 characters":  {catalog.APIKeyInput{Name: "x", Key: strings.Repeat("k", 257)}, "api_key_invalid"},
		"other character": {catalog.APIKeyInput{Name: "x", Key: "0123456789abcdef/"}, "api_key_invalid"},
		"space":           {catalog.APIKeyInput{Name: "x", Key: "0123456789abcdef "}, "api_key_invalid"},
		"taken text":      {catalog.APIKeyInput{Name: "x", Key: "my.Own_key-0123456789"}, "api_key_taken"},
	} {
		h.unchangedBy(func() {
			if _, err := h.CreateAPIKey(ctx, c.in); err == nil {
				t.Errorf("%s: saved", name)
			} else {
				wantCode(t, err, c.code)
			}
		})
	}
	id := brought.APIKey.ID
	for code, in := range map[string]catalog.APIKeyInput{
		"api_key_not_found": {ID: 99, Name: "x"},
		"api_key_fixed":     {ID: id, Name: "x", Key: strings.Repeat("k", 20)},
		"expiry_past":       {ID: id, Name: "x", ExpiresAt: past},
	} {
		h.unchangedBy(func() {
			_, err := h.SaveAPIKey(ctx, in)
			wantCode(t, err, code)
		})
	}
	_, err := h.SaveAPIKey(ctx, catalog.APIKeyInput{Name: "x"})
	wantCode(t, err, "api_key_not_found")
	wantCode(t, h.DeleteAPIKey(ctx, 99), "api_key_not_found")
	saved := must[catalog.APIKey](h)(h.SaveAPIKey(ctx, catalog.APIKeyInput{ID: id, Name: "renamed", ExpiresAt: past + 1}))
	if saved.Name != "renamed" || saved.Enabled || saved.ExpiresAt != past+1 || len(saved.GroupIDs) != 0 || saved.GroupIDs == nil ||
		!slices.Equal(saved.Hash, brought.APIKey.Hash) || saved.LastFour != "6789" {
		t.Errorf("saved %+v", saved)
	}
}

func TestMadeAPIKeys(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	form := regexp.MustCompile(`^hg-[0-9A-Za-z]{49}$`)
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	seen := map[string]bool{}
	for _, name := range []string{"a", "b", "c"} {
		made := must[catalog.NewAPIKey](h)(h.CreateAPIKey(t.Context(), catalog.APIKeyInput{Name: name, ID: 7}))
		key := made.Key
		if !form.MatchString(key) || seen[key] {
			t.Fatalf("made %q", key)
		}
		seen[key] = true
		sum := new(big.Int)
		for _, c := range key[len(key)-6:] {
			sum.Add(sum.Mul(sum, big.NewInt(62)), big.NewInt(int64(strings.IndexRune(digits, c))))
		}
		if sum.Uint64() != uint64(crc32.ChecksumIEEE([]byte(key[:len(key)-6]))) {
			t.Errorf("%q doesn't carry its checksum", key)
		}
		hash := sha256.Sum256([]byte(key))
		if k := made.APIKey; !slices.Equal(k.Hash, hash[:]) || k.Prefix != key[:7] || k.LastFour != key[len(key)-4:] {
			t.Errorf("kept %+v", k)
		}
	}
}
