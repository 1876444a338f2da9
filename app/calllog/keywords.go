package calllog

import (
	"context"
	"time"

	"headgate/gateway"
)

// How far FindKeyword looks: whichever bound comes first.
const (
	findCalls = 50_000 // in the log
	findTexts = 5000   // with text
	findBytes = 64 << 20
	findTime  = 5 * time.Second
	findPage  = 500
	findRows  = 50
)

// KeywordUse returns in how many calls each failure keyword failed an attempt,
// by its id; these calls may be gone. Keywords that never did are not in it.
func (l *Log) KeywordUse(ctx context.Context) (map[int64]KeywordUse, error) {
	return l.store.KeywordUse(ctx)
}

// FindKeyword looks for a keyword in the newest calls of its groups: in replies
// that were kept and in the messages of attempts, as its scope says. It looks
// through some thousand calls, for some seconds at most.
func (l *Log) FindKeyword(ctx context.Context, k gateway.Keyword) (KeywordFinds, error) {
	look := &finding{keyword: k, until: time.Now().Add(findTime)}
	var next int64
	for calls := 0; calls < findCalls; calls += findPage {
		var err error
		if next, err = l.store.Texts(ctx, next, findPage, look.visit); err != nil {
			return KeywordFinds{}, err
		}
		if next == 0 {
			break
		}
	}
	rows, err := l.store.Rows(ctx, look.matched)
	if err != nil {
		return KeywordFinds{}, err
	}
	look.finds.Rows = rows
	return look.finds, ctx.Err()
}

// finding is one search for a keyword.
type finding struct {
	keyword gateway.Keyword
	until   time.Time
	bytes   int
	matched []int64 // seqs, the newest
	finds   KeywordFinds
}

// visit looks through a call. It wants more until a bound is reached.
func (f *finding) visit(said Said) (more bool, err error) {
	if said.State == StateOpen || !f.isInGroups(said.GroupID) {
		return time.Now().Before(f.until), nil
	}
	f.finds.Looked++
	f.finds.Since = said.StartedAt
	texts, err := f.texts(said)
	if err != nil {
		return false, err
	}
	isMatched := false
	for _, text := range texts {
		f.bytes += len(text)
		if !isMatched {
			found, err := gateway.FindKeyword(f.keyword, text)
			if err != nil {
				return false, err
			}
			isMatched = len(found) > 0
		}
	}
	if len(texts) > 0 {
		f.finds.WithText++
	}
	if isMatched {
		f.finds.Matched++
		if said.State == gateway.StateOK {
			f.finds.Succeeded++
		}
		if len(f.matched) < findRows {
			f.matched = append(f.matched, said.Seq)
		}
	}
	return f.finds.WithText < findTexts && f.bytes < findBytes && time.Now().Before(f.until), nil
}

func (f *finding) isInGroups(id int64) bool {
	if len(f.keyword.GroupIDs) == 0 {
		return true
	}
	for _, one := range f.keyword.GroupIDs {
		if one == id {
			return true
		}
	}
	return false
}

// texts are those that the keyword's scope covers.
func (f *finding) texts(said Said) (texts []string, err error) {
	// What a failed call's client got is our own error, not a reply.
	isReply := said.State != gateway.StateFailed && said.State != gateway.StateRefused
	if f.keyword.Scope != gateway.ScopeErrors && isReply && said.Reply != nil {
		reply, err := said.Reply()
		if err != nil {
			return nil, err
		}
		if text := gateway.ReplyText(reply); text != "" {
			texts = append(texts, text)
		}
	}
	if f.keyword.Scope != gateway.ScopeReply {
		texts = append(texts, said.Messages...)
	}
	return texts, nil
}
