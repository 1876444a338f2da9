package gatewaytest_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"headgate/gateway/gatewaytest"
)

// result is what a plain HTTP client makes of a reply.
type result struct {
	failed  error // Do failed
	status  int
	header  http.Header
	body    string
	cut     error // reading the body failed
	trailer http.Header
}

func ask(t *testing.T, c *http.Client, up *gatewaytest.Upstream, body string) result {
	t.Helper()
	r, err := post(t, c, up.URL(), body)
	if err != nil {
		return result{failed: err}
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	return result{status: r.StatusCode, header: r.Header, body: string(text), cut: err, trailer: r.Trailer}
}

// Each entry is seen by a client that knows nothing of scripts.
func TestFaults(t *testing.T) {
	reset := func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }
	early := func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }
	const done = "data: [DONE]\n\n"
	for name, tt := range map[string]struct {
		ask  string
		want func(result) bool
	}{
		"FLT-008":       {askJSON, func(r result) bool { return reset(r.failed) }},
		"FLT-008:close": {askJSON, func(r result) bool { return errors.Is(r.failed, io.EOF) }},
		"FLT-010":       {askJSON, func(r result) bool { return r.status == 200 && r.body == "" && reset(r.cut) }},
		"FLT-011": {askStream, func(r result) bool {
			return strings.Contains(r.body, "#2 ") && !strings.Contains(r.body, "#3 ") && reset(r.cut)
		}},
		"FLT-011:close": {askStream, func(r result) bool { return strings.Contains(r.body, "#2 ") && early(r.cut) }},
		"FLT-011:garbage": {askStream, func(r result) bool {
			return r.cut != nil && strings.Contains(r.cut.Error(), "invalid byte in chunk length")
		}},
		"FLT-016": {askJSON, func(r result) bool { return r.status == 200 && strings.HasPrefix(r.body, `{"error":{"message":`) }},
		"FLT-017": {askJSON, func(r result) bool {
			return r.status == 200 && strings.HasPrefix(r.header.Get("Content-Type"), "text/html")
		}},
		"FLT-018": {askJSON, func(r result) bool { return r.status == 200 && r.body == "" && r.cut == nil }},
		"FLT-018:stream": {askStream, func(r result) bool {
			return r.header.Get("Content-Type") == "text/event-stream" && r.body == "" && r.cut == nil
		}},
		"FLT-019":       {askJSON, func(r result) bool { return r.cut == nil && strings.HasSuffix(r.body, "half a rep") }},
		"FLT-020":       {askJSON, func(r result) bool { return strings.HasSuffix(r.body, "}") && early(r.cut) }},
		"FLT-020:reset": {askJSON, func(r result) bool { return len(r.body) == 40 && reset(r.cut) }},
		"FLT-021":       {askJSON, func(r result) bool { return r.cut == nil && strings.HasSuffix(r.body, "}") }},
		"FLT-022": {askJSON, func(r result) bool {
			return r.header.Get("Content-Type") == "text/plain" && strings.HasPrefix(r.body, "{")
		}},
		"FLT-023":     {askJSON, func(r result) bool { return r.status == 204 }},
		"FLT-023:206": {askJSON, func(r result) bool { return r.status == 206 && r.body != "" }},
		"FLT-023:101": {askJSON, func(r result) bool { return r.status == 101 }},
		"FLT-024:307": {askJSON, func(r result) bool { return r.status == 307 && r.header.Get("Location") == "/v1/elsewhere" }},
		"FLT-025":     {askJSON, func(r result) bool { return r.failed != nil && strings.Contains(r.failed.Error(), "headers exceeded") }},
		"FLT-030:429": {askJSON, func(r result) bool { return r.status == 429 && strings.Contains(r.body, "insufficient_quota") }},
		"FLT-040":     {askJSON, func(r result) bool { return r.status == 429 && r.header.Get("Retry-After") == "7" }},
		"FLT-041":     {askJSON, func(r result) bool { return r.header.Get("Date") == "Mon, 01 Jan 2024 00:00:00 GMT" }},
		"FLT-045":     {askJSON, func(r result) bool { return r.status == 529 }},
		"FLT-047": {askStream, func(r result) bool {
			return strings.Contains(r.body, "#3 ") && strings.Contains(r.body, `{"error":`) && r.cut == nil
		}},
		"FLT-048": {askStream, func(r result) bool {
			return strings.Contains(r.body, `"finish_reason":"stop"`) && !strings.Contains(r.body, done)
		}},
		"FLT-049": {askStream, func(r result) bool {
			return r.cut == nil && !strings.Contains(r.body, `"finish_reason":"stop"`) && !strings.Contains(r.body, done)
		}},
		"FLT-050": {askStream, func(r result) bool { return r.body == done }},
		"FLT-051": {askStream, func(r result) bool { return strings.Contains(r.body, done+"data: {") }},
		"FLT-052": {askStream, func(r result) bool { return strings.HasSuffix(r.body, "data: [DONE]\r\n\r\n") }},
		"FLT-052:cr": {askStream, func(r result) bool {
			return strings.HasSuffix(r.body, "data: [DONE]\r\r") && !strings.Contains(r.body, "\n")
		}},
		"FLT-053": {askStream, func(r result) bool { return strings.HasPrefix(r.body, "\ufeffdata:{") }},
		"FLT-054": {askStream, func(r result) bool {
			return strings.HasSuffix(r.body, "data: [DONE]\n") && !strings.HasSuffix(r.body, "\n\n")
		}},
		"FLT-055":       {askStream, func(r result) bool { return len(r.body) > 2<<20 && strings.HasSuffix(r.body, done) }},
		"FLT-057":       {askStream, func(r result) bool { return strings.Contains(r.body, "data: this is not JSON\n\n") }},
		"FLT-058":       {askStream, func(r result) bool { return r.cut == nil && strings.HasSuffix(r.body, done) }},
		"FLT-058:burst": {askStream, func(r result) bool { return strings.Contains(r.body, "#4000 ") && strings.HasSuffix(r.body, done) }},
		"FLT-059":       {askJSON, func(r result) bool { return r.cut == nil && r.trailer.Get("X-Checksum") == "abc" }},
		"FLT-060": {askStream, func(r result) bool {
			return r.header.Get("Content-Encoding") == "gzip" && strings.HasPrefix(r.body, "\x1f\x8b")
		}},
		"FLT-065": {askStream, func(r result) bool { return r.header.Get("Content-Type") == "application/json" }},
		"FLT-066": {askJSON, func(r result) bool { return strings.HasSuffix(r.body, done) }},
		"FLT-067": {askUsage, func(r result) bool { return !strings.Contains(r.body, "usage") }},
		"FLT-068": {askJSON, func(r result) bool { return r.status == 401 && strings.Contains(r.body, "sk-test") }},
		"FLT-069": {askJSON, func(r result) bool { return strings.Contains(r.body, gatewaytest.Keyword) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			up := gatewaytest.Start(t, gatewaytest.Fault(name))
			if got := ask(t, client(t), up, tt.ask); !tt.want(got) {
				got.body = got.body[:min(len(got.body), 2000)]
				t.Errorf("got %+v", got)
			}
		})
	}
}

// Each name makes a script, and those that end by themselves end.
func TestEveryFaultStarts(t *testing.T) {
	for _, name := range gatewaytest.Faults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			up := gatewaytest.Start(t, gatewaytest.Fault(name))
			if up.URL() == "" {
				t.Error("no URL")
			}
		})
	}
}

func TestFaultsThatNeverEnd(t *testing.T) {
	for _, name := range []string{"FLT-012", "FLT-013", "FLT-013:role", "FLT-014", "FLT-014:pings", "FLT-015"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			up := gatewaytest.Start(t, gatewaytest.Fault(name))
			c := client(t)
			c.Timeout = 100 * time.Millisecond
			got := ask(t, c, up, askStream)
			var waited net.Error
			if err := errors.Join(got.failed, got.cut); !errors.As(err, &waited) || !waited.Timeout() {
				t.Fatalf("got %+v", got)
			}
			q, err := up.AwaitRequest(ctx(t))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := q.AwaitHangUp(ctx(t)); err != nil {
				t.Error(err)
			}
			if pings := strings.Contains(got.body, ": ping"); pings != (name == "FLT-015" || name == "FLT-014:pings") {
				t.Errorf("pings %v in %q", pings, got.body)
			}
		})
	}
}

func TestReusedConnectionEnds(t *testing.T) {
	up := gatewaytest.Start(t, gatewaytest.Fault("FLT-009"))
	c := client(t)
	if got := ask(t, c, up, askJSON); got.status != 200 {
		t.Fatalf("first: %+v", got)
	}
	if got := ask(t, c, up, askJSON); got.failed == nil {
		t.Fatalf("second: %+v", got)
	}
	if got := ask(t, c, up, askJSON); got.status != 200 {
		t.Fatalf("third: %+v", got)
	}
	if up.Taken() != 2 || len(up.Requests()) != 3 {
		t.Errorf("%d connections, %d requests", up.Taken(), len(up.Requests()))
	}
}

func TestAdjustedFault(t *testing.T) {
	up := gatewaytest.Start(t, gatewaytest.Always(gatewaytest.Behaviour{
		Fault: "FLT-011", Content: []string{"one", "two"},
		Cut: &gatewaytest.Cut{Point: gatewaytest.Point{Events: 2}},
	}))
	got := ask(t, client(t), up, askStream)
	if !strings.Contains(got.body, "one") || strings.Contains(got.body, "two") || !errors.Is(got.cut, syscall.ECONNRESET) {
		t.Errorf("got %+v", got)
	}
}

func TestDoors(t *testing.T) {
	trusting := func(up *gatewaytest.Upstream) *http.Client {
		c := client(t)
		c.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: up.Roots()}
		return c
	}
	says := func(text string) func(error) bool {
		return func(err error) bool { return err != nil && strings.Contains(err.Error(), text) }
	}
	timedOut := func(err error) bool {
		var waited net.Error
		return errors.As(err, &waited) && waited.Timeout()
	}
	for name, want := range map[string]func(error) bool{
		"FLT-001":             func(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) },
		"FLT-002":             timedOut,
		"FLT-006":             says("expired"),
		"FLT-006:self_signed": says("unknown authority"),
		"FLT-006:wrong_host":  says("127.0.0.1"),
		"FLT-007":             timedOut,
		"FLT-007:http":        says("HTTP response to HTTPS client"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			up := gatewaytest.Start(t, gatewaytest.Fault(name))
			c := trusting(up)
			if name == "FLT-002" || name == "FLT-007" {
				c.Timeout = 200 * time.Millisecond
			}
			if got := ask(t, c, up, askJSON); !want(got.failed) {
				t.Errorf("got %+v", got)
			}
		})
	}
	t.Run("TLS", func(t *testing.T) {
		up := gatewaytest.Start(t, gatewaytest.Script{Door: gatewaytest.DoorTLS})
		if got := ask(t, trusting(up), up, askStream); got.status != 200 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("Refusing", func(t *testing.T) {
		if _, err := post(t, client(t), gatewaytest.Refusing(t), askJSON); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("got %v", err)
		}
	})
}
