package calllog

import (
	"context"
	"time"

	"headgate/app/apperr"
)

// StatsQuery selects what statistics are about. They know whole UTC hours: an
// hour belongs to the time, and to the bucket, in which it starts.
type StatsQuery struct {
	From    int64  `json:"from"`    // Unix milliseconds
	To      int64  `json:"to"`      // without it; at most 5 years later
	Zone    string `json:"zone"`    // IANA name of the zone whose days count; "": UTC
	Buckets int    `json:"buckets"` // how many at most in the series, 1–800; 0: 100
	Top     int    `json:"top"`     // how many parts before the rest is one, 1–100; 0: 10

	GroupID    int64  `json:"groupId"`    // 0: all
	APIKeyID   int64  `json:"apiKeyId"`   // 0: all
	ProviderID int64  `json:"providerId"` // that answered, or was tried last; 0: all
	Member     string `json:"member"`     // its model; "": all
	Model      string `json:"model"`      // as asked; "": all
}

// Stats are statistics of finished calls, by the time at which they started.
// All parts are sorted by calls, most first.
type Stats struct {
	From   int64    `json:"from"` // what is counted, Unix milliseconds: whole hours
	To     int64    `json:"to"`
	Totals Figures  `json:"totals"`
	Before Figures  `json:"before"` // of as long a time right before
	Series []Bucket `json:"series"`

	ByModel    []Part `json:"byModel"` // as asked; calls that no group answers to have no name
	ByGroup    []Part `json:"byGroup"`
	ByAPIKey   []Part `json:"byApiKey"`
	ByProvider []Part `json:"byProvider"` // that answered, or was tried last
	ByMember   []Part `json:"byMember"`   // a provider's model
}

// Bucket is a part of the time.
type Bucket struct {
	Start   int64   `json:"start"` // Unix milliseconds; the next one's is its end
	Figures Figures `json:"figures"`
}

// Part is a part of the calls.
type Part struct {
	ID      int64    `json:"id"`     // the group's, key's or provider's; 0: none, or it has no id
	Name    string   `json:"name"`   // the newest one, also of what was deleted; "": none
	Others  int      `json:"others"` // how many parts this is the rest of; 0: it is one
	Share   *float64 `json:"share"`  // of all calls, 0–1; null without calls
	Figures Figures  `json:"figures"`
}

// Figures sum calls up. Null is unknown: a mean of nothing, or a sum of counts
// that nobody told. A sum that isn't null covers the calls that told it, and
// …Unknown says how many that used a member did not.
type Figures struct {
	Calls       int64 `json:"calls"`
	OK          int64 `json:"ok"`
	Failed      int64 `json:"failed"`
	Partial     int64 `json:"partial"`
	Canceled    int64 `json:"canceled"`
	Refused     int64 `json:"refused"`
	Interrupted int64 `json:"interrupted"`
	Rescued     int64 `json:"rescued"` // ok after more than one attempt

	// Attempts are all round trips to the members in question, also for calls
	// that another one answered in the end; failed ones are those held against
	// the member or its key.
	Attempts       int64 `json:"attempts"`
	AttemptsFailed int64 `json:"attemptsFailed"`

	// SuccessRate is ok of ok, failed and partial, 0–1: a call that was refused,
	// or that its client gave up, tells nothing about members.
	SuccessRate *float64 `json:"successRate"`

	MeanMS *float64 `json:"meanMs"` // of complete replies, until the last byte
	P50MS  *float64 `json:"p50Ms"`  // to within 5 %
	P95MS  *float64 `json:"p95Ms"`
	P99MS  *float64 `json:"p99Ms"`

	FirstTokenMS    *float64 `json:"firstTokenMs"` // mean, of replies that began
	FirstTokenP50MS *float64 `json:"firstTokenP50Ms"`
	FirstTokenP95MS *float64 `json:"firstTokenP95Ms"`
	FirstTokenP99MS *float64 `json:"firstTokenP99Ms"`

	InputTokens      *int64 `json:"inputTokens"`
	InputUnknown     int64  `json:"inputUnknown"`
	OutputTokens     *int64 `json:"outputTokens"`
	OutputUnknown    int64  `json:"outputUnknown"`
	CachedTokens     *int64 `json:"cachedTokens"`
	CachedUnknown    int64  `json:"cachedUnknown"`
	ReasoningTokens  *int64 `json:"reasoningTokens"`
	ReasoningUnknown int64  `json:"reasoningUnknown"`
	CostNanos        *int64 `json:"costNanos"` // billionths of a US dollar
	CostUnknown      int64  `json:"costUnknown"`
}

const (
	mostBuckets, usualBuckets = 800, 100
	mostParts, usualParts     = 100, 10
	longestStats              = 5 * 366 * 24 * time.Hour
)

// Stats returns statistics that match q. It reads tallies, never calls.
// Codes: stats_time_invalid, stats_zone_unknown, stats_buckets_out_of_range,
// stats_top_out_of_range.
func (l *Log) Stats(ctx context.Context, q StatsQuery) (Stats, error) {
	if q.From < 0 || q.To <= q.From || q.To-q.From > longestStats.Milliseconds() {
		return Stats{}, apperr.New("stats_time_invalid")
	}
	zone, err := time.LoadLocation(q.Zone)
	if err != nil || q.Zone == "Local" {
		return Stats{}, apperr.New("stats_zone_unknown", "Zone", q.Zone)
	}
	if q.Buckets == 0 {
		q.Buckets = usualBuckets
	}
	if q.Buckets < 1 || q.Buckets > mostBuckets {
		return Stats{}, apperr.New("stats_buckets_out_of_range", "Buckets", q.Buckets, "Max", mostBuckets)
	}
	if q.Top == 0 {
		q.Top = usualParts
	}
	if q.Top < 1 || q.Top > mostParts {
		return Stats{}, apperr.New("stats_top_out_of_range", "Top", q.Top, "Max", mostParts)
	}
	hours := Hours{ceilHour(q.From), ceilHour(q.To)}
	hours.To = max(hours.To, hours.From)
	f := newFold(hours, bucketHours(hours, zone, q.Buckets))
	filter := Slot{GroupID: q.GroupID, Model: q.Model, APIKeyID: q.APIKeyID, ProviderID: q.ProviderID, Member: q.Member}
	names, err := l.store.Tallies(ctx, filter, f.passes(filter != Slot{}))
	if err != nil {
		return Stats{}, err
	}
	return f.stats(names, q.Top), nil
}
