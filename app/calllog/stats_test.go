package calllog_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"headgate/app/apperr"
	"headgate/app/calllog"
	"headgate/app/event"
)

// emptyStats has no tallies.
type emptyStats struct{ calllog.Store }

func (emptyStats) Tallies(context.Context, calllog.Slot, []calllog.TallyPass) (calllog.Names, error) {
	return calllog.Names{}, nil
}

func statsLog() *calllog.Log {
	return calllog.New(emptyStats{}, &event.Bus{}, slog.New(slog.DiscardHandler))
}

func TestBucketsFollowTheZonesDays(t *testing.T) {
	for name, tc := range map[string]struct {
		zone, from, to string // local
		buckets        int
		want           string // local starts
	}{
		"days into summer time": {
			"America/New_York", "2026-03-06 00:00", "2026-03-11 00:00", 6,
			"03-06 00:00, 03-07 00:00, 03-08 00:00, 03-09 00:00, 03-10 00:00",
		},
		"days out of summer time": {
			"America/New_York", "2026-10-31 00:00", "2026-11-03 00:00", 3,
			"10-31 00:00, 11-01 00:00, 11-02 00:00",
		},
		"hours into summer time": {
			"America/New_York", "2026-03-08 00:00", "2026-03-08 05:00", 24, "03-08 00:00, 03-08 01:00, 03-08 03:00, 03-08 04:00",
		},
		"hours out of summer time": {
			"America/New_York", "2026-11-01 00:00", "2026-11-01 04:00", 24,
			"11-01 00:00, 11-01 01:00, 11-01 01:00, 11-01 02:00, 11-01 03:00",
		},
		"half days out of summer time": {
			"America/New_York", "2026-11-01 00:00", "2026-11-02 00:00", 2, "11-01 00:00, 11-01 12:00",
		},
		// A UTC hour that a zone's midnight cuts belongs to the day in which it starts.
		"days of a half-hour zone": {
			"Asia/Kolkata", "2026-03-06 00:00", "2026-03-09 00:00", 5, "03-06 00:30, 03-07 00:30, 03-08 00:30",
		},
		"hours of a half-hour zone": {
			"Asia/Kolkata", "2026-03-06 00:00", "2026-03-06 03:00", 5, "03-06 00:30, 03-06 01:30, 03-06 02:30",
		},
		"a day without midnight": {
			"Africa/Cairo", "2026-04-23 00:00", "2026-04-26 00:00", 3, "04-23 00:00, 04-24 01:00, 04-25 00:00",
		},
		"a day with two midnights": {
			"America/Havana", "2026-10-31 00:00", "2026-11-03 00:00", 3, "10-31 00:00, 11-01 00:00, 11-02 00:00",
		},
		"weeks": {
			"Europe/Berlin", "2026-01-01 00:00", "2026-01-29 00:00", 4, "01-01 00:00, 01-08 00:00, 01-15 00:00, 01-22 00:00",
		},
		"a range that begins within a day": {
			"", "2026-01-01 15:20", "2026-01-04 09:00", 4, "01-01 16:00, 01-02 00:00, 01-03 00:00, 01-04 00:00",
		},
		"one for all":       {"Asia/Tokyo", "2021-01-01 00:00", "2025-12-01 00:00", 1, "01-01 00:00"},
		"less than an hour": {"", "2026-01-01 15:20", "2026-01-01 15:40", 5, "01-01 16:00"},
	} {
		t.Run(name, func(t *testing.T) {
			zone, err := time.LoadLocation(tc.zone)
			if err != nil {
				t.Fatal(err)
			}
			at := func(text string) int64 {
				when, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
				if err != nil {
					t.Fatal(err)
				}
				return when.UnixMilli()
			}
			got, err := statsLog().Stats(t.Context(), calllog.StatsQuery{From: at(tc.from), To: at(tc.to), Zone: tc.zone, Buckets: tc.buckets})
			if err != nil {
				t.Fatal(err)
			}
			var starts []string
			for _, b := range got.Series {
				starts = append(starts, time.UnixMilli(b.Start).In(zone).Format("01-02 15:04"))
			}
			if list := strings.Join(starts, ", "); list != tc.want {
				t.Errorf("buckets start at\n%s, want\n%s", list, tc.want)
			}
		})
	}
}

func TestBucketsAreNeverTooMany(t *testing.T) {
	to := time.Date(2026, 7, 1, 3, 0, 0, 0, time.UTC)
	for _, zone := range []string{"", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"} {
		for _, days := range []int{1, 2, 30, 365, 1800} {
			for _, most := range []int{1, 2, 7, 31, 100, 800} {
				from := to.AddDate(0, 0, -days)
				got, err := statsLog().Stats(t.Context(), calllog.StatsQuery{From: from.UnixMilli(), To: to.UnixMilli(), Zone: zone, Buckets: most})
				if err != nil {
					t.Fatal(err)
				}
				if n := len(got.Series); n < 1 || n > most {
					t.Errorf("%d days in %s: %d buckets, at most %d were wanted", days, zone, n, most)
				}
			}
		}
	}
}

func TestStatisticsThatCannotBe(t *testing.T) {
	now := time.Date(2026, 7, 1, 3, 0, 0, 0, time.UTC).UnixMilli()
	good := calllog.StatsQuery{From: now - 1000, To: now}
	for name, tc := range map[string]struct {
		change func(*calllog.StatsQuery)
		code   string
	}{
		"fine":              {func(*calllog.StatsQuery) {}, ""},
		"no time":           {func(q *calllog.StatsQuery) { q.From = q.To }, "stats_time_invalid"},
		"before time":       {func(q *calllog.StatsQuery) { q.From = -1 }, "stats_time_invalid"},
		"for ever":          {func(q *calllog.StatsQuery) { q.From = 0 }, "stats_time_invalid"},
		"unknown zone":      {func(q *calllog.StatsQuery) { q.Zone = "Middle/Earth" }, "stats_zone_unknown"},
		"the server's zone": {func(q *calllog.StatsQuery) { q.Zone = "Local" }, "stats_zone_unknown"},
		"a path as zone":    {func(q *calllog.StatsQuery) { q.Zone = "../../etc/passwd" }, "stats_zone_unknown"},
		"too many buckets":  {func(q *calllog.StatsQuery) { q.Buckets = 801 }, "stats_buckets_out_of_range"},
		"too many parts":    {func(q *calllog.StatsQuery) { q.Top = -1 }, "stats_top_out_of_range"},
	} {
		t.Run(name, func(t *testing.T) {
			q := good
			tc.change(&q)
			if _, err := statsLog().Stats(t.Context(), q); apperr.Code(err) != tc.code {
				t.Errorf("%+v: %v, want %s", q, err, tc.code)
			}
		})
	}
}

// Whatever a damaged file holds, unpacking ends with an error or a tally.
func FuzzTally(f *testing.F) {
	var one calllog.Tally
	e := calllog.Entry{Call: okCall(1), Cost: calllog.Cost{Source: calllog.CostUnknown}}
	e.Call.Duration, e.Call.FirstToken = 3*time.Second, time.Second
	e.Count(func(calllog.Slot) *calllog.Tally { return &one })
	f.Add(one.Pack(nil))
	f.Add([]byte{})
	f.Add([]byte{25, 255, 255})
	f.Fuzz(func(t *testing.T, packed []byte) {
		var tally, again calllog.Tally
		if tally.Unpack(packed) != nil {
			return
		}
		once := tally.Pack(nil)
		if err := again.Unpack(once); err != nil {
			t.Fatal(err)
		}
		if twice := again.Pack(nil); string(once) != string(twice) {
			t.Errorf("% x became % x", once, twice)
		}
	})
}
