package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync"
	"time"

	"headgate/app/apperr"
	"headgate/app/calllog"
	"headgate/gateway"
)

var bodiesInsert = newInsert("bodies", []string{
	"call_seq", "started_at", "headers_size", "request_size", "reply_size", "request_cut", "reply_cut", "content",
}, "")

// bodiesRead are the columns of packedBodies.targets.
const bodiesRead = "headers_size, request_size, reply_size, request_cut, reply_cut, content"

// packedBodies is a row of bodies.
type packedBodies struct {
	headersSize, requestSize, replySize int
	requestCut, replyCut                bool
	content                             []byte
}

func (p *packedBodies) targets() []any {
	return []any{&p.headersSize, &p.requestSize, &p.replySize, &p.requestCut, &p.replyCut, &p.content}
}

func (p *packedBodies) values(to []any, seq int64, startedAt time.Time) []any {
	return append(to, seq, startedAt.UnixMilli(), int64(p.headersSize), int64(p.requestSize), int64(p.replySize),
		p.requestCut, p.replyCut, p.content)
}

// Zippers are kept: each has tables of a megabyte.
var zippers = sync.Pool{New: func() any {
	zipper, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // a level that there is: can't fail
	return zipper
}}

// smallBodies are stored as they are: to squeeze 2 KB takes as long as all else
// that a call costs.
const smallBodies = 4 << 10

// packBodies compresses what a call carried; nil: nothing.
func packBodies(b *gateway.Bodies) (*packedBodies, error) {
	if b == nil || len(b.RequestHeader)+len(b.Request)+len(b.Reply) == 0 {
		return nil, nil
	}
	headers := append(make([]byte, 0, 512), '[')
	for i, h := range b.RequestHeader {
		if i > 0 {
			headers = append(headers, ',')
		}
		headers = append(appendText(append(appendText(append(headers, '['), h.Name), ','), h.Value), ']')
	}
	headers = append(headers, ']')
	p := &packedBodies{
		headersSize: len(headers), requestSize: len(b.Request), replySize: len(b.Reply),
		requestCut: b.RequestCut, replyCut: b.ReplyCut,
	}
	if len(headers)+len(b.Request)+len(b.Reply) <= smallBodies {
		p.content = storedGzip(headers, b.Request, b.Reply)
		return p, nil
	}
	var out bytes.Buffer
	zipper := zippers.Get().(*gzip.Writer)
	defer zippers.Put(zipper)
	zipper.Reset(&out)
	for _, part := range [][]byte{headers, b.Request, b.Reply} {
		if _, err := zipper.Write(part); err != nil {
			return nil, err
		}
	}
	if err := zipper.Close(); err != nil {
		return nil, err
	}
	p.content = out.Bytes()
	return p, nil
}

// storedGzip is what gzip makes of less than 64 KiB that it leaves as they are: one
// block, which begins with its length.
func storedGzip(parts ...[]byte) []byte {
	const before, after = 10 + 5, 8
	size := before + after
	for _, part := range parts {
		size += len(part)
	}
	out := append(make([]byte, 0, size), 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1, 0, 0, 0, 0)
	for _, part := range parts {
		out = append(out, part...)
	}
	all := out[before:]
	binary.LittleEndian.PutUint16(out[before-4:], uint16(len(all)))
	binary.LittleEndian.PutUint16(out[before-2:], ^uint16(len(all)))
	sum := crc32.ChecksumIEEE(all)
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(out, sum), uint32(len(all)))
}

// unpack is the reverse of packBodies.
func (p *packedBodies) unpack() (*gateway.Bodies, error) {
	from, err := gzip.NewReader(bytes.NewReader(p.content))
	if err != nil {
		return nil, err
	}
	all := make([]byte, p.headersSize+p.requestSize+p.replySize)
	if _, err := io.ReadFull(from, all); err != nil {
		return nil, err
	}
	var pairs [][2]string
	if err := json.Unmarshal(all[:p.headersSize], &pairs); err != nil {
		return nil, err
	}
	b := &gateway.Bodies{
		Request: all[p.headersSize : p.headersSize+p.requestSize], RequestCut: p.requestCut,
		Reply: all[p.headersSize+p.requestSize:], ReplyCut: p.replyCut,
	}
	for _, pair := range pairs {
		b.RequestHeader = append(b.RequestHeader, gateway.Header{Name: pair[0], Value: pair[1]})
	}
	return b, nil
}

const bodiesQuery = "SELECT calls.id, " + bodiesRead + " FROM calls JOIN bodies ON call_seq = seq WHERE id = ?"

// Bodies returns what a call carried, as calllog.Store says.
func (s *callStore) Bodies(ctx context.Context, id string) (*gateway.Bodies, error) {
	var p packedBodies
	err := s.read.QueryRowContext(ctx, bodiesQuery, id).Scan(append([]any{&id}, p.targets()...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, apperr.New("bodies_not_kept")
	}
	if err != nil {
		return nil, fmt.Errorf("read the bodies of call %s: %w", id, err)
	}
	b, err := p.unpack()
	if err != nil {
		return nil, fmt.Errorf("unpack the bodies of call %s: %w", id, err)
	}
	return b, nil
}

const textsQuery = "SELECT seq, calls.started_at, group_id, state, coalesce(headers_size, 0), coalesce(request_size, 0), coalesce(reply_size, 0), " +
	"coalesce(request_cut, 0), coalesce(reply_cut, 0), content " +
	"FROM calls LEFT JOIN bodies ON call_seq = seq WHERE seq < ? ORDER BY seq DESC LIMIT ?"

const messagesQuery = "SELECT call_seq, message FROM attempts WHERE call_seq >= (SELECT min(seq) FROM " +
	"(SELECT seq FROM calls WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2)) AND call_seq < ?1 AND message <> ''"

// Texts visits calls with what was said in them, as calllog.Store says.
func (s *callStore) Texts(ctx context.Context, before int64, limit int, visit func(calllog.Said) (more bool, err error)) (next int64, err error) {
	if before <= 0 {
		before = newest
	}
	type message struct {
		seq  int64
		text string
	}
	messages, err := readAll(ctx, s.read, messagesQuery, []any{before, limit}, func(m *message) []any { return []any{&m.seq, &m.text} })
	if err != nil {
		return 0, fmt.Errorf("read the messages of attempts: %w", err)
	}
	bySeq := map[int64][]string{}
	for _, m := range messages {
		bySeq[m.seq] = append(bySeq[m.seq], m.text)
	}
	rows, err := s.read.QueryContext(ctx, textsQuery, before, limit)
	if err != nil {
		return 0, fmt.Errorf("read what was said in calls: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	seen := 0
	for rows.Next() {
		seen++
		var said calllog.Said
		var p packedBodies
		if err := rows.Scan(append([]any{&next, &said.StartedAt, &said.GroupID, &said.State}, p.targets()...)...); err != nil {
			return 0, fmt.Errorf("read what was said in a call: %w", err)
		}
		said.Seq, said.Messages = next, bySeq[next]
		if p.content != nil {
			said.Reply = func() ([]byte, error) {
				b, err := p.unpack()
				if err != nil {
					return nil, fmt.Errorf("unpack the bodies of a call: %w", err)
				}
				return b.Reply, nil
			}
		}
		if more, err := visit(said); err != nil || !more {
			return 0, err
		}
	}
	if seen < limit {
		next = 0
	}
	return next, rows.Err()
}
