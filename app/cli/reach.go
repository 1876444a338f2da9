package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"headgate/app"
	"headgate/app/api"
	"headgate/app/apperr"
	"headgate/app/instance"
	"headgate/app/server"
)

// errNotRunning: no process has the data folder.
var errNotRunning = errors.New("not running")

// caller asks a program by the methods that the window has: one that runs, or one
// that was started for this command.
type caller struct {
	running bool
	about   api.About
	visit   http.RoundTripper
}

// reach returns a way to the program that has the folder; errNotRunning when none
// has. Code: program_silent when it doesn't answer.
func reach(ctx context.Context, folder string) (*caller, func(), error) {
	client, err := instance.Reach(ctx, folder)
	if err == nil {
		c := &caller{running: true, visit: client.Transport}
		if err := c.wait(ctx); err != nil {
			client.CloseIdleConnections()
			return nil, nil, err
		}
		return c, client.CloseIdleConnections, nil
	}
	held, heldErr := instance.Held(folder)
	switch {
	case heldErr != nil:
		return nil, nil, apperr.Wrap(heldErr, "data_folder_unusable", "Folder", folder)
	case held:
		return nil, nil, apperr.Wrap(err, "program_silent", "Folder", folder)
	}
	return nil, nil, errNotRunning
}

// A start is waited for that long: it may bring an older folder up to date.
const (
	startLimit = 30 * time.Second
	startAgain = 100 * time.Millisecond
)

// wait returns when the program can be asked. Codes: not_ready and those of send.
func (c *caller) wait(ctx context.Context) error {
	for end := time.Now().Add(startLimit); ; time.Sleep(startAgain) {
		err := c.call(ctx, "System/About", &c.about)
		if apperr.Code(err) != "not_ready" || time.Now().After(end) {
			return err
		}
	}
}

// inRunning does work with the program that runs in the data folder.
// Codes: program_silent, those of dataFolder; errNotRunning.
func (p Program) inRunning(data string, work func(context.Context, *caller) error) error {
	env, err := p.environment()
	if err != nil {
		return err
	}
	folder, err := dataFolder(data, env)
	if err != nil {
		return err
	}
	ctx := context.Background()
	c, done, err := reach(ctx, folder)
	if err != nil {
		return err
	}
	defer done()
	return work(ctx, c)
}

// inAny does work with the program that runs in the data folder or, where none
// runs, with one that is started for it, its gateway shut.
func (p Program) inAny(data string, work func(context.Context, *caller) error) error {
	err := p.inRunning(data, work)
	if !errors.Is(err, errNotRunning) {
		return err
	}
	return p.inApp(data, func(ctx context.Context, a *app.App) error {
		return work(ctx, &caller{visit: within{server.Local(a)}})
	})
}

// call asks for a method, such as "Groups/List", and decodes its result.
// Codes: the method's own, internal.
func (c *caller) call(ctx context.Context, method string, into any, args ...any) error {
	if args == nil {
		args = []any{}
	}
	body, err := json.Marshal(args)
	if err != nil {
		return err
	}
	reply, err := c.send(ctx, "/rpc/"+method, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer func() { _ = reply.Body.Close() }()
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(reply.Body).Decode(into); err != nil {
		return fmt.Errorf("the answer to %s: %w", method, err)
	}
	return nil
}

// file writes a document. Codes: the document's own, internal.
func (c *caller) file(ctx context.Context, document string, args any, to io.Writer) error {
	body, err := json.Marshal(args)
	if err != nil {
		return err
	}
	reply, err := c.send(ctx, "/document/"+document, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer func() { _ = reply.Body.Close() }()
	_, err = io.Copy(to, reply.Body)
	return err
}

// upload gives the program a file. Codes: those of app.Uploads.
func (c *caller) upload(ctx context.Context, name string, file io.Reader) (app.Upload, error) {
	var taken app.Upload
	reply, err := c.send(ctx, "/files?name="+url.QueryEscape(name), "application/octet-stream", file)
	if err != nil {
		return taken, err
	}
	defer func() { _ = reply.Body.Close() }()
	return taken, json.NewDecoder(reply.Body).Decode(&taken)
}

func (c *caller) send(ctx context.Context, path, kind string, body io.Reader) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+instance.Host+path, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", kind)
	reply, err := c.visit.RoundTrip(r)
	if err != nil {
		return nil, apperr.Wrap(err, "program_gone")
	}
	if reply.StatusCode == http.StatusOK {
		return reply, nil
	}
	defer func() { _ = reply.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(reply.Body, 64<<10))
	if err != nil {
		return nil, apperr.Wrap(err, "program_gone")
	}
	var coded apperr.Error
	if err := json.Unmarshal(text, &coded); err != nil || coded.Code == "" {
		return nil, fmt.Errorf("%s was answered with %s %s", path, reply.Status, strings.TrimSpace(string(text)))
	}
	return nil, &coded
}

// within asks a program in this process.
type within struct{ handler http.Handler }

func (w within) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Host, r.URL.Scheme = "", ""
	answer := &kept{head: http.Header{}, status: http.StatusOK}
	w.handler.ServeHTTP(answer, r)
	return &http.Response{
		StatusCode: answer.status, Status: http.StatusText(answer.status), Header: answer.head,
		Body: io.NopCloser(&answer.body), Request: r,
	}, nil
}

// kept is a reply in memory: what this program answers itself is small.
type kept struct {
	head   http.Header
	body   bytes.Buffer
	status int
}

func (k *kept) Header() http.Header         { return k.head }
func (k *kept) Write(p []byte) (int, error) { return k.body.Write(p) }
func (k *kept) WriteHeader(status int)      { k.status = status }
