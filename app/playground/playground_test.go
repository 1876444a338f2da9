package playground_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"headgate/app/apperr"
	"headgate/app/playground"
)

// engine answers like the gateway does, by the test's script.
type engine func(w http.ResponseWriter, r *http.Request)

func (e engine) ServeHTTP(w http.ResponseWriter, r *http.Request) { e(w, r) }

func ask(t *testing.T, p *playground.Playground, q playground.Question) string {
	t.Helper()
	id, err := p.Send(q)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func hello(stream bool) playground.Question {
	return playground.Question{Group: "chat", Stream: stream, Messages: []playground.Message{{Role: "user", Text: "Hello"}}}
}

// readAll reads a try to its end, as a window does.
func readAll(t *testing.T, p *playground.Playground, id string) (text, reasoning string, last playground.News) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for next := int64(0); ; next = last.Next {
		n, err := p.Read(ctx, id, next)
		if err != nil {
			t.Fatal(err)
		}
		text, reasoning, last = text+n.Text, reasoning+n.Reasoning, n
		if n.Done {
			return text, reasoning, last
		}
		if ctx.Err() != nil {
			t.Fatal("the try did not end")
		}
	}
}

func TestAReplyIsReadAsItComes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		stream bool
		serve  engine
		want   playground.News
	}{
		{
			name: "stream", stream: true,
			serve: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				for _, part := range []string{
					`{"choices":[{"delta":{"role":"assistant"}}]}`, `{"choices":[{"delta":{"reasoning_content":"hm"}}]}`,
					`{"choices":[{"delta":{"content":"Good "}}]}`, `{"choices":[{"delta":{"content":"day"}}]}`,
					`{"choices":[{"delta":{},"finish_reason":"stop"}]}`, `{"choices":[],"usage":{"total_tokens":3}}`, `[DONE]`,
				} {
					_, _ = io.WriteString(w, "data: "+part[:5])
					_, _ = io.WriteString(w, part[5:]+"\r\n\r\n")
				}
			},
			want: playground.News{Text: "Good day", Reasoning: "hm", Finish: "stop", Status: 200},
		},
		{
			name: "reasoning under both names", stream: true,
			serve: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				_, _ = io.WriteString(w, "data: {\"choices\":[{\"delta\":{\"reasoning\":\"hm\",\"reasoning_content\":\"hm\"}}]}\n\n")
				_, _ = io.WriteString(w, "data: {\"choices\":[{\"delta\":{\"content\":\"Yes\"}}]}\n\n")
			},
			want: playground.News{Text: "Yes", Reasoning: "hm", Status: 200},
		},
		{
			name: "whole",
			serve: func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, `{"choices":[{"message":{"content":"Good `)
				_, _ = io.WriteString(w, `day"},"finish_reason":"length"}]}`)
			},
			want: playground.News{Text: "Good day", Finish: "length", Status: 200},
		},
		{
			name: "refused",
			serve: func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusBadGateway)
				_, _ = io.WriteString(w, `{"error":{"code":"all_members_failed","message":"All members failed."}}`)
			},
			want: playground.News{Status: 502, ErrorCode: "all_members_failed", ErrorMessage: "All members failed."},
		},
		{
			name: "broken off", stream: true,
			serve: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				_, _ = io.WriteString(w, "data: {\"choices\":[{\"delta\":{\"content\":\"Go\"}}]}\n\n")
				panic(http.ErrAbortHandler)
			},
			want: playground.News{Text: "Go", Status: 200, ErrorCode: "reply_broken_off"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := playground.New(engine(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Request-Id", "call-1")
				tt.serve(w, r)
			}))
			defer p.Close()
			text, reasoning, got := readAll(t, p, ask(t, p, hello(tt.stream)))
			if got.TotalMS == nil || (got.FirstTextMS == nil) != (tt.want.Text == "") {
				t.Errorf("times are %v and %v", got.FirstTextMS, got.TotalMS)
			}
			want := tt.want
			want.CallID, want.Done, want.Next = "call-1", true, got.Next
			want.Text, want.Reasoning = "", ""
			got.Text, got.Reasoning, got.FirstTextMS, got.TotalMS = "", "", nil, nil
			if text != tt.want.Text || reasoning != tt.want.Reasoning || got != want {
				t.Errorf("got %q, %q, %+v\nwant %q, %q, %+v", text, reasoning, got, tt.want.Text, tt.want.Reasoning, want)
			}
		})
	}
}

func TestTheRequestHoldsWhatWasChosenAndNothingElse(t *testing.T) {
	bodies := make(chan string, 1)
	p := playground.New(engine(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies <- string(body)
	}))
	defer p.Close()
	warm, many := 0.5, int64(20)
	q := hello(true)
	q.Temperature, q.MaxTokens = &warm, &many
	readAll(t, p, ask(t, p, q))
	want := `{"model":"chat","messages":[{"role":"user","content":"Hello"}],"stream":true,"temperature":0.5,"max_tokens":20}`
	if got := <-bodies; got != want {
		t.Errorf("sent %s\nwant %s", got, want)
	}
}

func TestAStoppedTryEndsItsCall(t *testing.T) {
	gone := make(chan struct{})
	p := playground.New(engine(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: {\"choices\":[{\"delta\":{\"content\":\"Go\"}}]}\n\n")
		<-r.Context().Done()
		close(gone)
	}))
	defer p.Close()
	id := ask(t, p, hello(true))
	if n, err := p.Read(t.Context(), id, 0); err != nil || n.Text != "Go" {
		t.Fatalf("read %+v, %v", n, err)
	}
	p.Stop(id)
	<-gone
	if _, _, n := readAll(t, p, id); !n.Stopped || n.ErrorCode != "" {
		t.Errorf("a stopped try reads %+v", n)
	}
}

func TestRefusals(t *testing.T) {
	hot := 3.0
	for code, change := range map[string]func(*playground.Question){
		"playground_empty":     func(q *playground.Question) { q.Group = "" },
		"playground_too_long":  func(q *playground.Question) { q.Messages[0].Text = strings.Repeat("a", 1<<20+1) },
		"playground_parameter": func(q *playground.Question) { q.Temperature = &hot },
	} {
		p := playground.New(engine(func(http.ResponseWriter, *http.Request) { t.Error("it was sent") }))
		q := hello(false)
		change(&q)
		if _, err := p.Send(q); apperr.Code(err) != code {
			t.Errorf("got %v, want %s", err, code)
		}
		if _, err := p.Read(t.Context(), "1", 0); apperr.Code(err) != "playground_gone" {
			t.Errorf("reading what never was: %v", err)
		}
	}
}

func TestOnlySoManyTriesRunAtOnce(t *testing.T) {
	p := playground.New(engine(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer p.Close()
	var err error
	sent := 0
	for ; err == nil && sent < 100; sent++ {
		_, err = p.Send(hello(false))
	}
	if apperr.Code(err) != "playground_busy" {
		t.Errorf("after %d tries: %v", sent, err)
	}
	p.Stop("1")
	readAll(t, p, "1")
	if _, err := p.Send(hello(false)); err != nil {
		t.Errorf("after one has ended: %v", err)
	}
}

func TestNoTryOutlivesThePlayground(t *testing.T) {
	began, ended := make(chan struct{}), false
	p := playground.New(engine(func(_ http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
		ended = true
	}))
	ask(t, p, hello(false))
	<-began
	p.Close()
	if !ended {
		t.Error("the engine still answers")
	}
	if _, err := p.Send(hello(false)); err == nil {
		t.Error("a closed playground asks")
	}
}
