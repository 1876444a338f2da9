package calllog

import (
	"encoding/binary"

	"headgate/gateway"
)

// Slot is what calls are counted by. Provider and member are those that
// answered or were tried last; zero when none was.
type Slot struct {
	GroupID    int64
	Model      string // as asked; "" when no group answers to it
	APIKeyID   int64
	ProviderID int64
	Member     string
}

// Tally is what is known of a number of calls together. Its zero value is that
// of no calls.
type Tally struct {
	counts     [tallyCounts]int64
	duration   Histogram // of complete replies
	firstToken Histogram // of replies that began
}

// The counts of a Tally are stored in this order: new ones go to the end.
const (
	tallyCalls = iota
	tallyOK
	tallyFailed
	tallyPartial
	tallyCanceled
	tallyRefused
	tallyInterrupted
	tallyRescued        // ok after more than one attempt
	tallyReached        // calls that may have used tokens
	tallyAttempts       // round trips to the slot's member, whoever answered in the end
	tallyAttemptsFailed // of them, those held against it
	tallyInput          // tokens, then how many calls told them, and so on
	tallyInputKnown
	tallyOutput
	tallyOutputKnown
	tallyCached
	tallyCachedKnown
	tallyReasoning
	tallyReasoningKnown
	tallyCost // nanos
	tallyCostKnown
	tallyDuration // microseconds, of complete replies
	tallyDurationKnown
	tallyFirstToken // microseconds
	tallyFirstTokenKnown
	tallyCounts
)

var tallyOfState = map[gateway.State]int{
	gateway.StateOK: tallyOK, gateway.StateFailed: tallyFailed, gateway.StatePartial: tallyPartial,
	gateway.StateCanceled: tallyCanceled, gateway.StateRefused: tallyRefused, StateInterrupted: tallyInterrupted,
}

// Count adds a finished call to the tallies of its slots: the call itself to
// that of the member that had it last, and each attempt to that of its member.
func (e *Entry) Count(tallyOf func(Slot) *Tally) {
	c := &e.Call
	slot := Slot{GroupID: c.GroupID, APIKeyID: c.APIKeyID}
	if c.GroupID != 0 {
		slot.Model = c.Model // without a group it is whatever somebody typed
	}
	for i := range c.Attempts {
		a := &c.Attempts[i]
		slot.ProviderID, slot.Member = a.ProviderID, a.Model
		t := tallyOf(slot)
		t.add(tallyAttempts, 1)
		if a.Outcome.Class != gateway.ClassOK && a.Outcome.Blames != gateway.BlamesNobody {
			t.add(tallyAttemptsFailed, 1)
		}
	}
	tallyOf(slot).addCall(e)
}

// Attempted adds an attempt that was stored, as far as it is counted.
func (e *Entry) Attempted(providerID int64, provider, model, class, blames string) {
	e.Call.Attempts = append(e.Call.Attempts, gateway.Attempt{
		ProviderID: providerID, Provider: provider, Model: model,
		Outcome: gateway.Outcome{Class: gateway.Class(class), Blames: gateway.Blame(blames)},
	})
}

func (t *Tally) add(count int, n int64) { t.counts[count] = sum(t.counts[count], n) }

func (t *Tally) addCall(e *Entry) {
	c, u := &e.Call, &e.Call.Usage
	t.add(tallyCalls, 1)
	if count, ok := tallyOfState[c.State]; ok {
		t.add(count, 1)
	}
	reached := len(c.Attempts) > 0
	known := func(count int, n int64, known bool) {
		if known && n >= 0 {
			reached = true
			t.add(count, n)
			t.add(count+1, 1)
		}
	}
	known(tallyInput, u.Input.N, u.Input.Known)
	known(tallyOutput, u.Output.N, u.Output.Known)
	known(tallyCached, u.CachedInput.N, u.CachedInput.Known)
	known(tallyReasoning, u.Reasoning.N, u.Reasoning.Known)
	known(tallyCost, e.Cost.Nanos, e.Cost.Source != CostUnknown)
	if reached {
		t.add(tallyReached, 1)
	}
	if c.State == gateway.StateOK {
		if len(c.Attempts) > 1 {
			t.add(tallyRescued, 1)
		}
		t.add(tallyDuration, max(c.Duration.Microseconds(), 0))
		t.add(tallyDurationKnown, 1)
		t.duration.add(bucketOf(c.Duration), 1)
	}
	if c.FirstToken > 0 {
		t.add(tallyFirstToken, c.FirstToken.Microseconds())
		t.add(tallyFirstTokenKnown, 1)
		t.firstToken.add(bucketOf(c.FirstToken), 1)
	}
}

// Merge adds what other has counted.
func (t *Tally) Merge(other *Tally) {
	for i, n := range other.counts {
		t.add(i, n)
	}
	t.duration.merge(&other.duration)
	t.firstToken.merge(&other.firstToken)
}

// Pack appends the tally as bytes: how many counts there are, the counts, the
// histograms, all as unsigned varints.
func (t *Tally) Pack(to []byte) []byte {
	to = append(to, tallyCounts)
	for _, n := range t.counts {
		to = binary.AppendUvarint(to, uint64(n))
	}
	return t.firstToken.pack(t.duration.pack(to))
}

// Unpack adds a packed tally. No bytes are the tally of no calls.
func (t *Tally) Unpack(from []byte) error {
	if len(from) == 0 {
		return nil
	}
	counts, from, err := number(from)
	if err != nil {
		return err
	}
	for i := range counts {
		var n int64
		if n, from, err = number(from); err != nil {
			return err
		}
		if i < tallyCounts {
			t.add(int(i), n)
		}
	}
	if from, err = t.duration.unpack(from); err != nil {
		return err
	}
	_, err = t.firstToken.unpack(from)
	return err
}
