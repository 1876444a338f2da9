package notify_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"headgate/app/i18n"
	"headgate/app/notify"
	"headgate/app/settings"
	"headgate/gateway"
)

// scene is a watcher, the calls that it is shown and what it has told.
type scene struct {
	t       *testing.T
	watcher *notify.Watcher
	told    chan notify.Change
	until   map[int64]time.Time // members that are passed over
}

// watched runs a story on a clock of its own, with everything switched on.
func watched(t *testing.T, story func(s *scene)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &scene{t: t, told: make(chan notify.Change, 100), until: map[int64]time.Time{}}
		s.watcher = notify.New(notify.Options{
			Tell: func(c notify.Change) { s.told <- c },
			Explain: func(int64) (list []gateway.Prospect) {
				for _, id := range []int64{1, 2} {
					list = append(list, gateway.Prospect{MemberID: id, Turn: int(id), Until: s.until[id]})
				}
				return list
			},
		})
		s.watcher.Choose(settings.Notify{Failover: true, Exhausted: true})
		defer s.watcher.Close()
		story(s)
	})
}

// take returns what was told since it was last asked.
func (s *scene) take() (list []notify.Change) {
	synctest.Wait()
	for len(s.told) > 0 {
		list = append(list, <-s.told)
	}
	return list
}

// heard is take in words, such as "failover a".
func (s *scene) heard() (list []string) {
	for _, c := range s.take() {
		text := string(c.Kind) + " " + c.Group
		if c.More > 0 {
			text += " and more"
		}
		list = append(list, text)
	}
	return list
}

func (s *scene) expect(what string, want ...string) {
	s.t.Helper()
	if got := s.heard(); !slices.Equal(got, want) {
		s.t.Errorf("%s: told %q, want %q", what, got, want)
	}
}

func limited(member int64) gateway.Attempt {
	return attempt(member, gateway.Outcome{
		Class: gateway.ClassRateLimited, Reason: "rate_limited", Message: "sk-secret",
		Blames: gateway.BlamesBoth, Action: gateway.ActionNextKey, Bench: 20 * time.Second,
	})
}

func slip(member int64) gateway.Attempt {
	return attempt(member, gateway.Outcome{
		Class: gateway.ClassTransient, Reason: "upstream_error", Blames: gateway.BlamesMember, Action: gateway.ActionNext, Counts: true,
	})
}

func good(member int64) gateway.Attempt {
	return attempt(member, gateway.Outcome{Class: gateway.ClassOK, Reason: "ok", Blames: gateway.BlamesNobody, Action: gateway.ActionDone})
}

func attempt(member int64, o gateway.Outcome) gateway.Attempt {
	provider := map[int64]string{1: "Alpha", 2: "Beta", 3: "Alpha"}[member]
	return gateway.Attempt{MemberID: member, Provider: provider, Model: "m" + string(rune('0'+member)), Outcome: o}
}

// call shows a call that began and ended just now.
func (s *scene) call(group int64, attempts ...gateway.Attempt) {
	c := gateway.Call{
		GroupID: group, Model: string(rune('a' + group - 1)), APIKeyID: 7, StartedAt: time.Now(),
		State: gateway.StateFailed, Attempts: attempts,
	}
	if attempts[len(attempts)-1].Outcome.Class == gateway.ClassOK {
		c.State = gateway.StateOK
	}
	s.watcher.Calls([]gateway.Call{c})
}

func TestFailoverIsToldOnce(t *testing.T) {
	watched(t, func(s *scene) {
		s.until[1] = time.Now().Add(20 * time.Second)
		s.call(1, limited(1), good(2))
		want := notify.Change{
			Kind: notify.Failover, GroupID: 1, Group: "a",
			Failed: notify.Member{ID: 1, Provider: "Alpha", Model: "m1"}, Answers: notify.Member{ID: 2, Provider: "Beta", Model: "m2"},
			Class: gateway.ClassRateLimited, Reason: "rate_limited", NextTry: s.until[1],
		}
		told := s.take()
		if len(told) != 1 || told[0] != want {
			t.Fatalf("told %+v, want %+v", told, want)
		}
		for range 100 { // it stays passed over, and each try anew fails
			s.call(1, good(2))
			time.Sleep(30 * time.Second)
			s.call(1, limited(1), good(2))
		}
		s.expect("the same trouble")
		s.call(1, good(1))
		time.Sleep(time.Minute)
		s.call(1, limited(1), good(2))
		s.expect("back for a minute only")
		s.call(1, good(1))
		time.Sleep(10 * time.Minute)
		s.call(1, limited(1), good(2))
		s.expect("after ten good minutes", "failover a")
	})
}

func TestASlipIsNotTold(t *testing.T) {
	watched(t, func(s *scene) {
		s.call(1, slip(1), good(2))
		s.expect("the next call asks it again")
		s.call(1, limited(1), good(1))
		s.expect("another key of the same member answered")
	})
}

func TestExhaustedIsToldOnceAndItsEndToo(t *testing.T) {
	watched(t, func(s *scene) {
		s.until[1] = time.Now().Add(2 * time.Minute)
		s.call(1, limited(1), slip(2))
		told := s.take()
		if len(told) != 1 || told[0].Kind != notify.Exhausted || told[0].Failed.ID != 2 || told[0].Reason != "upstream_error" ||
			!told[0].NextTry.Equal(s.until[1]) {
			t.Fatalf("told %+v", told)
		}
		for range 50 {
			time.Sleep(time.Minute)
			s.call(1, slip(1), slip(2))
		}
		s.expect("still exhausted")
		s.call(1, good(1))
		s.expect("back", "recovered a")
		s.call(1, good(1))
		s.expect("that it goes on")
	})
}

func TestAShortExhaustionEndsInSilence(t *testing.T) {
	watched(t, func(s *scene) {
		s.call(1, slip(1))
		s.expect("exhausted", "exhausted a")
		time.Sleep(30 * time.Second)
		s.call(1, good(1))
		s.expect("back soon")
	})
}

func TestAnEarlierCallsSuccessEndsNothing(t *testing.T) {
	watched(t, func(s *scene) {
		began := time.Now()
		time.Sleep(time.Second)
		s.call(1, slip(1))
		time.Sleep(2 * time.Minute)
		s.watcher.Calls([]gateway.Call{{
			GroupID: 1, APIKeyID: 7, StartedAt: began, State: gateway.StateOK, Attempts: []gateway.Attempt{good(1)},
		}})
		s.expect("a long call that began before", "exhausted a")
	})
}

func TestOneGroupIsToldOfAtMostEveryFiveMinutes(t *testing.T) {
	watched(t, func(s *scene) {
		s.call(1, slip(1))
		s.expect("exhausted", "exhausted a")
		time.Sleep(time.Second)
		s.call(1, good(1))
		time.Sleep(time.Second)
		s.call(1, slip(1))
		s.expect("again, too soon")
		time.Sleep(5 * time.Minute)
		s.expect("it has lasted", "exhausted a")

		s.call(1, good(1))
		time.Sleep(time.Second)
		s.call(1, slip(1))
		time.Sleep(time.Second)
		s.call(1, good(1))
		time.Sleep(time.Hour)
		s.expect("over before it was told", "recovered a")
	})
}

func TestManyGroupsAtOnceAreOne(t *testing.T) {
	watched(t, func(s *scene) {
		for group := range int64(8) {
			s.call(group+1, limited(1), good(2))
		}
		s.expect("the first at once", "failover a")
		time.Sleep(10 * time.Second)
		told := s.take()
		if len(told) != 1 || told[0].Group != "b" || told[0].More != 6 {
			t.Fatalf("told %+v, want b and 6 more", told)
		}
		time.Sleep(time.Hour)
		s.expect("and that was all")
	})
}

func TestWhatIsOverBeforeItIsToldIsLeftOut(t *testing.T) {
	watched(t, func(s *scene) {
		s.call(1, limited(1), good(2))
		s.call(2, limited(1), good(2))
		time.Sleep(time.Second)
		s.call(2, good(1))
		time.Sleep(time.Minute)
		s.expect("b's first member is back", "failover a")
	})
}

func TestAtMostSixAnHourOfAKind(t *testing.T) {
	watched(t, func(s *scene) {
		for group := range int64(20) {
			s.call(group+1, limited(1), good(2))
			time.Sleep(time.Minute)
		}
		if got := s.heard(); len(got) != 6 {
			t.Fatalf("told %d times in 20 min: %q", len(got), got)
		}
		s.call(1, slip(1), slip(2))
		s.expect("more pressing", "exhausted a")
		time.Sleep(40*time.Minute + time.Second)
		s.call(21, limited(1), good(2))
		told := s.take()
		if len(told) != 1 || told[0].More != 14 {
			t.Fatalf("an hour after the first: told %+v, want the 14 left out counted", told)
		}
	})
}

func TestExhaustedReplacesAFailoverThatWaits(t *testing.T) {
	watched(t, func(s *scene) {
		s.call(1, limited(1), good(2))
		s.call(2, limited(1), good(2))
		s.call(2, slip(1), slip(2))
		time.Sleep(time.Minute)
		s.expect("nobody answers now", "failover a", "exhausted b")
	})
}

func TestWhatIsNobodysFaultIsNotTold(t *testing.T) {
	stopped := slip(1)
	stopped.Outcome.Action = gateway.ActionStop
	for name, c := range map[string]gateway.Call{
		"refused by the provider": {State: gateway.StateFailed, Attempts: []gateway.Attempt{attempt(1, gateway.Outcome{Class: gateway.ClassCallerFault, Blames: gateway.BlamesNobody, Action: gateway.ActionStop})}},
		"no network":              {State: gateway.StateFailed, Attempts: []gateway.Attempt{attempt(1, gateway.Outcome{Class: gateway.ClassOffline, Blames: gateway.BlamesNobody, Action: gateway.ActionNext})}},
		"stopped by a rule":       {State: gateway.StateFailed, Attempts: []gateway.Attempt{stopped}},
		"client gone":             {State: gateway.StateCanceled, Attempts: []gateway.Attempt{limited(1), attempt(2, gateway.Outcome{Class: gateway.ClassCanceled})}},
		"cut off":                 {State: gateway.StatePartial, Attempts: []gateway.Attempt{slip(1)}},
		"refused here":            {State: gateway.StateRefused},
		"no member":               {State: gateway.StateFailed},
		"still open":              {State: gateway.StateOpen, Attempts: []gateway.Attempt{limited(1)}},
	} {
		t.Run(name, func(t *testing.T) {
			watched(t, func(s *scene) {
				c.GroupID, c.APIKeyID, c.StartedAt = 1, 7, time.Now()
				s.watcher.Calls([]gateway.Call{c})
				s.expect(name)
			})
		})
	}
	for name, c := range map[string]gateway.Call{
		"straight to a model": {APIKeyID: 7}, "the window's own try": {GroupID: 1},
	} {
		t.Run(name, func(t *testing.T) {
			watched(t, func(s *scene) {
				c.State, c.Attempts, c.StartedAt = gateway.StateFailed, []gateway.Attempt{slip(1)}, time.Now()
				s.watcher.Calls([]gateway.Call{c})
				s.expect(name)
			})
		})
	}
}

// Who is slow to hear holds nobody up: so many changes wait, and what comes when there
// is no room is noted as all are, and isn't taken for more groups of the next.
func TestOneWhoIsSlowToHear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hearing, noted, told := make(chan struct{}), 0, []notify.Change{}
		w := notify.New(notify.Options{
			Note: func(notify.Change) { noted++ },
			Tell: func(c notify.Change) {
				<-hearing
				told = append(told, c)
			},
			Explain: func(int64) []gateway.Prospect { return nil },
		})
		defer w.Close()
		s := &scene{t: t, watcher: w}
		w.Choose(settings.Notify{Failover: true, Exhausted: true})
		const groups = 40
		for n := range int64(groups) { // each has trouble, and is told of: it is over, too
			s.call(n+1, slip(1), slip(2))
			time.Sleep(11 * time.Minute)
			s.call(n+1, good(1))
		}
		close(hearing)
		synctest.Wait()
		s.call(groups+1, slip(1), slip(2))
		synctest.Wait()
		more := 0
		for _, c := range told {
			more += c.More
		}
		if len(told) != 1+32+1 || more != 0 || noted != 2*groups+1 {
			t.Errorf("told %d times, and of %d more groups, noted %d; want 34, 0, %d", len(told), more, noted, 2*groups+1)
		}
	})
}

func TestChoice(t *testing.T) {
	watched(t, func(s *scene) {
		s.watcher.Choose(settings.Notify{Exhausted: true})
		s.call(1, limited(1), good(2))
		s.expect("failovers are off")
		s.call(1, slip(1), slip(2))
		s.expect("exhausted isn't", "exhausted a")

		s.watcher.Choose(settings.Notify{Failover: true})
		time.Sleep(time.Hour)
		s.call(1, good(1))
		s.expect("its end is off with it")
		s.call(1, slip(1))
		s.expect("exhausted is off")
		time.Sleep(time.Hour)
		s.call(1, good(1))
		time.Sleep(time.Hour)
		s.call(1, limited(1), good(2))
		s.call(2, limited(1), good(2))
		s.expect("failovers are on", "failover a")
		s.watcher.Close()
		time.Sleep(time.Minute)
		s.expect("closed")
	})
}

func TestWords(t *testing.T) {
	now := time.Date(2026, 11, 23, 14, 0, 0, 0, time.Local)
	failover := notify.Change{
		Kind: notify.Failover, Group: "chat", Failed: notify.Member{ID: 1, Provider: "Alpha", Model: "m1"}, Answers: notify.Member{ID: 2, Provider: "Beta", Model: "m2"},
		Class: gateway.ClassRateLimited, Reason: "rate_limited", NextTry: now.Add(20 * time.Second),
	}
	exhausted := failover
	exhausted.Kind, exhausted.Answers, exhausted.NextTry, exhausted.More = notify.Exhausted, notify.Member{}, now.Add(5*time.Minute), 12
	for name, c := range map[string]struct {
		change              notify.Change
		locale, title, body string
	}{
		"failover": {
			failover, "en", "chat: Beta answers now",
			"Alpha – Rate limited: Too many requests for the provider's limits.\nNext try in 20 s.",
		},
		"exhausted, and more": {
			exhausted, "en", "chat: no member can answer",
			"Alpha – Rate limited: Too many requests for the provider's limits.\nNext try in 5 min, at 14:05.\nAnd 12 more groups.",
		},
		"in Chinese": {
			exhausted, "zh-Hant", "chat：沒有成員能回覆",
			"Alpha（遭到限流）：請求次數超過供應商的限制。\n5 分鐘後（14:05）再嘗試。\n另有 12 個群組。",
		},
		"recovered": {
			notify.Change{Kind: notify.Recovered, Group: "chat", Answers: notify.Member{ID: 2, Provider: "Beta", Model: "m2"}},
			"en",
			"chat answers again", "Beta answered.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			title, body := c.change.Words(i18n.New(c.locale), now)
			if title != c.title || body != c.body {
				t.Errorf("said %q\n%q, want %q\n%q", title, body, c.title, c.body)
			}
		})
	}
	for name, c := range map[string]struct {
		next time.Time
		says string
	}{
		"at once": {time.Time{}, "The next call tries again."},
		"past":    {now.Add(-time.Second), "The next call tries again."},
		"long":    {now.Add(90 * time.Minute), "Next try at 15:30."},
		"rounded": {now.Add(61 * time.Second), "Next try in 2 min, at 14:01."},
	} {
		change := exhausted
		change.NextTry, change.More = c.next, 0
		if _, body := change.Words(i18n.New("en"), now); !strings.HasSuffix(body, "\n"+c.says) {
			t.Errorf("%s: said %q, want %q", name, body, c.says)
		}
	}
}

func TestNamesFitIntoALine(t *testing.T) {
	change := notify.Change{
		Kind: notify.Failover, Group: "a\nb\x00" + strings.Repeat("字", 200),
		Failed: notify.Member{ID: 1, Provider: "Alpha", Model: "m1"}, Answers: notify.Member{ID: 3, Provider: "Alpha", Model: "m3"}, Reason: "no_such_code", Class: gateway.ClassQuota,
	}
	title, body := change.Words(i18n.New("en"), time.Now())
	if strings.ContainsAny(title, "\n\x00") || len([]rune(title)) > 90 {
		t.Errorf("title is %q", title)
	}
	if !strings.Contains(title, "Alpha · m3") || !strings.Contains(body, "Alpha · m1") {
		t.Errorf("two models of one provider: %q %q", title, body)
	}
	if strings.Contains(body, "no_such_code") {
		t.Errorf("said a code: %q", body)
	}
}
