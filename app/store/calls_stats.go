package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"headgate/app/calllog"
)

// querier is a connection or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Tallies reads tallies in one view of the file, as calllog.Store says.
func (s *callStore) Tallies(ctx context.Context, filter calllog.Slot, passes []calllog.TallyPass) (names calllog.Names, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("read statistics: %w", err)
		}
	}()
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return calllog.Names{}, err
	}
	defer func() { _ = tx.Rollback() }()
	slots, err := readSlots(ctx, tx, filter)
	if err != nil {
		return calllog.Names{}, err
	}
	for _, pass := range passes {
		if pass.From >= pass.To {
			continue
		}
		text, args := passQuery(pass, filter)
		if err := readPass(ctx, tx, text, args, slots, pass.Visit); err != nil {
			return calllog.Names{}, err
		}
	}
	known, err := readNames(ctx, tx)
	names = calllog.Names{Groups: map[int64]string{}, APIKeys: map[int64]string{}, Providers: map[int64]string{}}
	for of, since := range known {
		switch of.kind {
		case kindGroup:
			names.Groups[of.id] = since.name
		case kindAPIKey:
			names.APIKeys[of.id] = since.name
		case kindProvider:
			names.Providers[of.id] = since.name
		}
	}
	return names, err
}

func passQuery(pass calllog.TallyPass, filter calllog.Slot) (text string, args []any) {
	args = []any{pass.From, pass.To}
	switch pass.Of {
	case calllog.TotalHours:
		return "SELECT hour, 0, tally FROM stat_totals WHERE hour >= ? AND hour < ?", args
	case calllog.SlotDays:
		text = "SELECT day, slot, tally FROM stat_days WHERE day >= ? AND day < ?"
	default:
		text = "SELECT hour, slot, tally FROM stat_hours WHERE hour >= ? AND hour < ?"
	}
	if where, values := slotCondition(filter); where != "" {
		// The unary plus keeps it from reading each slot by itself, hour by hour.
		text += " AND +slot IN (SELECT id FROM stat_slots" + where + ")"
		args = append(args, values...)
	}
	return text, args
}

// readPass hands packed tallies to visit as they are read.
func readPass(ctx context.Context, db querier, text string, args []any, slots map[int64]calllog.Slot,
	visit func(at int64, slot calllog.Slot, packed []byte) error,
) (err error) {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var at, slot int64
	var packed sql.RawBytes
	targets := []any{&at, &slot, &packed}
	for rows.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		if err := visit(at, slots[slot], packed); err != nil {
			return err
		}
	}
	return rows.Err()
}

// slotCondition is a WHERE for what a filter fixes; zero fields fix nothing.
func slotCondition(f calllog.Slot) (where string, args []any) {
	var parts []string
	fix := func(column string, isFixed bool, value any) {
		if isFixed {
			parts = append(parts, column+" = ?")
			args = append(args, value)
		}
	}
	fix("group_id", f.GroupID != 0, f.GroupID)
	fix("model", f.Model != "", f.Model)
	fix("api_key_id", f.APIKeyID != 0, f.APIKeyID)
	fix("provider_id", f.ProviderID != 0, f.ProviderID)
	fix("member", f.Member != "", f.Member)
	if len(parts) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(parts, " AND "), args
}

func readSlots(ctx context.Context, db querier, filter calllog.Slot) (map[int64]calllog.Slot, error) {
	type row struct {
		id   int64
		slot calllog.Slot
	}
	where, args := slotCondition(filter)
	all, err := readAll(ctx, db, "SELECT id, group_id, model, api_key_id, provider_id, member FROM stat_slots"+where, args,
		func(r *row) []any {
			return []any{&r.id, &r.slot.GroupID, &r.slot.Model, &r.slot.APIKeyID, &r.slot.ProviderID, &r.slot.Member}
		})
	slots := make(map[int64]calllog.Slot, len(all))
	for _, r := range all {
		slots[r.id] = r.slot
	}
	return slots, err
}

func readNames(ctx context.Context, db querier) (map[nameOf]nameSince, error) {
	type row struct {
		of    nameOf
		since nameSince
	}
	all, err := readAll(ctx, db, "SELECT kind, id, name, at FROM stat_names", nil,
		func(r *row) []any { return []any{&r.of.kind, &r.of.id, &r.since.name, &r.since.at} })
	names := make(map[nameOf]nameSince, len(all))
	for _, r := range all {
		names[r.of] = r.since
	}
	return names, err
}

// ForgetTallies removes statistics and kinds, as calllog.Store says. The hours of
// stat_totals stay, empty: they find the calls of a time.
func (s *callStore) ForgetTallies(ctx context.Context, before time.Time) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.stats.forget()
	defer func() { s.kinds = nil }()
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin to remove old statistics: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	day := hourOf(before) / hoursPerDay
	var removed int64
	for _, text := range []string{
		"DELETE FROM stat_hours WHERE hour < ?1 * 24",
		"DELETE FROM stat_days WHERE day < ?1",
		"UPDATE stat_totals SET tally = x'' WHERE hour < ?1 * 24 AND tally <> x''",
	} {
		done, err := tx.ExecContext(ctx, text, day)
		if err != nil {
			return fmt.Errorf("remove old statistics: %w", err)
		}
		n, err := done.RowsAffected()
		if err != nil {
			return err
		}
		removed += n
	}
	if removed > 0 {
		if _, err := tx.ExecContext(ctx, "DELETE FROM stat_slots WHERE id NOT IN (SELECT slot FROM stat_days)"); err != nil {
			return fmt.Errorf("remove what statistics counted by: %w", err)
		}
	}
	if _, err := tx.ExecContext(ctx, unusedKinds); err != nil {
		return fmt.Errorf("remove kinds that no call is of: %w", err)
	}
	return tx.Commit()
}
