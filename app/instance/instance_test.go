package instance_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"headgate/app/apperr"
	"headgate/app/instance"
)

func TestFolderIsUsedByOneAtATime(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	first := mustAcquire(t, dir)

	if _, err := instance.Acquire(dir); apperr.Code(err) != "data_folder_locked" {
		t.Fatalf("a second Acquire gave %v, want data_folder_locked", err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	again := mustAcquire(t, dir)
	if err := again.Release(); err != nil {
		t.Fatal(err)
	}
}

func TestFolderThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := instance.Acquire(filepath.Join(file, "below")); apperr.Code(err) != "data_folder_unusable" {
		t.Fatalf("got %v, want data_folder_unusable", err)
	}
}

func TestSecondStartShowsTheFirst(t *testing.T) {
	for name, dir := range map[string]string{
		"OK":       t.TempDir(),
		"LongPath": filepath.Join(t.TempDir(), strings.Repeat("long", 30)),
	} {
		t.Run(name, func(t *testing.T) {
			lock := mustAcquire(t, dir)
			defer lock.Release()
			shown := make(chan string, 1)
			lock.OnShow(func(link string) { shown <- link })
			for _, link := range []string{"", "headgate://import?name=A B&x=\n"} {
				if err := instance.Show(dir, link); err != nil {
					t.Fatal(err)
				}
				if got := <-shown; got != link {
					t.Errorf("the link %q came as %q", link, got)
				}
			}
			if err := instance.Show(dir, strings.Repeat("x", 65<<10)); err == nil {
				t.Error("a link without end was taken")
			}
		})
	}
}

func TestShowFailsInWords(t *testing.T) {
	t.Run("NobodyThere", func(t *testing.T) {
		if err := instance.Show(t.TempDir(), ""); err == nil {
			t.Fatal("no error although nothing runs")
		}
	})
	t.Run("NoWindow", func(t *testing.T) {
		dir := t.TempDir()
		lock := mustAcquire(t, dir)
		defer lock.Release()
		if err := instance.Show(dir, ""); err == nil || !strings.Contains(err.Error(), "no window") {
			t.Fatalf("got %v, want words about the missing window", err)
		}
	})
}

func mustAcquire(t *testing.T, dir string) *instance.Lock {
	t.Helper()
	lock, err := instance.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	return lock
}

func ask(t *testing.T, dir, method, path string, headers ...string) (int, string) {
	t.Helper()
	client, err := instance.Reach(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+instance.Host+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	reply, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply.StatusCode, strings.TrimSpace(string(text))
}

func TestVisitorsAreAnsweredOnceTheProgramIsReady(t *testing.T) {
	dir := t.TempDir()
	lock := mustAcquire(t, dir)
	defer lock.Release()
	if status, text := ask(t, dir, http.MethodPost, "/x"); status != 503 || !strings.Contains(text, "not_ready") {
		t.Errorf("a start answered %d %s", status, text)
	}
	lock.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.Path) }))
	if status, text := ask(t, dir, http.MethodPost, "/x"); status != 200 || text != "/x" {
		t.Errorf("ready, it answered %d %s", status, text)
	}
	// A browser can't come here; whatever speaks like one gets nothing.
	for _, c := range [][]string{{"Host", "localhost"}, {"Origin", "http://headgate"}, {"Sec-Fetch-Site", "same-origin"}} {
		for _, path := range []string{"/x", "/show", "/quit"} {
			if status, _ := ask(t, dir, http.MethodPost, path, c...); status != http.StatusForbidden {
				t.Errorf("%v: %s answered %d", c, path, status)
			}
		}
	}
	lock.OnShow(func(string) { t.Error("a GET showed the window") })
	if status, _ := ask(t, dir, http.MethodGet, "/show"); status != http.StatusNotFound {
		t.Errorf("GET /show answered %d", status)
	}
}

func TestQuitEndsTheProgram(t *testing.T) {
	dir := t.TempDir()
	lock := mustAcquire(t, dir)
	if err := instance.Quit(dir); err == nil {
		t.Error("a start that isn't ready could be ended")
	}
	asked := make(chan struct{}, 1)
	lock.OnQuit(func() { asked <- struct{}{} })
	if err := instance.Quit(dir); err != nil {
		t.Error(err)
	}
	<-asked
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if err := instance.Quit(dir); err == nil {
		t.Error("what doesn't run was ended")
	}
}

func TestHeld(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	held := func() bool {
		t.Helper()
		is, err := instance.Held(dir)
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	if held() {
		t.Error("a folder that isn't there is held")
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("looking made the folder: %v", err)
	}
	lock := mustAcquire(t, dir)
	if !held() {
		t.Error("a held folder isn't held")
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if held() {
		t.Error("a folder that was given back is held")
	}
}
