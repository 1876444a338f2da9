package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// callLimit is far beyond every time limit that members have.
const callLimit = 3 * time.Minute

// client makes calls at the gateway, and notes what it sees.
type client struct {
	address string // the gateway's host:port
	http    *http.Client
}

func newClient(address string) *client {
	return &client{address: address, http: &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 4, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// make makes a call to its end.
func (c *client) make(ctx context.Context, k *call) {
	ctx, cancel := context.WithTimeoutCause(ctx, callLimit, errors.New("a call took too long"))
	defer cancel()
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	k.began = time.Now()
	defer func() { k.ended = time.Now() }()
	if k.leaves.after > 0 {
		timer := time.AfterFunc(k.leaves.after, func() { leave(errLeft) })
		defer timer.Stop()
	}
	reply, err := c.ask(ctx, k)
	if err == nil {
		defer func() { _ = reply.Body.Close() }()
		k.status, k.id = reply.StatusCode, reply.Header.Get("X-Request-Id")
		err = k.read(reply, leave)
	}
	switch {
	case err == nil:
	case errors.Is(context.Cause(ctx), errLeft):
		k.seen = sawLeft
	case isDial(err):
		k.seen = sawNobody
	default:
		k.seen = sawCut
		if context.Cause(ctx) != nil {
			k.fault = context.Cause(ctx).Error()
		}
	}
}

var errLeft = errors.New("the client left")

func isDial(err error) bool {
	failed, ok := errors.AsType[*net.OpError](err)
	return ok && failed.Op == "dial"
}

func (c *client) ask(ctx context.Context, k *call) (*http.Response, error) {
	body := object{
		"model": k.group, "messages": []object{{"role": "user", "content": prompt(k.number)}},
	}
	if k.stream {
		body["stream"] = true
	}
	if k.usage {
		body["stream_options"] = object{"include_usage": true}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.address+"/v1/chat/completions", bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	r.GetBody = nil // it must not be sent twice unseen
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+k.key)
	r.Header.Set("User-Agent", agent(k.number))
	return c.http.Do(r)
}

// agent is the User-Agent of a call, by which its row in the log is known.
func agent(call int) string { return fmt.Sprintf("soak/%d", call) }

// read takes a reply in. An error means that it did not come to its end.
func (k *call) read(reply *http.Response, leave context.CancelCauseFunc) error {
	switch {
	case reply.StatusCode != http.StatusOK:
		return k.readError(reply.Body)
	case k.stream:
		if kind := reply.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
			k.fault = fmt.Sprintf("a stream of type %q", kind)
		}
		return k.readStream(reply.Body, leave)
	default:
		return k.readJSON(reply.Body)
	}
}

func (k *call) readError(from io.Reader) error {
	text, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	k.seen = sawError
	var envelope struct {
		Error *problem `json:"error"`
	}
	if err := json.Unmarshal(text, &envelope); err != nil || envelope.Error == nil || envelope.Error.Message == "" {
		k.fault = fmt.Sprintf("status %d without an error envelope: %.200s", k.status, text)
		return nil
	}
	k.text, k.errorCode = envelope.Error.Message, envelope.Error.Code
	return nil
}

// problem is OpenAI's error object.
type problem struct {
	Message string `json:"message"`
	Type    string `json:"type"`
	Code    string `json:"code"`
}

// chunk is a completion, or a part of one.
type chunk struct {
	ID      string   `json:"id"`
	Error   *problem `json:"error"`
	Choices []struct {
		Delta   struct{ Content string } `json:"delta"`
		Message struct{ Content string } `json:"message"`
		Finish  string                   `json:"finish_reason"`
	} `json:"choices"`
	Usage *struct {
		Input  int64 `json:"prompt_tokens"`
		Output int64 `json:"completion_tokens"`
	} `json:"usage"`
}

func (k *call) readJSON(from io.Reader) error {
	text, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	k.seen = sawWhole
	var reply chunk
	if err := json.Unmarshal(text, &reply); err != nil {
		k.fault = fmt.Sprintf("a reply that isn't JSON: %v", err)
		return nil
	}
	k.take(&reply)
	return nil
}

func (k *call) take(x *chunk) {
	if k.replyID == "" {
		k.replyID = x.ID
	}
	if x.ID != k.replyID {
		k.fault = fmt.Sprintf("a reply of %s and %s", k.replyID, x.ID)
	}
	for _, choice := range x.Choices {
		k.text += choice.Delta.Content + choice.Message.Content
		if choice.Finish != "" {
			k.finish = choice.Finish
		}
	}
	if x.Usage != nil {
		k.told, k.tokens = true, [2]int64{x.Usage.Input, x.Usage.Output}
	}
}

// readStream reads events as a strict client does.
func (k *call) readStream(from io.Reader, leave context.CancelCauseFunc) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 64<<10), 16<<20)
	lines.Split(lineOfEvents)
	var data []string
	failed, events := false, 0
	for lines.Scan() {
		line := strings.TrimPrefix(lines.Text(), "\ufeff")
		if value, ok := strings.CutPrefix(line, "data:"); ok {
			data = append(data, strings.TrimPrefix(value, " "))
			continue
		}
		if line != "" || data == nil {
			continue // a comment, a field of no meaning, or nothing to end
		}
		var err error
		if failed, err = k.event(strings.Join(data, "\n"), failed); err != nil {
			k.fault = err.Error()
		}
		data = nil
		if events++; events == k.leaves.events {
			leave(errLeft)
		}
	}
	switch err := lines.Err(); {
	case failed && err == nil: // it must look cut to those who don't know the event, too
		k.fault = "a reply that broke off has a clean end"
	case err == nil && (data != nil || !k.done):
		k.fault, k.seen = "a stream with a clean end and no [DONE]", sawWhole
	case err == nil:
		k.seen = sawWhole
	case !failed:
		return err
	}
	return nil
}

// lineOfEvents splits where event streams may: after CR, LF or both.
func lineOfEvents(data []byte, atEnd bool) (advance int, line []byte, err error) {
	at := bytes.IndexAny(data, "\r\n")
	switch {
	case at < 0 && atEnd && len(data) > 0:
		return len(data), data, nil
	case at < 0:
		return 0, nil, nil
	case data[at] == '\r' && at+1 < len(data) && data[at+1] == '\n':
		return at + 2, data[:at], nil
	case data[at] == '\r' && at+1 == len(data) && !atEnd:
		return 0, nil, nil // the LF may still come
	}
	return at + 1, data[:at], nil
}

func (k *call) event(data string, failed bool) (bool, error) {
	switch {
	case k.done:
		return failed, fmt.Errorf("after [DONE]: %.200s", data)
	case data == "[DONE]":
		k.done = true
		if failed {
			return failed, errors.New("[DONE] after an error")
		}
		return failed, nil
	}
	var x chunk
	if err := json.Unmarshal([]byte(data), &x); err != nil {
		return failed, fmt.Errorf("an event that isn't JSON: %w: %.200s", err, data)
	}
	switch {
	case x.Error != nil:
		k.seen, k.errorCode = sawBroken, x.Error.Code
		return true, nil
	case failed:
		return failed, fmt.Errorf("more after an error: %.200s", data)
	}
	k.take(&x)
	return failed, nil
}
