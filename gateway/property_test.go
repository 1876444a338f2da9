package gateway_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

// Whatever the group, its keys, its faults and its calls, before and after the
// commit: the members are tried in their order, none twice in one call, nobody
// gets a failure while one is healthy, no reply is of two, none that broke off
// looks whole, and log and health say what the upstreams did.
//
// A case that fails is made smaller as long as it fails.
func TestGeneratedGroups(t *testing.T) {
	t.Parallel()
	random := gateway.Random(t)
	for range *gateway.CaseCount {
		c := generate(random)
		err := c.run(t)
		if err == nil {
			continue
		}
		for tries := 0; tries < 300; tries++ {
			less := c.smaller()
			at := slices.IndexFunc(less, func(l generatedCase) bool {
				again := l.run(t)
				if again != nil {
					err = again
				}
				return again != nil
			})
			if at < 0 {
				break
			}
			c = less[at]
		}
		t.Fatalf("%v\n%s", err, c)
	}
}

// run makes the calls of a case and tells what is wrong with the first that
// doesn't keep the promises.
func (c generatedCase) run(t *testing.T) (err error) {
	t.Helper()
	t.Run("case", func(t *testing.T) {
		w := &world{generatedCase: c}
		var urls []string
		for i, m := range c.members {
			u := gatewaytest.Start(t, m.script(i+1))
			w.upstreams, urls = append(w.upstreams, u), append(urls, u.URL())
		}
		w.house = open(t, urls, c.config)
		clock := w.clock()
		for i, call := range c.calls {
			clock.advance(call.after)
			w.now = clock.now()
			if call.clears != 0 {
				w.ClearCooldown(call.clears)
			}
			if call.renewed {
				w.apply()
			}
			if wrong := w.call(t, i, call); wrong != nil {
				err = fmt.Errorf("call %d: %w", i+1, wrong)
				return
			}
		}
	})
	return err
}

// world is a case that runs.
type world struct {
	generatedCase
	*house
	upstreams []*gatewaytest.Upstream
	now       time.Time
}

// served is a request that an upstream received, as far as it decided something.
type served struct {
	*gatewaytest.Request
	fate fateOf
	want want
}

// since are the requests that a member received in one call, each with its fate.
// What a dead connection or a refusal of the wish for usage cost is left out:
// the same attempt goes on with the next.
func (w *world) since(before []int, member int64, stream bool) (all []served) {
	u := w.upstreams[member-1]
	requests := u.Requests()
	for at := before[member-1]; at < len(requests); at++ {
		q, name := requests[at], ""
		if faults := w.members[member-1].faults; at < len(faults) {
			name = faults[at]
		}
		f := fateOf{name: name, fate: itAnswers}
		if name != "" {
			f = fates[slices.IndexFunc(fates, func(f fateOf) bool { return f.name == name })]
		}
		reused := slices.ContainsFunc(requests[:at], func(r *gatewaytest.Request) bool { return r.Conn == q.Conn })
		options := strings.Contains(string(q.Body), "stream_options")
		dead := name == "FLT-009" || strings.HasPrefix(name, "FLT-008") // as far as a kept connection can be told from
		if dead && reused || f.options && options && stream {
			continue
		}
		want := f.want(stream, u.Marker(), "")
		if n := int64(member); want.usage.Input.Known {
			want.usage.Input.N, want.usage.Output.N = 100+n, 10+n
		}
		if stream && !options && name != "FLT-022" && name != "FLT-065" { // these two are whole replies all the same
			want.usage = gateway.Usage{} // nobody asked for it
		}
		all = append(all, served{q, f, want})
	}
	return all
}

// standing is what was known of the members when a call began.
type standing struct {
	members map[int64]gateway.MemberHealth
	keys    map[int64]bool // passed over
}

func (w *world) standing() standing {
	s := standing{map[int64]gateway.MemberHealth{}, map[int64]bool{}}
	for _, m := range w.Health() {
		s.members[m.MemberID] = m
	}
	for _, k := range w.KeyHealth() {
		s.keys[k.ProviderKeyID] = !k.CooldownUntil.IsZero() || k.Limited > 0
	}
	return s
}

func (w *world) call(t *testing.T, nth int, c generatedCall) error {
	t.Helper()
	start := w.standing()
	var before []int
	for _, u := range w.upstreams {
		before = append(before, len(u.Requests()))
	}
	d := doors[c.door]
	got := d.ask(w.house, d.body(c.stream))
	call := w.ledger.await(t, nth+1)[nth]
	var reached []served // by the attempts, in their order
	taken := map[int64]int{}
	for i, a := range call.Attempts {
		of := w.since(before, a.MemberID, c.stream)
		if taken[a.MemberID] >= len(of) {
			return fmt.Errorf("attempt %d reached no upstream: %+v", i+1, call.Attempts)
		}
		reached = append(reached, of[taken[a.MemberID]])
		taken[a.MemberID]++
	}
	for i := range w.members {
		if id := int64(i + 1); len(w.since(before, id, c.stream)) != taken[id] {
			return fmt.Errorf("member %d received %d requests in %d attempts", id, len(w.since(before, id, c.stream)), taken[id])
		}
	}
	if err := w.order(start, call, reached, c.stream); err != nil {
		return fmt.Errorf("%w\nattempts %+v", err, call.Attempts)
	}
	if err := w.result(d, c.stream, got, call, reached); err != nil {
		return fmt.Errorf("%w\ngot %d %q (%w)\nrecorded %+v", err, got.status, short(got.body), got.err, call)
	}
	if err := w.blame(start, call); err != nil {
		return fmt.Errorf("%w\nrecorded %+v", err, call)
	}
	return nil
}

// order replays a call: who may be tried next, and whether anybody was left.
func (w *world) order(start standing, call gateway.Call, reached []served, stream bool) error {
	done, allowed := map[int64]bool{}, map[int64]bool{}
	for i := range w.members {
		allowed[int64(i+1)] = true
	}
	tried, forced, stopped := map[int64]bool{}, false, false
	candidates := func(benched bool) (ids []int64) {
		for id := range allowed {
			if !done[id] && !start.members[id].CooldownUntil.IsZero() == benched {
				ids = append(ids, id)
			}
		}
		return ids
	}
	keysLeft := func(member int64) bool {
		return slices.ContainsFunc(w.house.config.Providers[member-1].Keys, func(k gateway.ProviderKey) bool { return !tried[k.ID] && !start.keys[k.ID] })
	}
	for i, a := range call.Attempts {
		if stopped {
			return fmt.Errorf("attempt %d after an end", i+1)
		}
		if tried[a.ProviderKeyID] || a.ProviderKeyID/10 != a.MemberID || reached[i].Key != fmt.Sprintf("%s-%d", providerKey, a.ProviderKeyID) {
			return fmt.Errorf("attempt %d: the key %d, sent as %s", i+1, a.ProviderKeyID, reached[i].Key)
		}
		switch healthy, cooling := candidates(false), candidates(true); {
		case i > 0 && call.Attempts[i-1].Outcome.Action == gateway.ActionNextKey && keysLeft(call.Attempts[i-1].MemberID):
			if a.MemberID != call.Attempts[i-1].MemberID || start.keys[a.ProviderKeyID] {
				return fmt.Errorf("attempt %d: not the member's next key", i+1)
			}
		case done[a.MemberID] || !allowed[a.MemberID]:
			return fmt.Errorf("attempt %d: member %d again, or one that can't help", i+1, a.MemberID)
		case len(healthy) > 0:
			if !slices.Contains(healthy, a.MemberID) || start.keys[a.ProviderKeyID] {
				return fmt.Errorf("attempt %d: member %d is passed over, and %v are not", i+1, a.MemberID, healthy)
			}
			if slices.ContainsFunc(healthy, func(id int64) bool { return w.members[id-1].priority < w.members[a.MemberID-1].priority }) {
				return fmt.Errorf("attempt %d: member %d before its turn", i+1, a.MemberID)
			}
		default:
			until := start.members[a.MemberID].CooldownUntil
			if forced || slices.ContainsFunc(cooling, func(id int64) bool { return start.members[id].CooldownUntil.Before(until) }) {
				return fmt.Errorf("attempt %d: member %d cools down until %v, and is not the first", i+1, a.MemberID, until)
			}
			forced = true
		}
		done[a.MemberID], tried[a.ProviderKeyID] = true, true
		want := reached[i].want.completed()
		if o := a.Outcome; o.Class != want.first.Class || o.Reason != want.first.Reason || o.Blames != want.first.Blames || o.Counts != want.first.Counts || a.Status != want.answered {
			return fmt.Errorf("attempt %d did %q: %+v, want %+v", i+1, reached[i].fate.name, o, want.first)
		}
		switch fate := reached[i].fate.fateFor(stream); {
		case a.Outcome.Reason == "context_window" || a.Outcome.Reason == "too_large":
			for id := range allowed {
				if w.members[id-1].context <= w.members[a.MemberID-1].context {
					delete(allowed, id)
				}
			}
			stopped = len(candidates(false))+len(candidates(true)) == 0
		case fate != nextAnswers:
			stopped = true
		}
	}
	last := call.Attempts[len(call.Attempts)-1]
	left := len(candidates(false)) > 0 || !forced && len(candidates(true)) > 0 || last.Outcome.Action == gateway.ActionNextKey && keysLeft(last.MemberID)
	switch n := len(call.Attempts); {
	case n > w.attempts:
		return fmt.Errorf("%d attempts", n)
	case !stopped && n < w.attempts && left:
		return errors.New("somebody was left to ask")
	}
	return nil
}

// result compares what the client got, and what the log says, with what the last
// upstream did.
func (w *world) result(d door, stream bool, got answer, call gateway.Call, reached []served) error {
	last := reached[len(reached)-1]
	usage, state := last.want.usage, gateway.StateFailed
	markers := gatewaytest.Markers(got.text())
	switch fate := last.fate.fateFor(stream); fate {
	case itAnswers, brokenOff:
		state = gateway.StateOK
		if fate == brokenOff {
			state = gateway.StatePartial
		}
		if len(markers) != 1 || got.text() != last.want.text || got.status != http.StatusOK {
			return fmt.Errorf("the text is of %v, want %q", markers, last.want.text)
		}
		if (got.err != nil) != (fate == brokenOff) || got.done() != (stream && fate == itAnswers) {
			return errors.New("whole and broken off are mixed up")
		}
		if fate == brokenOff && (strings.Contains(got.body, done) || !strings.Contains(got.body, `"error":{`)) {
			return errors.New("a stream that broke off doesn't say so")
		}
	default:
		usage = gateway.Usage{}
		code, _ := got.says()
		final := got.header.Get("X-Should-Retry") == "false"
		passed := slices.ContainsFunc(reached, func(s served) bool { return s.fate.fate == passedOn })
		switch {
		case got.err != nil || got.status < 400 || len(markers) != 0 || got.done():
			return errors.New("no plain failure")
		case !passed && (code != call.ErrorCode || got.status == http.StatusUnauthorized):
			return fmt.Errorf("code %q, the log has %q", code, call.ErrorCode)
		case call.ErrorCode == "" || call.Message == "":
			return errors.New("the log has no words")
		case final && !passed && len(call.Attempts) < len(w.members) && len(call.Attempts) == w.attempts:
			return errors.New("x-should-retry: false although somebody was not tried")
		}
	}
	switch {
	case call.State != state || call.Status != got.status || call.Stream != stream:
		return fmt.Errorf("recorded as %s %d, want %s", call.State, call.Status, state)
	case call.Usage != usage:
		return fmt.Errorf("usage %+v, want %+v", call.Usage, usage)
	case got.err == nil && call.BytesOut != int64(len(got.body)):
		return fmt.Errorf("%d bytes, recorded %d", len(got.body), call.BytesOut)
	case got.header.Get("X-Headgate-Attempts") != fmt.Sprint(len(call.Attempts)) || got.header.Get("X-Request-Id") != call.ID:
		return fmt.Errorf("header %v", got.header)
	case strings.Contains(got.body+fmt.Sprint(got.header)+fmt.Sprintf("%+v", call), providerKey):
		return errors.New("a provider key came out")
	}
	return nil
}

// blame compares the members' health before and after a call.
func (w *world) blame(start standing, call gateway.Call) error {
	after := w.standing()
	for i := range w.members {
		id := int64(i + 1)
		was, is := start.members[id], after.members[id]
		blamed, answered := false, false
		for _, a := range call.Attempts {
			if a.MemberID == id {
				blamed = blamed || a.Outcome.Blames != gateway.BlamesNobody
				answered = answered || a.Outcome.Class == gateway.ClassOK
			}
		}
		switch {
		case is.Failures < 0:
			return fmt.Errorf("member %d has %d failures", id, is.Failures)
		case blamed && !answered && !is.LastFailureAt.Equal(w.now):
			return fmt.Errorf("member %d is not blamed: %+v", id, is)
		case !blamed && !answered && (is.Failures != was.Failures || !is.CooldownUntil.Equal(was.CooldownUntil) || !is.LastFailureAt.Equal(was.LastFailureAt)):
			return fmt.Errorf("member %d is blamed for nothing: %+v, before %+v", id, is, was)
		case !blamed && is.Failures > was.Failures:
			return fmt.Errorf("member %d has %d failures more", id, is.Failures-was.Failures)
		case is.Failures > was.Failures+1:
			return fmt.Errorf("member %d has failed %d times in one call", id, is.Failures-was.Failures)
		}
	}
	return nil
}
