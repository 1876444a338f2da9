package gatewaytest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
)

// Stage is a set of upstreams that is directed over HTTP, for tests that aren't
// written in Go. Upstreams go by their markers.
//
//	POST   /upstreams                    script → 201 {"name", "url"}
//	PUT    /upstreams/NAME/script        script → 204; see Upstream.Play
//	GET    /upstreams/NAME/requests      → 200 [request, …]; ?count=N waits for N
//	POST   /upstreams/NAME/gates/GATE    → 204; see Upstream.Open
//	POST   /upstreams/NAME/drop          → 204; see Upstream.DropIdle
//	DELETE /upstreams/NAME               → 204; its address refuses connections
//
// A request is {"seq","conn","method","path","header","body","key","model",
// "stream","ended","complete","hung_up"}, its body as text. A fault of the
// director's is answered with 4xx and words in plain text.
type Stage struct {
	mu        sync.Mutex
	upstreams map[string]*Upstream
}

// Add starts an upstream.
func (s *Stage) Add(script Script) (*Upstream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.upstreams[script.Marker] != nil {
		return nil, fmt.Errorf("there is an upstream %q already", script.Marker)
	}
	u, err := Listen(script)
	if err != nil {
		return nil, err
	}
	if s.upstreams == nil {
		s.upstreams = map[string]*Upstream{}
	}
	s.upstreams[u.Marker()] = u
	return u, nil
}

// Close ends all upstreams.
func (s *Stage) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, u := range s.upstreams {
		errs = append(errs, u.Close())
	}
	s.upstreams = nil
	return errors.Join(errs...)
}

// Handler is the director's door.
func (s *Stage) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /upstreams", s.add)
	for pattern, do := range map[string]func(*Upstream, http.ResponseWriter, *http.Request){
		"PUT /upstreams/{name}/script":   play,
		"GET /upstreams/{name}/requests": requests,
		"POST /upstreams/{name}/gates/{gate}": func(u *Upstream, w http.ResponseWriter, r *http.Request) {
			u.Open(r.PathValue("gate"))
			w.WriteHeader(http.StatusNoContent)
		},
		"POST /upstreams/{name}/drop": func(u *Upstream, w http.ResponseWriter, _ *http.Request) {
			u.DropIdle()
			w.WriteHeader(http.StatusNoContent)
		},
		"DELETE /upstreams/{name}": s.remove,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			u := s.upstreams[r.PathValue("name")]
			s.mu.Unlock()
			if u == nil {
				http.Error(w, fmt.Sprintf("no upstream %q", r.PathValue("name")), http.StatusNotFound)
				return
			}
			do(u, w, r)
		})
	}
	return mux
}

func (s *Stage) add(w http.ResponseWriter, r *http.Request) {
	script, err := ReadScript(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	u, err := s.Add(script)
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	respond(w, http.StatusCreated, map[string]string{"name": u.Marker(), "url": u.URL()})
}

func (s *Stage) remove(u *Upstream, w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	delete(s.upstreams, u.Marker())
	s.mu.Unlock()
	if err := u.Close(); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func play(u *Upstream, w http.ResponseWriter, r *http.Request) {
	script, err := ReadScript(r.Body)
	if err == nil {
		err = u.Play(script)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func requests(u *Upstream, w http.ResponseWriter, r *http.Request) {
	count, err := strconv.Atoi(r.FormValue("count"))
	if err != nil && r.FormValue("count") != "" {
		http.Error(w, "count: not a number", http.StatusBadRequest)
		return
	}
	received, err := u.AwaitRequests(r.Context(), count)
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestTimeout)
		return
	}
	shown := make([]shownRequest, 0, len(received))
	for _, q := range received {
		shown = append(shown, show(q))
	}
	respond(w, http.StatusOK, shown)
}

type shownRequest struct {
	Seq      int         `json:"seq"`
	Conn     int         `json:"conn"`
	Method   string      `json:"method"`
	Path     string      `json:"path"`
	Header   http.Header `json:"header"`
	Body     string      `json:"body"`
	Key      string      `json:"key"`
	Model    string      `json:"model"`
	Stream   bool        `json:"stream"`
	Ended    bool        `json:"ended"`
	Complete bool        `json:"complete"`
	HungUp   bool        `json:"hung_up"`
}

func show(q *Request) shownRequest {
	q.mu.Lock()
	defer q.mu.Unlock()
	return shownRequest{
		Seq: q.Seq, Conn: q.Conn, Method: q.Method, Path: q.Path, Header: q.Header, Body: string(q.Body),
		Key: q.Key, Model: q.Model, Stream: q.Stream,
		Ended: !q.end.At.IsZero(), Complete: q.end.Complete, HungUp: q.end.HungUp,
	}
}

func respond(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the director went away: nobody to tell
}
