//go:build desktop || bindings || dev

package desktop

import "log/slog"

// wailsLog sends Wails' own messages to the program's log. Fatal doesn't end
// the process: the calls in flight aren't Wails' to end.
type wailsLog struct{ log *slog.Logger }

func (l wailsLog) Print(message string)   { l.log.Info(message, "from", "wails") }
func (l wailsLog) Trace(message string)   { l.log.Debug(message, "from", "wails") }
func (l wailsLog) Debug(message string)   { l.log.Debug(message, "from", "wails") }
func (l wailsLog) Info(message string)    { l.log.Info(message, "from", "wails") }
func (l wailsLog) Warning(message string) { l.log.Warn(message, "from", "wails") }
func (l wailsLog) Error(message string)   { l.log.Error(message, "from", "wails") }
func (l wailsLog) Fatal(message string)   { l.log.Error(message, "from", "wails") }
