package support_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"headgate/app/calllog"
	"headgate/app/catalog"
	"headgate/app/secret"
	"headgate/app/settings"
	"headgate/app/support"
)

const redacted = "[redacted]"

const (
	keyText    = `sk-quetzal-0123/45+67"89`
	headerText = "header/<quetzal> & \u2028more"
)

func facts(log string) support.Facts {
	chosen := settings.Default()
	chosen.Gateway.Names, chosen.Gateway.Sought = []string{"quetzal.home"}, []string{"quetzal.lan"}
	return support.Facts{
		Program: support.Program{Version: "1.2.3", GatewayError: "listen_failed"},
		Configuration: catalog.Configuration{
			Settings: chosen,
			Providers: []catalog.Provider{
				{
					ID: 1, Name: "quetzal provider", BaseURL: "https://api.example/v1/quetzal", Proxy: "socks5://192.168.1.2:1080",
					Keys:    []catalog.ProviderKey{{ID: 1, Secret: secret.New(keyText)}},
					Headers: []catalog.Header{catalog.NewHeader("X-Gate", headerText)}, Models: []catalog.Model{{Name: "quetzal-model"}},
				},
				{ID: 2, Name: "quetzal 2", BaseURL: "http://127.0.0.1:11434"},
				{ID: 3, Name: "quetzal 3", BaseURL: "http://quetzal.lan:8080/v1"},
			},
			Groups: []catalog.Group{{Name: "quetzal group", Members: []catalog.Member{{ID: 1}}}},
		},
		Failed: []calllog.Detail{{
			Row: calllog.Row{StartedAt: 1, State: "failed", Status: 502, APIKey: "quetzal", Model: "quetzal", Message: "quetzal", ErrorCode: "all_failed"},
			Attempts: []calllog.Attempt{{
				ProviderID: 1, Provider: "quetzal", Model: "quetzal", KeyHint: "quetzal", Message: "quetzal", Keyword: "quetzal", Class: "server", Reason: "http_500",
				Rule: &calllog.Rule{Text: "quetzal"},
			}},
		}},
		Log: log, Folders: map[string]string{"/home/quetzal": "~", `C:\Users\quetzal`: "~"},
	}
}

func texts(t *testing.T, f support.Facts) map[string]string {
	t.Helper()
	files, err := support.Files(f)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, file := range files {
		all[file.Name] = file.Text
	}
	return all
}

// Nothing that a person typed is in a bundle, and what helps is.
func TestBundleTellsWhatHelps(t *testing.T) {
	t.Parallel()
	all := texts(t, facts(`{"level":"WARN","msg":"it failed"}`))
	for name, wanted := range map[string][]string{
		"program.json":      {`"version": "1.2.3"`, `"gateway_error": "listen_failed"`},
		"settings.json":     {`"host_names": 1`, `"members": 1`, `"models": 1`, `"provider_keys": 1`, `"address": "127.0.0.1:8001"`},
		"providers.json":    {`"host": "https://api.example"`, `"proxy": "socks5://private-network"`, `"host": "http://this-machine"`, `"host": "http://private-network"`, `"headers": 1`},
		"failed-calls.json": {`"class": "server"`, `"reason": "http_500"`, `"error_code": "all_failed"`, `"by_rule": true`, `"status": 502`},
		"log.txt":           {"it failed"},
		"goroutines.txt":    {"goroutine profile", "TestBundleTellsWhatHelps"},
	} {
		for _, text := range wanted {
			if !strings.Contains(all[name], text) {
				t.Errorf("%s has no %s:\n%s", name, text, all[name])
			}
		}
		if strings.Contains(all[name], "quetzal") {
			t.Errorf("%s has a name:\n%s", name, all[name])
		}
		delete(all, name)
	}
	if len(all) > 0 {
		t.Errorf("there is more: %v", all)
	}
}

func TestBundleIsRedacted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ log, want string }{
		"a key":             {"it said " + keyText + ".", "it said [redacted]."},
		"a key in JSON":     {`{"error":"sk-quetzal-0123/45+67\"89"}`, `{"error":"[redacted]"}`},
		"a key in a query":  {"key=" + url.QueryEscape(keyText), "key=[redacted]"},
		"a header":          {"gate: " + headerText, "gate: [redacted]"},
		"an address":        {`Get "https://api.example:8443/v1/models?key=quetzal": EOF`, `Get "https://api.example": EOF`},
		"one at home":       {"dial http://10.0.0.7:8000/v1", "dial http://private-network"},
		"a proxy":           {"via socks5://user:quetzal@proxy.example:1080", "via socks5://proxy.example"},
		"somebody's key":    {"sk-ant-abcdefghijklmnop and hg-0123456789abcdef", "[redacted] and [redacted]"},
		"a bearer":          {"Authorization: Bearer quetzalquetzal", "Authorization: Bearer [redacted]"},
		"a mail":            {"for ada.l@example.com", "for [redacted]"},
		"a folder":          {"open /home/quetzal/x.db", "open ~/x.db"},
		"a folder in JSON":  {`{"file":"C:\\Users\\quetzal\\x.db"}`, `{"file":"~\\x.db"}`},
		"what is no secret": {"sqlite_too_old at 12:30:00, skipped keyboard", "sqlite_too_old at 12:30:00, skipped keyboard"},
	} {
		if got := texts(t, facts(c.log))["log.txt"]; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// However often it was quoted, by whichever encoder, a secret is found.
func TestSecretsAreFoundInEverySpelling(t *testing.T) {
	t.Parallel()
	lean := func(text string) string {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		_ = e.Encode(text)
		return strings.TrimSpace(b.String())
	}
	html := func(text string) string {
		b, _ := json.Marshal(text)
		return string(b)
	}
	slashed := func(text string) string { return strings.ReplaceAll(lean(text), "/", `\/`) }
	logged := func(text string) string {
		var b strings.Builder
		slog.New(slog.NewJSONHandler(&b, nil)).Warn(text)
		return b.String()
	}
	ways := map[string]func(string) string{
		"lean": lean, "html": html, "slashed": slashed, "logged": logged, "a query": url.QueryEscape, "a path": url.PathEscape,
	}
	for _, secret := range []string{keyText, headerText} {
		for inner, first := range ways {
			for _, outer := range []string{"lean", "html", "slashed", "logged"} {
				second := ways[outer]
				for how, text := range map[string]string{inner: first(secret), inner + " in " + outer: second(first(secret))} {
					if got := texts(t, facts(text))["log.txt"]; strings.Contains(got, "quetzal") {
						t.Errorf("%s: %s", how, got)
					}
				}
			}
		}
	}
}

// A line that is too long is cut, wherever that is: no piece of a secret that
// could be used is left at its end.
func TestLinesThatAreCut(t *testing.T) {
	t.Parallel()
	for cut := range len(headerText) * 3 {
		var kept support.Log
		log := slog.New(kept.Over(slog.DiscardHandler))
		log.Warn("x", "a", strings.Repeat("x", 1800), "b", headerText, "c", strings.Repeat("y", 60+cut)+headerText+strings.Repeat("z", 200))
		got := texts(t, facts(kept.String()))["log.txt"]
		if !strings.Contains(got, redacted+`","c":"yyy`) || strings.Contains(got, headerText[:5]) || strings.Contains(got, `y\`) {
			t.Fatalf("cut %d: %s", cut, got[1800:])
		}
	}
}

func TestZipHasTheTexts(t *testing.T) {
	t.Parallel()
	files := []support.File{{Name: "a.json", Text: "{}"}, {Name: "b.txt", Text: "é\n"}}
	var out bytes.Buffer
	if err := support.Zip(&out, files); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if f.Name != files[i].Name || string(text) != files[i].Text || err != nil || time.Since(f.Modified) > time.Hour {
			t.Errorf("%s of %v: %q, %v", f.Name, f.Modified, text, err)
		}
	}
}

func TestLogRemembersTrouble(t *testing.T) {
	t.Parallel()
	var kept support.Log
	var out bytes.Buffer
	log := slog.New(kept.Over(slog.NewTextHandler(&out, nil))).With("part", "store")
	log.Info("all is well")
	log.Debug("nobody reads this")
	log.Error("it broke", "error", errors.New("no room"), "key", secret.New("quetzal"))
	if text := kept.String(); strings.Contains(text, "well") || !strings.Contains(text, `"part":"store","error":"no room","key":"••••"`) {
		t.Errorf("kept: %s", text)
	}
	if text := out.String(); !strings.Contains(text, "all is well") || !strings.Contains(text, "it broke") || strings.Contains(text, "nobody") {
		t.Errorf("handed on: %s", text)
	}
	for range 300 {
		log.Warn(strings.Repeat("x", 5000))
	}
	if lines := strings.Split(kept.String(), "\n"); len(lines) != 200 || len(lines[0]) != 2048 {
		t.Errorf("%d lines of %d bytes", len(lines), len(lines[0]))
	}
	quiet := slog.New(kept.Over(slog.DiscardHandler)).WithGroup("g")
	quiet.Warn("last", "a", 1)
	if !strings.HasSuffix(kept.String(), `"msg":"last","g":{"a":1}}`) {
		t.Errorf("without a handler: %s", kept.String()[len(kept.String())-200:])
	}
}

func FuzzRedactor(f *testing.F) {
	for _, s := range []string{"", keyText, "https://" + keyText + "@h/" + headerText, keyText[:8] + headerText + keyText[8:], `\` + keyText, "sk-" + keyText} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		facts := facts(before + keyText + after + headerText)
		facts.Failed, facts.Configuration.Groups = nil, nil
		for name, text := range texts(t, facts) {
			if strings.Contains(text, keyText) || strings.Contains(text, headerText) {
				t.Errorf("%s has a secret: %q", name, text)
			}
		}
	})
}
