package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"headgate/app"
	"headgate/app/api"
	"headgate/app/apperr"
	"headgate/app/calllog"
	"headgate/app/catalog"
	"headgate/app/i18n"
)

// statusReport is what `status --json` prints. Times are Unix milliseconds.
type statusReport struct {
	Running    bool          `json:"running"`
	Version    string        `json:"version"`
	DataFolder string        `json:"dataFolder"`
	Gateway    gatewayReport `json:"gateway"`
	Groups     []groupReport `json:"groups"`
	Today      todayReport   `json:"today"` // all 0 while the call log can't be read
	CallLog    logReport     `json:"callLog"`
	Failing    []failReport  `json:"failing"`
}

type gatewayReport struct {
	State        string `json:"state"` // running, stopped, draining, failed, locked
	BaseURL      string `json:"baseUrl"`
	Error        string `json:"error"`        // in words; "": none
	OfflineSince int64  `json:"offlineSince"` // 0: there is a network
}

// todayReport counts calls since midnight here.
type todayReport struct {
	Calls  int64 `json:"calls"`
	OK     int64 `json:"ok"`
	Failed int64 `json:"failed"`
}

// logReport is how the call log is doing.
type logReport struct {
	Error string `json:"error"` // why it can't be written just now; "": it can
	Lost  uint64 `json:"lost"`  // calls that couldn't be, since the start
}

// failReport is a member that is passed over, or that failed lately.
type failReport struct {
	Group    string `json:"group"`
	Provider string `json:"provider"`
	Model    string `json:"model"`
	Failures int    `json:"failures"`
	Until    int64  `json:"until"`  // passed over until then; 0: it isn't
	Reason   string `json:"reason"` // in words
}

func (p Program) status(g given) error {
	err := p.inRunning(g.text("data"), func(ctx context.Context, c *caller) error {
		report, err := c.status(ctx)
		if err != nil {
			return err
		}
		if err := p.tell(g, report, func(w io.Writer) { report.write(w) }); err != nil {
			return err
		}
		if report.Gateway.State != string(app.ListenerRunning) {
			return errShut
		}
		return nil
	})
	if err == errNotRunning && (g.is("quiet") || g.is("json")) { //nolint:errorlint // made here, never wrapped
		if err := p.tell(g, statusReport{Groups: []groupReport{}, Failing: []failReport{}}, nil); err != nil {
			return err
		}
		return errNoneRuns
	}
	return err
}

// tell prints as JSON, in words or nothing, as the flags say.
func (p Program) tell(g given, report any, words func(io.Writer)) error {
	switch {
	case g.flags.Lookup("quiet") != nil && g.is("quiet"):
		return nil
	case g.is("json"):
		text, err := json.MarshalIndent(report, "", "  ")
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.Stdout, "%s\n", text)
		return err
	}
	w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	words(w)
	return w.Flush()
}

func (c *caller) status(ctx context.Context) (statusReport, error) {
	report := statusReport{Running: true, Version: c.about.Version, DataFolder: c.about.DataFolder}
	var door api.GatewayStatus
	if err := c.call(ctx, "Gateway/Status", &door); err != nil {
		return report, err
	}
	report.Gateway = gatewayReport{State: string(door.State), BaseURL: door.BaseURL, OfflineSince: door.OfflineSince}
	if door.Error != nil {
		report.Gateway.Error = i18n.New("en").Error(door.Error)
	}
	var keys app.KeysState
	if err := c.call(ctx, "Secrets/State", &keys); err != nil {
		return report, err
	}
	if keys.Locked != nil {
		report.Gateway.State, report.Gateway.Error = "locked", i18n.New("en").Error(keys.Locked)
	}
	now := time.Now()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	var log calllog.Health
	if err := c.call(ctx, "Calls/Health", &log); err != nil {
		return report, err
	}
	report.CallLog = logReport{Error: log.Error, Lost: log.Dropped}
	var stats calllog.Stats
	if err := c.call(ctx, "Calls/Stats", &stats, calllog.StatsQuery{
		From: midnight.UnixMilli(), To: now.Add(time.Hour).UnixMilli(), Buckets: 1, Top: 1,
	}); err != nil && log.Error == "" { // without its log the gateway has still a status
		return report, err
	}
	report.Today = todayReport{Calls: stats.Totals.Calls, OK: stats.Totals.OK, Failed: stats.Totals.Failed}
	groups, err := c.groups(ctx)
	if err != nil {
		return report, err
	}
	report.Groups = groups
	report.Failing, err = c.failing(ctx, groups)
	return report, err
}

// failing returns members that are passed over, or that failed lately.
func (c *caller) failing(ctx context.Context, groups []groupReport) ([]failReport, error) {
	var health []catalog.MemberHealth
	if err := c.call(ctx, "Groups/Health", &health); err != nil {
		return nil, err
	}
	found := []failReport{}
	texts := i18n.New("en")
	for _, h := range health {
		if h.Failures == 0 && h.CooldownUntil == 0 {
			continue
		}
		for _, g := range groups {
			for _, m := range g.Members {
				if m.id == h.MemberID {
					found = append(found, failReport{
						Group: g.Name, Provider: m.Provider, Model: m.Model,
						Failures: h.Failures, Until: h.CooldownUntil, Reason: texts.T("reason."+h.Reason, nil),
					})
				}
			}
		}
	}
	return found, nil
}

func (r statusReport) write(w io.Writer) {
	fmt.Fprintf(w, "Headgate %s\t%s\n", r.Version, r.DataFolder)
	fmt.Fprintf(w, "Gateway\t%s", r.Gateway.State)
	if r.Gateway.BaseURL != "" {
		fmt.Fprintf(w, "  %s", r.Gateway.BaseURL)
	}
	fmt.Fprintln(w)
	if r.Gateway.Error != "" {
		fmt.Fprintf(w, "\t%s\n", r.Gateway.Error)
	}
	if r.Gateway.OfflineSince > 0 {
		fmt.Fprintf(w, "Network\tnothing outside this machine is reached since %s\n", clock(r.Gateway.OfflineSince))
	}
	fmt.Fprintf(w, "Calls today\t%d, %d failed\n", r.Today.Calls, r.Today.Failed)
	if r.CallLog.Error != "" {
		fmt.Fprintf(w, "Call log\tcan't be written just now, calls wait in memory: %s\n", r.CallLog.Error)
	}
	if r.CallLog.Lost > 0 {
		fmt.Fprintf(w, "Call log\tcalls that are missing because it couldn't be written: %d\n", r.CallLog.Lost)
	}
	for i, g := range r.Groups {
		head := ""
		if i == 0 {
			head = "Groups"
		}
		fmt.Fprintf(w, "%s\t%s → %s\n", head, g.Name, g.who())
	}
	for i, f := range r.Failing {
		head := ""
		if i == 0 {
			head = "Failing"
		}
		fmt.Fprintf(w, "%s\t%s: %s/%s, %s", head, f.Group, f.Provider, f.Model, f.Reason)
		if f.Until > 0 {
			fmt.Fprintf(w, "; passed over until %s", clock(f.Until))
		}
		fmt.Fprintln(w)
	}
}

// clock is a time of today; others have their day.
func clock(ms int64) string {
	at := time.UnixMilli(ms)
	if at.Format(time.DateOnly) == time.Now().Format(time.DateOnly) {
		return at.Format("15:04:05")
	}
	return at.Format("2006-01-02 15:04")
}

// start opens the running program's gateway. Codes: those of app.StartGateway.
func (p Program) start(g given) error {
	return p.inRunning(g.text("data"), func(ctx context.Context, c *caller) error {
		if err := c.call(ctx, "Gateway/Start", nil); err != nil {
			return err
		}
		var door api.GatewayStatus
		if err := c.call(ctx, "Gateway/Status", &door); err != nil {
			return err
		}
		fmt.Fprintf(p.Stdout, "The gateway is open: %s\n", door.BaseURL)
		return nil
	})
}

// A gateway may wait that long for calls in flight, and somewhat more.
const (
	stopLimit = time.Minute
	stopAgain = 50 * time.Millisecond
)

// stop closes the running program's gateway. Code: still_busy.
func (p Program) stop(g given) error {
	return p.inRunning(g.text("data"), func(ctx context.Context, c *caller) error {
		if err := c.call(ctx, "Gateway/Stop", nil); err != nil {
			return err
		}
		for end := time.Now().Add(stopLimit); ; time.Sleep(stopAgain) {
			var door api.GatewayStatus
			if err := c.call(ctx, "Gateway/Status", &door); err != nil {
				return err
			}
			if door.State == app.ListenerStopped {
				fmt.Fprintln(p.Stdout, "The gateway is closed.")
				return nil
			}
			if time.Now().After(end) {
				return apperr.New("still_busy")
			}
		}
	})
}
