package catalog

import (
	"net/textproto"
	"slices"
	"strings"

	"headgate/app/apperr"
)

// reservedHeaders are the transport's, or carry credentials, which belong into
// the key pool where they are sealed.
var reservedHeaders = []string{
	"Accept-Encoding", "Api-Key", "Authorization", "Connection", "Content-Encoding", "Content-Length",
	"Content-Type", "Cookie", "Expect", "Host", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
	"Proxy-Connection", "Set-Cookie", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "X-Api-Key",
	"X-Goog-Api-Key",
}

// cleanHeaders trims and checks a provider's fixed headers.
// Codes: too_many, header_invalid, header_reserved, header_duplicate.
func cleanHeaders(in []Header) ([]Header, error) {
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
		out = append(out, h)
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
