package catalog

import "strings"

// What follows tells those who write a file for Import what it may hold, by the
// rules that Import itself applies.

// CleanBaseURL returns a base URL as it will be kept. Code: base_url_invalid.
func CleanBaseURL(text string) (string, error) { return cleanBaseURL(text) }

// NameFits reports whether a provider or an API key can have the name.
func NameFits(name string) bool {
	clean, err := cleanName(name)
	return err == nil && clean == name
}

// CutName returns the name cut to the longest that NameFits accepts.
func CutName(name string) string {
	if letters := []rune(name); len(letters) > maxName {
		name = string(letters[:maxName])
	}
	return strings.TrimSpace(name)
}

// ModelNameFits reports whether a model or a group can have the name.
func ModelNameFits(name string) bool { return checkModelName(name) == nil }

// ProviderKeyFits reports whether the text can be a provider key.
func ProviderKeyFits(text string) bool { return text != "" && isSecret(text) }

// APIKeyFits reports whether the text can be an API key that is brought along.
func APIKeyFits(text string) bool { return isAPIKey(text) }

// PriceFits reports whether a model can have the price.
func PriceFits(price float64) bool { return checkPrices(Model{CallPrice: &price}) == nil }

// LastPriority is the highest number that a member's priority can be; the
// lowest is 0.
const LastPriority = maxRank

// KeywordFits reports whether the text can be a failure keyword.
func KeywordFits(text string) bool {
	return isText(text, 1, maxKeyword) && strings.TrimSpace(text) == text
}

// CutDescription returns the description cut to the longest that is kept.
func CutDescription(text string) string {
	if letters := []rune(text); len(letters) > maxDescription {
		text = string(letters[:maxDescription])
	}
	return strings.TrimSpace(text)
}
