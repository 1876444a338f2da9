//go:build window && linux

package window

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// tool runs a program of the desktop and returns what it printed.
func tool(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Second)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w %s", name, strings.Join(args, " "), err, errs.String())
	}
	return strings.TrimSpace(out.String()), nil
}

// shown returns the X11 id of the visible window with this title, "" if none.
func shown(title string) string {
	ids, _ := tool("xdotool", "search", "--onlyvisible", "--name", "^"+title+"$") // fails when there is none
	id, _, _ := strings.Cut(ids, "\n")
	return id
}

// spied collects which windows the desktop has from now on, until it is asked.
func spied(t *testing.T) (windows func() string) {
	t.Helper()
	cmd := exec.Command("xprop", "-spy", "-root", "_NET_CLIENT_LIST")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end := sync.OnceFunc(func() { _ = cmd.Process.Kill() })
	t.Cleanup(end)
	lines := bufio.NewReader(out)
	seen, err := lines.ReadString('\n') // it watches
	if err != nil {
		t.Fatalf("xprop tells nothing: %v", err)
	}
	rest := make(chan string, 1)
	go func() {
		all, _ := io.ReadAll(lines) // until it is ended
		_ = cmd.Wait()
		rest <- string(all)
	}()
	return func() string {
		end()
		return seen + <-rest
	}
}

// active returns the title of the window that has the keyboard.
func active() string {
	title, _ := tool("xdotool", "getactivewindow", "getwindowname")
	return title
}

// press uses a button in the page, through the accessibility tree.
func press(t *testing.T, name string) {
	t.Helper()
	if _, err := tool("/usr/bin/python3", "atspi.py", "press", name); err != nil {
		tree, _ := tool("/usr/bin/python3", "atspi.py", "tree")
		t.Fatalf("press %q: %v\nthe window has:\n%s", name, err, tree)
	}
}

// says waits until the page shows this text.
func says(t *testing.T, text string) {
	t.Helper()
	if _, err := tool("/usr/bin/python3", "atspi.py", "says", text); err != nil {
		tree, _ := tool("/usr/bin/python3", "atspi.py", "tree")
		t.Fatalf("%v\nthe window has:\n%s", err, tree)
	}
}

// off waits until a switch in the page is off.
func off(t *testing.T, name string) {
	t.Helper()
	if _, err := tool("/usr/bin/python3", "atspi.py", "off", name); err != nil {
		tree, _ := tool("/usr/bin/python3", "atspi.py", "tree")
		t.Fatalf("%v\nthe window has:\n%s", err, tree)
	}
}

// stands waits until the page shows something whole in an open dialog.
func stands(t *testing.T, name string) {
	t.Helper()
	if _, err := tool("/usr/bin/python3", "atspi.py", "stands", name); err != nil {
		tree, _ := tool("/usr/bin/python3", "atspi.py", "tree")
		t.Fatalf("%v\nthe window has:\n%s", err, tree)
	}
}

// typed presses keys in the active window, such as "ctrl+k" or "Return".
func typed(t *testing.T, keys ...string) {
	t.Helper()
	if _, err := tool("xdotool", append([]string{"key", "--delay", "40"}, keys...)...); err != nil {
		t.Fatal(err)
	}
}

// clipboard is the text in it, "" if it has none.
func clipboard() string {
	text, _ := tool("/usr/bin/python3", "clipboard.py") // fails when it has none
	return text
}

// eventually waits until ok holds. Each wait is for another process.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(40 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited 40 s in vain: %s", what)
		}
	}
}
