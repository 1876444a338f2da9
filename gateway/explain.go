package gateway

import "time"

// Prospect is what awaits one member if a call came now.
type Prospect struct {
	MemberID int64
	Turn     int           // 1: it would answer; 2: it is next if that fails; …; 0: it is passed over
	Reason   string        // why it stands there, or is passed over: one of the Prospect constants
	KeyHint  string        // of the provider key that it would be tried with; "": none is needed, or it is passed over
	Until    time.Time     // when one that is passed over can be tried again; zero: it isn't, or that depends
	Share    float64       // PolicyWeighted: how often it comes first among its equals, 0–1
	Latency  time.Duration // PolicyLeastLatency: what it is ordered by; 0: not measured yet
}

// Why a member stands where it stands.
const (
	ProspectPriority   = "priority"   // its number is the lowest, or the next
	ProspectCheaper    = "cheaper"    // of equal number, it costs less
	ProspectWeight     = "weight"     // of equal number, by its weight
	ProspectFaster     = "faster"     // of equal number, it was faster lately
	ProspectUnmeasured = "unmeasured" // of equal number, it has yet to be measured
	ProspectOlder      = "older"      // equal in all; it was there first
	ProspectForced     = "forced"     // all are passed over; its time comes first
)

// Why a member is passed over.
const (
	ProspectCooldown = "cooldown"      // it failed too often
	ProspectProbing  = "probing"       // one call is finding out whether it is back
	ProspectKeys     = "keys_cooldown" // all keys of its provider are cooling down
)
