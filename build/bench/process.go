package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// roleVariable makes this program be one of the others that it starts.
const roleVariable = "HEADGATE_BENCH_ROLE"

// addressVariable is where such a program listens, upstreamVariable where the
// bare proxy passes requests on to.
const (
	addressVariable  = "HEADGATE_BENCH_ADDRESS"
	upstreamVariable = "HEADGATE_BENCH_UPSTREAM"
)

// play is such a program: it prints "listening ADDRESS" and serves until it is
// ended. It ends with the program that started it, too, whose end of stdin closes.
func play(role string) int {
	ln, err := net.Listen("tcp", os.Getenv(addressVariable))
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", role, err)
		return 1
	}
	fmt.Println("listening", ln.Addr())
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}()
	switch role {
	case "mock":
		err = serveMock(ln)
	case "floor":
		err = serveFloor(ln, os.Getenv(upstreamVariable))
	}
	fmt.Fprintln(os.Stderr, "bench:", role, err)
	return 1
}

// process is a program that was started, or another gateway that somebody else
// started.
type process struct {
	pid     int
	address string // host:port
	cmd     *exec.Cmd
	words   *bytes.Buffer // its stderr
	ended   chan struct{}
}

const startLimit = 20 * time.Second

func startRole(ctx context.Context, role, address string, env ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	env = append(env, roleVariable+"="+role, addressVariable+"="+address)
	p, said, err := start(ctx, env, []string{"listening"}, self)
	if err != nil {
		return nil, err
	}
	p.address = said["listening"]
	return p, nil
}

// environment keeps the machine's own Headgate out, and its database.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(pair string) bool {
		return strings.HasPrefix(pair, "HEADGATE_") || strings.HasPrefix(pair, "ADMIN_") || strings.HasPrefix(pair, "DATABASE_URL=")
	})
}

// start runs a program until it has printed a line "NAME VALUE" for each name.
func start(ctx context.Context, env, names []string, program string, args ...string) (*process, map[string]string, error) {
	p := &process{cmd: exec.Command(program, args...), words: &bytes.Buffer{}, ended: make(chan struct{})}
	p.cmd.Env = append(environment(), env...)
	p.cmd.Dir = os.TempDir() // where nobody's .env is
	p.cmd.Stderr = p.words
	if _, err := p.cmd.StdinPipe(); err != nil { // closes when this program ends
		return nil, nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, nil, err
	}
	p.pid = p.cmd.Process.Pid
	said, ready := map[string]string{}, make(chan struct{})
	go func() {
		var once sync.Once
		for lines := bufio.NewScanner(out); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), " ")
			said[name] = value
			missing := false
			for _, name := range names {
				_, there := said[name]
				missing = missing || !there
			}
			if !missing {
				once.Do(func() { close(ready) })
				break
			}
		}
		_, _ = bufio.NewReader(out).WriteTo(nowhere{})
		_ = p.cmd.Wait()
		close(p.ended)
	}()
	select {
	case <-ready:
		return p, said, nil
	case <-p.ended:
		return nil, nil, fmt.Errorf("%s has ended: %s", program, p.words)
	case <-time.After(startLimit):
		err = errors.New("not ready in time")
	case <-ctx.Done():
		err = ctx.Err()
	}
	p.stop()
	return nil, nil, fmt.Errorf("%s: %w: %s", program, err, p.words)
}

type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

// stop ends a program that was started here.
func (p *process) stop() {
	if p == nil || p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(startLimit):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}
