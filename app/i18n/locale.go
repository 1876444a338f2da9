package i18n

import (
	"strings"

	"golang.org/x/text/language"
)

var matcher = func() language.Matcher {
	tags := make([]language.Tag, len(Locales))
	for i, locale := range Locales {
		tags[i] = language.MustParse(locale)
	}
	return language.NewMatcher(tags)
}()

// Match returns the locale of Locales that fits the tags best, most wanted tag
// first. It takes BCP 47 tags (zh-Hant-HK) and POSIX names (zh_TW.UTF-8);
// what it can't read, "C" and "POSIX" it passes over. Nothing fits: English.
func Match(tags ...string) string {
	var wanted []language.Tag
	for _, tag := range tags {
		if parsed, ok := parse(tag); ok {
			wanted = append(wanted, parsed)
		}
	}
	_, index, confidence := matcher.Match(wanted...)
	if confidence == language.No {
		return Locales[0]
	}
	return Locales[index]
}

func parse(tag string) (language.Tag, bool) {
	name, _, _ := strings.Cut(tag, "@")
	name, _, _ = strings.Cut(name, ".")
	if name == "C" || name == "POSIX" {
		return language.Und, false
	}
	parsed, err := language.Parse(strings.ReplaceAll(name, "_", "-"))
	return parsed, err == nil && parsed != language.Und
}

// SystemLocale returns the locale of Locales that fits the language that the
// person has chosen for this system.
func SystemLocale() string { return Match(systemTags()...) }
