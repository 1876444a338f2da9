package catalog

import (
	"net/textproto"
	"slices"
	"strings"

	"headgate/app/apperr"
	"headgate/app/secret"
)

// reservedHeaders are the transport's, or carry credentials, which belong into
// the key pool where they are sealed.
var reservedHeaders = []string{
	"Accept-Encoding", "Api-Key", "Authorization", "Connection", "Content-Encoding", "Content-Length",
	"Content-Type", "Cookie", "Expect", "Host", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
	"Proxy-Connection", "Set-Cookie", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "X-Api-Key",
	"X-Goog-Api-Key",
}

// plainHeaders are headers that tell who asks and hold no secret. The value of
// any other may be one.
var plainHeaders = []string{
	"accept-language", "http-referer", "openai-beta", "openai-organization", "openai-project", "referer",
	"user-agent", "x-title",
}

func isPlainHeader(name string) bool { return slices.Contains(plainHeaders, strings.ToLower(name)) }

// NewHeader returns a header whose value is a secret unless its name says that
// it can't be one.
func NewHeader(name, value string) Header {
	if isPlainHeader(name) {
		return Header{Name: name, Value: value}
	}
	hidden := secret.New(value)
	return Header{Name: name, Hint: hidden.Hint(), Secret: hidden}
}

// IsSecret reports whether the value may be a secret.
func (h Header) IsSecret() bool { return h.Hint != "" }

// text is the value, secret or not.
func (h Header) text() string {
	if h.IsSecret() {
		return h.Secret.Reveal()
	}
	return h.Value
}

// cleanHeaders trims and checks a provider's fixed headers. Secret values that
// are to stay are taken from the stored ones, unless the provider has moved to
// where they weren't given for.
// Codes: too_many, header_invalid, header_reserved, header_duplicate,
// header_value_needed.
func cleanHeaders(in, stored []Header, moved bool) ([]Header, error) {
	if err := checkCount(len(in), maxHeaders); err != nil {
		return nil, err
	}
	out := make([]Header, 0, len(in))
	for _, h := range in {
		h.Name, h.Value = strings.TrimSpace(h.Name), strings.TrimSpace(h.Value)
		name := textproto.CanonicalMIMEHeaderKey(h.Name)
		switch {
		case !isHeaderName(h.Name), !isHeaderValue(h.Value):
			return nil, apperr.New("header_invalid", "Name", strings.ToValidUTF8(h.Name, "?"))
		case slices.Contains(reservedHeaders, name):
			return nil, apperr.New("header_reserved", "Name", h.Name)
		case find(out, func(o Header) bool { return strings.EqualFold(o.Name, h.Name) }) != nil:
			return nil, apperr.New("header_duplicate", "Name", h.Name)
		}
		value := h.Value
		if value == "" && h.IsSecret() {
			old := find(stored, func(o Header) bool { return o.IsSecret() && strings.EqualFold(o.Name, h.Name) })
			if old == nil || moved {
				return nil, apperr.New("header_value_needed", "Name", h.Name)
			}
			value = old.text()
		}
		out = append(out, NewHeader(h.Name, value))
	}
	return out, nil
}

func isHeaderName(name string) bool {
	const marks = "!#$%&'*+-.^_`|~"
	return name != "" && len(name) <= maxName && !strings.ContainsFunc(name, func(r rune) bool {
		letter := r|0x20 >= 'a' && r|0x20 <= 'z'
		return !letter && (r < '0' || r > '9') && !strings.ContainsRune(marks, r)
	})
}

func isHeaderValue(value string) bool {
	return len(value) <= maxHeaderValue && !strings.ContainsFunc(value, func(r rune) bool {
		return r < ' ' && r != '\t' || r > '~'
	})
}
