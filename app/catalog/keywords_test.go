package catalog_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"headgate/app/catalog"
	"headgate/app/event"
	"headgate/gateway"
)

func TestKeywordRules(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	w := must[catalog.Keyword](h)(h.SaveKeyword(ctx, catalog.Keyword{Text: " Quota exceeded ", Description: " d ", Enabled: true}))
	if w.Text != "Quota exceeded" || w.Description != "d" || w.CreatedAt != now.UnixMilli() {
		t.Errorf("saved %+v", w)
	}
	for code, in := range map[string]catalog.Keyword{
		"keyword_invalid":      {Text: " \n "},
		"keyword_taken":        {Text: "QUOTA EXCEEDED"},
		"description_too_long": {Text: "x", Description: strings.Repeat("é", 1001)},
		"keyword_not_found":    {ID: 99, Text: "x"},

		"keyword_scope_unknown": {Text: "x", Scope: "requests"},
		"group_not_found":       {Text: "x", GroupIDs: []int64{99}},
	} {
		h.unchangedBy(func() {
			_, err := h.SaveKeyword(ctx, in)
			wantCode(t, err, code)
		})
	}
	for _, text := range []string{strings.Repeat("x", 201), "a\x00b"} {
		_, err := h.SaveKeyword(ctx, catalog.Keyword{Text: text})
		wantCode(t, err, "keyword_invalid")
	}
	wantCode(t, h.DeleteKeyword(ctx, 99), "keyword_not_found")
	w.Text, w.Enabled = "quota EXCEEDED", false
	if got := must[catalog.Keyword](h)(h.SaveKeyword(ctx, w)); !reflect.DeepEqual(got, w) {
		t.Errorf("saved %+v", got)
	}
}

// An expression is another keyword than the same text; its case has a meaning.
func TestSameTextAndExpression(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	for _, in := range []catalog.Keyword{{Text: "quota"}, {Text: "quota", Regex: true}, {Text: `\squota`, Regex: true}, {Text: `\Squota`, Regex: true}} {
		must[catalog.Keyword](h)(h.SaveKeyword(ctx, in))
	}
	h.unchangedBy(func() {
		for _, in := range []catalog.Keyword{{Text: "Quota", Scope: "reply"}, {Text: " quota", Regex: true}} {
			_, err := h.SaveKeyword(ctx, in)
			wantCode(t, err, "keyword_taken")
		}
	})
}

func TestKeywordExpressions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for text, code := range map[string]string{
		`quota|credit`: "", `(?i)insufficient\s+(balance|funds)`: "", `^error`: "", `a{1,1000}`: "", `(a|b)+$`: "", `\bquota\b`: "",
		`[^a]`: "", `\p{Han}+`: "", `(?:x?)y`: "", `(a*b|c)`: "",
		`(quota`:               "keyword_regex_paren_missing",
		`quota)`:               "keyword_regex_paren_extra",
		`[quota`:               "keyword_regex_bracket_missing",
		`[z-a]`:                "keyword_regex_class",
		`[[:nope:]]`:           "keyword_regex_class",
		`\y`:                   "keyword_regex_escape",
		`quota\`:               "keyword_regex_backslash",
		`*quota`:               "keyword_regex_repeat",
		`a**`:                  "keyword_regex_repeat",
		`a{2,1}`:               "keyword_regex_count",
		`a{1001}`:              "keyword_regex_count",
		`(?=quota)`:            "keyword_regex_unsupported",
		`(?P<a b>x)`:           "keyword_regex_unsupported",
		`((a{100}){100}){100}`: "keyword_regex_count",
		`a*`:                   "keyword_regex_empty", `(a|)`: "keyword_regex_empty", `^`: "keyword_regex_empty", `\b`: "keyword_regex_empty",
		`a?b*`: "keyword_regex_empty", `(x{0,3})+`: "keyword_regex_empty", `$|a`: "keyword_regex_empty",
		`[^\s\S]`: "keyword_regex_nothing", `a[^\x00-\x{10FFFF}]`: "keyword_regex_nothing",
		" ": "keyword_invalid", strings.Repeat("a", 201): "keyword_invalid",
	} {
		in := catalog.Keyword{Text: text, Regex: true, Enabled: true}
		if _, err := h.CompileKeyword(in); err != nil || code != "" {
			wantCode(t, err, code)
		}
		if _, err := h.TestKeyword(in, "x"); err != nil || code != "" {
			wantCode(t, err, code)
		}
		if code == "" {
			must[catalog.Keyword](h)(h.SaveKeyword(t.Context(), in))
			continue
		}
		h.unchangedBy(func() {
			_, err := h.SaveKeyword(t.Context(), in)
			wantCode(t, err, code)
		})
	}
	// As plain text it is nothing but text.
	must[catalog.Keyword](h)(h.SaveKeyword(t.Context(), catalog.Keyword{Text: "(quota", Enabled: true}))
}

func TestKeywordsReachTheEngine(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	on := h.group("on")
	off := must[catalog.Group](h)(h.SaveGroup(ctx, catalog.GroupInput{Name: "off", Policy: "priority"}))
	saved := must[catalog.Keyword](h)(h.SaveKeyword(ctx, catalog.Keyword{
		Text: "quota.*exceeded", Regex: true, Scope: "errors", Enabled: true, GroupIDs: []int64{off.ID, on.ID, off.ID},
	}))
	if want := []int64{on.ID, off.ID}; !slices.Equal(saved.GroupIDs, want) {
		t.Errorf("it has the groups %v", saved.GroupIDs)
	}
	// It counts nowhere, and so not everywhere.
	must[catalog.Keyword](h)(h.SaveKeyword(ctx, catalog.Keyword{Text: "nowhere", Enabled: true, GroupIDs: []int64{off.ID}}))
	want := []gateway.Keyword{{ID: saved.ID, Text: "quota.*exceeded", Regex: true, Scope: gateway.ScopeErrors, GroupIDs: []int64{on.ID}}}
	if got := h.engine.last().Keywords; !reflect.DeepEqual(got, want) {
		t.Errorf("the engine has %+v", got)
	}
	saved.Scope, saved.GroupIDs = "", nil
	if got := must[catalog.Keyword](h)(h.SaveKeyword(ctx, saved)); got.Scope != "both" || got.GroupIDs == nil || len(got.GroupIDs) != 0 {
		t.Errorf("saved %+v", got)
	}
	want[0].Scope, want[0].GroupIDs = gateway.ScopeBoth, nil
	if got := h.engine.last().Keywords; !reflect.DeepEqual(got, want) {
		t.Errorf("the engine has %+v", got)
	}
}

// Without groups a keyword counts everywhere: one that loses its last must not
// begin to.
func TestKeywordLosesItsGroups(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	a, b := h.group("a"), h.group("b")
	for text, groups := range map[string][]int64{"both": {a.ID, b.ID}, "one": {a.ID}, "all": nil} {
		must[catalog.Keyword](h)(h.SaveKeyword(ctx, catalog.Keyword{Text: text, Enabled: true, GroupIDs: groups}))
	}
	h.topics()
	if err := h.DeleteGroup(ctx, a.ID); err != nil {
		t.Fatal(err)
	}
	if topics := h.topics(); !slices.Equal(topics, []event.Topic{event.APIKeys, event.Groups, event.Keywords}) {
		t.Errorf("told of %v", topics)
	}
	for _, k := range must[[]catalog.Keyword](h)(h.Keywords(ctx)) {
		want := map[string]bool{"both": true, "one": false, "all": true}[k.Text]
		left := map[string][]int64{"both": {b.ID}}[k.Text]
		if k.Enabled != want || !slices.Equal(k.GroupIDs, left) {
			t.Errorf("left %+v", k)
		}
	}
	if n := len(h.engine.last().Keywords); n != 2 {
		t.Errorf("the engine has %d keywords", n)
	}
}

func TestTestKeyword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		in     catalog.Keyword
		sample string
		parts  []string
	}{
		{catalog.Keyword{Text: "quota"}, "", []string{""}},
		{catalog.Keyword{Text: "quota"}, "all is well", []string{"all is well"}},
		{catalog.Keyword{Text: " Quota "}, "quota: your QUOTA is gone", []string{"", "quota", ": your ", "QUOTA", " is gone"}},
		{catalog.Keyword{Text: "额度"}, "您的额度已用完", []string{"您的", "额度", "已用完"}},
		{catalog.Keyword{Text: "a.c"}, "abc", []string{"abc"}},
		{catalog.Keyword{Text: "a.c", Regex: true, Scope: "errors", GroupIDs: []int64{99}}, "xABCabc", []string{"x", "ABC", "", "abc", ""}},
	} {
		if got := must[catalog.KeywordTest](h)(h.TestKeyword(c.in, c.sample)); !slices.Equal(got.Parts, c.parts) {
			t.Errorf("%q in %q: %q", c.in.Text, c.sample, got.Parts)
		}
	}
	longest := strings.Repeat("x", 256<<10)
	must[catalog.KeywordTest](h)(h.TestKeyword(catalog.Keyword{Text: "quota"}, longest))
	for code, in := range map[string]catalog.Keyword{"keyword_invalid": {}, "keyword_scope_unknown": {Text: "x", Scope: "?"}} {
		_, err := h.TestKeyword(in, "x")
		wantCode(t, err, code)
	}
	_, err := h.TestKeyword(catalog.Keyword{Text: "quota"}, longest+"x")
	wantCode(t, err, "keyword_sample_too_long")
}
