package i18n_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"headgate/app/i18n"
)

var update = flag.Bool("update", false, "rewrite testdata/rendered.json")

const renderedFile = "testdata/rendered.json"

// rendered is every text as the Go side renders it. The window's runtime reads
// it in frontend/src/lib/i18n/parity.test.ts and must come to the same texts:
// t(key, data) where the text is a string, n(key, count, data) for the counts
// where it is a list. n fills {{.Count}} from count.
type rendered struct {
	Data   map[string]string         `json:"data"` // placeholder → what fills it
	Counts []int                     `json:"counts"`
	Texts  map[string]map[string]any `json:"texts"` // locale → key → string, or one string per count
}

// TestRendered holds the file to the catalogs; `go generate ./app/i18n`
// rewrites it after a text has changed.
func TestRendered(t *testing.T) {
	want := render(t)
	if *update {
		if err := os.WriteFile(renderedFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(renderedFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is older than the texts: run `go generate ./app/i18n` and commit it", renderedFile)
	}
}

func render(t *testing.T) []byte {
	out := rendered{Data: map[string]string{}, Counts: []int{0, 1, 2, 5}, Texts: map[string]map[string]any{}}
	for _, locale := range i18n.Locales {
		for _, m := range readCatalog(t, locale) {
			for _, name := range placeholders(m.all()...) {
				if name != "Count" {
					// Signs that a naive replacement would trip over.
					out.Data[name] = "<" + name + " $& {{.Count}}>"
				}
			}
		}
	}
	data := map[string]any{}
	for name, value := range out.Data {
		data[name] = value
	}
	for _, locale := range i18n.Locales {
		texts, all := i18n.New(locale), map[string]any{}
		for _, m := range readCatalog(t, locale) {
			if !m.plural {
				all[m.key] = texts.T(m.key, data)
				continue
			}
			forms := make([]string, 0, len(out.Counts))
			for _, count := range out.Counts {
				forms = append(forms, texts.N(m.key, count, data))
			}
			all[m.key] = forms
		}
		out.Texts[locale] = all
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
