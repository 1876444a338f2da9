package calllog

// The types below are also the window's: times are Unix milliseconds,
// durations milliseconds, and null means unknown, which differs from zero.

// Row is a call in a list.
type Row struct {
	Seq          int64    `json:"seq"` // order of arrival; the cursor of pages
	ID           string   `json:"id"`  // the reply's x-request-id
	StartedAt    int64    `json:"startedAt"`
	DurationMS   float64  `json:"durationMs"`
	FirstTokenMS *float64 `json:"firstTokenMs"`
	Route        string   `json:"route"`
	APIKeyID     int64    `json:"apiKeyId"`
	APIKey       string   `json:"apiKey"`
	GroupID      int64    `json:"groupId"`
	Model        string   `json:"model"` // as the client sent it
	Stream       bool     `json:"stream"`
	State        string   `json:"state"`
	Status       int      `json:"status"`
	ErrorCode    string   `json:"errorCode"`
	Message      string   `json:"message"`
	Attempts     int      `json:"attempts"`
	ProviderID   int64    `json:"providerId"` // 0: none was tried
	Provider     string   `json:"provider"`   // that answered, or was tried last
	Member       string   `json:"member"`     // its model
	InputTokens  *int64   `json:"inputTokens"`
	OutputTokens *int64   `json:"outputTokens"`
	CostNanos    *int64   `json:"costNanos"` // billionths of a US dollar
}

// Detail is a call with its attempts.
type Detail struct {
	Row               Row       `json:"row"`
	UserAgent         string    `json:"userAgent"`
	BytesIn           int64     `json:"bytesIn"`
	BytesOut          int64     `json:"bytesOut"`
	CachedInputTokens *int64    `json:"cachedInputTokens"`
	ReasoningTokens   *int64    `json:"reasoningTokens"`
	CostSource        string    `json:"costSource"` // reported, tokens, call, unknown
	HasBodies         bool      `json:"hasBodies"`
	Attempts          []Attempt `json:"attempts"`
}

// Attempt is one round trip to one member with one provider key.
type Attempt struct {
	MemberID     int64    `json:"memberId"`
	ProviderID   int64    `json:"providerId"`
	Provider     string   `json:"provider"`
	Model        string   `json:"model"`
	KeyHint      string   `json:"keyHint"`
	Priority     int      `json:"priority"`
	StartMS      float64  `json:"startMs"` // since the call's start
	ConnectMS    *float64 `json:"connectMs"`
	FirstByteMS  *float64 `json:"firstByteMs"`
	FirstTokenMS *float64 `json:"firstTokenMs"`
	TotalMS      float64  `json:"totalMs"`
	Status       int      `json:"status"` // upstream's; 0: no reply
	Class        string   `json:"class"`
	Blames       string   `json:"blames"`
	Action       string   `json:"action"`
	Reason       string   `json:"reason"`
	Message      string   `json:"message"`
	Keyword      string   `json:"keyword"`
	BenchMS      int64    `json:"benchMs"`
	Rule         *Rule    `json:"rule"` // that decided; null: none did
}

// Rule is a rule as it was when it decided on an attempt.
type Rule struct {
	Of              string `json:"of"`         // group, provider
	StatusFrom      int    `json:"statusFrom"` // 0: any status
	StatusTo        int    `json:"statusTo"`
	Text            string `json:"text"` // "": any
	Regex           bool   `json:"regex"`
	Action          string `json:"action"` // stop, next, count, cooldown
	CooldownSeconds int    `json:"cooldownSeconds"`
}

// Bodies are what a call carried, without secrets. Text that isn't UTF-8 has
// replacement characters.
type Bodies struct {
	RequestHeaders []Header `json:"requestHeaders"` // without credentials
	Request        string   `json:"request"`
	RequestCut     bool     `json:"requestCut"` // there was more
	Reply          string   `json:"reply"`
	ReplyCut       bool     `json:"replyCut"`
}

// Header is a request header.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Cleared is what one step of clearing removed.
type Cleared struct {
	Removed int  `json:"removed"`
	More    bool `json:"more"` // older calls are left: clear again
}

// KeywordUse is how often a failure keyword failed an attempt.
type KeywordUse struct {
	Hits   int64
	LastAt int64 // Unix milliseconds
}

// KeywordFinds are the stored calls in which a keyword would have been found.
type KeywordFinds struct {
	Looked    int   `json:"looked"`   // newest calls that were looked through
	WithText  int   `json:"withText"` // of them, with something to look in: a body or an error's message
	Matched   int   `json:"matched"`
	Succeeded int   `json:"succeeded"` // matched and nevertheless ok
	Since     int64 `json:"since"`     // start of the oldest one looked at; 0: there was none
	Rows      []Row `json:"rows"`      // matched, newest first, at most 50
}

// Query selects a page of calls, newest first.
type Query struct {
	Before   int64    `json:"before"`   // rows with a lower seq; 0: from the newest
	After    int64    `json:"after"`    // rows with a higher seq; 0: down to the oldest
	Limit    int      `json:"limit"`    // 1–500
	States   []string `json:"states"`   // any of these; empty: all
	GroupID  int64    `json:"groupId"`  // 0: all
	APIKeyID int64    `json:"apiKeyId"` // 0: all
	ID       string   `json:"id"`       // exact x-request-id

	ProviderID int64  `json:"providerId"` // that answered, or was tried last; 0: all
	Member     string `json:"member"`     // its model; "": all
	Model      string `json:"model"`      // as the client sent it; "": all
	From       int64  `json:"from"`       // started at or after, Unix milliseconds; 0: always
	To         int64  `json:"to"`         // started before; 0: always
	Text       string `json:"text"`       // in the message, a model or the provider's name, ASCII letters in any case
}

// Page is a page of calls.
type Page struct {
	Rows []Row `json:"rows"`
	More bool  `json:"more"` // older rows match
	// Cut says that older rows may match: a page looks through some 50,000
	// calls for what no index knows, which is a text or a time; a model or a member
	// too, among calls beyond the 10,000 kinds that the log has lists for, or 500
	// where they came to nobody; and any filter among calls of earlier versions,
	// until they are in lists. Rows may be few or none then.
	Cut  bool  `json:"cut"`
	Next int64 `json:"next"` // Before of the next page; 0: this is the last one
}

// Health is how the call log itself is doing.
type Health struct {
	Written uint64 `json:"written"` // calls since the start
	Dropped uint64 `json:"dropped"` // calls lost because the queue was full or the file failed
	// DroppedBodies are calls that were kept without what they carried, because
	// the queue was full.
	DroppedBodies uint64 `json:"droppedBodies"`
	Error         string `json:"error"` // the last write's failure; "": it succeeded
}
