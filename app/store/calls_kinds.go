package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"

	"headgate/gateway"
)

// kindsMost bounds the kinds: past it new ones are loose. So are those of calls
// that came to nobody, whose model is what somebody typed, past a twentieth of it.
var kindsMost = 10_000 // a variable for tests

// kind is all that lists filter calls by. One index over it serves every filter
// and every combination, where one for each cost most of what a row does.
type kind struct {
	state      string
	groupID    int64
	model      string
	apiKeyID   int64
	providerID int64
	member     string
	loose      bool // model and member are those of the calls, whatever they are
}

func kindOf(c *gateway.Call) kind {
	k := kind{state: string(c.State), groupID: c.GroupID, model: c.Model, apiKeyID: c.APIKeyID}
	if n := len(c.Attempts); n > 0 {
		k.providerID, k.member = c.Attempts[n-1].ProviderID, c.Attempts[n-1].Model
	}
	return k
}

// kinds is what the one writer remembers of call_kinds. Nil: it has to look first.
type kinds map[kind]int64

const kindsQuery = "SELECT id, state, group_id, model, api_key_id, provider_id, member, loose FROM call_kinds"

// knownKinds returns what the writer knows. After a failure it has to look again.
func (s *callStore) knownKinds(ctx context.Context, tx *sql.Tx) (kinds, error) {
	if s.kinds != nil {
		return s.kinds, nil
	}
	type stored struct {
		id int64
		kind
	}
	all, err := readAll(ctx, tx, kindsQuery, nil, func(s *stored) []any {
		return []any{&s.id, &s.state, &s.groupID, &s.model, &s.apiKeyID, &s.providerID, &s.member, &s.loose}
	})
	if err != nil {
		return nil, fmt.Errorf("read the kinds of calls: %w", err)
	}
	known := make(kinds, len(all))
	for _, k := range all {
		known[k.kind] = k.id
	}
	s.kinds = known
	return known, nil
}

// kindsOfState are the kinds of calls in a state.
const kindsOfState = "(SELECT id FROM call_kinds WHERE state = ?)"

// id returns a kind's number, giving it one if need be.
func (k kinds) id(ctx context.Context, tx *sql.Tx, of kind) (int64, error) {
	id, there := k[of]
	most := kindsMost
	if of.groupID == 0 && of.providerID == 0 {
		most /= 20
	}
	if !there && len(k) >= most {
		of.model, of.member, of.loose = "", "", true
		id, there = k[of]
	}
	if there {
		return id, nil
	}
	done, err := tx.ExecContext(ctx, `INSERT INTO call_kinds (state, group_id, model, api_key_id, provider_id, member, loose)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, of.state, of.groupID, of.model, of.apiKeyID, of.providerID, of.member, of.loose)
	if err != nil {
		return 0, err
	}
	if id, err = done.LastInsertId(); err == nil {
		k[of] = id
	}
	return id, err
}

// change gives the calls of one state another.
func (k kinds) change(ctx context.Context, tx *sql.Tx, from, to gateway.State) error {
	for of, id := range maps.Clone(k) {
		if of.state != string(from) {
			continue
		}
		of.state = string(to)
		changed, err := k.id(ctx, tx, of)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, changeKind, of.state, changed, id); err != nil {
			return err
		}
	}
	return nil
}

const changeKind = "UPDATE calls SET state = ?, kind = ? WHERE kind = ?"

// unusedKinds make room for new ones, and their names go with their calls.
const unusedKinds = `DELETE FROM call_kinds
	WHERE NOT EXISTS (SELECT 1 FROM calls INDEXED BY calls_kind WHERE kind = call_kinds.id)`

// SortIn gives some of the calls that have no kind yet theirs, from the newest on.
func (s *callStore) SortIn(ctx context.Context) (more bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		if err != nil {
			s.kinds = nil
			err = fmt.Errorf("sort in calls of earlier versions: %w", err)
		}
	}()
	err = s.removing(ctx, func(tx *sql.Tx) error {
		last, err := readSeqs(ctx, tx, unsortedQuery, nil)
		if err != nil || len(last) == 0 {
			return err
		}
		type unsorted struct {
			seq  int64
			kind kind
		}
		calls, err := readAll(ctx, tx, `SELECT seq, state, group_id, model, api_key_id, provider_id, member FROM calls NOT INDEXED
			WHERE seq <= ? AND kind IS NULL ORDER BY seq DESC LIMIT ?`, []any{last[0], backlogCalls}, func(u *unsorted) []any {
			return []any{&u.seq, &u.kind.state, &u.kind.groupID, &u.kind.model, &u.kind.apiKeyID, &u.kind.providerID, &u.kind.member}
		})
		if err != nil {
			return err
		}
		if more = len(calls) > 0; !more {
			_, err = tx.ExecContext(ctx, "DELETE FROM kind_backlog")
			return err
		}
		known, err := s.knownKinds(ctx, tx)
		if err != nil {
			return err
		}
		for _, c := range calls {
			id, err := known.id(ctx, tx, c.kind)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "UPDATE calls SET kind = ? WHERE seq = ?", id, c.seq); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, "UPDATE kind_backlog SET last_seq = ?", calls[len(calls)-1].seq-1)
		return err
	})
	return more, err
}

const unsortedQuery = "SELECT last_seq FROM kind_backlog"

// plain is what an attempt's outcome is when there is nothing to say of it.
var plain = gateway.Outcome{Class: gateway.ClassOK, Blames: gateway.BlamesNobody, Action: gateway.ActionDone, Reason: "ok"}

// inRow returns the attempt of a call as its row has it, or nil when attempts
// stand in their table.
func inRow(c *gateway.Call) any {
	if c.State != gateway.StateOK || len(c.Attempts) != 1 || c.Attempts[0].Outcome != plain {
		return nil
	}
	a := &c.Attempts[0]
	to := make([]byte, 0, 96)
	to = append(to, '[')
	for _, n := range [...]int64{a.MemberID, a.ModelID, a.ProviderKeyID} {
		to = append(strconv.AppendInt(to, n, 10), ',')
	}
	to = append(appendText(to, a.KeyHint), ',')
	to = append(strconv.AppendInt(to, int64(a.Priority), 10), ',')
	to = append(strconv.AppendInt(to, a.Start.Microseconds(), 10), ',')
	for _, d := range [...]any{elapsed(a.Connect), elapsed(a.FirstByte), elapsed(a.FirstToken)} {
		if n, happened := d.(int64); happened {
			to = append(strconv.AppendInt(to, n, 10), ',')
		} else {
			to = append(to, "null,"...)
		}
	}
	to = append(strconv.AppendInt(to, a.Total.Microseconds(), 10), ',')
	return string(append(strconv.AppendInt(to, int64(a.Status), 10), ']'))
}

// appendText appends a JSON string.
func appendText(to []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(text) // a string: can't fail
			return append(to, quoted...)
		}
	}
	return append(append(append(to, '"'), text...), '"')
}
