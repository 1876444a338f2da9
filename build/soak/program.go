package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Who may log in at the pages' door.
const (
	adminName     = "soak"
	adminPassword = "a password for this run"
)

// startLimit is how long a start may take, and stopLimit a stop: calls in
// flight finish first.
const (
	startLimit = time.Minute
	stopLimit  = time.Minute
)

// program is the built server over one data folder, through all its restarts.
type program struct {
	path, folder   string
	gateway, admin string // host:port, the same in each run
	log            *os.File

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced when what follows changes
	run      int           // 1: the first; 0: none
	ready    bool
	restarts []restart

	command *exec.Cmd
	ended   chan struct{}
}

// restart is an end of the program and its next start.
type restart struct {
	how   string // killed, stopped
	at    time.Time
	ended time.Time
	ready time.Time
}

func newProgram(path, folder string) (*program, error) {
	p := &program{path: path, folder: folder, changed: make(chan struct{})}
	for _, to := range []*string{&p.gateway, &p.admin} {
		address, err := freeAddress()
		if err != nil {
			return nil, err
		}
		*to = address
	}
	var err error
	p.log, err = os.Create(filepath.Join(filepath.Dir(folder), "server.log"))
	return p, err
}

// freeAddress is one that nobody listens at just now.
func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}

// environment keeps the machine's own Headgate out.
func environment() []string {
	env := []string{"ADMIN_USERNAME=" + adminName, "ADMIN_PASSWORD=" + adminPassword, "GOTRACEBACK=all"}
	for _, name := range []string{"PATH", "TMPDIR", "SystemRoot"} {
		if value := os.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// load imports a configuration file.
func (p *program) load(ctx context.Context, file string) error {
	command := exec.CommandContext(ctx, p.path, "import", "--data", p.folder, file)
	command.Env, command.Dir = environment(), filepath.Dir(p.folder)
	out, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("import: %w\n%s", err, out)
	}
	return nil
}

// begin starts the program without waiting until it is ready.
func (p *program) begin() (*exec.Cmd, <-chan error, error) {
	command := exec.Command(p.path, "serve", "--data", p.folder, "--addr", p.gateway, "--admin", p.admin)
	command.Env, command.Dir, command.Stderr = environment(), filepath.Dir(p.folder), p.log
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := command.Start(); err != nil {
		return nil, nil, err
	}
	ended := make(chan struct{})
	p.command, p.ended = command, ended
	said := make(chan error, 2) // ready and ended: perhaps nobody listens
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "admin http://") { // its last line
				said <- nil
			}
		}
		_, _ = io.Copy(io.Discard, out)
		_ = command.Wait()
		said <- errors.New("the server ended before it was ready: see server.log")
	}()
	return command, said, nil
}

// start runs the program until it is ready.
func (p *program) start() error {
	_, said, err := p.begin()
	if err != nil {
		return err
	}
	select {
	case err := <-said:
		if err != nil {
			return err
		}
	case <-time.After(startLimit):
		return fmt.Errorf("the server was not ready after %v", startLimit)
	}
	p.change(func() { p.run++ })
	return nil
}

// open lets calls and edits come.
func (p *program) open() {
	p.change(func() {
		p.ready = true
		if n := len(p.restarts); n > 0 && p.restarts[n-1].ready.IsZero() {
			p.restarts[n-1].ready = time.Now()
		}
	})
}

func (p *program) change(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	do()
	close(p.changed)
	p.changed = make(chan struct{})
}

// await waits until the program is open, and returns which run it is.
func (p *program) await(ctx context.Context) (run int, err error) {
	for ctx.Err() == nil {
		p.mu.Lock()
		ready, run, changed := p.ready, p.run, p.changed
		p.mu.Unlock()
		if ready {
			return run, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
	return 0, ctx.Err()
}

// end ends the program with a signal. how is for the report.
func (p *program) end(how string, signal os.Signal) error {
	p.change(func() {
		p.ready = false
		p.restarts = append(p.restarts, restart{how: how, at: time.Now()})
	})
	err := p.command.Process.Signal(signal)
	select {
	case <-p.ended:
	case <-time.After(stopLimit):
		_ = p.command.Process.Kill()
		<-p.ended
		err = errors.Join(err, fmt.Errorf("the server did not end within %v of %v", stopLimit, signal))
	}
	p.change(func() { p.restarts[len(p.restarts)-1].ended = time.Now() })
	return err
}

func (p *program) kill() error { return p.end(killed, os.Kill) }

// stop asks the program to end, which it does with code 0.
func (p *program) stop() error {
	err := p.end(stopped, syscall.SIGTERM)
	if code := p.command.ProcessState.ExitCode(); err == nil && code != 0 {
		err = fmt.Errorf("the server ended with code %d after SIGTERM", code)
	}
	return err
}

// How the program ended.
const (
	killed  = "killed"
	stopped = "stopped"
	dumped  = "dumped"
)

// stillborn starts the program and kills it before it is ready, if it can.
func (p *program) stillborn(after time.Duration) error {
	command, _, err := p.begin()
	if err != nil {
		return err
	}
	select {
	case <-time.After(after):
	case <-p.ended:
		return errors.New("the server ended by itself: see server.log")
	}
	err = command.Process.Kill()
	<-p.ended
	return err
}

// dump ends the program in the way that makes Go tell all goroutines.
func (p *program) dump() ([]string, error) {
	before, err := p.log.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	if err := p.end(dumped, syscall.SIGQUIT); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(p.log.Name())
	if err != nil {
		return nil, err
	}
	return goroutines(text[min(int(before), len(text)):]), nil
}

// goroutines are the functions in which a dump's goroutines began.
func goroutines(dump []byte) []string {
	var all []string
	for _, stack := range bytes.Split(dump, []byte("\n\n")) {
		if at := bytes.Index(stack, []byte("goroutine ")); at < 0 || !bytes.Contains(stack, []byte("]:\n")) || bytes.HasPrefix(stack[at:], []byte("goroutine 0 ")) {
			continue
		}
		began := "main"
		if at := bytes.LastIndex(stack, []byte("created by ")); at >= 0 {
			began, _, _ = strings.Cut(string(stack[at+len("created by "):]), " in goroutine")
			began, _, _ = strings.Cut(began, "\n")
		}
		all = append(all, began)
	}
	return all
}

// words are the lines of the program's log that tell of a fault in itself.
func (p *program) words() (faults []string, err error) {
	text, err := os.ReadFile(p.log.Name())
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, `"group":"`+gone+`"`) {
			continue // as it should be
		}
		for _, sign := range []string{`"level":"ERROR"`, "DATA RACE", "panic: ", "fatal error: "} {
			if strings.Contains(line, sign) {
				faults = append(faults, "the program's log: "+strings.TrimSpace(line))
				break
			}
		}
	}
	return faults, err
}

// ends returns all restarts so far.
func (p *program) ends() []restart {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]restart(nil), p.restarts...)
}
