//go:build !windows && !darwin

package i18n

func systemTags() []string { return []string{environmentTag()} }
