package gateway_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

// abroad is a house whose members are far away, but for those whose URL keeps its
// host.
type abroad struct {
	*house
	hosts []string // by member; "": near
	news  chan struct{}
	route atomic.Bool // the system knows a way to the internet
}

var abroads atomic.Int64

// far is a URL for openAbroad to give a far-away host to.
func far(url string) string { return "far " + url }

// once is healthy on a connection that is not kept: the next call looks for a new
// one.
func once(v *visit) {
	if v.stream() {
		v.begin("Connection: close")
		for _, data := range []string{role, delta("good"), finish, usage, done} {
			v.chunk("data: " + data + "\n\n")
		}
		v.end()
	} else {
		v.reply(200, "application/json", whole("good"), "Connection: close")
	}
	_ = v.conn.Close()
}

// openAbroad runs a gateway like open. What it learns of the network is in news.
func openAbroad(t *testing.T, urls []string, changes ...func(*gateway.Config)) *abroad {
	t.Helper()
	a := &abroad{hosts: make([]string, len(urls)), news: make(chan struct{}, 100)}
	a.route.Store(true)
	n := abroads.Add(1)
	for i, url := range urls {
		if away, isFar := strings.CutPrefix(url, "far "); isFar {
			a.hosts[i] = fmt.Sprintf("p%d.n%d.far.test", i+1, n)
			urls[i] = strings.Replace(away, "127.0.0.1", a.hosts[i], 1)
		}
	}
	a.house = run(t, configOf(urls, changes...), gateway.Options{OnNetwork: func() { a.news <- struct{}{} }})
	a.SetRoute(a.route.Load)
	a.LookEvery(time.Millisecond)
	return a
}

func (a *abroad) lose(lost bool) {
	for _, host := range a.hosts {
		names.lose(lost, host)
	}
}

// awaitOffline waits until the engine is sure that there is no network, or that
// there is one.
func (a *abroad) awaitOffline(t *testing.T, want bool) {
	t.Helper()
	late := time.After(patience)
	for a.Offline().IsZero() == want {
		select {
		case <-a.news:
		case <-late:
			t.Fatalf("offline since %v", a.Offline())
		}
	}
}

func (a *abroad) lastOutcomes(t *testing.T, calls int) []gateway.Outcome {
	t.Helper()
	var outcomes []gateway.Outcome
	for _, attempt := range a.ledger.await(t, calls)[calls-1].Attempts {
		outcomes = append(outcomes, attempt.Outcome)
	}
	return outcomes
}

// When all that is far away gets out of reach at once, nobody is blamed, what was
// counted already is taken back, and the client is told; when it is there again,
// that is noticed without any call.
func TestOffline(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"json": plainBody, "stream": streamBody} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := openAbroad(t, []string{far(serve(t, once).url), far(serve(t, once).url)}, func(c *gateway.Config) { c.Failover.Count = 1 })
			a.post(body).wantGood(t, body == streamBody)
			before := time.Now()
			a.lose(true)
			got := a.post(body)
			if code, message := got.envelope(t); got.status != http.StatusBadGateway || code != "no_network" || got.header.Get("Retry-After") != "5" || !strings.Contains(message, "no provider is blamed") {
				t.Errorf("got %d %v %s", got.status, got.header, got.body)
			}
			a.awaitOffline(t, true)
			if since := a.Offline(); since.Before(before) || since.After(time.Now()) {
				t.Errorf("offline since %v", since)
			}
			if health := a.Health(); len(health) != 0 {
				t.Errorf("held against members: %+v", health)
			}
			if learnt := a.Learnt(); len(learnt.Members) != 1 || learnt.Members[0].Failures != nil { // the latency of the first
				t.Errorf("learnt %+v", learnt)
			}
			got = a.post(body)
			if code, _ := got.envelope(t); code != "no_network" {
				t.Errorf("the next call: %d %s", got.status, got.body)
			}
			for i, o := range a.lastOutcomes(t, 3) {
				if o.Class != gateway.ClassOffline || o.Reason != "no_network" || o.Blames != gateway.BlamesNobody || o.Counts || o.Bench != 0 {
					t.Errorf("attempt %d: %+v", i+1, o)
				}
			}
			if health := a.Health(); len(health) != 0 {
				t.Errorf("held against members: %+v", health)
			}
			a.lose(false)
			a.awaitOffline(t, false)
			a.post(body).wantGood(t, body == streamBody)
			if len(a.lastOutcomes(t, 4)) != 1 {
				t.Error("the first member was passed over after the blackout")
			}
			// Normal rules hold again: one that is gone by itself is blamed.
			names.lose(true, a.hosts[0])
			a.post(body).wantGood(t, body == streamBody)
			if m := a.healthOf(1); m.CooldownUntil.IsZero() {
				t.Errorf("one that is gone alone: %+v", m)
			}
		})
	}
}

// A member that can't be reached while others can, or may, is to blame.
func TestDeadProviderIsBlamed(t *testing.T) {
	t.Parallel()
	gone := gatewaytest.Refusing(t)
	for name, urls := range map[string][]string{
		"it is the only one":         {far(gone)},
		"the other is near":          {far(gone), serve(t, once).url},
		"the other is near and dead": {far(gone), gatewaytest.Refusing(t)},
		"both are near":              {gatewaytest.Refusing(t), gatewaytest.Refusing(t)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := openAbroad(t, urls, func(c *gateway.Config) { c.Failover.Count = 1 })
			a.post(plainBody)
			if o := a.lastOutcomes(t, 1)[0]; o.Class != gateway.ClassTransient || !o.Counts || a.healthOf(1).CooldownUntil.IsZero() {
				t.Errorf("outcome %+v, health %+v", o, a.Health())
			}
			if !a.Offline().IsZero() {
				t.Error("offline")
			}
		})
	}
}

// Two that are dead for themselves are blamed when a third, which no call asked, is
// there.
func TestThirdClearsSuspicion(t *testing.T) {
	t.Parallel()
	third := gatewaytest.Start(t, gatewaytest.Script{})
	a := openAbroad(t, []string{far(gatewaytest.Refusing(t)), far(gatewaytest.Refusing(t)), far(third.URL())}, func(c *gateway.Config) {
		c.Failover.Count = 1
		c.Groups[0].Members = c.Groups[0].Members[:2]
	})
	got := a.post(plainBody)
	if code, _ := got.envelope(t); code != "upstream_error" {
		t.Errorf("got %d %s", got.status, got.body)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := third.AwaitTaken(ctx, 1); err != nil {
		t.Fatalf("nobody looked for the third: %v", err)
	}
	if err := third.AwaitClosed(ctx); err != nil {
		t.Fatal(err)
	}
	if !a.Offline().IsZero() || a.healthOf(1).CooldownUntil.IsZero() || a.healthOf(2).CooldownUntil.IsZero() {
		t.Errorf("offline since %v, health %+v", a.Offline(), a.Health())
	}
	if requests := third.Requests(); len(requests) != 0 {
		t.Errorf("who was looked for got %d requests", len(requests))
	}
}

// However many are dead for themselves, they are blamed when one is there that no
// call asked.
func TestOneOfManyClearsSuspicion(t *testing.T) {
	t.Parallel()
	there := gatewaytest.Start(t, gatewaytest.Script{})
	var urls []string
	for range 12 {
		urls = append(urls, far(gatewaytest.Refusing(t)))
	}
	a := openAbroad(t, append(urls, far(there.URL())), func(c *gateway.Config) {
		c.Failover.Count = 1
		c.Limits.Attempts = 20
		c.Groups[0].Members = c.Groups[0].Members[:12]
	})
	if got := a.post(plainBody); got.status != 502 {
		t.Errorf("got %d %s", got.status, got.body)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := there.AwaitTaken(ctx, 1); err != nil {
		t.Fatalf("nobody looked for the one that is there: %v", err)
	}
	a.awaitOffline(t, false)
	for id := int64(1); id <= 12; id++ {
		if a.healthOf(id).CooldownUntil.IsZero() {
			t.Errorf("member %d isn't passed over", id)
		}
	}
}

// When the third isn't there either, what was counted and benched meanwhile is
// taken back, and only that.
func TestThirdConfirmsSuspicion(t *testing.T) {
	t.Parallel()
	first, second, third := serve(t, func(v *visit) {
		v.reply(500, "application/json", serverError, "Connection: close")
		_ = v.conn.Close()
	}), serve(t, once), serve(t, once)
	a := openAbroad(t, []string{far(first.url), far(second.url), far(third.url)}, func(c *gateway.Config) {
		c.Groups[0].Members = c.Groups[0].Members[:2]
	})
	a.post(plainBody).wantGood(t, false)
	a.lose(true)
	a.post(plainBody)
	a.awaitOffline(t, true)
	m := a.healthOf(1)
	if m.Failures != 1 || !m.CooldownUntil.IsZero() || m.Reason != "upstream_error" || a.healthOf(2).Failures != 0 {
		t.Errorf("health %+v", a.Health())
	}
}

// Two that are dead for themselves are blamed although the third, which answers
// behind a proxy near by, can't be looked for.
func TestThirdHidesBehindProxy(t *testing.T) {
	t.Parallel()
	looked := make(chan struct{})
	third := startProxy(t, func(_ *proxy, conn net.Conn, in *bufio.Reader) {
		if _, err := http.ReadRequest(in); err == nil {
			<-looked
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"+whole("good"))
		}
	})
	gone := gatewaytest.Refusing(t)
	a := openAbroad(t, []string{far(gone), far(gone), far("http://127.0.0.1/v1")}, func(c *gateway.Config) {
		c.Failover.Count = 1
		c.Providers[2].Proxy = "http://" + third.address
	})
	var begun atomic.Bool
	a.SetRoute(func() bool { begun.Store(true); return true })
	go func() {
		defer close(looked)
		late := time.Now().Add(patience)
		for a.Offline().IsZero() && !(begun.Load() && !a.Looks()) && time.Now().Before(late) {
			runtime.Gosched()
		}
	}()
	a.post(plainBody).wantGood(t, false)
	if !a.Offline().IsZero() || a.healthOf(1).CooldownUntil.IsZero() || a.healthOf(2).CooldownUntil.IsZero() {
		t.Errorf("offline since %v, health %+v", a.Offline(), a.Health())
	}
}

// A system that knows no way to the internet is believed, with one provider only.
func TestNoRoute(t *testing.T) {
	t.Parallel()
	a := openAbroad(t, []string{far(serve(t, once).url)}, func(c *gateway.Config) { c.Failover.Count = 1 })
	a.lose(true)
	a.route.Store(false)
	got := a.post(plainBody)
	if code, _ := got.envelope(t); code != "no_network" || a.Offline().IsZero() || len(a.Health()) != 0 {
		t.Errorf("got %d %s, offline since %v, health %+v", got.status, got.body, a.Offline(), a.Health())
	}
	a.lose(false)
	a.route.Store(true)
	a.awaitOffline(t, false)
	// Unless answers come all the same.
	a.lose(true)
	a.route.Store(false)
	a.post(plainBody)
	a.lose(false)
	a.post(plainBody).wantGood(t, false)
	a.awaitOffline(t, false)
	a.lose(true)
	a.post(plainBody)
	if m := a.healthOf(1); m.CooldownUntil.IsZero() || !a.Offline().IsZero() {
		t.Errorf("who has no route and is answered: offline since %v, health %+v", a.Offline(), m)
	}
}

// Without a network those are tried first that need none, as is explained, and
// what fails on this machine is blamed.
func TestNearFirst(t *testing.T) {
	t.Parallel()
	near := serveSwitched(t, failing(500, serverError))
	near.fails.Store(false)
	a := openAbroad(t, []string{far(serve(t, once).url), far(serve(t, once).url), near.url}, func(c *gateway.Config) { c.Failover.Count = 1 })
	a.lose(true)
	a.post(plainBody).wantGood(t, false)
	a.awaitOffline(t, true)
	if plan := a.Explain(1); len(plan) != 3 || plan[0].MemberID != 3 || plan[0].Reason != gateway.ProspectNear || plan[1].MemberID != 1 || plan[1].Turn != 2 {
		t.Errorf("explained as %+v", plan)
	}
	a.post(plainBody).wantGood(t, false)
	if got := a.lastOutcomes(t, 2); len(got) != 1 {
		t.Errorf("%d attempts", len(got))
	}
	near.fails.Store(true)
	a.post(plainBody)
	if a.healthOf(3).CooldownUntil.IsZero() || a.healthOf(1).Failures != 0 {
		t.Errorf("health %+v", a.Health())
	}
	a.lose(false)
	a.awaitOffline(t, false)
	if plan := a.Explain(1); plan[0].MemberID != 1 || plan[0].Reason != gateway.ProspectPriority {
		t.Errorf("explained as %+v", plan)
	}
}

// What was cleared by hand during a blackout is not brought back by its end, nor
// is a provider that the configuration has lost waited for.
func TestOfflineAndConfiguration(t *testing.T) {
	t.Parallel()
	a := openAbroad(t, []string{far(serve(t, once).url), far(serve(t, once).url)})
	a.lose(true)
	a.post(plainBody)
	a.awaitOffline(t, true)
	a.config.Providers[1].BaseURL = serve(t, once).url
	a.apply()
	a.post(plainBody).wantGood(t, false)
	a.lose(false)
	a.awaitOffline(t, false)
}

// FLT-064: what breaks because the machine slept, or right after, is nobody's
// fault; what breaks later is the member's again.
func TestFLT064SleepBlamesNobody(t *testing.T) {
	t.Parallel()
	var clock wall
	now := &wall{}
	var behave atomic.Value
	behave.Store((*visit).reset)
	u := serve(t, func(v *visit) { behave.Load().(func(*visit))(v) })
	a := openAbroad(t, []string{far(u.url)})
	a.SetWall(clock.now)
	a.SetClock(now.now)
	clock.step(time.Hour)
	a.post(plainBody)
	if o := a.lastOutcomes(t, 1)[0]; o.Class != gateway.ClassOffline || o.Reason != "after_sleep" || o.Counts || len(a.Health()) != 0 {
		t.Errorf("right after the sleep: %+v", o)
	}
	now.step(11 * time.Second)
	a.post(plainBody)
	if o := a.lastOutcomes(t, 2)[0]; o.Class != gateway.ClassTransient || !o.Counts || a.healthOf(1).Failures != 1 {
		t.Errorf("later: %+v", o)
	}
	now.step(time.Minute)
	behave.Store(func(v *visit) {
		clock.step(time.Hour)
		v.reset()
	})
	a.post(plainBody)
	if o := a.lastOutcomes(t, 3)[0]; o.Reason != "after_sleep" || a.healthOf(1).Failures != 1 {
		t.Errorf("slept during the call: %+v", o)
	}
	// An answer is an answer, however soon it comes.
	behave.Store(failing(500, serverError))
	a.post(plainBody)
	if o := a.lastOutcomes(t, 4)[0]; !o.Counts {
		t.Errorf("an error that was told: %+v", o)
	}
}
