package update_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"aead.dev/minisign"

	"headgate/app/apperr"
	"headgate/app/event"
	"headgate/app/update"
)

// releases is a server that a release is fetched from, honest until told otherwise.
type releases struct {
	*httptest.Server
	key  minisign.PrivateKey
	mu   sync.Mutex
	at   map[string]http.HandlerFunc
	seen []string
}

func newReleases(t *testing.T) *releases {
	t.Helper()
	_, key, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r := &releases{key: key, at: map[string]http.HandlerFunc{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		answer := r.at[q.URL.Path]
		r.seen = append(r.seen, q.URL.Path)
		r.mu.Unlock()
		if answer == nil {
			http.NotFound(w, q)
			return
		}
		answer(w, q)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *releases) publicKey() string {
	public, _ := r.key.Public().(minisign.PublicKey)
	return public.String()
}

func (r *releases) answer(path string, with http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at[path] = with
}

func (r *releases) serve(path string, content []byte) {
	r.answer(path, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(content) })
}

var program = bytes.Repeat([]byte("a new program\n"), 20_000)

// release is one with a file for this system.
func (r *releases) release(version string, date time.Time) update.Manifest {
	hash := sha256.Sum256(program)
	return update.Manifest{
		Version: version, Date: date, Notes: "Better.", Page: "https://headgate.example/" + version,
		Files: []update.File{{
			OS: runtime.GOOS, Arch: runtime.GOARCH, Kind: update.KindHere, Name: "headgate_" + version + ".bin",
			URL: r.URL + "/file", Size: int64(len(program)), SHA256: hex.EncodeToString(hash[:]),
		}},
	}
}

func (r *releases) publish(t *testing.T, m update.Manifest) {
	t.Helper()
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	r.serve("/manifest.json", text)
	r.serve("/manifest.json.minisig", minisign.Sign(r.key, text))
	r.serve("/file", program)
}

var day = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// desk is a program that looks for releases.
type desk struct {
	*update.Updater
	t    *testing.T
	dir  string
	news *event.Listener
}

func (r *releases) desk(t *testing.T, dir string, change func(*update.Options)) *desk {
	t.Helper()
	var bus event.Bus
	o := update.Options{
		Version: "1.2.3", DataDir: dir, PublicKey: r.publicKey(), ManifestURL: r.URL + "/manifest.json",
		Bus: &bus, Log: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&o)
	}
	d := &desk{update.New(o), t, dir, bus.Listen()}
	t.Cleanup(func() { d.Close(); d.news.Close() })
	d.Start(false)
	return d
}

// download fetches what is available, and returns how that ended.
func (d *desk) download() update.State {
	d.t.Helper()
	if err := d.Download(); err != nil {
		d.t.Fatal(err)
	}
	for d.State().Stage == update.StageDownloading {
		<-d.news.Wake()
		d.news.Take()
	}
	return d.State()
}

func codeOf(e *apperr.Error) string {
	if e == nil {
		return ""
	}
	return e.Code
}

func TestFromCheckToInstall(t *testing.T) {
	r := newReleases(t)
	r.publish(t, r.release("1.3.0", day))
	d := r.desk(t, t.TempDir(), nil)
	if err := d.Download(); apperr.Code(err) != "update_unable" {
		t.Errorf("fetched where nothing is installed from: %v", err)
	}
	var handed []byte
	ended := false
	d.InstallsBy(func(path string) (bool, error) {
		handed, _ = os.ReadFile(path)
		return true, nil
	}, func() { ended = true })
	if s := d.State(); !s.Able || !s.Installs || s.CheckedAt != 0 || s.Stage != update.StageIdle {
		t.Errorf("at first: %+v", s)
	}
	if err := d.Download(); apperr.Code(err) != "update_nothing" {
		t.Errorf("fetched what nobody has seen: %v", err)
	}
	if err := d.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := update.Release{Version: "1.3.0", Date: day.UnixMilli(), Notes: "Better.", Page: "https://headgate.example/1.3.0", Size: int64(len(program))}
	if s := d.State(); s.Available == nil || *s.Available != want || s.CheckedAt == 0 || s.Stage != update.StageIdle {
		t.Fatalf("found %+v", s)
	}
	if len(r.seen) != 2 {
		t.Errorf("a check asked for %v", r.seen)
	}
	if err := d.Install(); apperr.Code(err) != "update_nothing" {
		t.Errorf("installed what wasn't fetched: %v", err)
	}
	if s := d.download(); s.Stage != update.StageReady || s.Done != int64(len(program)) || s.Error != nil {
		t.Fatalf("fetched: %+v", s)
	}
	if info, err := os.Stat(filepath.Join(d.dir, "updates")); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v, %v", info, err)
	}
	if err := d.Check(t.Context()); err != nil || d.State().Stage != update.StageReady {
		t.Errorf("another check forgot the file: %+v, %v", d.State(), err)
	}
	if err := d.Install(); err != nil || !bytes.Equal(handed, program) || !ended || d.State().Stage != update.StageInstalled {
		t.Errorf("installed %d bytes, ended %v: %v", len(handed), ended, err)
	}
}

func TestReleasesThatAreRefused(t *testing.T) {
	tamper := func(r *releases, from, to string) {
		reply := httptest.NewRecorder()
		r.at["/manifest.json"](reply, nil)
		r.serve("/manifest.json", []byte(strings.Replace(reply.Body.String(), from, to, 1)))
	}
	for name, c := range map[string]struct {
		wrong func(*testing.T, *releases)
		code  string
	}{
		"TamperedVersion": {func(_ *testing.T, r *releases) { tamper(r, "1.3.0", "9.9.9") }, "update_signature_wrong"},
		"TamperedHash":    {func(_ *testing.T, r *releases) { tamper(r, `"sha256":"`, `"sha256":"0`) }, "update_signature_wrong"},
		"WrongKey": {func(t *testing.T, r *releases) {
			_, r.key, _ = minisign.GenerateKey(rand.Reader)
			r.publish(t, r.release("1.3.0", day))
		}, "update_signature_wrong"},
		"NoSignature":    {func(_ *testing.T, r *releases) { r.answer("/manifest.json.minisig", nil) }, "update_unreachable"},
		"EmptySignature": {func(_ *testing.T, r *releases) { r.serve("/manifest.json.minisig", nil) }, "update_signature_wrong"},
		"Expired": {func(t *testing.T, r *releases) {
			m := r.release("1.3.0", day)
			m.Expires = time.Now().Add(-time.Hour)
			r.publish(t, m)
		}, "update_expired"},
		"NoVersion":      {func(t *testing.T, r *releases) { r.publish(t, r.release("latest", day)) }, "update_manifest_invalid"},
		"NoDate":         {func(t *testing.T, r *releases) { r.publish(t, r.release("1.3.0", time.Time{})) }, "update_manifest_invalid"},
		"FileWithFolder": {func(t *testing.T, r *releases) { r.publishFile(t, func(f *update.File) { f.Name = "../autostart" }) }, "update_manifest_invalid"},
		"FileInTheClear": {func(t *testing.T, r *releases) {
			r.publishFile(t, func(f *update.File) { f.URL = "http://headgate.example/x" })
		}, "update_manifest_invalid"},
		"FileWithoutHash": {func(t *testing.T, r *releases) { r.publishFile(t, func(f *update.File) { f.SHA256 = "" }) }, "update_manifest_invalid"},
		"FileOfAnySize":   {func(t *testing.T, r *releases) { r.publishFile(t, func(f *update.File) { f.Size = 1 << 40 }) }, "update_manifest_invalid"},
		"Huge": {func(_ *testing.T, r *releases) {
			r.answer("/manifest.json", func(w http.ResponseWriter, _ *http.Request) {
				for _, err := w.Write(program); err == nil; _, err = w.Write(program) { //nolint:revive // until the other side has enough
				}
			})
		}, "update_manifest_invalid"},
		"Gone":  {func(_ *testing.T, r *releases) { r.Close() }, "update_unreachable"},
		"Error": {func(_ *testing.T, r *releases) { r.answer("/manifest.json", nil) }, "update_unreachable"},
		"RedirectedToTheClear": {func(_ *testing.T, r *releases) {
			r.answer("/manifest.json", func(w http.ResponseWriter, q *http.Request) {
				http.Redirect(w, q, "http://192.0.2.1/manifest.json", http.StatusFound)
			})
		}, "update_unreachable"},
		"RedirectedForEver": {func(_ *testing.T, r *releases) {
			r.answer("/manifest.json", func(w http.ResponseWriter, q *http.Request) { http.Redirect(w, q, "/manifest.json", http.StatusFound) })
		}, "update_unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReleases(t)
			r.publish(t, r.release("1.3.0", day))
			d := r.desk(t, t.TempDir(), nil) // knows the key before
			c.wrong(t, r)
			err := d.Check(t.Context())
			if s := d.State(); apperr.Code(err) != c.code || codeOf(s.Error) != c.code || s.Available != nil || s.Stage != update.StageIdle {
				t.Errorf("%v: %+v", err, s)
			}
		})
	}
}

func (r *releases) publishFile(t *testing.T, change func(*update.File)) {
	t.Helper()
	m := r.release("1.3.0", day)
	change(&m.Files[0])
	r.publish(t, m)
}

// Who shows an older release holds a newer one back.
func TestNoWayBack(t *testing.T) {
	r, dir := newReleases(t), t.TempDir()
	r.publish(t, r.release("1.4.0", day))
	if err := r.desk(t, dir, nil).Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, old := range map[string]update.Manifest{
		"EarlierDate":    r.release("1.5.0", day.Add(-time.Second)),
		"EarlierVersion": r.release("1.3.9", day.Add(time.Hour)),
	} {
		r.publish(t, old)
		d := r.desk(t, dir, nil) // after a restart, too
		if err := d.Check(t.Context()); apperr.Code(err) != "update_older" || d.State().Available != nil {
			t.Errorf("%s: %v, %+v", name, err, d.State().Available)
		}
	}
	r.publish(t, r.release("1.4.0", day))
	if d := r.desk(t, dir, nil); d.Check(t.Context()) != nil || d.State().Available == nil {
		t.Errorf("the same again: %+v", d.State())
	}
	// What runs is never offered again, nor what is older than it.
	for _, runs := range []string{"1.4.0", "1.4.1", "2.0.0-rc.1", "abc123"} {
		d := r.desk(t, dir, func(o *update.Options) { o.Version = runs })
		if err := d.Check(t.Context()); err != nil || d.State().Available != nil {
			t.Errorf("%s was offered %+v, %v", runs, d.State().Available, err)
		}
	}
	if d := r.desk(t, dir, func(o *update.Options) { o.Version = "1.4.0-dev.3+g1" }); d.Check(t.Context()) != nil || d.State().Available == nil {
		t.Error("a build from before the release isn't offered it")
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		code   string
	}{
		"Tampered": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(bytes.Replace(program, []byte("new"), []byte("bad"), 1))
		}, "update_file_damaged"},
		"Truncated": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(program)))
			_, _ = w.Write(program[:1000])
		}, "update_unreachable"},
		"Shorter": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(program[:1000]) }, "update_file_damaged"},
		"Endless": {func(w http.ResponseWriter, _ *http.Request) {
			for _, err := w.Write(program); err == nil; _, err = w.Write(program) { //nolint:revive // until the other side has enough
			}
		}, "update_file_damaged"},
		"Gone": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "", http.StatusGone) }, "update_unreachable"},
		"RedirectedToTheClear": {func(w http.ResponseWriter, q *http.Request) {
			http.Redirect(w, q, "http://192.0.2.1/file", http.StatusFound)
		}, "update_unreachable"},
		"Redirected": {func(w http.ResponseWriter, q *http.Request) { http.Redirect(w, q, "/mirror", http.StatusFound) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReleases(t)
			r.publish(t, r.release("1.3.0", day))
			r.serve("/mirror", program)
			r.answer("/file", c.answer)
			d := r.desk(t, t.TempDir(), nil)
			d.InstallsBy(func(string) (bool, error) { return false, nil }, func() { t.Error("the program was ended") })
			if err := d.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			s := d.download()
			if codeOf(s.Error) != c.code || (s.Stage == update.StageReady) != (c.code == "") {
				t.Errorf("ended with %+v, error %v", s, s.Error)
			}
			if there, _ := filepath.Glob(filepath.Join(d.dir, "updates", "headgate_*")); (len(there) == 1) != (c.code == "") {
				t.Errorf("the folder has %v", there)
			}
		})
	}
}

func TestFileIsLookedAtAgainBeforeItRuns(t *testing.T) {
	r := newReleases(t)
	r.publish(t, r.release("1.3.0", day))
	d := r.desk(t, t.TempDir(), nil)
	d.InstallsBy(func(string) (bool, error) { t.Error("a changed file was run"); return false, nil }, nil)
	if err := d.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.download()
	path := filepath.Join(d.dir, "updates", "headgate_1.3.0.bin")
	if err := os.WriteFile(path, []byte("another program"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.Install(); apperr.Code(err) != "update_file_damaged" || d.State().Stage != update.StageIdle {
		t.Errorf("installed: %v, %+v", err, d.State())
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the changed file is still there")
	}
}

func TestDownloadIsCanceled(t *testing.T) {
	r := newReleases(t)
	r.publish(t, r.release("1.3.0", day))
	r.answer("/file", func(w http.ResponseWriter, q *http.Request) {
		_, _ = w.Write(program[:1000])
		_ = http.NewResponseController(w).Flush()
		<-q.Context().Done()
	})
	d := r.desk(t, t.TempDir(), nil)
	d.InstallsBy(func(string) (bool, error) { return false, nil }, nil)
	if err := d.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.Download(); err != nil {
		t.Fatal(err)
	}
	for d.State().Done < 1000 {
		<-d.news.Wake()
		d.news.Take()
	}
	for what, err := range map[string]error{"check": d.Check(t.Context()), "download": d.Download()} {
		if apperr.Code(err) != "update_busy" {
			t.Errorf("a %s while one runs: %v", what, err)
		}
	}
	d.Cancel()
	for d.State().Stage == update.StageDownloading {
		<-d.news.Wake()
		d.news.Take()
	}
	if s := d.State(); s.Stage != update.StageIdle || s.Error != nil || s.Available == nil {
		t.Errorf("after it: %+v", s)
	}
}

// Who quits waits for no server, whoever asked it: the call log is written after this.
func TestCloseEndsWhatAsks(t *testing.T) {
	for name, look := range map[string]func(*desk){
		"Daily": func(d *desk) { d.LookNow() },
		"Check": func(d *desk) { go func() { _ = d.Check(context.Background()) }() },
		"Download": func(d *desk) {
			if err := d.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := d.Download(); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReleases(t)
			r.publish(t, r.release("1.3.0", day))
			d := r.desk(t, t.TempDir(), nil)
			d.InstallsBy(func(string) (bool, error) { return false, nil }, nil)
			asked := make(chan struct{})
			path := "/manifest.json"
			if name == "Download" {
				path = "/file"
			}
			r.answer(path, func(_ http.ResponseWriter, q *http.Request) { close(asked); <-q.Context().Done() })
			look(d)
			<-asked
			began := time.Now()
			d.Close()
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("Close took %v", took)
			}
			if s := d.State(); s.Stage != update.StageIdle {
				t.Errorf("after Close: %+v", s)
			}
			for what, err := range map[string]error{"check": d.Check(t.Context()), "download": d.Download()} {
				if err == nil {
					t.Errorf("a %s began after Close", what)
				}
			}
		})
	}
}

// One installer is started, however often a person clicks, and nothing else begins
// under it.
func TestOneInstaller(t *testing.T) {
	r := newReleases(t)
	r.publish(t, r.release("1.3.0", day))
	d := r.desk(t, t.TempDir(), nil)
	started, goOn := make(chan struct{}, 9), make(chan error)
	d.InstallsBy(func(string) (bool, error) { started <- struct{}{}; return false, <-goOn }, nil)
	if err := d.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.download()
	for _, fails := range []error{errors.New("no room"), nil} { // after one that failed it can be tried again
		first := make(chan error)
		go func() { first <- d.Install() }()
		<-started
		again := make(chan error, 1)
		go func() { again <- d.Install() }()
		select {
		case err := <-again:
			if apperr.Code(err) != "update_busy" {
				t.Errorf("a second one gave %v", err)
			}
		case <-started:
			close(goOn)
			t.Fatal("two installers were started")
		}
		for what, err := range map[string]error{"check": d.Check(t.Context()), "download": d.Download()} {
			if apperr.Code(err) != "update_busy" {
				t.Errorf("a %s under an installer: %v", what, err)
			}
		}
		goOn <- fails
		if err := <-first; (err != nil) != (fails != nil) {
			t.Errorf("the first one gave %v", err)
		}
	}
	if s := d.State(); s.Stage != update.StageInstalled {
		t.Errorf("then %+v", s)
	}
}

func TestBuildsThatCannotUpdate(t *testing.T) {
	r := newReleases(t)
	r.publish(t, r.release("1.3.0", day))
	for name, c := range map[string]struct {
		change func(*update.Options)
		code   string
	}{
		"NoKey":     {func(o *update.Options) { o.PublicKey = "" }, "update_unable"},
		"NoAddress": {func(o *update.Options) { o.ManifestURL = "" }, "update_unable"},
		"Package":   {func(o *update.Options) { o.InstalledBy = "apt" }, "update_by_package"},
	} {
		d := r.desk(t, t.TempDir(), c.change)
		d.Choose(true) // has nothing to begin
		if err := d.Check(t.Context()); apperr.Code(err) != c.code || d.State().Able {
			t.Errorf("%s: %v, %+v", name, err, d.State())
		}
	}
	if len(r.seen) > 0 {
		t.Errorf("asked for %v", r.seen)
	}
}

func TestInstalledBy(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"usr/bin", "usr/share/headgate", "opt/x", "home"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range map[string]string{"usr/share/headgate/installed-by": "apt\n", "opt/x/installed-by": ""} {
		if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for folder, want := range map[string]string{"usr/bin": "apt", "opt/x": "a package", "home": ""} {
		if got := update.InstalledByAt(filepath.Join(root, folder)); got != want {
			t.Errorf("%s: %q, want %q", folder, got, want)
		}
	}
}
