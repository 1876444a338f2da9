package store

import (
	"context"
	"database/sql"
	"fmt"

	"headgate/app/calllog"
	"headgate/gateway"
)

// uses is what one transaction's calls used.
type uses struct {
	apiKeys  map[int64]int64 // when they were last used
	keywords map[int64]calllog.KeywordUse
}

func newUses() uses { return uses{map[int64]int64{}, map[int64]calllog.KeywordUse{}} }

func (u uses) note(c *gateway.Call) {
	at := c.StartedAt.UnixMilli()
	if c.APIKeyID != 0 {
		u.apiKeys[c.APIKeyID] = max(u.apiKeys[c.APIKeyID], at)
	}
	if c.State == calllog.StateOpen {
		return
	}
	for i := range c.Attempts {
		id := c.Attempts[i].Outcome.KeywordID
		if id == 0 || hitBefore(c.Attempts[:i], id) {
			continue
		}
		use := u.keywords[id]
		u.keywords[id] = calllog.KeywordUse{Hits: use.Hits + 1, LastAt: max(use.LastAt, at)}
	}
}

func hitBefore(attempts []gateway.Attempt, keywordID int64) bool {
	for i := range attempts {
		if attempts[i].Outcome.KeywordID == keywordID {
			return true
		}
	}
	return false
}

const addHits = " ON CONFLICT (keyword_id) DO UPDATE SET hits = hits + excluded.hits, last_at = max(last_at, excluded.last_at)"

func (u uses) write(ctx context.Context, tx *sql.Tx) error {
	for key, at := range u.apiKeys {
		if _, err := tx.ExecContext(ctx, `INSERT INTO api_key_use (api_key_id, used_at) VALUES (?, ?)
			ON CONFLICT (api_key_id) DO UPDATE SET used_at = max(used_at, excluded.used_at)`, key, at); err != nil {
			return err
		}
	}
	for keyword, use := range u.keywords {
		if _, err := tx.ExecContext(ctx, `INSERT INTO keyword_use (keyword_id, hits, last_at) VALUES (?, ?, ?)`+addHits,
			keyword, use.Hits, use.LastAt); err != nil {
			return err
		}
	}
	return nil
}

// openHits counts the keywords of open calls, which end now.
const openHits = `INSERT INTO keyword_use
	SELECT keyword_id, count(DISTINCT call_seq), max(started_at) FROM calls JOIN attempts ON call_seq = seq
	WHERE kind IN ` + kindsOfState + ` AND keyword_id <> 0 GROUP BY keyword_id` + addHits

// LastUsed returns when each API key was last used.
func (s *callStore) LastUsed(ctx context.Context) (map[int64]int64, error) {
	type use struct{ key, at int64 }
	all, err := readAll(ctx, s.read, `SELECT api_key_id, used_at FROM api_key_use`, nil,
		func(u *use) []any { return []any{&u.key, &u.at} })
	if err != nil {
		return nil, fmt.Errorf("read the API keys' last use: %w", err)
	}
	used := make(map[int64]int64, len(all))
	for _, u := range all {
		used[u.key] = u.at
	}
	return used, nil
}

// KeywordUse returns how often each failure keyword was found.
func (s *callStore) KeywordUse(ctx context.Context) (map[int64]calllog.KeywordUse, error) {
	type use struct {
		id int64
		calllog.KeywordUse
	}
	all, err := readAll(ctx, s.read, `SELECT keyword_id, hits, last_at FROM keyword_use`, nil,
		func(u *use) []any { return []any{&u.id, &u.Hits, &u.LastAt} })
	if err != nil {
		return nil, fmt.Errorf("read the failure keywords' use: %w", err)
	}
	used := make(map[int64]calllog.KeywordUse, len(all))
	for _, u := range all {
		used[u.id] = u.KeywordUse
	}
	return used, nil
}
