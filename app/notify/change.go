// Package notify finds in recorded calls what a person away from the window may
// want to know: that another member answers a group now, that nobody does, and
// that somebody does again. It tells little, and each thing once.
package notify

import (
	"time"

	"headgate/gateway"
)

// Kind is what has changed about a group.
type Kind string

// The kinds of changes.
const (
	Failover  Kind = "failover"  // a member is passed over from now on, and another one answers
	Exhausted Kind = "exhausted" // no member could answer
	Recovered Kind = "recovered" // a group of which Exhausted was told answers again
)

// Change is one thing to tell. Nothing in it was said by a provider or a client:
// names are a person's own, and class and reason are the engine's codes.
type Change struct {
	Kind    Kind
	GroupID int64
	Group   string
	Failed  Member // that is passed over, or failed last; zero for Recovered
	Answers Member // zero for Exhausted
	Class   gateway.Class
	Reason  string
	// NextTry is when Failed is tried again or, for Exhausted, the first member
	// of the group; zero: with the next call.
	NextTry time.Time
	More    int // other groups of which the same would have been told
}

// Member is a provider's model.
type Member struct {
	ID       int64
	Provider string
	Model    string
}

func memberOf(a *gateway.Attempt) Member { return Member{a.MemberID, a.Provider, a.Model} }
