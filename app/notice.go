package app

import "strconv"

// Notice is something that a person should read when next at the window, such
// as a database that was set aside. Its text stands in the catalogs under
// "notice.<code>".
type Notice struct {
	Code   string            `json:"code"`
	Params map[string]string `json:"params"`
}

// Notices returns what has come up since the start. event.Notices says that there is
// more or less of it.
func (a *App) Notices() []Notice {
	if a.Store == nil {
		return nil
	}
	var notices []Notice
	if a.CallLog != nil {
		h := a.CallLog.Health()
		if h.Error != "" {
			notices = append(notices, Notice{Code: "calls_waiting", Params: map[string]string{}})
		}
		if h.Dropped > 0 {
			notices = append(notices, Notice{Code: "calls_lost", Params: map[string]string{"Count": strconv.FormatUint(h.Dropped, 10)}})
		}
	}
	for _, aside := range a.Store.SetAside() {
		n := Notice{Code: "database_set_aside", Params: map[string]string{"File": aside.File, "Kept": aside.Kept}}
		if aside.Restored != "" {
			n.Code, n.Params["Restored"] = "database_restored", aside.Restored
		}
		notices = append(notices, n)
	}
	return notices
}
