// Package playground lets a person try a group or a model from the window. Its
// tries are calls like any other: they fail over, cost and are logged.
//
// A try runs on its own once sent. A window reads what has come since it last
// looked, and may wait for more; so the same few methods serve a native window
// and a browser.
package playground

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"headgate/app/apperr"
	"headgate/gateway"
)

// CallerName stands in the call log in the API key's place.
const CallerName = "Playground"

const (
	keptFor     = 10 * time.Minute // after a try's end
	maxRunning  = 16
	maxMessages = 200
	maxText     = 1 << 20 // bytes of all messages
)

// Question is what to try. A null parameter is left out of the request.
type Question struct {
	Group       string    `json:"group"`   // its name; "": the model is asked
	ModelID     int64     `json:"modelId"` // a model that is asked straight, past all groups; 0: the group is
	Messages    []Message `json:"messages"`
	Stream      bool      `json:"stream"`
	Temperature *float64  `json:"temperature"` // 0–2
	TopP        *float64  `json:"topP"`        // 0–1
	MaxTokens   *int64    `json:"maxTokens"`   // at least 1
}

// Message is one turn of a conversation.
type Message struct {
	Role string `json:"role"` // system, user, assistant
	Text string `json:"text"`
}

// News is what a try has said since it was last read.
type News struct {
	CallID       string   `json:"callId"`    // in the call log; "": not known yet
	Text         string   `json:"text"`      // new text
	Reasoning    string   `json:"reasoning"` // new reasoning
	Next         int64    `json:"next"`      // what to read from next time
	Done         bool     `json:"done"`
	Status       int      `json:"status"`       // HTTP; 0: not known yet
	Finish       string   `json:"finish"`       // the finish reason, such as stop or length
	ErrorCode    string   `json:"errorCode"`    // of the API's envelope; "": none
	ErrorMessage string   `json:"errorMessage"` // in English
	Stopped      bool     `json:"stopped"`      // by Stop
	FirstTextMS  *float64 `json:"firstTextMs"`  // null: no text yet
	TotalMS      *float64 `json:"totalMs"`      // null: not done
}

// Playground keeps the tries of this run. Use New.
type Playground struct {
	gateway http.Handler

	mu      sync.Mutex
	tries   map[string]*try
	last    int64
	closed  bool
	running sync.WaitGroup
}

// New returns a playground in front of the engine.
func New(gateway http.Handler) *Playground {
	return &Playground{gateway: gateway, tries: map[string]*try{}}
}

// Send begins a try and returns its id.
// Codes: playground_empty, playground_too_long, playground_parameter,
// playground_busy.
func (p *Playground) Send(q Question) (string, error) {
	body, model, err := q.request()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithCancel(gateway.WithCaller(context.Background(), gateway.Caller{Name: CallerName, ModelID: model}))
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		cancel()
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Headgate/Playground")
	t := newTry(cancel)
	id, err := p.begin(t, r)
	if err != nil {
		cancel()
	}
	return id, err
}

// begin lets a try run unless too many do, and forgets those that ended long ago.
func (p *Playground) begin(t *try, r *http.Request) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return "", errClosed
	}
	running := 0
	for id, old := range p.tries {
		switch ended := old.endedAt(); {
		case ended.IsZero():
			running++
		case time.Since(ended) > keptFor:
			delete(p.tries, id)
		}
	}
	if running >= maxRunning {
		return "", apperr.New("playground_busy", "Max", maxRunning)
	}
	p.last++
	id := strconv.FormatInt(p.last, 10)
	p.tries[id] = t
	p.running.Go(func() { t.run(p.gateway, r) })
	return id, nil
}

var errClosed = errors.New("the playground is closed")

func (p *Playground) find(id string) (*try, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tries[id]
	if t == nil {
		return nil, apperr.New("playground_gone")
	}
	return t, nil
}

// Read returns what a try has said since next, the News before's Next or 0. When
// there is nothing new it waits until there is, the try ends or ctx does.
// Code: playground_gone.
func (p *Playground) Read(ctx context.Context, id string, next int64) (News, error) {
	t, err := p.find(id)
	if err != nil {
		return News{}, err
	}
	return t.read(ctx, next), nil
}

// Stop ends a try; what it said so far stays readable.
func (p *Playground) Stop(id string) {
	if t, err := p.find(id); err == nil {
		t.stop()
	}
}

// Close ends all tries and waits until the engine has let go of them.
func (p *Playground) Close() {
	p.mu.Lock()
	p.closed = true
	for _, t := range p.tries {
		t.stop()
	}
	p.mu.Unlock()
	p.running.Wait()
}

// request returns the request's body and the model that it goes straight to.
func (q Question) request() ([]byte, int64, error) {
	if err := q.check(); err != nil {
		return nil, 0, err
	}
	type message struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	body := struct {
		Model       string    `json:"model"`
		Messages    []message `json:"messages"`
		Stream      bool      `json:"stream,omitempty"`
		Temperature *float64  `json:"temperature,omitempty"`
		TopP        *float64  `json:"top_p,omitempty"`
		MaxTokens   *int64    `json:"max_tokens,omitempty"`
	}{Model: q.Group, Stream: q.Stream, Temperature: q.Temperature, TopP: q.TopP, MaxTokens: q.MaxTokens}
	if q.ModelID != 0 {
		body.Model = "playground"
	}
	for _, m := range q.Messages {
		body.Messages = append(body.Messages, message{m.Role, m.Text})
	}
	text, err := json.Marshal(body)
	return text, q.ModelID, err
}

func (q Question) check() error {
	size := 0
	for _, m := range q.Messages {
		if m.Role != "system" && m.Role != "user" && m.Role != "assistant" {
			return apperr.New("playground_parameter", "Name", "role", "Value", m.Role)
		}
		size += len(m.Text)
	}
	within := func(v *float64, high float64) bool { return v == nil || *v >= 0 && *v <= high }
	switch {
	case len(q.Messages) == 0 || q.Group == "" && q.ModelID == 0:
		return apperr.New("playground_empty")
	case len(q.Messages) > maxMessages || size > maxText:
		return apperr.New("playground_too_long", "Messages", maxMessages, "Bytes", maxText)
	case !within(q.Temperature, 2):
		return apperr.New("playground_parameter", "Name", "temperature", "Value", *q.Temperature)
	case !within(q.TopP, 1):
		return apperr.New("playground_parameter", "Name", "top_p", "Value", *q.TopP)
	case q.MaxTokens != nil && *q.MaxTokens < 1:
		return apperr.New("playground_parameter", "Name", "max_tokens", "Value", *q.MaxTokens)
	}
	return nil
}
