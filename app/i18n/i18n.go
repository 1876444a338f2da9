// Package i18n holds the texts of the program in all its languages.
//
// The catalogs in locales/*.json are shared with the window: the same keys, the
// same placeholders, the same result. A text is a string, or an object with a
// form per plural category; its placeholders are {{.Name}} and nothing else.
package i18n

import (
	"embed"
	"errors"
	"fmt"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"

	"headgate/app/apperr"
)

//go:generate go test . -run ^TestRendered$ -count=1 -update

// Locales are the languages that Headgate speaks. The first is what holds when
// nothing else fits.
var Locales = []string{"en", "zh-Hant", "zh-Hans", "ja", "ko"}

//go:embed locales/*.json
var catalogs embed.FS

// Texts are the texts of one language.
type Texts struct {
	Locale    string // one of Locales
	localizer *i18n.Localizer
}

// New returns the texts of the language that fits locale best.
func New(locale string) *Texts {
	fit := Match(locale)
	return &Texts{Locale: fit, localizer: i18n.NewLocalizer(bundle(), fit)}
}

// T returns the text of key with data in its placeholders; a placeholder that
// has no data stays empty. A key that no catalog has is returned itself.
func (t *Texts) T(key string, data map[string]any) string {
	return t.localize(&i18n.LocalizeConfig{MessageID: key}, data)
}

// N is T in the plural form for count, which also fills {{.Count}}.
func (t *Texts) N(key string, count int, data map[string]any) string {
	withCount := map[string]any{"Count": count}
	for name, value := range data {
		withCount[name] = value
	}
	return t.localize(&i18n.LocalizeConfig{MessageID: key, PluralCount: count}, withCount)
}

// Error returns what a person may read of err: the text of its code, or the one
// for internal errors. It is empty for nil.
func (t *Texts) Error(err error) string {
	if err == nil {
		return ""
	}
	coded, ok := errors.AsType[*apperr.Error](err)
	if !ok {
		return t.T("error."+apperr.Internal, nil)
	}
	data := make(map[string]any, len(coded.Params))
	for name, value := range coded.Params {
		data[name] = value
	}
	// An error about a part of something names it and says in Problem what it was.
	if inner, ok := errors.AsType[*apperr.Error](coded.Unwrap()); ok {
		data["Problem"] = t.Error(inner)
	}
	key := "error." + coded.Code
	if text := t.T(key, data); text != key {
		return text
	}
	return t.T("error."+apperr.Internal, nil)
}

// parser leaves a placeholder without data empty; the default writes "<no value>".
var parser = &template.TextParser{Option: "missingkey=zero"}

func (t *Texts) localize(what *i18n.LocalizeConfig, data map[string]any) string {
	values := make(map[string]string, len(data))
	for name, value := range data {
		values[name] = fmt.Sprint(value)
	}
	what.TemplateData = values
	what.TemplateParser = parser
	text, _ := t.localizer.Localize(what) // the error tells of a missing text, as does the text
	if text == "" {
		return what.MessageID
	}
	return text
}

var bundle = sync.OnceValue(func() *i18n.Bundle {
	b := i18n.NewBundle(language.MustParse(Locales[0]))
	for _, locale := range Locales {
		name := "locales/" + locale + ".json"
		content, err := catalogs.ReadFile(name)
		if err != nil {
			panic(err) // embedded above: the build has it
		}
		b.MustParseMessageFileBytes(content, name)
	}
	return b
})
