package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// admin is a logged-in page.
type admin struct {
	url    string
	cookie string
	http   *http.Client
}

// logIn logs in at a host:port.
func logIn(ctx context.Context, address string) (*admin, error) {
	a := &admin{url: "http://" + address, http: &http.Client{Timeout: time.Minute, Transport: &http.Transport{}}}
	reply, _, err := a.post(ctx, "/login", object{"username": adminName, "password": adminPassword})
	if err != nil {
		return nil, err
	}
	for _, cookie := range reply.Cookies() {
		a.cookie = cookie.Name + "=" + cookie.Value
	}
	if reply.StatusCode != http.StatusNoContent || a.cookie == "" {
		return nil, fmt.Errorf("login: %s", reply.Status)
	}
	return a, nil
}

func (a *admin) close() { a.http.CloseIdleConnections() }

func (a *admin) post(ctx context.Context, path string, body any) (*http.Response, []byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+path, bytes.NewReader(text))
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if a.cookie != "" {
		r.Header.Set("Cookie", a.cookie)
	}
	reply, err := a.http.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = reply.Body.Close() }()
	said, err := io.ReadAll(reply.Body)
	return reply, said, err
}

// rpc calls a bound method, such as "Calls/Stats". into may be nil.
func (a *admin) rpc(ctx context.Context, method string, into any, args ...any) error {
	if args == nil {
		args = []any{}
	}
	reply, said, err := a.post(ctx, "/rpc/"+method, args)
	if err != nil {
		return err
	}
	if reply.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s", method, reply.Status, said)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(said, into)
}
