//go:build unix

package server_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"headgate/gateway/gatewaytest"
)

// canaries are secrets that must never be found where nobody put them.
type canaries struct {
	provider, spare, header, api, password, passphrase, export string
}

func newCanaries() canaries {
	return canaries{
		provider:   `canary-provider/k+y"\&<%>'~0123456789`,
		spare:      "canary-spare-9876543210fedcba",
		header:     `Canary canary-header/v+lue"\&<%>'~0123`,
		api:        "canary.api_key-0123456789abcdef",
		password:   "canary-admin password/0123456789",
		passphrase: "canary-passphrase of/the keys 0123",
		export:     "canary-export passphrase/01234",
	}
}

// sought are all spellings of the canaries, by what is seen of them in a failure.
func (c canaries) sought() map[string]string {
	all := map[string]string{}
	for _, secret := range []string{c.provider, c.spare, c.header, c.api, c.password, c.passphrase, c.export} {
		name := secret[:min(len(secret), 16)] + "…"
		for spelled, how := range gatewaytest.Spellings(secret) {
			all[spelled] = name + " " + how
		}
	}
	return all
}

// The secrets of a program that has seen everything go wrong are in none of its
// files, nor in anything that it said.
func TestNoSecretIsFound(t *testing.T) {
	t.Parallel()
	c, folder := newCanaries(), t.TempDir()
	p := startProgram(t, folder, c.password)
	w := &watched{t: t, c: c, sought: c.sought(), p: p}
	w.login()
	w.follow()
	w.configure()
	w.callAll()
	w.mistakes()
	w.askAll()
	w.rpc("Secrets/Keep", "passphrase", c.passphrase)
	w.rpc("Secrets/Rotate", c.export) // is the wrong one
	w.rpc("Secrets/Rotate", c.passphrase)
	w.get("/assets/bug.js")
	w.askLists()

	// It ends as it is, with the journals still there.
	if err := p.process.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	_ = p.process.Wait()
	w.following.Wait()
	said := p.said()
	for _, wanted := range []string{"SIGQUIT: quit", "goroutine 1 ", "a page has a bug", "x-secret-was-here"} {
		if !strings.Contains(said, wanted) {
			t.Errorf("the program's words have no %q:\n%s", wanted, said[:min(len(said), 4000)])
		}
	}
	w.search("what the program wrote", []byte(said))
	w.searchFolder(folder)
	t.Logf("searched %d texts of %d KiB together", w.texts, w.size>>10)
	if w.texts < 700 {
		t.Error("that is less than there was to search")
	}
}

// watched is a program of which every word is searched.
type watched struct {
	t *testing.T
	c canaries
	p *program

	sought    map[string]string
	cookie    string
	following sync.WaitGroup

	mu          sync.Mutex
	texts, size int
}

// search names the canaries in a text, each place once.
func (w *watched) search(where string, text []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.texts++
	w.size += len(text)
	for spelled, name := range w.sought {
		if at := bytes.Index(text, []byte(spelled)); at >= 0 {
			w.t.Errorf("%s has %s: …%s…", where, name, text[max(0, at-120):min(len(text), at+len(spelled)+40)])
		}
	}
}

// searchFolder reads every file, with what SQLite keeps beside its own.
func (w *watched) searchFolder(folder string) {
	seen := map[string]bool{}
	if err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if entry != nil && entry.Name() == "uploads" {
			return filepath.SkipDir // files that a person gave, for an hour
		}
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		seen[entry.Name()] = true
		w.search(path, text)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	for _, name := range []string{"headgate.db", "headgate.db-wal", "calls.db", "calls.db-wal", "secret.key"} {
		if !seen[name] {
			w.t.Errorf("there was no %s to search: %v", name, seen)
		}
	}
}

// do sends a request and searches the reply.
func (w *watched) do(r *http.Request) []byte {
	text, what := w.unsearched(r)
	w.search("the reply to "+r.Method+" "+r.URL.Path, append(what, text...))
	return text
}

func (w *watched) unsearched(r *http.Request) (body, head []byte) {
	reply, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, []byte(err.Error()) // a reply that was broken off, or the panic's
	}
	defer func() { _ = reply.Body.Close() }()
	body, _ = io.ReadAll(reply.Body)
	var b bytes.Buffer
	_ = reply.Header.Write(&b)
	_ = reply.Trailer.Write(&b)
	return body, append([]byte(reply.Status+"\n"), b.Bytes()...)
}

func (w *watched) admin(method, path string, body []byte) *http.Request {
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.p.admin+path, bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(path, "/files") {
		r.Header.Set("Content-Type", "application/octet-stream")
	}
	r.Header.Set("Cookie", w.cookie)
	return r
}

func (w *watched) get(path string) []byte { return w.do(w.admin("GET", path, nil)) }

func (w *watched) rpc(method string, args ...any) []byte {
	text, _ := json.Marshal(append([]any{}, args...))
	return w.do(w.admin("POST", "/rpc/"+method, text))
}

func (w *watched) login() {
	for _, password := range []string{w.c.export, w.c.password} { // first a wrong one
		text, _ := json.Marshal(map[string]string{"username": "ada", "password": password})
		reply, err := http.DefaultTransport.RoundTrip(w.admin("POST", "/login", text))
		if err != nil {
			w.t.Fatal(err)
		}
		_ = reply.Body.Close()
		if cookies := reply.Cookies(); len(cookies) > 0 {
			w.cookie = cookies[0].Name + "=" + cookies[0].Value
		}
	}
	if w.cookie == "" {
		w.t.Fatal("nobody can log in")
	}
}

// follow searches the events as they come.
func (w *watched) follow() {
	w.following.Go(func() { w.get("/events") })
}

// unzip searches an archive's files, too.
func (w *watched) unzip(name string, file []byte) {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return // it is none
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			w.t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			w.t.Fatal(err)
		}
		w.search(name+", "+f.Name, text)
	}
}
