package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"headgate/app/calllog"
)

const (
	secondsPerHour = 3600
	hoursPerDay    = 24
	// slotsMost bounds the slots: past it, models as asked are counted together.
	slotsMost = 20_000
	// tallyCache is how many packed tallies the writer remembers.
	tallyCache = 4096
)

// The kinds of stat_names.
const (
	kindGroup    = "group"
	kindAPIKey   = "api_key"
	kindProvider = "provider"
)

// tallyTable is where the tallies of one span of time stand, by its unit.
type tallyTable struct {
	read   string
	insert insert
}

const keepTally = " DO UPDATE SET tally = excluded.tally"

var (
	hourTallies = &tallyTable{
		"SELECT tally FROM stat_hours WHERE hour = ? AND slot = ?",
		newInsert("stat_hours", []string{"hour", "slot", "tally"}, " ON CONFLICT (hour, slot)"+keepTally),
	}
	dayTallies = &tallyTable{
		"SELECT tally FROM stat_days WHERE day = ? AND slot = ?",
		newInsert("stat_days", []string{"day", "slot", "tally"}, " ON CONFLICT (day, slot)"+keepTally),
	}
	totalTallies = &tallyTable{
		"SELECT tally FROM stat_totals WHERE hour = ?",
		newInsert("stat_totals", []string{"hour", "first_seq", "last_seq", "tally"}, " ON CONFLICT (hour)"+keepTally+
			", first_seq = min(first_seq, excluded.first_seq), last_seq = max(last_seq, excluded.last_seq)"),
	}
)

// tallyAt is where one tally stands.
type tallyAt struct {
	in   *tallyTable
	time int64
	slot int64 // 0 in totals
}

type nameOf struct {
	kind string
	id   int64
}

type nameSince struct {
	name string
	at   int64
}

// tallies is what the one writer remembers of its tables, so that it need not
// read before it writes. Nil maps: it has to look first.
type tallies struct {
	slots  map[calllog.Slot]int64
	names  map[nameOf]nameSince
	packed map[tallyAt][]byte
}

// seqSpan are the calls of an hour.
type seqSpan struct{ first, last int64 }

// counting gathers what the calls of one transaction add to the statistics.
type counting struct {
	ctx    context.Context
	tx     *sql.Tx
	known  *tallies
	hours  map[tallyAt]*calllog.Tally
	spans  map[int64]seqSpan
	packed map[tallyAt][]byte
	err    error
}

func hourOf(at time.Time) int64 { return max(at.Unix(), 0) / secondsPerHour }

// count begins to count. Until remember is called nothing else may.
func (k *tallies) count(ctx context.Context, tx *sql.Tx) (*counting, error) {
	if k.slots == nil {
		if err := k.load(ctx, tx); err != nil {
			return nil, fmt.Errorf("read what statistics count by: %w", err)
		}
	}
	return &counting{
		ctx: ctx, tx: tx, known: k,
		hours: map[tallyAt]*calllog.Tally{}, spans: map[int64]seqSpan{}, packed: map[tallyAt][]byte{},
	}, nil
}

func (k *tallies) load(ctx context.Context, tx *sql.Tx) error {
	slots, err := readSlots(ctx, tx, calllog.Slot{})
	if err != nil {
		return err
	}
	names, err := readNames(ctx, tx)
	if err != nil {
		return err
	}
	k.slots = make(map[calllog.Slot]int64, len(slots))
	for id, slot := range slots {
		k.slots[slot] = id
	}
	k.names, k.packed = names, map[tallyAt][]byte{}
	return nil
}

// forget makes the next count look again: a transaction may have failed.
func (k *tallies) forget() { *k = tallies{} }

// store notes where a call is. A finished one is counted too.
func (c *counting) store(e *calllog.Entry, seq int64) {
	hour := hourOf(e.Call.StartedAt)
	span, there := c.spans[hour]
	if !there {
		span = seqSpan{seq, seq}
	}
	c.spans[hour] = seqSpan{min(span.first, seq), max(span.last, seq)}
	if e.Call.State != calllog.StateOpen {
		c.add(e)
	}
}

// add counts a finished call.
func (c *counting) add(e *calllog.Entry) {
	hour := hourOf(e.Call.StartedAt)
	e.Count(func(slot calllog.Slot) *calllog.Tally {
		at := tallyAt{hourTallies, hour, c.slot(slot)}
		t := c.hours[at]
		if t == nil {
			t = &calllog.Tally{}
			c.hours[at] = t
		}
		return t
	})
	when := e.Call.StartedAt.UnixMilli()
	if e.Call.GroupID != 0 {
		c.name(kindGroup, e.Call.GroupID, e.Call.Model, when)
	}
	if e.Call.APIKeyID != 0 {
		c.name(kindAPIKey, e.Call.APIKeyID, e.Call.APIKeyName, when)
	}
	for i := range e.Call.Attempts {
		c.name(kindProvider, e.Call.Attempts[i].ProviderID, e.Call.Attempts[i].Provider, when)
	}
}

func (c *counting) slot(slot calllog.Slot) int64 {
	id, there := c.known.slots[slot]
	if !there && len(c.known.slots) >= slotsMost {
		slot.Model = ""
		id, there = c.known.slots[slot]
	}
	if there {
		return id
	}
	done, err := c.tx.ExecContext(c.ctx, `INSERT INTO stat_slots (group_id, model, api_key_id, provider_id, member)
		VALUES (?, ?, ?, ?, ?)`, slot.GroupID, slot.Model, slot.APIKeyID, slot.ProviderID, slot.Member)
	if err == nil {
		id, err = done.LastInsertId()
	}
	c.err = errors.Join(c.err, err)
	c.known.slots[slot] = id
	return id
}

func (c *counting) name(kind string, id int64, name string, at int64) {
	of := nameOf{kind, id}
	if now, there := c.known.names[of]; there && (now.name == name || now.at > at) {
		return
	}
	_, err := c.tx.ExecContext(c.ctx, `INSERT INTO stat_names (kind, id, name, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (kind, id) DO UPDATE SET name = excluded.name, at = excluded.at`, kind, id, name, at)
	c.err = errors.Join(c.err, err)
	c.known.names[of] = nameSince{name, at}
}

// write adds what was counted to what is stored.
func (c *counting) write() error {
	if c.err != nil {
		return c.err
	}
	days, totals := map[tallyAt]*calllog.Tally{}, map[tallyAt]*calllog.Tally{}
	for at, t := range c.hours {
		mergeInto(days, tallyAt{dayTallies, at.time / hoursPerDay, at.slot}, t)
		mergeInto(totals, tallyAt{totalTallies, at.time, 0}, t)
	}
	for hour := range c.spans {
		mergeInto(totals, tallyAt{totalTallies, hour, 0}, &calllog.Tally{})
	}
	for _, all := range []map[tallyAt]*calllog.Tally{c.hours, days} {
		if err := c.save(all, func(to []any, at tallyAt, packed []byte) []any {
			return append(to, at.time, at.slot, packed)
		}); err != nil {
			return err
		}
	}
	return c.save(totals, func(to []any, at tallyAt, packed []byte) []any {
		span, there := c.spans[at.time]
		if !there { // counted later than stored: the hour is there
			span = seqSpan{math.MaxInt64, math.MinInt64}
		}
		return append(to, at.time, span.first, span.last, packed)
	})
}

func mergeInto(all map[tallyAt]*calllog.Tally, at tallyAt, t *calllog.Tally) {
	if all[at] == nil {
		all[at] = &calllog.Tally{}
	}
	all[at].Merge(t)
}

// save writes tallies of one table.
func (c *counting) save(all map[tallyAt]*calllog.Tally, values func(to []any, at tallyAt, packed []byte) []any) error {
	var rows *rowInserter
	for at, t := range all {
		if err := c.addStored(at, t); err != nil {
			return fmt.Errorf("read what was counted: %w", err)
		}
		packed := t.Pack(make([]byte, 0, 128))
		c.packed[at] = packed
		if rows == nil {
			rows = &rowInserter{ctx: c.ctx, tx: c.tx, insert: &at.in.insert}
		}
		if err := rows.add(func(to []any) []any { return values(to, at, packed) }); err != nil {
			return err
		}
	}
	if rows == nil {
		return nil
	}
	return rows.flush()
}

// addStored adds what the table already has.
func (c *counting) addStored(at tallyAt, t *calllog.Tally) error {
	if packed, there := c.known.packed[at]; there {
		return t.Unpack(packed)
	}
	args := []any{at.time}
	if at.in != totalTallies {
		args = append(args, at.slot)
	}
	var packed []byte
	err := c.tx.QueryRowContext(c.ctx, at.in.read, args...).Scan(&packed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return t.Unpack(packed)
}

// remember is called once the transaction is committed.
func (c *counting) remember() {
	if len(c.known.packed) > tallyCache {
		clear(c.known.packed)
	}
	for at, packed := range c.packed {
		c.known.packed[at] = packed
	}
}
