package gateway

import (
	"time"

	"headgate/gateway/dialect"
)

// Recorder receives calls. Its methods are called on the request's path and
// must not block: a recorder that can't keep up drops and counts.
type Recorder interface {
	// Open tells of a call that is still running after OpenAfter. At most once
	// per call, and always before its Record.
	Open(Call)
	// Record tells of a finished call. Exactly once per call. The last event of a
	// stream waits for it, so it must not take long.
	Record(Call)
}

// OpenAfter is how long a call runs before the Recorder is told that it is open.
const OpenAfter = time.Second

// Call is one client request with all its attempts.
type Call struct {
	ID         string // also the reply's x-request-id; sorts by start time
	StartedAt  time.Time
	Duration   time.Duration // until the last byte was written
	FirstToken time.Duration // until the first byte of reply text went out; 0: none did
	Route      string        // the ingress route's name, such as "chat.completions"
	APIKeyID   int64         // 0: not authenticated, or a Caller, whose name stands in APIKeyName, or NoKey
	APIKeyName string
	GroupID    int64  // 0: no such group, or the call went straight to a model
	Model      string // as the client sent it, cut to 256 bytes
	Stream     bool
	State      State
	Status     int    // what the client got; 499 when it went away
	ErrorCode  string // the envelope's code when Headgate answered with an error
	Message    string // one sentence on the failure, in English, without secrets
	UserAgent  string // cut to 256 bytes
	BytesIn    int64
	BytesOut   int64
	Usage      Usage
	Attempts   []Attempt
	Bodies     *Bodies // nil: not captured
}

// Bodies are what a call carried, as the client sent and got it, with every
// provider key and API key in it blotted out.
type Bodies struct {
	RequestHeader []Header // without credentials
	Request       []byte
	RequestCut    bool // there was more
	Reply         []byte
	ReplyCut      bool
}

// State is how a call ended.
type State string

// The states of a call.
const (
	StateOpen     State = "open"     // still running
	StateOK       State = "ok"       // complete reply
	StateFailed   State = "failed"   // an error went to the client
	StatePartial  State = "partial"  // the reply broke off after its first byte
	StateCanceled State = "canceled" // the client went away
	StateRefused  State = "refused"  // never reached a member: key, group or body at fault
)

// Attempt is one round trip to one member with one provider key. Names are
// kept beside ids, so that the log stays readable after a rename or delete.
type Attempt struct {
	MemberID      int64 // 0: the call went straight to a model
	ProviderID    int64
	Provider      string
	ModelID       int64
	Model         string
	ProviderKeyID int64 // 0: the provider has no keys
	KeyHint       string
	Priority      int
	Price         Price // the member's price at that time

	Start      time.Duration // since the call's start
	Connect    time.Duration // DNS, TCP and TLS; 0: reused connection
	FirstByte  time.Duration // since Start; 0: none came
	FirstToken time.Duration // since Start; 0: none came
	Total      time.Duration

	Status  int // upstream's; 0: no reply
	Outcome Outcome
}

// Outcome is the classified result of an attempt.
type Outcome struct {
	Class     Class
	Blames    Blame
	Action    Action
	Counts    bool          // towards the failover threshold
	Bench     time.Duration // how long the blamed is passed over because of this outcome alone; 0: not
	Reason    string        // a stable code for why, such as "connection_refused", "retry_after"
	Message   string        // one sentence in English, secrets redacted
	Keyword   string        // the failure keyword that matched
	KeywordID int64
	Rule      *Rule     // the rule that decided; nil: none did. Class is the table's all the same
	RuleOf    RuleOwner // whose it is

	tabled string // the table's reason, where a rule decided
	lost   bool   // the way to a far-away provider failed: to be taken back if there was no network
}

// Class is what kind of result an attempt had.
type Class string

// The classes of outcomes.
const (
	ClassOK               Class = "ok"
	ClassCallerFault      Class = "caller_fault"
	ClassContextWindow    Class = "context_window"
	ClassContentPolicy    Class = "content_policy"
	ClassCredential       Class = "credential"
	ClassQuota            Class = "quota"
	ClassRateLimited      Class = "rate_limited"
	ClassModelUnavailable Class = "model_unavailable"
	ClassTransient        Class = "transient"
	ClassTimeout          Class = "timeout"
	ClassMalformed        Class = "malformed"
	ClassKeyword          Class = "keyword"
	ClassCanceled         Class = "canceled"
	ClassOffline          Class = "offline"
)

// Blame is whom an outcome is held against.
type Blame string

// Whom an outcome can blame.
const (
	BlamesNobody Blame = "nobody"
	BlamesKey    Blame = "key"
	BlamesMember Blame = "member"
	BlamesBoth   Blame = "key_and_member"
)

// Action is what the exchange does after an outcome, if nothing was sent yet.
type Action string

// What can follow an outcome.
const (
	ActionDone    Action = "done"     // the reply is the client's
	ActionStop    Action = "stop"     // answer with this error
	ActionNextKey Action = "next_key" // the member's next key, then the next member
	ActionNext    Action = "next"     // the next member
)

// Usage is what an upstream reported. A count that was not reported is
// unknown, never zero.
type Usage = dialect.Usage

// Count is a number of tokens that may be unknown.
type Count = dialect.Count
