package gateway

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// refusedOrigin is for web pages: one that a person merely visits must not be
// able to reach the gateway of the machine that it is shown on.
var refusedOrigin = refusal{
	status: http.StatusForbidden, kind: kindRequest, code: "origin_not_allowed", final: true,
	message: "This web page may not call the gateway from a browser. Call it from a program on this machine, or add the page's origin in Headgate under Settings, Access.",
}

// refuseForeign returns why a request that was made for somebody else, or by a
// page that isn't allowed to, is refused; nil when it isn't.
func (s *snapshot) refuseForeign(r *http.Request) *refusal {
	switch {
	case !s.isForHere(r):
		return refusedHost(r.Host)
	case s.fromForeignPage(r):
		return &refusedOrigin
	}
	return nil
}

// fromForeignPage tells whether a browser sent the request for a page that
// isn't allowed to. Programs send neither of these headers.
func (s *snapshot) fromForeignPage(r *http.Request) bool {
	if _, inside := callerOf(r.Context()); inside {
		return false
	}
	h := r.Header
	for _, origin := range h["Origin"] {
		if !slices.Contains(s.origins, origin) {
			return true
		}
	}
	return h.Get("Sec-Fetch-Site") == "cross-site" && h["Origin"] == nil
}

// Headers of replies that the scripts of an allowed page may read.
const exposedHeaders = "X-Request-Id, X-Headgate-Attempts, X-Headgate-Provider, X-Headgate-Model, Retry-After, X-Should-Retry"

// preflightAge is for how many seconds a browser may remember that a page may call.
const preflightAge = "600"

// allowPage lets a browser hand the reply to the scripts of an allowed page. It
// returns true when the request was only the browser's question whether they may
// call, and is answered with that.
func (s *snapshot) allowPage(w http.ResponseWriter, r *http.Request) (answered bool) {
	if r.Header["Origin"] == nil || s.refuseForeign(r) != nil {
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	h.Set("Vary", "Origin")
	h.Set("Access-Control-Expose-Headers", exposedHeaders)
	asked := r.Header.Get("Access-Control-Request-Method")
	if r.Method != http.MethodOptions || asked == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST")
	// The names are a token list that the browser checks; SDKs send many of their own.
	if names := r.Header.Get("Access-Control-Request-Headers"); names != "" {
		h.Set("Access-Control-Allow-Headers", names)
	}
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
	h.Set("Access-Control-Max-Age", preflightAge)
	w.WriteHeader(http.StatusNoContent)
	return true
}

func checkOrigins(origins []string) error {
	for i, origin := range origins {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme == "" || u.Host == "" || u.Scheme+"://"+u.Host != origin || strings.ToLower(origin) != origin {
			return fmt.Errorf("origins[%d]: %q is not an origin such as https://chat.example", i, origin)
		}
	}
	return nil
}
