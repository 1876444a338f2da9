package app_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"headgate/app/notify"
	"headgate/app/settings"
)

func TestWhoAnswersIsTold(t *testing.T) {
	r := startRig(t)
	told := make(chan notify.Change, 8)
	r.app.OnChange(func(c notify.Change) { told <- c })
	r.ask() // one failure is below the threshold
	r.ask()
	select {
	case c := <-told:
		if c.Kind != notify.Failover || c.Group != "chat" || c.Failed.Provider != r.bad.Marker() ||
			c.Answers.Provider != r.good.Marker() || c.Reason != "upstream_error" {
			t.Errorf("told %+v", c)
		}
		if left := time.Until(c.NextTry); c.NextTry.IsZero() || left > time.Minute {
			t.Errorf("the next try is in %s, want a minute after the failure", left)
		}
	case <-time.After(time.Minute):
		t.Fatal("nothing was told")
	}
	if len(told) > 0 {
		t.Errorf("told twice: %+v", <-told)
	}
}

func TestWhatIsToldStandsInTheLogToo(t *testing.T) {
	r := startRig(t)
	log := &lines{}
	r.stop()
	r.start(r.app.DataDir, slog.New(slog.NewJSONHandler(log, nil)))
	r.ask()
	r.ask()
	await(t, "a line", func() bool { return strings.Contains(log.String(), "another member answers a group now") })
	if text := log.String(); strings.Contains(text, healthSecret) || !strings.Contains(text, `"group":"chat"`) {
		t.Errorf("the log says %s", text)
	}
}

func TestNothingIsToldThatWasSwitchedOff(t *testing.T) {
	r := startRig(t)
	told := make(chan notify.Change, 8)
	r.app.OnChange(func(c notify.Change) { told <- c })
	chosen, err := r.app.Catalog.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if chosen.Notify != (settings.Notify{Failover: true, Exhausted: true}) {
		t.Errorf("at first %+v is chosen", chosen.Notify)
	}
	chosen.Notify.Failover = false
	if err := r.app.SaveSettings(t.Context(), chosen); err != nil {
		t.Fatal(err)
	}
	r.ask()
	r.ask()
	r.stop() // all calls are written by then
	if len(told) > 0 {
		t.Errorf("told %+v", <-told)
	}
}
