package notify

import (
	"slices"
	"time"
)

const (
	groupPause = 5 * time.Minute  // between two of the same group
	pause      = 10 * time.Second // between any two: what comes meanwhile becomes one
	perHour    = 6
)

// lane is what is told of one kind, and how often. Everything in it is guarded
// by the watcher's lock.
type lane struct {
	watcher *Watcher

	told    []time.Time         // within the last hour
	last    map[int64]time.Time // by group
	waiting []waiting
	missed  []time.Time // what nobody was told of within the last hour
	timer   *time.Timer // nil: nothing waits
}

// waiting is a change to tell, unless it is over by then.
type waiting struct {
	change  Change
	episode *episode
	due     time.Time
}

// offer tells a change now or, so soon after another one, later.
func (l *lane) offer(w waiting, now time.Time) {
	l.forget(w.change.GroupID)
	w.due = now
	if last, ok := l.last[w.change.GroupID]; ok {
		w.due = latest(w.due, last.Add(groupPause))
	}
	l.waiting = append(l.waiting, w)
	l.advance(now)
}

// advance tells what is due: the first, with the number of the others.
func (l *lane) advance(now time.Time) {
	l.told, l.missed = lastHour(l.told, now), lastHour(l.missed, now)
	l.waiting = slices.DeleteFunc(l.waiting, func(w waiting) bool { return w.episode.over })
	if n := len(l.told); n == 0 || now.Sub(l.told[n-1]) >= pause {
		l.flush(now)
	}
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
	if len(l.waiting) == 0 {
		return
	}
	next := slices.MinFunc(l.waiting, func(a, b waiting) int { return a.due.Compare(b.due) }).due
	if n := len(l.told); n > 0 {
		next = latest(next, l.told[n-1].Add(pause))
	}
	l.timer = time.AfterFunc(next.Sub(now), func() {
		l.watcher.mu.Lock()
		defer l.watcher.mu.Unlock()
		l.advance(time.Now())
	})
}

func (l *lane) flush(now time.Time) {
	var due, later []waiting
	for _, w := range l.waiting {
		if w.due.After(now) {
			later = append(later, w)
		} else {
			due = append(due, w)
		}
	}
	l.waiting = later
	if len(due) == 0 {
		return
	}
	if len(l.told) >= perHour {
		for range due {
			l.missed = append(l.missed, now)
		}
		return
	}
	if l.last == nil {
		l.last = map[int64]time.Time{}
	}
	for _, w := range due {
		w.episode.told = true
		l.last[w.change.GroupID] = now
	}
	first := due[0].change
	first.More = len(due) - 1 + len(l.missed)
	l.missed, l.told = nil, append(l.told, now)
	l.watcher.want(first)
}

// forget drops what waits to be told of a group.
func (l *lane) forget(groupID int64) {
	l.waiting = slices.DeleteFunc(l.waiting, func(w waiting) bool { return w.change.GroupID == groupID })
}

func (l *lane) clear() {
	l.waiting, l.missed = nil, nil
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func lastHour(times []time.Time, now time.Time) []time.Time {
	return slices.DeleteFunc(times, func(t time.Time) bool { return now.Sub(t) >= time.Hour })
}
