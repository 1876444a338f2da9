package api_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"headgate/app"
	"headgate/app/api"
	"headgate/app/apperr"
	"headgate/app/catalog"
)

// bound returns the bound value of a kind.
func bound[T any](t *testing.T, a *app.App) T {
	t.Helper()
	for _, v := range api.All(a) {
		if found, ok := v.(T); ok {
			return found
		}
	}
	var none T
	t.Fatalf("there is no %T", none)
	return none
}

func mustSaveProvider(t *testing.T, a *app.App) catalog.Provider {
	t.Helper()
	p, err := a.Catalog.SaveProvider(t.Context(), catalog.ProviderInput{
		Name: "up", Dialect: "openai", BaseURL: "https://up.example/v1", Enabled: true,
		Keys: []catalog.ProviderKeyInput{{Secret: "sk-canary-0123456789", Enabled: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What is saved in one program is opened in another.
func TestConfigurationTravels(t *testing.T) {
	from, to := start(t), start(t)
	mustSaveProvider(t, from)
	for _, c := range []struct{ args, passphrase, extension, mustHave, mustNotHave string }{
		{`{"passphrase":""}`, "", ".json", `"base_url": "https://up.example/v1"`, "canary"},
		{`{"passphrase":"correct horse"}`, "correct horse", ".age", "AGE ENCRYPTED", "up.example"},
	} {
		path := filepath.Join(t.TempDir(), "file")
		person := &chooser{path: path}
		if _, err := api.NewFiles(from, person).Save("configuration", c.args); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(content), c.mustHave) || strings.Contains(string(content), c.mustNotHave) {
			t.Errorf("saved %v\n%s", err, content)
		}
		if !strings.HasSuffix(person.name, c.extension) {
			t.Errorf("the suggested name is %s", person.name)
		}
		upload, err := api.NewFiles(to, person).Open()
		if err != nil {
			t.Fatal(err)
		}
		imports := bound[*api.Imports](t, to)
		preview, err := imports.Preview(upload.ID, "")
		if err != nil || preview.Encrypted != (c.passphrase != "") {
			t.Errorf("preview %+v, %v", preview, err)
		}
		heard := to.Bus.Listen()
		defer heard.Close()
		if err := imports.Start(upload.ID, c.passphrase, false); err != nil {
			t.Fatal(err)
		}
		for imports.Progress().Running {
			<-heard.Wake()
			heard.Take()
		}
		if p := imports.Progress(); p.Error != nil || len(p.Changes) == 0 {
			t.Errorf("imported %+v", p)
		}
	}
	providers, err := to.Catalog.Providers(t.Context())
	if err != nil || len(providers) != 1 || providers[0].Keys[0].Secret.Reveal() != "sk-canary-0123456789" {
		t.Errorf("there are %+v, %v", providers, err)
	}
	for args, code := range map[string]string{
		`{"passphrase":"short"}`: "passphrase_short", `{"pass":""}`: "bad_arguments", ``: "bad_arguments",
	} {
		if _, err := api.NewFiles(from, &chooser{path: filepath.Join(t.TempDir(), "x")}).Save("configuration", args); apperr.Code(err) != code {
			t.Errorf("%s: %v", args, err)
		}
	}
}
