//go:build !windows && !darwin

package i18n_test

import (
	"testing"

	"headgate/app/i18n"
)

func TestSystemLocaleFollowsTheEnvironment(t *testing.T) {
	for _, tc := range []struct{ name, all, messages, lang, want string }{
		{"Nothing", "", "", "", "en"},
		{"Lang", "", "", "zh_TW.UTF-8", "zh-Hant"},
		{"MessagesBeforeLang", "", "ja_JP.UTF-8", "zh_TW.UTF-8", "ja"},
		{"AllBeforeBoth", "ko_KR.UTF-8", "ja_JP.UTF-8", "zh_TW.UTF-8", "ko"},
		{"AllOff", "C.UTF-8", "ja_JP.UTF-8", "zh_TW.UTF-8", "en"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv("LC_ALL", tc.all)
			t.Setenv("LC_MESSAGES", tc.messages)
			t.Setenv("LANG", tc.lang)
			if got := i18n.SystemLocale(); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}
