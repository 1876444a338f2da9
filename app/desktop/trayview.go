//go:build desktop || bindings || dev

package desktop

import (
	"headgate/app"
	"headgate/app/i18n"
)

// command is what a tray item's line does.
type command string

const (
	commandStatus  command = "status" // only tells
	commandStart   command = "start"
	commandStop    command = "stop"
	commandRestart command = "restart"
	commandCopy    command = "copy"
	commandOpen    command = "open"
	commandQuit    command = "quit"
)

// shape is the tray icon's: states differ in shape, not in colour alone.
type shape string

const (
	shapeRunning shape = "running"
	shapeStopped shape = "stopped"
	shapeFailed  shape = "failed"
)

// view is all that the tray shows.
type view struct {
	shape   shape
	tooltip string
	lines   []line
}

// line is one of the menu's; groups of lines are set apart.
type line struct {
	command command
	group   int
	title   string
	enabled bool
}

// look is how the tray looks when the gateway is in status.
func look(status app.ListenerStatus, texts *i18n.Texts) view {
	v := view{shape: shapeStopped}
	address := map[string]any{"Address": status.Address}
	var state string
	switch status.State {
	case app.ListenerRunning:
		v.shape, state = shapeRunning, texts.T("tray.running", address)
	case app.ListenerDraining:
		state = texts.T("tray.draining", nil)
	case app.ListenerFailed:
		v.shape, state = shapeFailed, texts.T("tray.failed", address)
	default:
		state = texts.T("tray.stopped", nil)
	}
	v.tooltip = "Headgate: " + state
	running := status.State == app.ListenerRunning
	startable := status.State == app.ListenerStopped || status.State == app.ListenerFailed
	v.lines = []line{
		{commandStatus, 0, state, false},
		{commandStart, 1, texts.T("tray.start", nil), startable},
		{commandStop, 1, texts.T("tray.stop", nil), running},
		{commandRestart, 1, texts.T("tray.restart", nil), running},
		{commandCopy, 1, texts.T("tray.copy", nil), status.BaseURL != ""},
		{commandOpen, 2, texts.T("tray.open", nil), true},
		{commandQuit, 2, texts.T("tray.quit", nil), true},
	}
	return v
}
