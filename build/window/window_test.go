//go:build window && linux

// Package window uses the built program the way a person does: it opens the
// native window on a virtual screen, presses buttons in it and in the tray,
// and sees the gateway's port open and close.
//
// build/window/run.sh makes the screen and the message bus; it is `make
// test-window`.
package window

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"headgate/app/apperr"
	"headgate/app/i18n"
)

var texts = i18n.New("en")

// program is one run of the built binary.
type program struct {
	t      *testing.T
	cmd    *exec.Cmd
	stderr bytes.Buffer
	ended  chan struct{} // closed when the process has ended
}

func binary(t *testing.T) string {
	t.Helper()
	path := os.Getenv("HEADGATE_BINARY")
	if path == "" {
		t.Fatal("HEADGATE_BINARY doesn't say which program to test: use `make test-window`")
	}
	return path
}

func start(t *testing.T, data, address string, args ...string) *program {
	t.Helper()
	p := &program{t: t, ended: make(chan struct{})}
	p.cmd = exec.Command(binary(t), args...)
	p.cmd.Env = append(os.Environ(), "HEADGATE_DATA="+data, "HEADGATE_ADDR="+address)
	p.cmd.Stderr = &p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		select {
		case <-p.ended:
		default:
			_ = p.cmd.Process.Kill()
			<-p.ended
		}
		if t.Failed() {
			t.Logf("the program wrote:\n%s", p.stderr.String())
		}
	})
	return p
}

// end waits for the process and returns its exit code.
func (p *program) end() int {
	p.t.Helper()
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(40 * time.Second):
		p.t.Fatal("the program didn't end within 40 s")
		return -1
	}
}

// freeAddress is one that nothing listens at.
func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// open tells whether the gateway answers at address.
func open(address string) bool {
	client := http.Client{Timeout: time.Second}
	reply, err := client.Get("http://" + address + "/health")
	if err != nil {
		return false
	}
	defer reply.Body.Close()
	_, _ = io.Copy(io.Discard, reply.Body)
	return reply.StatusCode == http.StatusOK
}

// closed tells whether connections to address are refused.
func closed(address string) bool {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err == nil {
		_ = conn.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

func nextItem(t *testing.T, w *watcher) trayItem {
	t.Helper()
	select {
	case item := <-w.items:
		return item
	case <-time.After(40 * time.Second):
		t.Fatal("no tray item was registered within 40 s")
		return trayItem{}
	}
}

// picture keeps what the screen shows for a person to look at.
func picture(t *testing.T, name string) {
	t.Helper()
	folder := os.Getenv("HEADGATE_PICTURES")
	if folder == "" {
		return
	}
	file := filepath.Join(folder, name+".png")
	if _, err := tool("import", "-window", "root", file); err != nil {
		t.Fatal(err)
	}
	t.Logf("picture: %s", file)
}

// A person's day with the window, in its order: each step needs those before.
func TestWindow(t *testing.T) {
	tray := newWatcher(t)
	data, address := filepath.Join(t.TempDir(), "data"), freeAddress(t)
	p := start(t, data, address)
	var item trayItem
	var whenRunning, whenStopped string

	step := func(name string, f func(t *testing.T)) {
		t.Helper()
		if !t.Run(name, f) {
			t.FailNow()
		}
	}
	step("opens a window and starts the gateway", func(t *testing.T) {
		eventually(t, "a visible window", func() bool { return shown("Headgate") != "" })
		eventually(t, "the gateway at "+address, func() bool { return open(address) })
		says(t, address)
		picture(t, "window")
	})
	step("registers a tray item", func(t *testing.T) {
		item = nextItem(t, tray)
		id, err := item.get("Id")
		if err != nil || id.Value() != "Headgate" {
			t.Errorf("the item's Id is %v (%v)", id, err)
		}
		label := texts.T("tray.running", map[string]any{"Address": address})
		eventually(t, "the tray says "+label, func() bool { _, err := item.line(label); return err == nil })
		whenRunning = item.icon()
	})
	step("a button in the window stops the gateway", func(t *testing.T) {
		press(t, texts.T("gateway.stop", nil))
		eventually(t, "the port closes", func() bool { return closed(address) })
		eventually(t, "the tray offers a start", func() bool {
			l, err := item.line(texts.T("tray.start", nil))
			return err == nil && l.enabled
		})
		if whenStopped = item.icon(); whenStopped == whenRunning {
			t.Error("the tray's icon is the same whether the gateway runs or not")
		}
	})
	step("a button in the window starts it", func(t *testing.T) {
		press(t, texts.T("gateway.start", nil))
		eventually(t, "the port opens", func() bool { return open(address) })
	})
	step("the tray stops the gateway", func(t *testing.T) {
		eventually(t, "a click on stop", func() bool { return item.click(texts.T("tray.stop", nil)) == nil })
		eventually(t, "the port closes", func() bool { return closed(address) })
	})
	step("the tray starts it, and the window follows", func(t *testing.T) {
		eventually(t, "a click on start", func() bool { return item.click(texts.T("tray.start", nil)) == nil })
		eventually(t, "the port opens", func() bool { return open(address) })
		press(t, texts.T("gateway.stop", nil))
		eventually(t, "the port closes", func() bool { return closed(address) })
		eventually(t, "a click on start", func() bool { return item.click(texts.T("tray.start", nil)) == nil })
		eventually(t, "the port opens", func() bool { return open(address) })
	})
	step("closing the window leaves the gateway in the tray", func(t *testing.T) {
		eventually(t, "the window has the keyboard", func() bool { return active() == "Headgate" })
		if _, err := tool("xdotool", "key", "alt+F4"); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the window is gone", func() bool { return shown("Headgate") == "" })
		if !open(address) {
			t.Error("the gateway ended with the window")
		}
	})
	step("a second start shows the first one's window", func(t *testing.T) {
		second := start(t, data, address)
		if code := second.end(); code != 0 {
			t.Errorf("the second start ended with %d", code)
		}
		eventually(t, "the window is back, in front", func() bool { return shown("Headgate") != "" && active() == "Headgate" })
	})
	step("the tray opens the window", func(t *testing.T) {
		if _, err := tool("xdotool", "key", "alt+F4"); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the window is gone", func() bool { return shown("Headgate") == "" })
		eventually(t, "a click on open", func() bool { return item.click(texts.T("tray.open", nil)) == nil })
		eventually(t, "the window is back", func() bool { return shown("Headgate") != "" })
	})
	step("SIGTERM ends it cleanly, though closing only hides", func(t *testing.T) {
		if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if code := p.end(); code != 0 {
			t.Errorf("it ended with %d", code)
		}
		if !closed(address) {
			t.Error("the port is still open")
		}
	})
}

// The window's dialogs, and its shortcuts, are this system's web view's own, which lays them out in
// its own way.
func TestDialogsShowWhatIsInThem(t *testing.T) {
	newWatcher(t)
	start(t, filepath.Join(t.TempDir(), "data"), freeAddress(t))
	says(t, texts.T("start.text", nil))
	eventually(t, "the window has the keyboard", func() bool { return active() == "Headgate" })

	typed(t, "ctrl+3")
	says(t, texts.T("groups.empty_title", nil))
	typed(t, "ctrl+comma")
	says(t, texts.T("settings.general_text", nil))

	typed(t, "ctrl+k")
	stands(t, texts.T("providers.title", nil))
	picture(t, "palette")
	typed(t, "p", "r", "o", "v", "i", "Return")
	says(t, texts.T("providers.empty_title", nil))

	press(t, texts.T("providers.add", nil))
	stands(t, texts.T("providers.test", nil))
	stands(t, texts.T("action.save", nil))
	picture(t, "dialog")
}

// A taken port is a state that a person sees and can leave.
func TestPortTaken(t *testing.T) {
	tray := newWatcher(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := taken.Addr().String()
	p := start(t, filepath.Join(t.TempDir(), "data"), address)
	eventually(t, "a visible window", func() bool { return shown("Headgate") != "" })
	item := nextItem(t, tray)
	label := texts.T("tray.failed", map[string]any{"Address": address})
	eventually(t, "the tray says "+label, func() bool { _, err := item.line(label); return err == nil })
	says(t, texts.Error(apperr.New("port_taken", "Address", address)))
	picture(t, "port-taken")
	_ = taken.Close()
	eventually(t, "a click on start", func() bool { return item.click(texts.T("tray.start", nil)) == nil })
	eventually(t, "the port opens", func() bool { return open(address) })
	if err := item.click(texts.T("tray.quit", nil)); err != nil {
		t.Fatal(err)
	}
	if code := p.end(); code != 0 {
		t.Errorf("it ended with %d after Quit in the tray", code)
	}
}

// Where no tray shows items, a hidden window would be lost.
func TestWithoutATrayClosingEndsTheProgram(t *testing.T) {
	data, address := filepath.Join(t.TempDir(), "data"), freeAddress(t)
	p := start(t, data, address)
	eventually(t, "the gateway at "+address, func() bool { return open(address) })
	eventually(t, "the window has the keyboard", func() bool { return active() == "Headgate" })
	if _, err := tool("xdotool", "key", "alt+F4"); err != nil {
		t.Fatal(err)
	}
	// Who closed it by mistake opens it again at once, while it is still ending.
	eventually(t, "the window is gone", func() bool { return shown("Headgate") == "" })
	again := start(t, data, address)
	if code := p.end(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	eventually(t, "the window is back", func() bool { return shown("Headgate") != "" })
	eventually(t, "the gateway at "+address, func() bool { return open(address) })
	if err := again.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := again.end(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

// Who starts Headgate from a menu sees no terminal: a failure needs a window.
func TestFailureToStartIsShown(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, filepath.Join(file, "data"), freeAddress(t))
	title := texts.T("start_failure.title", nil)
	eventually(t, "a window that tells of it", func() bool { return shown(title) != "" })
	says(t, file)
	picture(t, "start-failure")
	eventually(t, "the window has the keyboard", func() bool { return active() == title })
	if _, err := tool("xdotool", "key", "alt+F4"); err != nil {
		t.Fatal(err)
	}
	if code := p.end(); code == 0 {
		t.Error("it ended with 0 though it could not start")
	}
	if told := p.stderr.String(); !strings.Contains(told, "headgate: ") {
		t.Errorf("stderr says %q", told)
	}
}
