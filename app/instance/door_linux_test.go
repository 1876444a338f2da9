package instance_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"headgate/app/instance"
)

// asStranger does something as a user who may do nothing, where this test's own
// may become one. Only its thread changes, which ends with it.
func asStranger(do func()) (could bool) {
	if os.Geteuid() != 0 {
		return false
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread is thrown away
		const same, nobody = ^uintptr(0), 65534
		if _, _, errno := syscall.RawSyscall(syscall.SYS_SETRESUID, same, nobody, same); errno == 0 {
			could = true
			do()
		}
	}()
	<-done
	return could
}

func TestDoorIsThisPersonsAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	lock := mustAcquire(t, dir)
	defer lock.Release()
	lock.Serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "secret") }))
	socket := filepath.Join(dir, "headgate.sock")
	if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the socket is %v, %v", info.Mode(), err)
	}
	knock := func() (string, error) {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			return "", err
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "GET / HTTP/1.0\r\nHost: headgate\r\n\r\n")
		answer, err := io.ReadAll(conn)
		return string(answer), err
	}
	if answer, err := knock(); err != nil || !strings.HasSuffix(answer, "secret") {
		t.Fatalf("the owner got %q, %v", answer, err)
	}
	asStranger(func() {
		if answer, err := knock(); !errors.Is(err, syscall.EACCES) {
			t.Errorf("at a private folder a stranger got %q, %v", answer, err)
		}
	})
	// Somebody has opened all the ways there: who it is is still looked at.
	for _, path := range []string{filepath.Dir(filepath.Dir(dir)), filepath.Dir(dir), dir, socket} {
		if err := os.Chmod(path, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	asStranger(func() {
		if answer, err := knock(); answer != "" || errors.Is(err, syscall.EACCES) {
			t.Errorf("at an open folder a stranger got %q, %v", answer, err)
		}
	})
}

// A socket that a stranger put into the temporary folder gets no word.
func TestStrangersSocketIsNotTalkedTo(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	t.Setenv("TMPDIR", openFolder(t)) // where nobody else puts one
	lock := mustAcquire(t, dir)
	path := onlySocket(t)
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	var strange net.Listener
	if could := asStranger(func() { strange, _ = net.Listen("unix", path) }); !could || strange == nil {
		return
	}
	defer strange.Close()
	if err := instance.Show(dir, ""); err == nil || !strings.Contains(err.Error(), "somebody else") {
		t.Errorf("shown by a stranger: %v", err)
	}
}

// openFolder is one that everybody may write into.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "hg") // short: a socket's path may not be long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

func onlySocket(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(os.TempDir(), "headgate-*.sock"))
	if err != nil || len(found) != 1 {
		t.Fatalf("the temporary folder has %v, %v", found, err)
	}
	return found[0]
}
