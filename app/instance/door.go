package instance

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Host is what a visitor calls the door by. Nothing that a browser can be told
// leads there: it is a socket in the file system, and takes who has its owner's rights.
const Host = "headgate"

const (
	showPath = "/show"
	quitPath = "/quit"
)

// longestLink bounds what a second start passes on, in bytes.
const longestLink = 64 << 10

// answerLimit bounds a visit that only shows the window.
const answerLimit = 2 * time.Second

// door answers HTTP on a Unix socket in the data folder: this person's own
// programs talk to the running one there.
type door struct {
	listener net.Listener
	server   *http.Server
	served   chan struct{} // closed when nobody is let in any more

	mu       sync.Mutex
	show     func(link string)
	quit     func()
	visitors http.Handler // nil: not ready, or about to end
}

// doorPaths are where the socket may be: in the folder or, where that path is
// longer than a socket's may be or the file system has none, in the temporary
// folder, named for it.
func doorPaths(dir string) []string {
	const longest = 100 // macOS allows 103 bytes
	sum := sha256.Sum256([]byte(dir))
	elsewhere := filepath.Join(os.TempDir(), "headgate-"+hex.EncodeToString(sum[:8])+".sock")
	if path := filepath.Join(dir, "headgate.sock"); len(path) <= longest {
		return []string{path, elsewhere}
	}
	return []string{elsewhere}
}

// openDoor may remove a socket that is there: the lock says nobody serves it. It
// returns nil where none can be had; the lock still holds then.
func openDoor(dir string) *door {
	for _, path := range doorPaths(dir) {
		_ = os.Remove(path)
		listener, err := net.Listen("unix", path)
		if err != nil {
			continue
		}
		_ = os.Chmod(path, 0o600)
		d := &door{listener: listener, served: make(chan struct{})}
		d.server = &http.Server{
			Handler:           http.HandlerFunc(d.answer),
			ReadHeaderTimeout: 10 * time.Second,
			IdleTimeout:       time.Minute,
			MaxHeaderBytes:    64 << 10,
			ErrorLog:          log.New(io.Discard, "", 0),
		}
		go func() {
			defer close(d.served)
			_ = d.server.Serve(ownVisitors{listener})
		}()
		return d
	}
	return nil
}

// ownVisitors lets in who runs as this program's user, or as the system's
// administrator, whom nothing here could keep out.
type ownVisitors struct{ net.Listener }

func (o ownVisitors) Accept() (net.Conn, error) {
	for {
		conn, err := o.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if maySpeak(conn) {
			return conn, nil
		}
		_ = conn.Close()
	}
}

func (d *door) answer(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	show, quit, visitors := d.show, d.quit, d.visitors
	d.mu.Unlock()
	switch {
	case r.Host != Host || r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "":
		http.Error(w, "not for browsers", http.StatusForbidden)
	case r.URL.Path == showPath && show != nil && r.Method == http.MethodPost:
		link, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestLink))
		if err != nil {
			http.Error(w, "the link is too long", http.StatusRequestEntityTooLarge)
			return
		}
		show(string(link))
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Path == quitPath && quit != nil && r.Method == http.MethodPost:
		quit()
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Path == showPath || r.URL.Path == quitPath:
		http.NotFound(w, r) // a server has no window; a start isn't ready to end
	case visitors == nil:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `{"code":"not_ready"}`)
	default:
		visitors.ServeHTTP(w, r)
	}
}

// close lets visits end for a moment. It may be called more than once.
func (d *door) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), answerLimit)
	defer cancel()
	err := d.server.Shutdown(ctx)
	if err != nil {
		err = d.server.Close()
	}
	<-d.served
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// dial reaches the process that has the folder. A stranger's socket in the
// temporary folder is not taken for it.
func dial(ctx context.Context, dir string) (conn net.Conn, err error) {
	for _, path := range doorPaths(dir) {
		var dialer net.Dialer
		if conn, err = dialer.DialContext(ctx, "unix", path); err != nil {
			continue
		}
		if mayHear(conn, dir) {
			return conn, nil
		}
		_ = conn.Close()
		err = fmt.Errorf("%s belongs to somebody else", path)
	}
	return nil, err
}

// Reach returns a client for the process that has the folder, by any address at
// Host. It fails when none answers: none runs, or it can't be heard.
func Reach(ctx context.Context, dir string) (*http.Client, error) {
	first, err := dial(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("reach the running Headgate: %w", err)
	}
	var used sync.Once
	return &http.Client{
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (conn net.Conn, err error) {
			used.Do(func() { conn = first })
			if conn == nil {
				conn, err = dial(ctx, dir)
			}
			return conn, err
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// Show asks the process that has the folder to bring its window to the front, with
// what a link is about; "": with what it shows. It fails when that process has no
// window or doesn't answer.
func Show(dir, link string) error { return order(dir, showPath, link, "has no window to show") }

// Quit asks the process that has the folder to end. It returns at once; calls in
// flight finish first.
func Quit(dir string) error { return order(dir, quitPath, "", "can't be told to end") }

func order(dir, path, said, cannot string) error {
	ctx, cancel := context.WithTimeout(context.Background(), answerLimit)
	defer cancel()
	client, err := Reach(ctx, dir)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+Host+path, strings.NewReader(said))
	if err != nil {
		return err
	}
	reply, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("ask the running Headgate: %w", err)
	}
	defer func() { _ = reply.Body.Close() }()
	if reply.StatusCode != http.StatusNoContent {
		return fmt.Errorf("the running Headgate %s", cannot)
	}
	return nil
}
