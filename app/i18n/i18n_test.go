package i18n_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"headgate/app/apperr"
	"headgate/app/i18n"
)

func TestTextsSpeakTheLanguageThatFits(t *testing.T) {
	for asked, want := range map[string]string{"zh_TW.UTF-8": "zh-Hant", "ko": "ko", "fr": "en", "": "en"} {
		texts := i18n.New(asked)
		if texts.Locale != want {
			t.Errorf("New(%q) speaks %s, want %s", asked, texts.Locale, want)
		}
	}
	if got := i18n.New("zh-Hant").T("class.timeout", nil); got != "逾時" {
		t.Errorf("got %q", got)
	}
}

func TestPlaceholders(t *testing.T) {
	texts := i18n.New("en")
	const key = "error.port_taken"
	if got := texts.T(key, map[string]any{"Address": "<a&b> {{.Address}}"}); !strings.Contains(got, "<a&b> {{.Address}}") {
		t.Errorf("data isn't taken as it is: %q", got)
	}
	got := texts.T(key, nil)
	if strings.Contains(got, "no value") || strings.Contains(got, "{{") {
		t.Errorf("without data: %q", got)
	}
}

func TestUnknownKeyIsReturned(t *testing.T) {
	texts := i18n.New("ja")
	if got := texts.T("nobody.wrote_this", nil); got != "nobody.wrote_this" {
		t.Errorf("T: %q", got)
	}
	if got := texts.N("nobody.wrote_this", 2, nil); got != "nobody.wrote_this" {
		t.Errorf("N: %q", got)
	}
}

func TestError(t *testing.T) {
	texts := i18n.New("en")
	internal := texts.T("error.internal", nil)
	taken := apperr.New("port_taken", "Address", "127.0.0.1:8001")
	for _, tc := range []struct {
		name, want string
		err        error
	}{
		{"Nil", "", nil},
		{"Coded", texts.T("error.port_taken", map[string]any{"Address": "127.0.0.1:8001"}), taken},
		{"Wrapped", texts.T("error.port_taken", map[string]any{"Address": "127.0.0.1:8001"}), fmt.Errorf("start: %w", taken)},
		{"Foreign", internal, errors.New("dial /secret/path")},
		{"UnknownCode", internal, apperr.New("nobody_wrote_this")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := texts.Error(tc.err); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
