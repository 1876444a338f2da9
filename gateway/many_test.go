//go:build unix

package gateway_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"headgate/gateway"
	tcp "headgate/gateway/door"
)

// How many clients the tests of many have: those that run each time prove the
// ratios, and more of them what one machine holds. Such as
//
//	go test ./gateway -run TestMany -many 10000 -v
var (
	many     = flag.Int("many", 0, "clients at once in TestMany…; 0: 500")
	manyHeap = flag.String("manyheap", "", "file for a heap profile while all of them are there")
)

// alone is how the test binary runs as a gateway alone, so that what it holds is
// its own: the URL of its upstream.
const alone = "HEADGATE_TEST_GATEWAY_ALONE"

// holdings are what a process has.
type holdings struct {
	Goroutines  int
	Memory      int64 // heap and stacks in use, bytes
	Resident    int64 // as the system sees it, bytes
	Descriptors int
	Left        int64 // of the memory for bodies
	Calls       map[gateway.State]int
	Blamed      int // members
}

// counting is a Recorder that keeps only how calls ended.
type counting struct {
	mu    sync.Mutex
	calls map[gateway.State]int
}

func (c *counting) Open(gateway.Call) {}

func (c *counting) Record(call gateway.Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[call.State]++
}

// runsAlone tells whether this process was a gateway alone.
func runsAlone() bool {
	upstream := os.Getenv(alone)
	if upstream == "" {
		return false
	}
	if err := gatewayAlone(upstream); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	return true
}

// gatewayAlone runs until its input ends. It says its own address and the one
// where its holdings are asked for.
func gatewayAlone(upstream string) error {
	config := gateway.Config{
		APIKeys: []gateway.APIKey{{ID: 1, Name: "laptop", Hash: sha256.Sum256([]byte(apiKey)), GroupIDs: []int64{1}}},
		Groups: []gateway.Group{{
			ID: 1, Name: "chat", Policy: gateway.PolicyPriority,
			Members: []gateway.Member{{ID: 1, ProviderID: 1, ModelID: 1, Priority: 1}},
		}},
		Providers: []gateway.Provider{{
			ID: 1, Name: "up", Dialect: "openai", BaseURL: upstream,
			Keys:   []gateway.ProviderKey{{ID: 1, Secret: providerKey}},
			Models: []gateway.Model{{ID: 1, Name: "model-1"}},
		}},
		Capture: gateway.Capture{When: gateway.CaptureErrors},
	}
	calls := &counting{calls: map[gateway.State]int{}}
	g := gateway.New(gateway.Options{Recorder: calls})
	if err := g.Apply(config); err != nil {
		return err
	}
	d, err := tcp.Listen("127.0.0.1:0", g, tcp.Options{})
	if err != nil {
		return err
	}
	go func() { _ = d.Serve() }()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() {
		_ = http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/heap":
				_ = pprof.Lookup("heap").WriteTo(w, 0)
				return
			case "/goroutines":
				_ = pprof.Lookup("goroutine").WriteTo(w, 1)
				return
			case "/squeeze": // not one descriptor more
				own, err := os.Open(os.DevNull)
				if err == nil {
					err = limitDescriptors(uint64(own.Fd()))
					_ = own.Close()
				}
				_, _ = fmt.Fprintln(w, err)
				return
			case "/loosen":
				_, _ = fmt.Fprintln(w, limitDescriptors(1000))
				return
			case "/close": // connections that wait for the next call
				without := config
				without.Groups, without.Providers = nil, nil
				_ = g.Apply(without)
				_ = g.Apply(config)
			}
			_ = json.NewEncoder(w).Encode(calls.holdings(g))
		}))
	}()
	fmt.Println(d.Addr(), ln.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	return errors.Join(d.Close(), g.Close())
}

func limitDescriptors(n uint64) error {
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: n, Max: 1000})
}

func (c *counting) holdings(g *gateway.Gateway) holdings {
	debug.FreeOSMemory()
	runtime.GC() // what pools held until the first one
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	h := holdings{Goroutines: runtime.NumGoroutine(), Memory: int64(m.HeapAlloc + m.StackInuse), Left: g.MemoryLeft()}
	if fds, err := os.ReadDir("/dev/fd"); err == nil {
		h.Descriptors = len(fds)
	}
	if statm, err := os.ReadFile("/proc/self/statm"); err == nil {
		var size, resident int64
		_, _ = fmt.Sscan(string(statm), &size, &resident)
		h.Resident = resident * int64(os.Getpagesize())
	}
	h.Blamed = len(g.Health())
	c.mu.Lock()
	defer c.mu.Unlock()
	h.Calls = map[gateway.State]int{}
	for state, n := range c.calls {
		h.Calls[state] = n
	}
	return h
}

// crowd is a gateway in a process of its own and what comes to it.
type crowd struct {
	t     *testing.T
	n     int
	door  string // the gateway's address
	stats string // where it tells what it holds
}

func gather(t *testing.T, upstream string) *crowd {
	t.Helper()
	c := &crowd{t: t, n: 500}
	if *many > 0 {
		c.n = *many
	}
	// Each client has two connections in the gateway, and both their other ends are
	// here. The door leaves room for what else there is.
	want := uint64(2*c.n + 1500)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if limit.Cur < want {
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: want, Max: max(limit.Max, want)}); err != nil {
			t.Fatalf("%d clients need %d descriptors, and %d is the limit (ulimit -Hn): %v", c.n, want, limit.Max, err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := exec.Command(self)
	program.Env = append(os.Environ(), alone+"="+upstream)
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
	if _, err := fmt.Fscan(out, &c.door, &c.stats); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *crowd) get(path string) []byte {
	c.t.Helper()
	reply, err := http.Get("http://" + c.stats + path)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = reply.Body.Close() }()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	return body
}

func (c *crowd) holdings(path string) (h holdings) {
	c.t.Helper()
	if err := json.Unmarshal(c.get(path), &h); err != nil {
		c.t.Fatal(err)
	}
	return h
}

// patienceWithMany bounds every wait for all of them.
const patienceWithMany = 5 * time.Minute

// each runs do for every client, some at a time, with a connection that stays
// open until the returned function is called.
func (c *crowd) each(do func(i int, conn net.Conn, in *bufio.Reader) error) (leave func()) {
	c.t.Helper()
	conns := make([]net.Conn, c.n)
	var wg sync.WaitGroup
	var next atomic.Int64
	for range 32 {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= c.n || c.t.Failed() {
					return
				}
				conn, err := net.Dial("tcp", c.door)
				if err == nil {
					conns[i] = conn
					_ = conn.SetDeadline(time.Now().Add(patienceWithMany))
					err = do(i, conn, bufio.NewReaderSize(conn, 4<<10))
				}
				if err != nil {
					c.t.Errorf("client %d: %v", i, err)
				}
			}
		})
	}
	wg.Wait()
	if c.t.Failed() {
		c.t.FailNow()
	}
	return func() {
		for _, conn := range conns {
			_ = conn.Close()
		}
	}
}

// settles waits until the gateway holds what it did before.
func (c *crowd) settles(before holdings) {
	c.t.Helper()
	var now holdings
	for late := time.Now().Add(patienceWithMany); time.Now().Before(late); time.Sleep(100 * time.Millisecond) {
		now = c.holdings("/close")
		if now.Goroutines <= before.Goroutines+2 && now.Descriptors <= before.Descriptors+2 &&
			now.Memory <= before.Memory+before.Memory/2+1<<20 && now.Left == before.Left {
			return
		}
	}
	c.t.Errorf("afterwards it holds %+v, want what it held before: %+v\n%s", now, before, c.get("/goroutines"))
}

// per tells what each client costs.
func (c *crowd) per(before, now holdings, most int64, mostGoroutines int) {
	c.t.Helper()
	memory := (now.Memory - before.Memory) / int64(c.n)
	resident := (now.Resident - before.Resident) / int64(c.n)
	goroutines := now.Goroutines - before.Goroutines
	c.t.Logf("%d clients: each %d bytes (%d resident), %.2f goroutines, %.2f descriptors",
		c.n, memory, resident, float64(goroutines)/float64(c.n), float64(now.Descriptors-before.Descriptors)/float64(c.n))
	if memory > most {
		c.t.Errorf("each client costs %d bytes, want at most %d", memory, most)
	}
	if goroutines > mostGoroutines*c.n+10 {
		c.t.Errorf("%d clients cost %d goroutines, want at most %d each", c.n, goroutines, mostGoroutines)
	}
	if *manyHeap != "" {
		if err := os.WriteFile(*manyHeap, c.get("/heap"), 0o600); err != nil {
			c.t.Error(err)
		}
	}
}

// Connections between two calls cost little, and nothing when they are gone.
func TestManyIdleConnections(t *testing.T) {
	c := gather(t, serve(t, healthy).url)
	warm := func(_ int, conn net.Conn, in *bufio.Reader) error {
		if _, err := io.WriteString(conn, asked(apiKey, len(plainBody))+"\r\n"+plainBody); err != nil {
			return err
		}
		reply, err := http.ReadResponse(in, nil)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, reply.Body)
		if err == nil && reply.StatusCode != 200 {
			err = errors.New(reply.Status)
		}
		return err
	}
	c.each(warm)()
	c.settles(holdings{Goroutines: 20, Descriptors: 20, Memory: 16 << 20, Left: c.holdings("/").Left})
	before := c.holdings("/")
	leave := c.each(warm)
	c.per(before, c.holdings("/close"), 24<<10, 1)
	leave()
	c.settles(before)
	if now := c.holdings("/"); now.Calls[gateway.StateOK] != 2*c.n {
		t.Errorf("the log has %v, want %d calls", now.Calls, 2*c.n)
	}
}

const (
	chatAsk      = `{"model":"chat","stream":true,"messages":[{"role":"user","content":"%s"}]}`
	responsesAsk = `{"model":"chat","stream":true,"input":"%s"}`
)

// Streams that wait for their next word cost little whatever was asked; none is
// lost, and all is given back.
func TestManyStreams(t *testing.T) {
	for _, c := range []struct {
		name         string
		body, end    string // how a request is written, and how its stream ends
		prompt, most int    // bytes: of the prompt, and what each stream may hold
	}{
		{"short prompts", chatAsk, done, 0, 60 << 10},
		{"long prompts", chatAsk, done, 100 << 10, 60<<10 + 48<<10}, // of which 32 KiB are kept for the log, should there be trouble
		{"long prompts of Responses", responsesAsk, "response.completed", 100 << 10, 60<<10 + 60<<10},
	} {
		t.Run(c.name, func(t *testing.T) {
			prompt, most, end := c.prompt, c.most, c.end
			if raceEnabled { // its own stacks and emptied pools are none of ours
				most += most / 2
			}
			request := asked(apiKey, len(c.body)-len("%s")+prompt) + "User-Agent: %s\r\n\r\n" + fmt.Sprintf(c.body, strings.Repeat("x", prompt))
			if c.body == responsesAsk {
				request = strings.Replace(request, "/v1/chat/completions", "/v1/responses", 1)
			}
			release := make(chan struct{})
			u := serve(t, func(v *visit) {
				v.Body = nil
				v.begin()
				v.chunk("data: " + role + "\n\n")
				v.chunk("data: " + delta("go") + "\n\n")
				if v.Header.Get("User-Agent") != "first" {
					<-release
				}
				v.chunk("data: " + delta("od") + "\n\ndata: " + finish + "\n\n" + "data: " + done + "\n\n")
				v.end()
			})
			c := gather(t, u.url)
			readers := make([]*bufio.Reader, c.n)
			begin := func(agent string) func(int, net.Conn, *bufio.Reader) error {
				return func(i int, conn net.Conn, in *bufio.Reader) error {
					readers[i] = in
					if _, err := fmt.Fprintf(conn, request, agent); err != nil {
						return err
					}
					for {
						line, err := in.ReadSlice('\n')
						if err != nil || bytes.Contains(line, []byte(`"go"`)) {
							return err
						}
					}
				}
			}
			first := begin("first")
			c.each(func(i int, conn net.Conn, in *bufio.Reader) error {
				return errors.Join(first(i, conn, in), toEnd(in, end))
			})()
			c.settles(holdings{Goroutines: 20, Descriptors: 20, Memory: 16 << 20, Left: c.holdings("/").Left})
			before := c.holdings("/")
			leave := c.each(begin("second"))
			now := c.holdings("/")
			c.per(before, now, int64(most), 1)
			if held := before.Left - now.Left; held > int64(c.n*most) {
				t.Errorf("%d bytes of the memory for bodies are held by streams that wait", held)
			}
			close(release)
			for i, in := range readers {
				if err := toEnd(in, end); err != nil {
					t.Fatalf("client %d: %v", i, err)
				}
			}
			leave()
			c.settles(before)
			if now = c.holdings("/"); now.Calls[gateway.StateOK] != 2*c.n {
				t.Errorf("the log has %v, want %d calls", now.Calls, 2*c.n)
			}
		})
	}
}

// toEnd reads a stream to the end of its last chunk.
func toEnd(in *bufio.Reader, end string) error {
	said := false
	for {
		line, err := in.ReadSlice('\n')
		switch {
		case err != nil:
			return err
		case bytes.Contains(line, []byte(end)):
			said = true
		case string(line) == "0\r\n" && !said:
			return errors.New("the stream ended without saying so")
		case string(line) == "0\r\n":
			_, err = in.Discard(2)
			return err
		}
	}
}
