package i18n

import "golang.org/x/sys/windows"

// systemTags are the display languages, which need not be the language of the
// person's number and date formats.
func systemTags() []string {
	tags, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil {
		return nil
	}
	return tags
}
