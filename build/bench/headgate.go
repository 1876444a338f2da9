package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	adminName     = "admin"
	adminPassword = "correct horse battery staple"
)

// buildHeadgate builds the program of this module as releases are, without the
// window.
func buildHeadgate(ctx context.Context, dir string) (string, error) {
	path := filepath.Join(dir, "headgate-server")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", path, "headgate")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build headgate: %w: %s", err, out)
	}
	return path, nil
}

// deadAddress is where nobody listens on any machine that is well.
const deadAddress = "127.0.0.1:1"

type object = map[string]any

// configuration is the data folder's: what all scenarios need, side by side.
func configuration(upstream string) ([]byte, error) {
	good := "http://" + upstream + "/v1"
	model := []object{{"id": "m1", "input_price": 0.25, "output_price": 2.0}}
	provider := func(name, base string, keys int) object {
		list := []string{}
		for i := range keys {
			list = append(list, fmt.Sprintf("sk-%s-%02d-0123456789abcdef0123456789abcdef", name, i))
		}
		return object{"name": name, "dialect": "openai", "base_url": base, "keys": list, "models": model}
	}
	group := func(name string, members ...string) object {
		list := []object{}
		for i, m := range members {
			list = append(list, object{"provider": m, "model": "m1", "priority": i + 1})
		}
		return object{"name": name, "policy": "priority", "members": list}
	}
	groups := []object{
		group(groupPlain, "first", "second"), group(groupWords, "first", "second"),
		group(groupPool, "many", "second"), group(groupCool, "dead", "second"),
	}
	names := []string{groupPlain, groupWords, groupPool, groupCool}
	for i := range deadGroups {
		groups = append(groups, group(deadGroup(i), "dead", "second"))
		names = append(names, deadGroup(i))
	}
	keywords := []object{}
	for i := range 20 {
		keywords = append(keywords, object{
			"keyword": fmt.Sprintf("%s code %d", []string{"quota exceeded", "your credit is used up", "服務暫停", "upstream busy", "please subscribe"}[i%5], i),
			"groups":  []string{groupWords},
		})
	}
	return json.Marshal(object{
		"version": 1,
		"providers": []object{
			provider("first", good, 1), provider("second", good, 1), provider("many", good, 10),
			provider("dead", "http://"+deadAddress+"/v1", 1),
		},
		"groups":           groups,
		"api_keys":         []object{{"name": "bench", "key": benchKey, "groups": names}},
		"failure_keywords": keywords,
		"settings":         object{"failover": object{"count": coolsAt, "minutes": 60, "cooldown_seconds": 900}},
	})
}

func deadGroup(i int) string { return fmt.Sprintf("dead-%d", i) }

// furnish prepares a data folder.
func (b *bench) furnish(ctx context.Context, data string) error {
	text, err := configuration(b.mock.address)
	if err != nil {
		return err
	}
	file := data + ".json"
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	return b.command(ctx, b.dir, b.headgate, "import", "--data", data, file)
}

// command runs a program in a folder; "": in this one's.
func (b *bench) command(ctx context.Context, folder, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = folder, environment()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", program, strings.Join(args, " "), err, out)
	}
	return nil
}

// headgate is the program under test, with its pages for what they know.
type headgate struct {
	*process
	admin string // URL; "": another gateway
	pages *http.Client
}

// serve starts the program on a data folder.
func (b *bench) serve(ctx context.Context, data, address string, env ...string) (*headgate, error) {
	env = append(env, "ADMIN_USERNAME="+adminName, "ADMIN_PASSWORD="+adminPassword)
	p, said, err := start(ctx, env, []string{"gateway", "admin"}, b.headgate,
		"serve", "--data", data, "--addr", address, "--admin", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	base := strings.TrimPrefix(said["gateway"], "http://")
	p.address, _, _ = strings.Cut(base, "/")
	return &headgate{process: p, admin: said["admin"]}, nil
}

// login is for the folder that is measured only: checking a password takes
// memory that an idle program wouldn't have used.
func (h *headgate) login() error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	h.pages = &http.Client{Jar: jar, Timeout: replyLimit}
	return h.post("/login", object{"username": adminName, "password": adminPassword}, nil)
}

func (h *headgate) post(path string, in, out any) error {
	text, err := json.Marshal(in)
	if err != nil {
		return err
	}
	reply, err := h.pages.Post(h.admin+path, "application/json", bytes.NewReader(text))
	if err != nil {
		return err
	}
	defer func() { _ = reply.Body.Close() }()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		return err
	}
	if reply.StatusCode/100 != 2 {
		return fmt.Errorf("%s: %s: %s", path, reply.Status, body)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(body, out)
}

// logged is what the call log says of itself.
type logged struct {
	Written uint64 `json:"written"`
	Dropped uint64 `json:"dropped"`
}

func (h *headgate) logged() (l logged, err error) {
	return l, h.post("/rpc/Calls/Health", []any{}, &l)
}

// warmUp clears all cooldowns and failures that count.
func (h *headgate) warmUp() error {
	var groups []struct {
		Name    string `json:"name"`
		Members []struct {
			ID int64 `json:"id"`
		} `json:"members"`
	}
	if err := h.post("/rpc/Groups/List", []any{}, &groups); err != nil {
		return err
	}
	for _, g := range groups {
		if !strings.HasPrefix(g.Name, "dead-") {
			continue
		}
		for _, m := range g.Members {
			if err := h.post("/rpc/Groups/ClearCooldown", []any{m.ID}, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// settle waits until the log has as many calls as were answered since before,
// and returns how many are missing when it gives up.
func (h *headgate) settle(before logged, answered int) (missing int, err error) {
	const queueTime, patience = 120 * time.Millisecond, 10 * time.Second
	for giveUp := time.Now().Add(patience); ; {
		time.Sleep(queueTime) // a batch waits for 100 ms
		now, err := h.logged()
		if err != nil {
			return 0, err
		}
		missing = answered - int(now.Written-before.Written)
		if missing <= 0 || now.Dropped > before.Dropped || time.Now().After(giveUp) {
			return missing, nil
		}
	}
}

// freeAddress is one on loopback that nobody listens on.
func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}
