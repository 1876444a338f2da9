package catalog_test

import (
	"testing"

	"headgate/app/apperr"
	"headgate/app/catalog"
)

func TestPreviewImportChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	applied := len(h.engine.applied)
	var previewed catalog.Report
	h.unchangedBy(func() {
		previewed = must[catalog.Report](h)(h.PreviewImport(t.Context(), []byte(sample)))
	})
	if len(h.engine.applied) != applied {
		t.Error("a preview reached the engine")
	}
	if len(previewed.MadeKeys) != 1 || previewed.MadeKeys[0].Name != "laptop" || previewed.MadeKeys[0].Key != "" {
		t.Errorf("the preview made %+v", previewed.MadeKeys)
	}
	report := h.imports(sample)
	report.MadeKeys[0].Key = ""
	if previewed.String() != report.String() {
		t.Errorf("the preview said\n%s\nthe import\n%s", previewed, report)
	}
	h.unchangedBy(func() {
		if again := must[catalog.Report](h)(h.PreviewImport(t.Context(), []byte(sample))); again.Changed() {
			t.Errorf("a preview after the import says\n%s", again)
		}
	})
}

func TestPreviewImportRefusesWhatImportRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for text, code := range map[string]string{
		`{"version":2}`: "import_version_unknown",
		`{"version":1,"providers":[{"name":"x"}]}`: "import_refused",
		`{`: "import_malformed",
	} {
		if _, err := h.PreviewImport(t.Context(), []byte(text)); apperr.Code(err) != code {
			t.Errorf("%s: %v, want %s", text, err, code)
		}
	}
}

func TestFits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ got, want bool }{
		"name":               {catalog.NameFits("a b"), true},
		"padded name":        {catalog.NameFits(" a"), false},
		"model":              {catalog.ModelNameFits("qwen/qwen3"), true},
		"no model":           {catalog.ModelNameFits(""), false},
		"provider key":       {catalog.ProviderKeyFits("ollama"), true},
		"no provider key":    {catalog.ProviderKeyFits(""), false},
		"spaced key":         {catalog.ProviderKeyFits("Bearer x"), false},
		"API key":            {catalog.APIKeyFits("sk-0123456789abc"), true},
		"short API key":      {catalog.APIKeyFits("sk-0123456789ab"), false},
		"free":               {catalog.PriceFits(0), true},
		"negative price":     {catalog.PriceFits(-1), false},
		"keyword":            {catalog.KeywordFits("quota exceeded"), true},
		"keyword with a tab": {catalog.KeywordFits("a\tb"), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v", name, c.got)
		}
	}
}
