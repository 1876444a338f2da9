package i18n_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"testing"

	"headgate/app/i18n"
)

// message is one entry of a catalog file.
type message struct {
	key    string
	plural bool
	one    string // "" where the language has no such form
	other  string
}

func (m message) all() []string {
	if m.one == "" {
		return []string{m.other}
	}
	return []string{m.one, m.other}
}

var placeholder = regexp.MustCompile(`\{\{\.([A-Z][A-Za-z0-9]*)\}\}`)

// placeholders returns the names in texts, sorted, each once.
func placeholders(texts ...string) []string {
	var names []string
	for _, text := range texts {
		for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
			names = append(names, found[1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// readCatalog returns a catalog's entries in the order of the file, which a
// map would hide, as it would hide a key that stands there twice.
func readCatalog(t *testing.T, locale string) []message {
	t.Helper()
	content, err := os.ReadFile("locales/" + locale + ".json")
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(content))
	token := func() json.Token {
		got, err := dec.Token()
		if err != nil {
			t.Fatalf("%s: %v", locale, err)
		}
		return got
	}
	if token() != json.Delim('{') {
		t.Fatalf("%s isn't an object", locale)
	}
	var all []message
	for dec.More() {
		m := message{key: token().(string)}
		var value any
		if err := dec.Decode(&value); err != nil {
			t.Fatalf("%s: %s: %v", locale, m.key, err)
		}
		if err := m.take(value); err != nil {
			t.Errorf("%s: %s: %v", locale, m.key, err)
		}
		all = append(all, m)
	}
	return all
}

func (m *message) take(value any) error {
	switch v := value.(type) {
	case string:
		m.other = v
		return nil
	case map[string]any:
		m.plural = true
		for form, text := range v {
			words, ok := text.(string)
			switch {
			case !ok:
				return fmt.Errorf("%q isn't a string", form)
			case form == "one":
				m.one = words
			case form == "other":
				m.other = words
			case form != "description":
				return fmt.Errorf("%q is none of description, one, other", form)
			}
		}
		return nil
	default:
		return fmt.Errorf("a text is a string or an object with its plural forms, not %T", value)
	}
}

func byKey(all []message) map[string]message {
	index := make(map[string]message, len(all))
	for _, m := range all {
		index[m.key] = m
	}
	return index
}

// A dot in every key keeps the words apart that go-i18n reads as parts of a
// message, such as "description" and "other".
var goodKey = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$`)

func TestKeysAreSortedAndWellNamed(t *testing.T) {
	for _, locale := range i18n.Locales {
		last := ""
		for _, m := range readCatalog(t, locale) {
			if !goodKey.MatchString(m.key) {
				t.Errorf("%s: %q isn't a key like area.thing", locale, m.key)
			}
			if m.key <= last {
				t.Errorf("%s: %q stands after %q", locale, m.key, last)
			}
			last = m.key
		}
	}
}

func TestEveryLanguageHasEveryText(t *testing.T) {
	english := readCatalog(t, "en")
	for _, locale := range i18n.Locales[1:] {
		theirs := byKey(readCatalog(t, locale))
		for _, m := range english {
			if _, there := theirs[m.key]; !there {
				t.Errorf("%s lacks %s", locale, m.key)
			}
			delete(theirs, m.key)
		}
		for key := range theirs {
			t.Errorf("%s has %s, which English lacks", locale, key)
		}
	}
}

func TestPluralFormsAndPlaceholdersAgree(t *testing.T) {
	for _, m := range readCatalog(t, "en") {
		if m.plural && (m.one == "" || m.other == "") {
			t.Errorf("en: %s needs the forms one and other", m.key)
		}
	}
	english := byKey(readCatalog(t, "en"))
	for _, locale := range i18n.Locales[1:] {
		for _, m := range readCatalog(t, locale) {
			en := english[m.key]
			if m.plural != en.plural {
				t.Errorf("%s: %s must have plural forms in all languages or in none", locale, m.key)
			}
			if m.one != "" {
				t.Errorf("%s: %s has the form one, which the language lacks: leave it out", locale, m.key)
			}
			if got, want := placeholders(m.other), placeholders(en.other); !slices.Equal(got, want) {
				t.Errorf("%s: %s has the placeholders %v, English has %v", locale, m.key, got, want)
			}
		}
	}
	for _, m := range english {
		for _, name := range placeholders(m.one) {
			if !slices.Contains(placeholders(m.other), name) {
				t.Errorf("en: %s has {{.%s}} in one but not in other", m.key, name)
			}
		}
	}
}
