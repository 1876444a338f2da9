package api_test

import (
	"archive/zip"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"headgate/app"
	"headgate/app/api"
	"headgate/app/apperr"
	"headgate/app/catalog"
)

// What was shown is what is saved, without the files that were taken out.
func TestSavedSupportBundle(t *testing.T) {
	a := app.New(app.Options{DataDir: t.TempDir(), Address: "127.0.0.1:0", Version: "1.2.3", Log: slog.New(slog.DiscardHandler)})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close(t.Context()) })
	if _, err := a.Catalog.SaveProvider(t.Context(), catalog.ProviderInput{
		Name: "mine", Dialect: "openai", BaseURL: "https://api.example/v1", Enabled: true,
		Keys:    []catalog.ProviderKeyInput{{Secret: "quetzal-0123456789", Enabled: true}},
		Headers: []catalog.Header{{Name: "X-Gate", Value: "quetzal-of-a-header"}},
	}); err != nil {
		t.Fatal(err)
	}
	a.Log.Warn("it failed", "with", "quetzal-0123456789", "at", filepath.Join(a.DataDir, "headgate.db"))
	s := findSupport(t, a)
	before, err := s.Make("")
	if err != nil {
		t.Fatal(err)
	}
	made, err := s.Make(strings.Repeat("Safari ", 100))
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{}
	for _, f := range made.Files {
		shown[f.Name] = f.Text
		if strings.Contains(f.Text, "quetzal") || strings.Contains(f.Text, a.DataDir) {
			t.Errorf("%s tells too much:\n%s", f.Name, f.Text)
		}
	}
	for name, text := range map[string]string{
		"log.txt": `"with":"[redacted]","at":"(data folder)/headgate.db"`, "program.json": `"configuration": 6`, "providers.json": "https://api.example",
	} {
		if !strings.Contains(filepath.ToSlash(shown[name]), text) {
			t.Errorf("%s has no %s:\n%s", name, text, shown[name])
		}
	}
	if strings.Contains(shown["program.json"], strings.Repeat("Safari ", 50)) {
		t.Error("a page can say as much as it likes")
	}

	folder := t.TempDir()
	files := api.NewFiles(a, &chooser{path: filepath.Join(folder, "s.zip")})
	if _, err := files.Save("support", args(t, before.ID)); apperr.Code(err) != "support_over" {
		t.Errorf("an older bundle gave %v", err)
	}
	if _, err := files.Save("support", `{"id":"","without":[]}`); apperr.Code(err) != "support_over" {
		t.Errorf("no bundle gave %v", err)
	}
	if names := namesIn(t, folder); len(names) != 0 {
		t.Errorf("refused, it left %v", names)
	}
	if _, err := files.Save("support", args(t, made.ID, "goroutines.txt", "log.txt")); err != nil {
		t.Fatal(err)
	}
	z, err := zip.OpenReader(filepath.Join(folder, "s.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	delete(shown, "goroutines.txt")
	delete(shown, "log.txt")
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil || string(text) != shown[f.Name] {
			t.Errorf("%s was saved as\n%s\n%v, shown as\n%s", f.Name, text, err, shown[f.Name])
		}
		delete(shown, f.Name)
	}
	if len(shown) > 0 {
		t.Errorf("not saved: %v", shown)
	}
	if info, err := os.Stat(filepath.Join(folder, "s.zip")); err != nil || info.Mode().Perm()&0o077 != 0 && filepath.Separator == '/' {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
}

func findSupport(t *testing.T, a *app.App) *api.Support {
	t.Helper()
	for _, bound := range api.All(a) {
		if s, ok := bound.(*api.Support); ok {
			return s
		}
	}
	t.Fatal("no window can ask for it")
	return nil
}

func args(t *testing.T, id string, without ...string) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{"id": id, "without": append([]string{}, without...)})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
