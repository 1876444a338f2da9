package i18n_test

import (
	"testing"

	"headgate/app/i18n"
)

func TestMatch(t *testing.T) {
	for _, tc := range []struct {
		want string
		tags []string
	}{
		{"en", nil},
		{"en", []string{""}},
		{"en", []string{"C"}},
		{"en", []string{"C.UTF-8"}},
		{"en", []string{"POSIX"}},
		{"en", []string{"en_GB.UTF-8"}},
		{"en", []string{"de_DE.UTF-8"}},
		{"en", []string{"not a tag"}},
		{"en", []string{"und"}},
		{"zh-Hant", []string{"zh-Hant"}},
		{"zh-Hant", []string{"zh_TW.UTF-8"}},
		{"zh-Hant", []string{"zh-HK"}},
		{"zh-Hant", []string{"zh-MO"}},
		{"zh-Hant", []string{"zh-Hant_US"}},
		{"zh-Hant", []string{"zh_TW@calendar=roc"}},
		{"zh-Hans", []string{"zh-Hans"}},
		{"zh-Hans", []string{"zh"}},
		{"zh-Hans", []string{"zh_CN.GB18030"}},
		{"zh-Hans", []string{"zh-SG"}},
		{"ja", []string{"ja"}},
		{"ja", []string{"ja_JP.eucJP"}},
		{"ko", []string{"ko-KR"}},
		{"ja", []string{"de-DE", "ja-JP", "en-US"}},
		{"en", []string{"en-US", "ja-JP"}},
		{"ko", []string{"C", "ko_KR.UTF-8"}},
	} {
		if got := i18n.Match(tc.tags...); got != tc.want {
			t.Errorf("Match(%q) is %s, want %s", tc.tags, got, tc.want)
		}
	}
}
