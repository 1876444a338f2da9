//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// program is one run of the built program with its window.
type program struct {
	cmd    *exec.Cmd
	window string // xdotool's number of it
}

// start runs the program until its first view stands, and tells how long that took.
func start(ctx context.Context, binary string, h *house) (*program, error) {
	p := &program{cmd: exec.Command(binary)}
	p.cmd.Env = append(os.Environ(), "HEADGATE_DATA="+h.data, "HEADGATE_ADDR="+h.address)
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	mounted := make(chan float64, 1)
	go readLog(stderr, mounted)
	p.window, err = visible(ctx, p.cmd.Process.Pid)
	if err != nil {
		p.end()
		return nil, err
	}
	shown := time.Since(began)
	select {
	case milliseconds := <-mounted:
		fmt.Printf("start: window after %d ms, page mounted %.0f ms after its navigation began, %d ms after the start\n",
			shown.Milliseconds(), milliseconds, time.Since(began).Milliseconds())
		return p, nil
	case <-time.After(20 * time.Second):
		p.end()
		return nil, errors.New("the page didn't mount within 20 s")
	case <-ctx.Done():
		p.end()
		return nil, context.Cause(ctx)
	}
}

// readLog waits for the line that says that the page stands, and reads on so
// that the program never waits for its reader.
func readLog(from io.Reader, mounted chan<- float64) {
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		var line struct {
			Msg          string  `json:"msg"`
			Milliseconds float64 `json:"milliseconds"`
		}
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "page mounted" {
			select {
			case mounted <- line.Milliseconds:
			default:
			}
		}
	}
	_, _ = io.Copy(io.Discard, from)
}

// visible waits for the window of a process and returns its number.
func visible(ctx context.Context, pid int) (string, error) {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		found, err := exec.CommandContext(ctx, "xdotool", "search", "--onlyvisible", "--pid", fmt.Sprint(pid), "--name", "Headgate").Output()
		if window := strings.TrimSpace(string(found)); err == nil && window != "" {
			return strings.Fields(window)[0], nil
		}
		if err := sleep(ctx, 2*time.Millisecond); err != nil {
			return "", err
		}
	}
	return "", errors.New("no window within 20 s")
}

// show brings the window to the screen or puts it away.
func (p *program) show(ctx context.Context, shown bool) error {
	do := "windowminimize"
	if shown {
		do = "windowactivate"
	}
	if out, err := exec.CommandContext(ctx, "xdotool", do, "--sync", p.window).CombinedOutput(); err != nil {
		return fmt.Errorf("xdotool %s: %w: %s", do, err, out)
	}
	return nil
}

// end asks the program to end, and insists after a while.
func (p *program) end() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	insist := time.AfterFunc(10*time.Second, func() { _ = p.cmd.Process.Kill() })
	_ = p.cmd.Wait()
	insist.Stop()
}
