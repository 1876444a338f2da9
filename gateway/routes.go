package gateway

import (
	"net/http"
	"strings"

	"headgate/gateway/dialect"
)

// route is a door for clients: a path, the dialect spoken there, and what it
// leads to.
type route struct {
	name    string // in the call log
	method  string
	path    string // a trailing slash: the rest of the path is the route's parameter
	dialect *dialect.Dialect
	serve   func(g *Gateway, w http.ResponseWriter, r *http.Request, at *route, rest string)
}

var routes = []route{
	{"chat.completions", http.MethodPost, "/v1/chat/completions", dialect.OpenAI, (*Gateway).serveCall},
	{"responses", http.MethodPost, "/v1/responses", dialect.Responses, (*Gateway).serveCall},
	{"models.list", http.MethodGet, "/v1/models", dialect.OpenAI, (*Gateway).serveModels},
	{"models.retrieve", http.MethodGet, "/v1/models/", dialect.OpenAI, (*Gateway).serveModel},
	{"health", http.MethodGet, "/health", dialect.OpenAI, (*Gateway).serveHealth},
}

func (at *route) match(r *http.Request) (rest string, ok bool) {
	return rest, at.method == r.Method && at.matchPath(r.URL.Path, &rest)
}

func (at *route) matchPath(path string, rest *string) bool {
	if !strings.HasSuffix(at.path, "/") {
		return path == at.path
	}
	var ok bool
	*rest, ok = strings.CutPrefix(path, at.path)
	return ok && *rest != ""
}

// refuseUnrouted answers what no route takes.
func refuseUnrouted(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for i := range routes {
		var rest string
		if routes[i].matchPath(r.URL.Path, &rest) {
			allowed = append(allowed, routes[i].method)
		}
	}
	if allowed != nil {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		refusal{
			status: http.StatusMethodNotAllowed, kind: kindRequest, code: "method_not_allowed",
			message: "This path takes " + strings.Join(allowed, ", ") + ", not " + cut(r.Method, 20) + ".",
		}.write(w, dialect.OpenAI)
		return
	}
	refusal{
		status: http.StatusNotFound, kind: kindRequest, code: "not_found",
		message: "There is nothing at this path. The gateway serves POST /v1/chat/completions, POST /v1/responses and GET /v1/models.",
	}.write(w, dialect.OpenAI)
}

// serveHealth tells a stranger that the gateway takes calls, and nothing else.
func (g *Gateway) serveHealth(w http.ResponseWriter, r *http.Request, at *route, _ string) {
	s := g.current.Load()
	if s != nil {
		if refused := s.refuseForeign(r); refused != nil {
			refused.write(w, at.dialect)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if s == nil || g.roll.isDraining() {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"status":"unavailable"}`))
		return
	}
	_, _ = w.Write([]byte(`{"status":"ok"}`))
}
