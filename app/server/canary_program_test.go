//go:build unix

package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"headgate/app"
	"headgate/app/server"
)

// The program under watch is this test's own, started again with these.
const (
	childFolder   = "HEADGATE_TEST_FOLDER"
	childPassword = "HEADGATE_TEST_PASSWORD"
	childFault    = "HEADGATE_TEST_FAULT" // an order for theDisk
)

func init() {
	if os.Getenv(childFolder) != "" {
		instead = beProgram
	}
}

// program is a running one.
type program struct {
	process        *exec.Cmd
	errors         words
	orders         io.Writer
	answers        *bufio.Reader
	admin, gateway string
	faults         []string
}

func startProgram(t *testing.T, folder, password string) *program {
	t.Helper()
	p, err := tryProgram(t, folder, password, "")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// tryProgram starts one over a disk that may fail.
func tryProgram(t *testing.T, folder, password, fault string) (*program, error) {
	t.Helper()
	p := &program{process: exec.Command(os.Args[0], "-test.run=^$")}
	p.process.Env = append(os.Environ(), childFolder+"="+folder, childPassword+"="+password, childFault+"="+fault, "GOTRACEBACK=all")
	p.process.Stderr = &p.errors // not a file: its disk may be full
	out, err := p.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if p.orders, err = p.process.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	p.answers = bufio.NewReader(out)
	if err := p.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	line, err := p.answers.ReadString('\n')
	if _, scanErr := fmt.Sscan(line, &p.admin, &p.gateway); scanErr != nil {
		p.kill()
		return p, fmt.Errorf("it began with %q, %w: %s", line, err, p.said())
	}
	return p, nil
}

// kill ends the program as it is.
func (p *program) kill() {
	_ = p.process.Process.Kill()
	_ = p.process.Wait()
}

// order tells the program's disk something, and returns how often a fault has struck.
func (p *program) order(t *testing.T, format string, args ...any) (struck int) {
	t.Helper()
	_, err := fmt.Fprintf(p.orders, format+"\n", args...)
	if err != nil {
		t.Fatal(err)
	}
	line, err := p.answers.ReadString('\n')
	if _, scanErr := fmt.Sscan(line, &struck); scanErr != nil {
		t.Fatalf("the disk said %q, %v: %s", line, err, p.said())
	}
	return struck
}

// said is what the program has written by now.
func (p *program) said() string {
	p.errors.mu.Lock()
	defer p.errors.mu.Unlock()
	return p.errors.text.String()
}

// words are what somebody else writes.
type words struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

// beProgram serves until it is ended, and tells everything that it can.
func beProgram() error {
	ctx := context.Background()
	theDisk.insert()
	theDisk.obey(strings.NewReader(os.Getenv(childFault)), io.Discard)
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	a := app.New(app.Options{DataDir: os.Getenv(childFolder), Address: "127.0.0.1:0", Log: log})
	if err := a.Start(ctx); err != nil {
		return err
	}
	if err := a.StartGateway(ctx); err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s, err := server.New(ctx, ln, server.Options{App: a, Pages: buggy{builtPages}, Username: "ada", Password: os.Getenv(childPassword)})
	if err != nil {
		return err
	}
	go theDisk.obey(os.Stdin, os.Stdout)
	fmt.Printf("http://%s %s\n", ln.Addr(), a.Listener.Status().BaseURL)
	return s.Serve(ln)
}

// buggy are pages of which one makes the program panic.
type buggy struct{ fs.FS }

func (b buggy) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, "bug.js") {
		panic("a page has a bug")
	}
	return b.FS.Open(name)
}
