package gateway

import (
	"net/http"
	"slices"
)

// refusedOrigin is for web pages: one that a person merely visits must not be
// able to reach the gateway of the machine that it is shown on.
var refusedOrigin = refusal{
	status: http.StatusForbidden, kind: kindRequest, code: "origin_not_allowed", final: true,
	message: "Web pages may not call this gateway from a browser. Call it from a program on this machine.",
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
