package playground

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

// try is one question on its way. It is the http.ResponseWriter that the engine
// answers.
type try struct {
	cancel context.CancelFunc
	began  time.Time
	header http.Header

	mu        sync.Mutex
	news      chan struct{} // closed, and replaced, when something has come
	log       []piece       // what came, in its order
	unread    []byte        // reply bytes that don't make a line or document yet
	state     News          // all but Text, Reasoning and Next
	ended     time.Time
	streaming bool
}

// piece is a bit of text; News.Next counts them.
type piece struct{ text, reasoning string }

func newTry(cancel context.CancelFunc) *try {
	return &try{cancel: cancel, began: time.Now(), header: http.Header{}, news: make(chan struct{})}
}

// run lets the engine answer. It ends with the try done, whatever happens.
func (t *try) run(engine http.Handler, r *http.Request) {
	defer t.cancel()
	defer func() {
		// The engine panics to break a reply off, as net/http's handlers do.
		t.finish(recover() != nil)
	}()
	engine.ServeHTTP(t, r)
}

// Header is the reply's header.
func (t *try) Header() http.Header { return t.header }

// WriteHeader notes the reply's status.
func (t *try) WriteHeader(status int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.begin(status)
}

func (t *try) begin(status int) {
	if t.state.Status != 0 || status < http.StatusOK {
		return
	}
	t.state.Status = status
	t.state.CallID = t.header.Get("X-Request-Id")
	t.streaming = strings.HasPrefix(t.header.Get("Content-Type"), "text/event-stream")
	t.tell()
}

// Write takes a part of the reply.
func (t *try) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.begin(http.StatusOK)
	t.unread = append(t.unread, b...)
	if !t.streaming {
		return len(b), nil
	}
	for {
		line, rest, whole := bytes.Cut(t.unread, []byte("\n"))
		if !whole {
			return len(b), nil
		}
		t.unread = rest
		if data, ok := bytes.CutPrefix(line, []byte("data:")); ok {
			t.take(bytes.TrimSpace(data))
		}
	}
}

// Flush is for the engine: every Write is seen at once.
func (t *try) Flush() {}

// reply is what a reply, an event of a stream or an error holds.
type reply struct {
	Choices []struct {
		Message      said   `json:"message"`
		Delta        said   `json:"delta"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
	Error *struct {
		Code    any    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

type said struct {
	Content          string `json:"content"`
	Refusal          string `json:"refusal"`
	Reasoning        string `json:"reasoning"`
	ReasoningContent string `json:"reasoning_content"`
}

// thoughts are the reasoning, which some servers send under both names.
func (s said) thoughts() string { return cmp.Or(s.Reasoning, s.ReasoningContent) }

// take reads one document of the reply; what isn't one tells nothing.
func (t *try) take(document []byte) {
	var r reply
	if json.Unmarshal(document, &r) != nil {
		return
	}
	if r.Error != nil {
		t.state.ErrorCode, _ = r.Error.Code.(string)
		t.state.ErrorMessage = r.Error.Message
		t.tell()
	}
	if len(r.Choices) == 0 {
		return
	}
	first := r.Choices[0]
	if first.FinishReason != "" {
		t.state.Finish = first.FinishReason
	}
	p := piece{
		text:      first.Delta.Content + first.Delta.Refusal + first.Message.Content + first.Message.Refusal,
		reasoning: first.Delta.thoughts() + first.Message.thoughts(),
	}
	if p == (piece{}) {
		return
	}
	if t.state.FirstTextMS == nil {
		t.state.FirstTextMS = t.elapsed(time.Now())
	}
	t.log = append(t.log, p)
	t.tell()
}

func (t *try) finish(broken bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.streaming {
		t.take(t.unread)
	}
	t.unread = nil
	if broken && t.state.ErrorCode == "" && !t.state.Stopped {
		t.state.ErrorCode = "reply_broken_off"
	}
	t.ended = time.Now()
	t.state.TotalMS = t.elapsed(t.ended)
	t.state.Done = true
	t.tell()
}

func (t *try) elapsed(now time.Time) *float64 {
	ms := float64(now.Sub(t.began).Microseconds()) / 1000
	return &ms
}

// tell wakes those who wait for news. t.mu is held.
func (t *try) tell() {
	close(t.news)
	t.news = make(chan struct{})
}

func (t *try) stop() {
	t.mu.Lock()
	if !t.state.Done {
		t.state.Stopped = true
	}
	t.mu.Unlock()
	t.cancel()
}

// read waits for anything after next.
func (t *try) read(ctx context.Context, next int64) News {
	for {
		t.mu.Lock()
		n, news := t.since(next), t.news
		t.mu.Unlock()
		if n.Done || n.Next > next {
			return n
		}
		select {
		case <-news:
		case <-ctx.Done():
			return n
		}
	}
}

func (t *try) since(next int64) News {
	n := t.state
	n.Next = int64(len(t.log))
	var text, reasoning strings.Builder
	for _, p := range t.log[min(max(next, 0), n.Next):] {
		text.WriteString(p.text)
		reasoning.WriteString(p.reasoning)
	}
	n.Text, n.Reasoning = text.String(), reasoning.String()
	return n
}

// endedAt is zero while the try runs.
func (t *try) endedAt() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ended
}
