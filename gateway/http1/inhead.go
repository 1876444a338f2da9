package http1

import (
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
)

// refused is why a request isn't taken, and what its sender is told.
type refused struct {
	status        int
	code, message string // JSON as they stand
}

func (r *refused) Error() string { return r.message }

func badRequest(message string) *refused {
	return &refused{http.StatusBadRequest, "request_malformed", message}
}

var (
	badLine     = badRequest("The request doesn't begin with a line of HTTP/1.1.")
	badTarget   = badRequest("The request asks for what is not a path.")
	badField    = badRequest("The request's head has a line that is not a field.")
	badHost     = badRequest("The request needs one Host.")
	badLength   = badRequest("The request's Content-Length is not one number.")
	badTrailer  = badRequest("The request announces a trailer that can't be one.")
	oldEncoding = badRequest("A request of HTTP/1.0 can't have a Transfer-Encoding.")

	otherVersion  = &refused{http.StatusHTTPVersionNotSupported, "version_not_supported", "Only HTTP/1.1 and HTTP/1.0 are spoken here."}
	otherEncoding = &refused{http.StatusNotImplemented, "unsupported_transfer_encoding", "The only Transfer-Encoding that is understood here is chunked."}
	otherWish     = &refused{http.StatusExpectationFailed, "unknown_expectation", "The only Expect that is understood here is 100-continue."}
	longHead      = &refused{http.StatusRequestHeaderFieldsTooLarge, "request_head_too_large", "The request's head is too large."}
)

// inHead is a request's head. Its request, with header and URL, is used again for
// the next one.
type inHead struct {
	request *http.Request
	blank   http.Request // what it is before each request
	header  http.Header
	url     url.URL
	values  []string // what the header's lists lie in

	target string  // the last one that was parsed, and
	parsed url.URL // what of it became

	chunks  bool
	length  int64 // -1: not said
	expects bool  // to be told to go on
	closes  bool  // the connection is not to be used again
	host    int   // how many there were
}

// keptFields is how many fields a header may have had to be used again, and
// keptTarget how long a target may be to be remembered.
const (
	keptFields = 64
	keptTarget = 128
)

func (h *inHead) init(blank *http.Request) {
	h.blank, h.request = *blank, blank
	h.forget()
}

// forget drops what the last request said.
func (h *inHead) forget() {
	if h.header == nil || len(h.values) > keptFields {
		h.header, h.values = make(http.Header, 16), make([]string, 0, 16)
	}
	clear(h.header)
	clear(h.values)
	h.values = h.values[:0]
	*h.request = h.blank // which also drops what a handler has put there
	h.request.Header = h.header
	h.chunks, h.length, h.expects, h.closes, h.host = false, -1, false, false, 0
}

// parse reads a head that ends with its blank line, after what was said before was
// forgotten. Its texts hold for ever.
func (h *inHead) parse(b []byte) *refused {
	line, text := cutLine(string(b))
	if wrong := h.parseLine(line); wrong != nil {
		return wrong
	}
	var lasts bool
	for {
		if line, text = cutLine(text); line == "" {
			break
		}
		name, value, found := strings.Cut(line, ":")
		if !found || !isToken(name) {
			return badField
		}
		if value = strings.Trim(value, " \t"); !isFieldValue(value) {
			return badField
		}
		name = canonical(name)
		if wrong := h.take(name, value, &lasts); wrong != nil {
			return wrong
		}
	}
	return h.conclude(lasts)
}

// take notes a field and acts upon those that frame the request.
func (h *inHead) take(name, value string, lasts *bool) *refused {
	switch name {
	case "Host":
		if h.host++; h.host > 1 || !isHostField(value) {
			return badHost
		}
		if h.request.Host == "" {
			h.request.Host = value
		}
		return nil
	case "Transfer-Encoding":
		if h.chunks || !strings.EqualFold(value, "chunked") {
			return otherEncoding
		}
		h.chunks = true
		return nil
	case "Trailer":
		for _, trailer := range [...]string{"Transfer-Encoding", "Content-Length", "Trailer"} {
			if hasToken(value, trailer) {
				return badTrailer
			}
		}
		return nil
	case "Content-Length":
		n, ok := parseLength(value)
		if !ok || h.length >= 0 && h.length != n {
			return badLength
		}
		if h.length >= 0 {
			return nil
		}
		h.length = n
	case "Connection":
		*lasts, h.closes = *lasts || hasToken(value, "keep-alive"), h.closes || hasToken(value, "close")
	case "Expect":
		h.expects = strings.EqualFold(value, "100-continue")
		if !h.expects {
			return otherWish
		}
	}
	h.put(name, value)
	return nil
}

// put adds a field to the header. The lists of names that come once lie in one
// piece.
func (h *inHead) put(name, value string) {
	if list, there := h.header[name]; there {
		h.header[name] = append(list, value)
		return
	}
	if len(h.values) == cap(h.values) {
		h.values = make([]string, 0, 2*cap(h.values))
	}
	n := len(h.values)
	h.values = append(h.values, value)
	h.header[name] = h.values[n : n+1 : n+1]
}

// conclude decides how the request ends.
func (h *inHead) conclude(lasts bool) *refused {
	r := h.request
	switch {
	case h.host == 0 && r.ProtoMinor > 0 && r.Method != http.MethodConnect:
		return badHost
	case h.chunks && r.ProtoMinor == 0:
		return oldEncoding
	case h.chunks:
		r.TransferEncoding = chunksOnly
		delete(h.header, "Content-Length")
		r.ContentLength, h.closes = -1, true
	default:
		r.ContentLength = max(h.length, 0)
	}
	// Somebody in between may have seen another end of such a request: what it let
	// through as a part of the body must not be taken for a request.
	h.closes = h.closes || r.ProtoMinor == 0
	r.Close = h.closes
	return nil
}

var chunksOnly = []string{"chunked"}

// parseLine reads a line such as "POST /v1/chat/completions HTTP/1.1".
func (h *inHead) parseLine(line string) *refused {
	r := h.request
	method, rest, found := strings.Cut(line, " ")
	target, version, also := strings.Cut(rest, " ")
	if !found || !also || !isToken(method) || len(version) != len("HTTP/1.1") ||
		version[:5] != "HTTP/" || !isDigit(version[5]) || version[6] != '.' || !isDigit(version[7]) {
		return badLine
	}
	if version[5] != '1' {
		return otherVersion
	}
	r.Method, r.RequestURI = method, target
	r.Proto, r.ProtoMajor, r.ProtoMinor = version, 1, int(version[7]-'0')
	return h.parseTarget(method, target)
}

func (h *inHead) parseTarget(method, target string) *refused {
	if target == "" || target != h.target || method == http.MethodConnect {
		text := target
		authority := method == http.MethodConnect && !strings.HasPrefix(target, "/")
		if authority {
			text = "http://" + target
		}
		u, err := url.ParseRequestURI(strings.Clone(text))
		if err != nil {
			return badTarget
		}
		if authority {
			u.Scheme = ""
		}
		if h.parsed, h.target = *u, ""; len(target) <= keptTarget && !authority {
			h.target = strings.Clone(target)
		}
	}
	h.url = h.parsed
	h.request.URL, h.request.Host = &h.url, h.url.Host
	return nil
}

// fieldNames are names as clients spell them.
var fieldNames = func() map[string]string {
	names := map[string]string{"X-Stainless-OS": "X-Stainless-Os"}
	for _, name := range []string{
		"Accept", "Accept-Encoding", "Accept-Language", "Api-Key", "Authorization", "Connection", "Content-Length",
		"Content-Type", "Cookie", "Expect", "Host", "Http-Referer", "Openai-Beta", "Origin", "Referer",
		"Sec-Fetch-Mode", "Sec-Fetch-Site", "Transfer-Encoding", "User-Agent", "X-Api-Key", "X-Forwarded-For",
		"X-Stainless-Arch", "X-Stainless-Async", "X-Stainless-Lang", "X-Stainless-Os", "X-Stainless-Package-Version",
		"X-Stainless-Read-Timeout", "X-Stainless-Retry-Count", "X-Stainless-Runtime", "X-Stainless-Runtime-Version", "X-Stainless-Timeout",
		"X-Title",
	} {
		names[name], names[strings.ToLower(name)] = name, name
	}
	return names
}()

// canonical is a name as http.Header has it.
func canonical(name string) string {
	if known, ok := fieldNames[name]; ok {
		return known
	}
	return textproto.CanonicalMIMEHeaderKey(name)
}

// parseLength reads a Content-Length.
func parseLength(text string) (n int64, ok bool) {
	if text == "" || len(text) > len("999999999999999999") {
		return 0, false
	}
	for i := range len(text) {
		if !isDigit(text[i]) {
			return 0, false
		}
		n = n*10 + int64(text[i]-'0')
	}
	return n, true
}

// isHostField takes what net/http takes for a Host.
func isHostField(value string) bool {
	for i := range len(value) {
		if c := value[i]; !isAlphanumeric(c) && strings.IndexByte("!$%&'()*+,-.:;=[]_~", c) < 0 {
			return false
		}
	}
	return true
}
