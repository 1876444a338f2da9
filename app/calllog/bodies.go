package calllog

import (
	"context"
	"strings"
	"unicode/utf8"

	"headgate/gateway"
)

// Bodies returns what a call carried. Code: bodies_not_kept.
func (l *Log) Bodies(ctx context.Context, id string) (Bodies, error) {
	kept, err := l.store.Bodies(ctx, id)
	if err != nil {
		return Bodies{}, err
	}
	b := Bodies{
		RequestHeaders: make([]Header, 0, len(kept.RequestHeader)),
		Request:        textOf(kept.Request, kept.RequestCut), RequestCut: kept.RequestCut,
		Reply: textOf(kept.Reply, kept.ReplyCut), ReplyCut: kept.ReplyCut,
	}
	for _, h := range kept.RequestHeader {
		b.RequestHeaders = append(b.RequestHeaders, Header{Name: textOf([]byte(h.Name), false), Value: textOf([]byte(h.Value), false)})
	}
	return b, nil
}

// textOf puts replacement characters where bytes are no text. A character that
// the cut went through is left out.
func textOf(body []byte, isCut bool) string {
	if isCut {
		for n := 1; n < utf8.UTFMax && n <= len(body); n++ {
			if last := body[len(body)-n:]; utf8.RuneStart(last[0]) {
				if !utf8.FullRune(last) {
					body = body[:len(body)-n]
				}
				break
			}
		}
	}
	return strings.ToValidUTF8(string(body), "\uFFFD")
}

// bodiesSize is about how many bytes bodies hold in memory.
func bodiesSize(b *gateway.Bodies) int {
	if b == nil {
		return 0
	}
	size := cap(b.Request) + cap(b.Reply)
	for _, h := range b.RequestHeader {
		size += len(h.Name) + len(h.Value)
	}
	return size
}
