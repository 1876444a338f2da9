package calllog

import (
	"time"
	_ "time/tzdata" // Windows has no zones by these names
)

const millisPerHour = int64(time.Hour / time.Millisecond)

// Hours are Unix time in UTC hours, To not being part of them.
type Hours struct{ From, To int64 }

// HoursOf returns the hours that a time in Unix milliseconds touches. A zero is
// open.
func HoursOf(from, to int64) Hours {
	h := Hours{max(from, 0) / millisPerHour, 1 << 40}
	if to != 0 {
		h.To = ceilHour(to)
	}
	return h
}

// Statistics know whole UTC hours. Each belongs to the bucket in which it
// starts: where a zone is half an hour off, a day's buckets begin half an hour
// after the day does.
func ceilHour(unixMillis int64) int64 {
	return (max(unixMillis, 0) + millisPerHour - 1) / millisPerHour
}

// step is a length of buckets: hours within a day, or days.
type step struct{ hours, days int }

// steps are from short to long.
var steps = []step{
	{1, 0},
	{2, 0},
	{3, 0},
	{6, 0},
	{12, 0},
	{0, 1},
	{0, 2},
	{0, 7},
	{0, 14},
	{0, 28},
	{0, 56},
	{0, 112},
	{0, 224},
	{0, 448},
	{0, 896},
}

// bucketHours cuts hours into at most so many buckets, all of the shortest step
// that does it, and returns where each begins. Days are zone's, and so are the
// hours that several hours are cut at.
func bucketHours(all Hours, zone *time.Location, most int) []int64 {
	var starts []int64
	for _, s := range steps {
		if length := all.To - all.From; length > int64(most+2)*int64(s.hours+24*s.days) {
			continue // hopeless
		}
		if starts = cut(all, zone, s); len(starts) <= most {
			return starts
		}
	}
	return []int64{all.From}
}

func cut(all Hours, zone *time.Location, s step) []int64 {
	starts := []int64{all.From}
	begin := func(at time.Time) {
		hour := ceilHour(at.UnixMilli())
		if hour > starts[len(starts)-1] && hour < all.To {
			starts = append(starts, hour)
		}
	}
	year, month, first := time.UnixMilli(all.From * millisPerHour).In(zone).Date()
	for n := 0; ; n += max(s.days, 1) {
		day := startOfDay(year, month, first+n, zone)
		if ceilHour(day.UnixMilli()) >= all.To {
			return starts
		}
		begin(day)
		switch next := startOfDay(year, month, first+n+1, zone); {
		case s.hours == 1: // an hour that the clock shows twice is two
			for at := day.Add(time.Hour); at.Before(next); at = at.Add(time.Hour) {
				begin(at)
			}
		case s.hours > 1:
			for hour := s.hours; hour < 24; hour += s.hours {
				begin(time.Date(year, month, first+n, hour, 0, 0, 0, zone))
			}
		}
	}
}

// startOfDay is a day's first moment: not every day has one midnight.
func startOfDay(year int, month time.Month, day int, zone *time.Location) time.Time {
	want := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Day()
	at := time.Date(year, month, day, 0, 0, 0, 0, zone)
	for at.Day() != want { // the clock was put forward at midnight
		at = at.Add(30 * time.Minute)
	}
	for earlier := at.Add(-30 * time.Minute); earlier.Day() == want; earlier = at.Add(-30 * time.Minute) {
		at = earlier // it was put back to midnight
	}
	return at
}
