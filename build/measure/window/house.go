//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"headgate/app"
	"headgate/app/catalog"
	"headgate/gateway/gatewaytest"
)

// house is a data folder with a provider, a group and a key, and the upstream
// behind them.
type house struct {
	data, address, key string
	upstream           *gatewaytest.Upstream
}

func furnish(ctx context.Context) (h *house, err error) {
	h = &house{}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	if h.data, err = os.MkdirTemp("", "headgate-window-"); err != nil {
		return nil, err
	}
	if h.address, err = freeAddress(); err != nil {
		return nil, err
	}
	if h.upstream, err = gatewaytest.Listen(gatewaytest.Script{Models: []string{"m1"}}); err != nil {
		return nil, err
	}
	a := app.New(app.Options{DataDir: h.data})
	if err := a.Start(ctx); err != nil {
		return nil, err
	}
	h.key, err = fill(ctx, a.Catalog, h.upstream.URL())
	return h, errors.Join(err, a.Close(ctx))
}

func fill(ctx context.Context, c *catalog.Catalog, upstream string) (key string, err error) {
	p, err := c.SaveProvider(ctx, catalog.ProviderInput{Name: "upstream", Dialect: "openai", BaseURL: upstream, Enabled: true})
	if err != nil {
		return "", err
	}
	m, err := c.SaveModel(ctx, catalog.Model{ProviderID: p.ID, Name: "m1", Enabled: true})
	if err != nil {
		return "", err
	}
	g, err := c.SaveGroup(ctx, catalog.GroupInput{Name: "group", Policy: "priority", Enabled: true, Members: []catalog.MemberInput{{ModelID: m.ID, Priority: 1, Weight: 1, Enabled: true}}})
	if err != nil {
		return "", err
	}
	k, err := c.CreateAPIKey(ctx, catalog.APIKeyInput{Name: "tool", GroupIDs: []int64{g.ID}, Enabled: true})
	return k.Key, err
}

// callEvery calls the group until its result is called, which tells how many
// calls were made and how many of them failed.
func (h *house) callEvery(ctx context.Context, pause time.Duration) (stop func() (made, failed int)) {
	ctx, cancel := context.WithCancel(ctx)
	var made, failed int
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			made++
			if err := h.call(); err != nil {
				failed++
			}
		}
	})
	return func() (int, int) {
		cancel()
		done.Wait()
		return made, failed
	}
}

var client = http.Client{Timeout: 10 * time.Second}

func (h *house) call() error {
	body := []byte(`{"model":"group","messages":[{"role":"user","content":"Hello"}]}`)
	request, err := http.NewRequest(http.MethodPost, "http://"+h.address+"/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+h.key)
	request.Header.Set("Content-Type", "application/json")
	reply, err := client.Do(request)
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	if _, err := io.Copy(io.Discard, reply.Body); err != nil {
		return err
	}
	if reply.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", reply.StatusCode)
	}
	return nil
}

// freeAddress is one that nothing listens at.
func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}

func (h *house) close() {
	if h.upstream != nil {
		_ = h.upstream.Close()
	}
	_ = os.RemoveAll(h.data)
}
