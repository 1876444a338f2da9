package calllog

import (
	"context"
	"time"

	"headgate/gateway"
)

// StateOpen is the state of a call that is still running.
const StateOpen = gateway.StateOpen

// StateInterrupted is the state of a call that was open when the program
// ended. The engine never reports it: it is found at the next start.
const StateInterrupted gateway.State = "interrupted"

// States are all states that a stored call can have.
var States = []string{
	string(StateOpen), string(gateway.StateOK), string(gateway.StateFailed),
	string(gateway.StatePartial), string(gateway.StateCanceled), string(gateway.StateRefused),
	string(StateInterrupted),
}

// Entry is a call on its way into the store.
type Entry struct {
	Call gateway.Call
	Cost Cost
}

// Store keeps calls.
type Store interface {
	// Write stores entries in one transaction and in their order. A call that
	// is there as open is completed in its place, with its seq. Entries written
	// again after a failure are there once. Finished calls are counted, as
	// Entry.Count says, by the hour and UTC day in which they started, and so
	// are the failure keywords that were found in them. No seq is given twice.
	Write(ctx context.Context, entries []Entry) error
	// Interrupt gives every open call StateInterrupted and returns how many.
	Interrupt(ctx context.Context) (int, error)
	// InterruptOnly does that to those of some calls that this run stored as open,
	// and counts them.
	InterruptOnly(ctx context.Context, ids []string) (int, error)
	// CatchUp counts some of the calls from before there were statistics, which
	// must come before any of these is removed. It returns whether there are more.
	CatchUp(ctx context.Context) (more bool, err error)
	// SortIn puts some of the calls of earlier versions into the lists that pages
	// are made of, from the newest on. Until it has put in all of them, pages may be
	// cut for any filter. It returns whether there are more.
	SortIn(ctx context.Context) (more bool, err error)
	// PruneBodies looks at the oldest limit calls that have bodies and removes
	// those bodies whose calls started before the given time. It returns how many
	// went: fewer than limit means that no older ones are left.
	PruneBodies(ctx context.Context, before time.Time, limit int) (int, error)
	// Remove removes the first limit finished calls after a seq that started
	// between two times, with all that is theirs but statistics. Some from
	// before since may go too. It returns how many and the last one's seq; 0:
	// there was none.
	Remove(ctx context.Context, since, before time.Time, after int64, limit int) (removed int, last int64, err error)
	// ForgetTallies removes the tallies of UTC days before the given time, and what
	// is kept for lists that no call is in any more.
	ForgetTallies(ctx context.Context, before time.Time) error
	// Compact gives the room of removed calls back to the disk.
	Compact(ctx context.Context) error

	// Page returns calls that match a valid Query.
	Page(ctx context.Context, q Query) (Page, error)
	// Rows returns the calls with these seqs that are there, newest first.
	Rows(ctx context.Context, seqs []int64) ([]Row, error)
	// Bodies returns what a call carried. Code: bodies_not_kept.
	Bodies(ctx context.Context, id string) (*gateway.Bodies, error)
	// Texts visits, newest first, at most limit calls with a seq below before
	// (0: from the newest) and what was said in them, until visit wants no more.
	// It returns the last one's seq, 0 when there is none after it.
	Texts(ctx context.Context, before int64, limit int, visit func(Said) (more bool, err error)) (next int64, err error)
	// KeywordUse returns in how many calls each failure keyword was found that
	// ever was, by its id.
	KeywordUse(ctx context.Context) (map[int64]KeywordUse, error)
	// Get returns one call. Code: call_not_found.
	Get(ctx context.Context, id string) (Detail, error)
	// LastUsed returns when each API key that was ever used started its latest
	// call, in Unix milliseconds by the key's id.
	LastUsed(ctx context.Context) (map[int64]int64, error)
	// Tallies does all passes in one view of the store, over slots that have
	// what filter has, zero fields being open, and returns the newest names of
	// groups, API keys and providers.
	Tallies(ctx context.Context, filter Slot, passes []TallyPass) (Names, error)
}

// Said is what was said in a call.
type Said struct {
	Seq       int64
	StartedAt int64 // Unix milliseconds
	GroupID   int64
	State     gateway.State
	Messages  []string               // of its attempts, without empty ones
	Reply     func() ([]byte, error) // good until visit returns; nil: not kept
}

// TallyPass reads packed tallies from one time up to, and without, another.
type TallyPass struct {
	Of       TallyKind
	From, To int64 // Unix time in UTC hours, or in UTC days for SlotDays
	// Visit gets a packed tally that it may not keep.
	Visit func(at int64, slot Slot, packed []byte) error
}

// TallyKind is what tallies are of.
type TallyKind int

// The kinds of tallies. TotalHours have no slots: they can't be filtered.
const (
	TotalHours TallyKind = iota
	SlotHours
	SlotDays
)

// Names are the newest names of ids in slots. What was deleted still has one.
type Names struct {
	Groups, APIKeys, Providers map[int64]string
}
