package server

import (
	"fmt"
	"testing"
	"time"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func TestSessionsEnd(t *testing.T) {
	for name, tc := range map[string]struct {
		uses []time.Duration // after the start
		last time.Duration
		want bool
	}{
		"Fresh":              {nil, time.Hour, true},
		"Idle":               {nil, sessionIdle, false},
		"IdleAfterUse":       {[]time.Duration{time.Hour}, time.Hour + sessionIdle, false},
		"KeptByUse":          {[]time.Duration{11 * time.Hour}, 22 * time.Hour, true},
		"NotEvenUseForAWeek": {everyTenHours(sessionLife), sessionLife, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSessions()
			id := ticketOf(s.begin("ada", noon))
			for _, after := range tc.uses {
				if _, ok := s.use(id, noon.Add(after)); !ok {
					t.Fatalf("over after %v", after)
				}
			}
			cancelled, _ := s.lasts(id, noon)
			if _, ok := s.use(id, noon.Add(tc.last)); ok != tc.want {
				t.Errorf("after %v it lasts: %v, want %v", tc.last, ok, tc.want)
			}
			select {
			case <-cancelled:
				if tc.want {
					t.Error("its streams were told to end")
				}
			default:
				if !tc.want {
					t.Error("its streams were not told")
				}
			}
		})
	}
}

func everyTenHours(until time.Duration) (at []time.Duration) {
	for d := 10 * time.Hour; d < until; d += 10 * time.Hour {
		at = append(at, d)
	}
	return at
}

func TestSessionsHaveAnEnd(t *testing.T) {
	s := newSessions()
	first := ticketOf(s.begin("ada", noon))
	second := ticketOf(s.begin("ada", noon.Add(time.Second)))
	s.use(first, noon.Add(time.Minute))
	for n := range maxSessions - 1 {
		s.begin("ada", noon.Add(time.Hour+time.Duration(n)))
	}
	if len(s.all) != maxSessions {
		t.Fatalf("%d sessions", len(s.all))
	}
	if _, ok := s.use(first, noon.Add(time.Hour)); !ok {
		t.Error("a session in use made room")
	}
	if _, ok := s.use(second, noon.Add(time.Hour)); ok {
		t.Error("the idlest session was kept")
	}
}

func TestTriesAreLimited(t *testing.T) {
	t.Run("EachName", func(t *testing.T) {
		limit := newThrottle()
		for n := range triesPerName {
			if wait := limit.begin(noon.Add(time.Duration(n)*time.Second), "a", fmt.Sprint(n)); wait != 0 {
				t.Fatalf("try %d had to wait %v", n, wait)
			}
		}
		if wait := limit.begin(noon.Add(10*time.Second), "a", "x"); wait != 50*time.Second {
			t.Errorf("the next waits %v, want 50 s", wait)
		}
		if wait := limit.begin(noon.Add(10*time.Second), "b", "x"); wait != 0 {
			t.Errorf("another name waits %v", wait)
		}
		if wait := limit.begin(noon.Add(61*time.Second), "a", "x"); wait != 0 {
			t.Errorf("a minute later it waits %v", wait)
		}
	})
	t.Run("All", func(t *testing.T) {
		limit := newThrottle()
		for n := range triesInAll {
			if wait := limit.begin(noon, fmt.Sprint("address", n), fmt.Sprint("user", n)); wait != 0 {
				t.Fatalf("try %d had to wait %v", n, wait)
			}
		}
		if wait := limit.begin(noon, "fresh", "new"); wait != tryWindow {
			t.Errorf("the next waits %v", wait)
		}
	})
	t.Run("MadeUpNamesDontStay", func(t *testing.T) {
		limit := newThrottle()
		for n := range 10_000 {
			limit.begin(noon.Add(time.Duration(n)*time.Second), fmt.Sprint("address", n), fmt.Sprint("user", n))
		}
		if len(limit.each) > 5*triesInAll {
			t.Errorf("%d names are kept", len(limit.each))
		}
	})
}

func TestStoredHashes(t *testing.T) {
	p, err := parseHash(hashPassword("enchantresses"))
	if err != nil || !p.fits("enchantresses") || p.fits("enchantresse") || p.fits("") {
		t.Errorf("a hash doesn't fit its password alone (%v)", err)
	}
	if realCost.memory < 19<<10 || realCost.time < 2 {
		t.Errorf("a password check is too cheap: %+v", realCost)
	}
	for _, text := range []string{
		"", "enchantresses", "$argon2i$v=19$m=19456,t=2,p=1$AAAA$AAAA",
		"$argon2id$v=16$m=19456,t=2,p=1$AAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=0,t=0,p=0$AAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=4294967295,t=2,p=1$AAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAA$AA",
	} {
		if _, err := parseHash(text); err == nil {
			t.Errorf("%q passed as a hash", text)
		}
	}
}
