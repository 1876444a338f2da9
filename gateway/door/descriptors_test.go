//go:build unix

package door_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"headgate/gateway/door"
)

// smallHouse is how a test runs itself as a program of its own: with so many
// descriptors, and with so many connections let in.
const smallHouse = "HEADGATE_TEST_SMALL_HOUSE"

func TestMain(m *testing.M) {
	if sizes := os.Getenv(smallHouse); sizes != "" {
		if err := serveSmallHouse(sizes); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serveSmallHouse serves until its input ends. Each call needs a descriptor of
// its own, as for an upstream, while it runs.
func serveSmallHouse(sizes string) error {
	var descriptors uint64
	var most int
	if _, err := fmt.Sscan(sizes, &descriptors, &most); err != nil {
		return err
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: descriptors, Max: descriptors}); err != nil {
		return err
	}
	d, err := door.Listen("127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own, err := os.Open(os.DevNull)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		defer func() { _ = own.Close() }()
		_, _ = io.WriteString(w, strconv.Itoa(door.Most())+"\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}), door.Options{Most: most})
	if err != nil {
		return err
	}
	fmt.Println(d.Addr())
	go func() { _ = d.Serve() }()
	_, _ = io.Copy(io.Discard, os.Stdin)
	return d.Close()
}

func startSmallHouse(t *testing.T, sizes string) (address string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := exec.Command(self)
	program.Env = append(os.Environ(), smallHouse+"="+sizes)
	program.Stderr = os.Stderr
	hold, err := program.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = hold.Close()
		if err := program.Wait(); err != nil {
			t.Error(err)
		}
	})
	address, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(address)
}

// call begins a call that goes on until its connection is closed. It returns
// the status and, when it was let in, how many connections the house has room for.
func call(t *testing.T, address string) (conn net.Conn, status, room int) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return conn, 0, 0
	}
	reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return conn, 0, 0
	}
	if reply.StatusCode == http.StatusOK {
		line, err := bufio.NewReader(reply.Body).ReadString('\n')
		if err != nil {
			t.Error(err)
		}
		room, _ = strconv.Atoi(strings.TrimSpace(line))
	}
	return conn, reply.StatusCode, room
}

// However many come, those who are let in have descriptors for what they want,
// and when they have gone the next ones are let in.
func TestDescriptorsSuffice(t *testing.T) {
	t.Parallel()
	address := startSmallHouse(t, "200 0")
	for range 2 {
		var conns []net.Conn
		in, room := 0, 0
		late := time.Now().Add(patience)
		for n := 0; n < 300 || in < room && time.Now().Before(late); n++ { // those before may only be about to leave
			conn, status, most := call(t, address)
			conns = append(conns, conn)
			switch status {
			case http.StatusOK:
				in, room = in+1, most
			case 0, http.StatusServiceUnavailable:
			default:
				t.Fatalf("a call that was let in got %d", status)
			}
		}
		if in == 0 || in != room {
			t.Errorf("%d were let in, want %d", in, room)
		}
		for _, c := range conns {
			_ = c.Close()
		}
		awaitIn(t, address)
	}
}

// Should all descriptors be gone after all, the door waits, and works again when
// there are some.
func TestNoDescriptorsLeft(t *testing.T) {
	t.Parallel()
	address := startSmallHouse(t, "64 100000")
	var conns []net.Conn
	for range 100 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
	}
	waiting := conns[len(conns)-1]
	_ = waiting.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
	_, _ = io.WriteString(waiting, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := waiting.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("there was a descriptor left, or the connection was closed: %v", err)
	}
	for _, c := range conns {
		_ = c.Close()
	}
	awaitIn(t, address)
}

func awaitIn(t *testing.T, address string) {
	t.Helper()
	for late := time.Now().Add(patience); ; {
		conn, status, _ := call(t, address)
		_ = conn.Close()
		if status == http.StatusOK {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("nobody is let in any more: %d", status)
		}
	}
}
