package app

import "headgate/app/notify"

// OnChange lets tell hear of changes in who answers a group, of the kinds that
// a person wants to know, one after the other. What it is too slow for is left out;
// all stand in the log, as soon as they are found.
func (a *App) OnChange(tell func(notify.Change)) { a.told.Store(&tell) }

func (a *App) tell(c notify.Change) {
	if tell := a.told.Load(); tell != nil {
		(*tell)(c)
	}
}

func (a *App) noteChange(c notify.Change) {
	switch c.Kind {
	case notify.Failover:
		a.Log.Warn("another member answers a group now", "group", c.Group,
			"provider", c.Answers.Provider, "model", c.Answers.Model,
			"failed", c.Failed.Provider, "failed_model", c.Failed.Model, "class", c.Class, "reason", c.Reason, "more", c.More)
	case notify.Exhausted:
		a.Log.Error("no member of a group could answer", "group", c.Group,
			"last", c.Failed.Provider, "last_model", c.Failed.Model, "class", c.Class, "reason", c.Reason, "more", c.More)
	case notify.Recovered:
		a.Log.Info("a group answers again", "group", c.Group, "provider", c.Answers.Provider, "model", c.Answers.Model)
	}
}
