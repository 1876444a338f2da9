package catalog_test

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/settings"
	"headgate/gateway"
)

const phrase = "correct horse"

// furnished is a house with something in every corner.
func furnished(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	ctx := t.Context()
	up := must[catalog.Provider](h)(h.SaveProvider(ctx, catalog.ProviderInput{
		Name: "up", Dialect: "openai", BaseURL: "https://up.example/v1", Enabled: true, Proxy: "socks5://127.0.0.1:1080",
		Headers:  []catalog.Header{{Name: "X-Title", Value: "me & <you>"}, {Name: "X-Gate", Value: "header-canary"}},
		Timeouts: catalog.Timeouts{ConnectSeconds: 3, ReplySeconds: 900},
		Rules:    []catalog.Rule{{StatusFrom: 429, StatusTo: 429, Text: "da<i>ly", Action: "cooldown", CooldownSeconds: 3600}, {Text: `(a|b)\d`, Regex: true, Action: "count"}},
		Keys:     []catalog.ProviderKeyInput{{Secret: "sk-canary-0123456789", Enabled: true}, {Secret: "sk-canary-off-123456"}},
	}))
	local := h.provider("Local")
	model := func(m catalog.Model) catalog.Model { return must[catalog.Model](h)(h.SaveModel(ctx, m)) }
	m1 := model(catalog.Model{ProviderID: up.ID, Name: "m1", Enabled: true, InputPrice: price(0.1), OutputPrice: price(2), CachedInputPrice: price(0), ContextTokens: 128000})
	m2 := model(catalog.Model{ProviderID: up.ID, Name: "m2", CallPrice: price(0.5)})
	m3 := model(catalog.Model{ProviderID: local.ID, Name: "m1", Enabled: true})
	chat := must[catalog.Group](h)(h.SaveGroup(ctx, catalog.GroupInput{
		Name: "chat", Policy: "weighted", Enabled: true, Members: []catalog.MemberInput{
			{ModelID: m1.ID, Priority: 2, Weight: 9, Enabled: true}, {ModelID: m2.ID, Priority: 0, Weight: 1}, {ModelID: m3.ID, Priority: 2, Weight: 1, Enabled: true},
		}, Rules: []catalog.Rule{{StatusFrom: 500, StatusTo: 599, Action: "stop"}, {Text: "flagged", Action: "next"}}, Keyless: true,
	}))
	off := must[catalog.Group](h)(h.SaveGroup(ctx, catalog.GroupInput{Name: "off", Policy: "least_latency"}))
	key := func(in catalog.APIKeyInput) catalog.NewAPIKey {
		return must[catalog.NewAPIKey](h)(h.CreateAPIKey(ctx, in))
	}
	laptop := key(catalog.APIKeyInput{Name: "laptop", GroupIDs: []int64{chat.ID, off.ID}, Models: true, Enabled: true, ExpiresAt: now.Add(time.Hour).UnixMilli() + 123})
	key(catalog.APIKeyInput{Name: "desk", Key: "my.own_key-0123456789", Enabled: false})
	must[catalog.NewAPIKey](h)(h.RotateAPIKey(ctx, laptop.APIKey.ID, 600))
	for _, k := range []catalog.Keyword{
		{Text: "Quota", Scope: "errors", GroupIDs: []int64{chat.ID}, Description: "théy say", Enabled: true},
		{Text: `bal+ance\s`, Regex: true, Scope: "reply"},
	} {
		must[catalog.Keyword](h)(h.SaveKeyword(ctx, k))
	}
	s := settings.Default()
	s.Language, s.Theme, s.CloseToTray, s.Updates = "ja", settings.ThemeDark, false, true
	s.Gateway = settings.Gateway{Address: "127.0.0.1:9999", Names: []string{"gateway.home"}, Origins: []string{"https://chat.example"}}
	s.Failover = settings.Failover{Count: 5, Minutes: 6, CooldownSeconds: 7, Attempts: 8, BeginSeconds: 9}
	s.Timeouts = settings.Timeouts{ConnectSeconds: 8, FirstTokenSeconds: 9, StreamIdleSeconds: 10, ReplySeconds: 11}
	s.Log = settings.Log{Days: 12, Bodies: settings.BodiesAlways, BodyDays: 3, BodyKB: 64}
	if err := h.SaveSettings(ctx, s); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) exports(passphrase string) string {
	h.t.Helper()
	file := must[[]byte](h)(h.Export(h.t.Context(), passphrase))
	return string(must[[]byte](h)(catalog.Unlock(file, passphrase)))
}

func TestExportAndImportElsewhere(t *testing.T) {
	t.Parallel()
	h, other := furnished(t), newHouse(t)
	text := h.exports(phrase)
	for _, want := range []string{"sk-canary-0123456789", "header-canary", "me & <you>"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	report := other.imports(text)
	if len(report.MadeKeys) != 0 || report.Count(catalog.Created) != 11 {
		t.Errorf("the import did\n%s", report)
	}
	if got := other.exports(phrase); got != text {
		t.Errorf("exported again it is\n%s\nwant\n%s", got, text)
	}
	// What serves is the same but for ids and times.
	if got, want := flat(other), flat(h); got != want {
		t.Errorf("it serves\n%s\nwant\n%s", got, want)
	}
	for _, plain := range []string{text, h.exports("")} {
		h.unchangedBy(func() {
			if again := h.imports(plain); again.Changed() {
				t.Errorf("imported where it was exported it did\n%s", again)
			}
		})
	}
}

// flat is what the engine of a house serves, without ids.
func flat(h *house) string {
	c := h.engine.last()
	var b strings.Builder
	slices.SortFunc(c.Providers, func(a, b gateway.Provider) int { return strings.Compare(a.Name, b.Name) })
	for _, p := range c.Providers {
		fmt.Fprintf(&b, "%s %s %s %s %v %+v %+v", p.Name, p.Dialect, p.BaseURL, p.Proxy, p.Headers, p.Timeouts, p.Rules)
		for _, k := range p.Keys {
			b.WriteString(" " + k.Secret)
		}
		for _, m := range p.Models {
			fmt.Fprintf(&b, " %s %d %s", m.Name, m.ContextTokens, shown(m.Price.InputPerMillion))
		}
		b.WriteByte('\n')
	}
	for _, g := range c.Groups {
		fmt.Fprintf(&b, "%s %s %d %+v\n", g.Name, g.Policy, len(g.Members), g.Rules)
	}
	for _, k := range c.APIKeys {
		fmt.Fprintf(&b, "%s %s %d %t %s\n", k.Name, hex.EncodeToString(k.Hash[:]), len(k.GroupIDs), k.Models, k.ExpiresAt.UTC())
	}
	for _, k := range c.Keywords {
		fmt.Fprintf(&b, "%s %t %s %d\n", k.Text, k.Regex, k.Scope, len(k.GroupIDs))
	}
	fmt.Fprintf(&b, "%+v %+v %+v\n", c.Failover, c.Timeouts, c.Capture)
	return b.String()
}

func TestExportWithoutSecrets(t *testing.T) {
	t.Parallel()
	h, other := furnished(t), newHouse(t)
	text := h.exports("")
	keys := must[[]catalog.APIKey](h)(h.APIKeys(t.Context()))
	for _, k := range keys {
		if strings.Contains(text, hex.EncodeToString(k.Hash)) || strings.Contains(text, k.LastFour) || strings.Contains(text, "mark") {
			t.Errorf("something of the key %s is in\n%s", k.Name, text)
		}
	}
	if strings.Contains(text, "canary") || strings.Contains(text, `"keys"`) || !strings.Contains(text, `"headers"`) {
		t.Errorf("exported\n%s", text)
	}
	if report := other.imports(text); len(report.MadeKeys) != 2 {
		t.Errorf("the import did\n%s", report)
	}
	for _, p := range must[[]catalog.Provider](h)(other.Providers(t.Context())) {
		if len(p.Keys) != 0 || len(p.Headers) != 0 {
			t.Errorf("%s got %d keys and %v", p.Name, len(p.Keys), p.Headers)
		}
	}
}

func TestExportIsLocked(t *testing.T) {
	t.Parallel()
	h := furnished(t)
	file := must[[]byte](h)(h.Export(t.Context(), phrase))
	if !catalog.IsLocked(file) || strings.Contains(string(file), "up.example") {
		t.Errorf("exported\n%s", file)
	}
	for passphrase, code := range map[string]string{"": "passphrase_needed", "wrong horse": "passphrase_wrong", phrase: ""} {
		if _, err := catalog.Unlock(file, passphrase); apperr.Code(err) != code {
			t.Errorf("with %q: %v", passphrase, err)
		}
	}
	if _, err := h.Export(t.Context(), "short"); apperr.Code(err) != "passphrase_short" {
		t.Errorf("a short passphrase: %v", err)
	}
	large := append(file, make([]byte, catalog.MaxFile)...)
	if _, err := catalog.Unlock(large, phrase); apperr.Code(err) != "import_too_large" {
		t.Errorf("a large file: %v", err)
	}
}

// An expired key comes along with its mark, but isn't made anew.
func TestExportOfExpiredKeys(t *testing.T) {
	t.Parallel()
	clock := now
	h, other := newHouseAt(t, func() time.Time { return clock }), newHouse(t)
	must[catalog.NewAPIKey](h)(h.CreateAPIKey(t.Context(), catalog.APIKeyInput{Name: "short", Enabled: true, ExpiresAt: now.Add(time.Hour).UnixMilli()}))
	clock = now.Add(2 * time.Hour)
	if text := h.exports(""); strings.Contains(text, "short") {
		t.Errorf("exported\n%s", text)
	}
	late := h.exports(phrase)
	other.Catalog = newHouseAt(t, func() time.Time { return clock }).Catalog
	if report := must[catalog.Report](other)(other.Import(t.Context(), []byte(late))); report.Count(catalog.Created) != 1 || len(report.MadeKeys) != 0 {
		t.Errorf("the import did\n%s", report)
	}
}

func TestLargeExport(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.inMemory()
	up := h.provider("up")
	if p := h.imported(catalog.ModelImport{Provider: catalog.ProviderInput{ID: up.ID}, Models: manyModels(20_000, "")}); p.Added != 20_000 {
		t.Fatalf("%+v", p)
	}
	text := h.exports("")
	if len(text) > 5<<20 {
		t.Errorf("exported %d bytes", len(text))
	}
	if report := h.imports(text); report.Changed() || len(report.Changes) < 20_000 {
		t.Errorf("imported again %d changes", len(report.Changes))
	}
}
