package calllog_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"headgate/app/calllog"
	"headgate/app/event"
	"headgate/gateway"
)

// saidStore has calls in which something was said; the first is the newest.
type saidStore struct {
	calllog.Store
	said  []calllog.Said
	reads int           // replies
	takes time.Duration // of each
}

func said(group int64, state gateway.State, reply string, messages ...string) calllog.Said {
	s := calllog.Said{GroupID: group, State: state, Messages: messages}
	if reply != "" {
		s.Reply = func() ([]byte, error) { return []byte(reply), nil }
	}
	return s
}

func (s *saidStore) Texts(_ context.Context, before int64, limit int, visit func(calllog.Said) (bool, error)) (int64, error) {
	if before == 0 {
		before = int64(len(s.said)) + 1
	}
	for n := range int64(limit) {
		seq := before - 1 - n
		if seq < 1 {
			return 0, nil
		}
		one := s.said[int64(len(s.said))-seq]
		one.Seq, one.StartedAt = seq, seq*1000
		s.reads++
		<-time.After(s.takes) // on the bubble's clock
		if more, err := visit(one); err != nil || !more {
			return 0, err
		}
	}
	return before - int64(limit), nil
}

func (s *saidStore) Rows(_ context.Context, seqs []int64) ([]calllog.Row, error) {
	rows := make([]calllog.Row, len(seqs))
	for i, seq := range seqs {
		rows[i] = calllog.Row{Seq: seq}
	}
	return rows, nil
}

func findIn(t *testing.T, s *saidStore, k gateway.Keyword) calllog.KeywordFinds {
	t.Helper()
	finds, err := calllog.New(s, &event.Bus{}, slog.New(slog.DiscardHandler)).FindKeyword(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	return finds
}

func reply(text string) string {
	return fmt.Sprintf(`{"choices":[{"index":0,"message":{"role":"assistant","content":%q},"finish_reason":"stop"}]}`, text)
}

func TestKeywordIsFoundInStoredCalls(t *testing.T) {
	s := &saidStore{said: []calllog.Said{
		said(1, gateway.StateOpen, ""), // 10
		said(1, gateway.StateOK, reply("Your Quota Exceeded, sorry")),
		said(2, gateway.StateOK, reply("Fine.")),
		said(2, gateway.StateOK, reply("quota exceeded"), "429: quota exceeded"),
		said(1, gateway.StateFailed, `{"error":{"message":"quota exceeded"}}`, "timeout"),
		said(1, gateway.StateFailed, "", "401: quota exceeded", "quota exceeded"),
		said(3, gateway.StatePartial, reply("quota exceeded")),
		said(3, gateway.StateRefused, ""),
		said(3, gateway.StateOK, "", "500: broke"),
		said(3, gateway.StateOK, ""), // 1
	}}
	for name, tc := range map[string]struct {
		keyword                            gateway.Keyword
		looked, withText, matched, succeed int
		since                              int64
		rows                               []int64
	}{
		"Both":    {gateway.Keyword{Text: "quota exceeded"}, 9, 7, 4, 2, 1000, []int64{9, 7, 5, 4}},
		"Reply":   {gateway.Keyword{Text: "quota exceeded", Scope: gateway.ScopeReply}, 9, 4, 3, 2, 1000, []int64{9, 7, 4}},
		"Errors":  {gateway.Keyword{Text: "quota exceeded", Scope: gateway.ScopeErrors}, 9, 4, 2, 1, 1000, []int64{7, 5}},
		"Groups":  {gateway.Keyword{Text: "quota exceeded", GroupIDs: []int64{3, 7}}, 4, 2, 1, 0, 1000, []int64{4}},
		"Regex":   {gateway.Keyword{Text: `^your\s+quota|^fine\.$`, Regex: true}, 9, 7, 2, 2, 1000, []int64{9, 8}},
		"Nowhere": {gateway.Keyword{Text: "assistant"}, 9, 7, 0, 0, 1000, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := findIn(t, s, tc.keyword)
			var rows []int64
			for _, r := range got.Rows {
				rows = append(rows, r.Seq)
			}
			if got.Looked != tc.looked || got.WithText != tc.withText || got.Matched != tc.matched || got.Succeeded != tc.succeed ||
				got.Since != tc.since || !slices.Equal(rows, tc.rows) {
				t.Errorf("got %+v", got)
			}
		})
	}
	if got := findIn(t, &saidStore{}, gateway.Keyword{Text: "x"}); got.Looked != 0 || got.Since != 0 || got.Rows == nil {
		t.Errorf("in an empty log: %+v", got)
	}
	log := calllog.New(s, &event.Bus{}, slog.New(slog.DiscardHandler))
	if _, err := log.FindKeyword(t.Context(), gateway.Keyword{Text: "(", Regex: true}); err == nil {
		t.Error("a broken expression was looked for")
	}
	s.said = []calllog.Said{{State: gateway.StateOK, Reply: func() ([]byte, error) { return nil, errors.New("broken") }}}
	if _, err := log.FindKeyword(t.Context(), gateway.Keyword{Text: "x"}); err == nil {
		t.Error("a broken file was not told")
	}
}

func TestSearchForKeywordsHasBounds(t *testing.T) {
	run := func(name string, test func(*testing.T)) { // a slow machine doesn't count as time
		t.Run(name, func(t *testing.T) { synctest.Test(t, test) })
	}
	fill := func(count int, one calllog.Said) *saidStore {
		return &saidStore{said: slices.Repeat([]calllog.Said{one}, count)}
	}
	run("Texts", func(t *testing.T) {
		got := findIn(t, fill(6000, said(1, gateway.StateOK, reply("needle"))), gateway.Keyword{Text: "needle"})
		if got.WithText != 5000 || got.Matched != 5000 || len(got.Rows) != 50 || got.Rows[0].Seq != 6000 || got.Since != 1_001_000 {
			t.Errorf("looked at %d, found %d from %d on, %d rows", got.WithText, got.Matched, got.Since, len(got.Rows))
		}
	})
	run("Calls", func(t *testing.T) {
		s := fill(60_000, said(1, gateway.StateOK, ""))
		if got := findIn(t, s, gateway.Keyword{Text: "needle"}); got.Looked != 50_000 || got.WithText != 0 {
			t.Errorf("looked at %d", got.Looked)
		}
	})
	run("OtherGroups", func(t *testing.T) {
		s := fill(60_000, said(1, gateway.StateOK, reply("needle")))
		if got := findIn(t, s, gateway.Keyword{Text: "needle", GroupIDs: []int64{2}}); got.Looked != 0 || s.reads != 50_000 {
			t.Errorf("looked at %d of %d", got.Looked, s.reads)
		}
	})
	run("Bytes", func(t *testing.T) {
		big := reply(string(slices.Repeat([]byte("hay "), 1<<18)))
		if got := findIn(t, fill(200, said(1, gateway.StateOK, big)), gateway.Keyword{Text: "needle"}); got.Looked != 64 {
			t.Errorf("looked at %d texts of 1 MiB, want 64", got.Looked)
		}
	})
	run("Time", func(t *testing.T) {
		s := fill(1000, said(1, gateway.StateOK, reply("hay")))
		s.takes = 100 * time.Millisecond
		if got := findIn(t, s, gateway.Keyword{Text: "needle"}); got.Looked != 50 {
			t.Errorf("looked at %d in 5 s, want 50", got.Looked)
		}
	})
}
