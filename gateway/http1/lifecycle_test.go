package http1_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"headgate/gateway/http1"
)

var errLeft = errors.New("the client left")

// The end of a context ends what waits for the server at once, wherever that is,
// and the connection with it, also while nobody reads.
func TestCancel(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 64<<20)
	for name, c := range map[string]struct {
		body   string
		behave func(*visit)
	}{
		"before the head": {"{}", func(*visit) {}},
		"in the head":     {"{}", func(v *visit) { v.say("HTTP/1.1 200 OK\r\nX") }},
		"in the body":     {"{}", func(v *visit) { v.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok") }},
		"in a chunk":      {"{}", func(v *visit) { v.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok") }},
		"while sending":   {large, func(*visit) {}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked, gone := make(chan struct{}), make(chan struct{})
			s := serve(t, nil, func(v *visit) {
				if c.body != large {
					v.read()
				}
				c.behave(v)
				close(asked)
				if c.body == large {
					<-gone // without reading
					return
				}
				_, _ = v.conn.Read(make([]byte, 1))
				close(gone)
			})
			ctx, cancel := context.WithCancelCause(t.Context())
			client := newClient(t)
			came := make(chan got, 1)
			go func() { came <- ask(ctx, client, post(t, s.url, c.body)) }()
			<-asked
			cancel(errLeft)
			select {
			case g := <-came:
				if !errors.Is(g.err, errLeft) {
					t.Errorf("got %v", g.err)
				}
			case <-time.After(time.Second):
				t.Error("still waiting after a second")
			}
			if c.body == large {
				close(gone)
			}
			<-gone
		})
	}
	t.Run("while nobody reads", func(t *testing.T) {
		t.Parallel()
		gone := make(chan struct{})
		s := serve(t, nil, func(v *visit) {
			v.say("HTTP/1.1 200 OK\r\n\r\nx")
			_, _ = v.conn.Read(make([]byte, 1))
			close(gone)
		})
		ctx, cancel := context.WithCancel(t.Context())
		reply, err := newClient(t).Do(ctx, post(t, s.url), nil)
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		<-gone
		_ = reply.Body.Close()
	})
	t.Run("while connecting", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancelCause(t.Context())
		client := newClient(t, func(o *http1.Options) {
			o.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
				cancel(errLeft)
				<-ctx.Done()
				return nil, ctx.Err()
			}
		})
		if g := ask(ctx, client, post(t, "http://localhost/")); !errors.Is(g.err, errLeft) || g.trace.Connect != 0 {
			t.Errorf("got %+v", g)
		}
	})
}

// A context that ends after the reply harms no later request.
func TestCancelAfterwards(t *testing.T) {
	t.Parallel()
	s := serve(t, nil, func(v *visit) { v.read(); v.say(ok) })
	client := newClient(t)
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		g := ask(ctx, client, post(t, s.url, "{}"))
		cancel()
		if g.err != nil || g.body != "ok" {
			t.Fatalf("got %+v", g)
		}
	}
	if n := s.connections(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

// A server may answer before it has read the request. The reply arrives, and
// after its end nobody reads from the request's body, which is overwritten here.
func TestEarlyAnswer(t *testing.T) {
	t.Parallel()
	for name, secure := range map[string]func(net.Conn) net.Conn{"TCP": nil, "TLS": secured(t)} {
		for what, after := range map[string]func(*visit){
			"and closes": func(v *visit) { _ = v.conn.Close() },
			"and stays":  func(v *visit) { _, _ = io.CopyN(io.Discard, v.conn, 1<<40) },
			"and stands": func(v *visit) { time.Sleep(100 * time.Millisecond) },
		} {
			t.Run(name+" "+what, func(t *testing.T) {
				t.Parallel()
				s := serve(t, secure, func(v *visit) {
					v.say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno")
					after(v)
				})
				client := newClient(t, trusting)
				body := []byte(strings.Repeat("x", 32<<20))
				r := post(t, s.url)
				r.Body = [][]byte{body}
				g := ask(t.Context(), client, r)
				clear(body)
				if g.err != nil || g.status != 413 || g.body != "no" {
					t.Errorf("got %d %q (%v)", g.status, g.body, g.err)
				}
			})
		}
	}
}

// A server that refuses a small request unread is heard, too.
func TestRefusedUnread(t *testing.T) {
	t.Parallel()
	s := serve(t, nil, func(v *visit) {
		v.say("HTTP/1.1 401 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
		_ = v.conn.(*net.TCPConn).CloseWrite()
	})
	for _, size := range []int{10, 20_000, 30_000} {
		if g := ask(t.Context(), newClient(t), post(t, s.url, strings.Repeat("x", size))); g.err != nil || g.status != 401 {
			t.Errorf("%d bytes: got %+v", size, g)
		}
	}
}

// Kept connections that a server has closed, or said something over unasked, are
// found out before they are used.
func TestDeadKept(t *testing.T) {
	t.Parallel()
	for name, secure := range map[string]func(net.Conn) net.Conn{"TCP": nil, "TLS": secured(t)} {
		for what, spoil := range map[string]func(*visit){
			"closed": func(v *visit) { _ = v.conn.Close() },
			"spoke":  func(v *visit) { v.say(strings.Replace(ok, "ok", "no", 1)) },
		} {
			t.Run(name+" "+what, func(t *testing.T) {
				t.Parallel()
				again, spoilt := make(chan struct{}), make(chan struct{})
				s := serve(t, secure, func(v *visit) {
					v.read()
					v.say(ok)
					if v.nth == 1 {
						<-again
						spoil(v)
						spoilt <- struct{}{}
					}
				})
				client := newClient(t, trusting)
				for i := range 3 {
					g := ask(t.Context(), client, post(t, s.url, "{}"))
					if g.err != nil || g.body != "ok" || g.trace.Reused {
						t.Fatalf("request %d: %+v", i, g)
					}
					again <- struct{}{}
					<-spoilt
				}
				if n := s.connections(); n != 3 {
					t.Errorf("%d connections", n)
				}
			})
		}
	}
}

// What comes over a kept connection in answer to nothing is no reply to the
// request that meets it.
func TestStray(t *testing.T) {
	t.Parallel()
	s := serve(t, nil, func(v *visit) {
		v.read()
		if v.nth == 2 {
			v.say("more of the last reply\r\n\r\n")
		}
		v.say(ok)
	})
	client := newClient(t)
	for i := range 4 {
		g := ask(t.Context(), client, post(t, s.url, "{}"))
		if i%2 == 1 && (!errors.Is(g.err, http1.ErrStray) || g.trace.Answered) || i%2 == 0 && g.err != nil {
			t.Errorf("request %d: %+v", i, g)
		}
	}
}

// A body that was not read to its end ends the connection.
func TestCloseEarly(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{}, 2)
	s := serve(t, nil, func(v *visit) {
		v.read()
		v.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok")
		_, _ = v.conn.Read(make([]byte, 1))
		gone <- struct{}{}
	})
	client := newClient(t)
	for range 2 {
		reply, err := client.Do(t.Context(), post(t, s.url, "{}"), nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = reply.Body.Close()
		_ = reply.Body.Close()
		if _, err := reply.Body.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("a closed body reads %v", err)
		}
		<-gone
	}
}

// A fresh connection is asked for and made, though others wait.
func TestFresh(t *testing.T) {
	t.Parallel()
	s := serve(t, nil, func(v *visit) { v.read(); v.say(ok) })
	client := newClient(t)
	for range 3 {
		r := post(t, s.url)
		r.Fresh = true
		if g := ask(t.Context(), client, r); g.err != nil || g.trace.Reused {
			t.Errorf("got %+v", g)
		}
	}
	if n := s.connections(); n != 3 {
		t.Errorf("%d connections", n)
	}
}

// As many connections wait as may, for as long as they may.
func TestWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var open atomic.Int64
		client := http1.New(http1.Options{
			IdlePerOrigin: 2, Idle: 3, IdleTime: time.Minute,
			Dial: func(context.Context, string, string) (net.Conn, error) {
				open.Add(1)
				ours, theirs := net.Pipe()
				go func() {
					defer open.Add(-1)
					in := make([]byte, 4096)
					for {
						if _, err := theirs.Read(in); err != nil {
							return
						}
						_, _ = io.WriteString(theirs, ok)
					}
				}()
				return ours, nil
			},
		})
		burst := func(n int, to string) {
			var replies []*http1.Response
			for range n {
				reply, err := client.Do(t.Context(), post(t, to), nil)
				if err != nil {
					t.Fatal(err)
				}
				replies = append(replies, reply)
			}
			for _, reply := range replies {
				if _, err := io.ReadAll(reply.Body); err != nil {
					t.Fatal(err)
				}
			}
			synctest.Wait()
		}
		for i, step := range []struct {
			do   func()
			want int64
		}{
			{func() { burst(3, "http://a/") }, 2},
			{func() { burst(2, "http://a/") }, 2},
			{func() { burst(3, "http://b/") }, 3},
			{func() { time.Sleep(30 * time.Second); burst(1, "http://a/") }, 3},
			{func() { time.Sleep(35 * time.Second); synctest.Wait() }, 1},
			{func() { time.Sleep(time.Minute); synctest.Wait() }, 0},
			{func() { burst(1, "http://a/") }, 1},
			{func() { client.CloseIdle(); synctest.Wait() }, 0},
		} {
			step.do()
			if n := open.Load(); n != step.want {
				t.Errorf("step %d: %d connections wait, want %d", i, n, step.want)
			}
		}
	})
}

// What was in use while the Client was told to close what waits is closed when
// it is done.
func TestCloseIdleWhileInUse(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{})
	s := serve(t, nil, func(v *visit) {
		v.read()
		v.say(ok)
		_, _ = v.in.Peek(1)
		close(gone)
	})
	client := newClient(t)
	reply, err := client.Do(t.Context(), post(t, s.url), nil)
	if err != nil {
		t.Fatal(err)
	}
	client.CloseIdle()
	_, _ = io.ReadAll(reply.Body)
	<-gone
}

// A server's reset is told as such.
func TestReset(t *testing.T) {
	t.Parallel()
	s := serve(t, nil, func(v *visit) {
		_ = v.conn.(*net.TCPConn).SetLinger(0)
		_ = v.conn.Close()
	})
	for _, size := range []int{10, 10 << 20} {
		g := ask(t.Context(), newClient(t), post(t, s.url, strings.Repeat("x", size)))
		if _, network := errors.AsType[*net.OpError](g.err); !network || errors.Is(g.err, os.ErrDeadlineExceeded) || g.trace.Answered {
			t.Errorf("%d bytes: %v", size, g.err)
		}
	}
}
