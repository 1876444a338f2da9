package catalog

import "headgate/app/settings"

// settingsEntry is the choices that a file makes.
type settingsEntry struct {
	path        string
	language    optional[string]
	theme       optional[string]
	address     optional[string]
	startOnOpen optional[bool]
	names       optional[[]string]
	origins     optional[[]string]
	failover    failoverEntry
	timeouts    timeoutsEntry
	log         logEntry
	closeToTray optional[bool]
	notify      notifyEntry
	updates     optional[bool]
}

type failoverEntry struct{ count, minutes, cooldownSeconds, attempts, beginSeconds optional[int64] }

type notifyEntry struct{ failover, exhausted optional[bool] }

type logEntry struct {
	days, bodyDays, bodyKB optional[int64]
	bodies                 optional[string]
}

func (r *reader) settings(n node) settingsEntry {
	r.known(n, "language", "theme", "gateway", "failover", "timeouts", "log", "close_to_tray", "notify", "updates")
	e := settingsEntry{
		path:        n.path,
		language:    field(n, "language", r.text),
		theme:       field(n, "theme", r.text),
		failover:    field(n, "failover", r.failover).value,
		timeouts:    field(n, "timeouts", r.timeouts).value,
		log:         field(n, "log", r.log).value,
		closeToTray: field(n, "close_to_tray", r.truth),
		notify:      field(n, "notify", r.notify).value,
		updates:     field(n, "updates", r.truth),
	}
	if g, ok := n.fields["gateway"]; ok {
		r.known(g, "address", "start_on_open", "names", "origins")
		e.address = field(g, "address", r.text)
		e.startOnOpen = field(g, "start_on_open", r.truth)
		e.names = field(g, "names", r.texts)
		e.origins = field(g, "origins", r.texts)
	}
	return e
}

func (r *reader) failover(n node) failoverEntry {
	r.known(n, "count", "minutes", "cooldown_seconds", "attempts", "begin_seconds")
	return failoverEntry{
		count:           field(n, "count", r.integer),
		minutes:         field(n, "minutes", r.integer),
		cooldownSeconds: field(n, "cooldown_seconds", r.integer),
		attempts:        field(n, "attempts", r.integer),
		beginSeconds:    field(n, "begin_seconds", r.integer),
	}
}

func (r *reader) notify(n node) notifyEntry {
	r.known(n, "failover", "exhausted")
	return notifyEntry{
		failover:  field(n, "failover", r.truth),
		exhausted: field(n, "exhausted", r.truth),
	}
}

func (r *reader) log(n node) logEntry {
	r.known(n, "days", "bodies", "body_days", "body_kb")
	return logEntry{
		days:     field(n, "days", r.integer),
		bodies:   field(n, "bodies", r.text),
		bodyDays: field(n, "body_days", r.integer),
		bodyKB:   field(n, "body_kb", r.integer),
	}
}

// over puts the file's choices over those that hold.
func (e settingsEntry) over(s settings.Settings) settings.Settings {
	s.Language = e.language.or(s.Language)
	s.Theme = settings.Theme(e.theme.or(string(s.Theme)))
	s.Gateway.Address = e.address.or(s.Gateway.Address)
	s.Gateway.StartOnOpen = e.startOnOpen.or(s.Gateway.StartOnOpen)
	s.Gateway.Names = e.names.or(s.Gateway.Names)
	s.Gateway.Origins = e.origins.or(s.Gateway.Origins)
	s.Failover.Count = overInt(e.failover.count, s.Failover.Count)
	s.Failover.Minutes = overInt(e.failover.minutes, s.Failover.Minutes)
	s.Failover.CooldownSeconds = overInt(e.failover.cooldownSeconds, s.Failover.CooldownSeconds)
	s.Failover.Attempts = overInt(e.failover.attempts, s.Failover.Attempts)
	s.Failover.BeginSeconds = overInt(e.failover.beginSeconds, s.Failover.BeginSeconds)
	s.Timeouts = settings.Timeouts(e.timeouts.over(Timeouts(s.Timeouts)))
	s.Log.Days = overInt(e.log.days, s.Log.Days)
	s.Log.Bodies = settings.Bodies(e.log.bodies.or(string(s.Log.Bodies)))
	s.Log.BodyDays = overInt(e.log.bodyDays, s.Log.BodyDays)
	s.Log.BodyKB = overInt(e.log.bodyKB, s.Log.BodyKB)
	s.CloseToTray = e.closeToTray.or(s.CloseToTray)
	s.Notify.Failover = e.notify.failover.or(s.Notify.Failover)
	s.Notify.Exhausted = e.notify.exhausted.or(s.Notify.Exhausted)
	s.Updates = e.updates.or(s.Updates)
	return s
}

func (e timeoutsEntry) over(t Timeouts) Timeouts {
	return Timeouts{
		ConnectSeconds:    overInt(e.connect, t.ConnectSeconds),
		FirstTokenSeconds: overInt(e.firstToken, t.FirstTokenSeconds),
		StreamIdleSeconds: overInt(e.streamIdle, t.StreamIdleSeconds),
		ReplySeconds:      overInt(e.reply, t.ReplySeconds),
	}
}

func overInt(o optional[int64], other int) int { return int(o.or(int64(other))) }

func (d *draft) applySettings(e settingsEntry, report *Report) error {
	in := e.over(d.Settings)
	c := Change{Kind: KindSettings, Details: settingsDetails(d.Settings, in)}
	if len(c.Details) > 0 {
		if err := d.saveSettings(in); err != nil {
			return refusedSetting(err, e.path)
		}
	}
	report.saved(false, c)
	return nil
}
