package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"time"
)

// toxiproxy is a running toxiproxy-server: an upstream's way through it can be
// made slow, narrow or broken, over HTTP.
type toxiproxy struct {
	url     string
	http    *http.Client
	command *exec.Cmd
	names   []string       // of its proxies
	applied map[string]int // how often, by kind
}

// startToxiproxy runs the program at path.
func startToxiproxy(ctx context.Context, path string, log io.Writer) (*toxiproxy, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	t := &toxiproxy{url: "http://" + address, http: &http.Client{Timeout: time.Minute}, applied: map[string]int{}}
	t.command = exec.Command(path, "-host", host, "-port", port)
	t.command.Env, t.command.Stdout, t.command.Stderr = append(os.Environ(), "LOG_LEVEL=error"), log, log
	if err := t.command.Start(); err != nil {
		return nil, fmt.Errorf("%w (make setup-test builds it)", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		err := t.send(ctx, http.MethodGet, "/version", nil, nil)
		if err == nil {
			return t, nil
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return nil, errors.Join(errors.New("toxiproxy doesn't answer"), err, t.close())
		}
	}
}

func (t *toxiproxy) close() error {
	_ = t.command.Process.Kill()
	_ = t.command.Wait() // it was killed
	return nil
}

// before puts a proxy before an address, and returns where it listens.
func (t *toxiproxy) before(ctx context.Context, name, upstream string) (string, error) {
	var made struct {
		Listen string `json:"listen"`
	}
	err := t.send(ctx, http.MethodPost, "/proxies", object{
		"name": name, "listen": "127.0.0.1:0", "upstream": upstream, "enabled": true,
	}, &made)
	t.names = append(t.names, name)
	return made.Listen, err
}

// draw is a toxic.
func drawToxic(r *rand.Rand) object {
	between := func(from, to int) int { return from + r.IntN(to-from) }
	toxic := func(kind string, attributes object) object {
		direction := "downstream"
		if r.IntN(4) == 0 && kind != "limit_data" {
			direction = "upstream"
		}
		return object{"name": "now", "type": kind, "stream": direction, "toxicity": 0.5 + r.Float64()/2, "attributes": attributes}
	}
	switch r.IntN(6) {
	case 0:
		return toxic("latency", object{"latency": between(1, 400), "jitter": between(0, 200)})
	case 1:
		return toxic("bandwidth", object{"rate": between(1, 40)}) // KB/s
	case 2:
		return toxic("timeout", object{"timeout": between(0, 600)}) // 0: nothing comes, for ever
	case 3:
		return toxic("reset_peer", object{"timeout": between(0, 100)})
	case 4:
		return toxic("slicer", object{"average_size": between(8, 200), "size_variation": 4, "delay": between(0, 2000)})
	default:
		return toxic("limit_data", object{"bytes": between(50, 4000)})
	}
}

// trouble lets toxics come and go until ctx ends, and leaves none.
func (t *toxiproxy) trouble(ctx context.Context, r *rand.Rand) error {
	for ctx.Err() == nil {
		name := t.names[r.IntN(len(t.names))]
		if err := t.clear(ctx, name); err != nil && ctx.Err() == nil {
			return err
		}
		switch n := r.IntN(10); {
		case n < 6:
			toxic := drawToxic(r)
			if err := t.send(ctx, http.MethodPost, "/proxies/"+name+"/toxics", toxic, nil); err != nil && ctx.Err() == nil {
				return err
			}
			t.applied[toxic["type"].(string)]++
		case n == 6: // nobody listens
			if err := t.send(ctx, http.MethodPost, "/proxies/"+name, object{"enabled": false}, nil); err != nil && ctx.Err() == nil {
				return err
			}
			t.applied["down"]++
		}
		pause(ctx, time.Duration(100+r.IntN(700))*time.Millisecond)
	}
	left := context.WithoutCancel(ctx)
	for _, name := range t.names {
		if err := t.clear(left, name); err != nil {
			return err
		}
	}
	return nil
}

// clear makes a proxy a mere one again.
func (t *toxiproxy) clear(ctx context.Context, name string) error {
	var is struct {
		Enabled bool `json:"enabled"`
		Toxics  []struct {
			Name string `json:"name"`
		} `json:"toxics"`
	}
	path := "/proxies/" + name
	if err := t.send(ctx, http.MethodGet, path, nil, &is); err != nil {
		return err
	}
	for _, toxic := range is.Toxics {
		if err := t.send(ctx, http.MethodDelete, path+"/toxics/"+toxic.Name, nil, nil); err != nil {
			return err
		}
	}
	if is.Enabled {
		return nil
	}
	// Its port was free meanwhile: somebody may have it for a moment.
	for began := time.Now(); ; pause(ctx, 100*time.Millisecond) {
		err := t.send(ctx, http.MethodPost, path, object{"enabled": true}, nil)
		if err == nil || ctx.Err() != nil || time.Since(began) > portLimit {
			return err
		}
	}
}

// portLimit is how long a port may be somebody else's.
const portLimit = 30 * time.Second

// cutAll ends all connections through the proxies.
func (t *toxiproxy) cutAll(ctx context.Context) error {
	for _, name := range t.names {
		if err := t.send(ctx, http.MethodDelete, "/proxies/"+name, nil, nil); err != nil {
			return err
		}
	}
	t.names = nil
	return nil
}

func (t *toxiproxy) send(ctx context.Context, method, path string, body, into any) error {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, t.url+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	reply, err := t.http.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = reply.Body.Close() }()
	said, err := io.ReadAll(reply.Body)
	if err != nil {
		return err
	}
	if reply.StatusCode/100 != 2 {
		return fmt.Errorf("toxiproxy: %s %s: %s: %s", method, path, reply.Status, said)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(said, into)
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
