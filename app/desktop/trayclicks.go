//go:build desktop || bindings || dev

package desktop

import (
	"context"

	"headgate/app/apperr"
)

// click obeys a line. It returns at once: the system's tray is waiting.
func (t *tray) click(l line) {
	select {
	case <-t.over:
		return
	default:
	}
	go t.obey(context.Background(), l)
}

func (t *tray) obey(ctx context.Context, l line) {
	switch l.command {
	case commandStart:
		t.startGateway(ctx)
	case commandStop:
		t.app.StopGateway(ctx)
	case commandRestart:
		t.app.StopGateway(ctx)
		t.startGateway(ctx)
	case commandCopy:
		t.act.copy(t.app.Listener.Status().BaseURL)
	case commandPin:
		t.pin(l)
	case commandUnpin, commandClear:
		t.release(l)
	case commandShowGroup:
		t.act.group(l.id)
	case commandPage:
		t.act.page(l.path)
	case commandAutostart:
		t.setAutostart(l.tick != tickOn)
	case commandOpen:
		t.act.open()
	case commandQuit:
		t.act.quit()
	}
}

func (t *tray) startGateway(ctx context.Context) {
	err := t.app.StartGateway(ctx)
	if err == nil {
		return
	}
	t.app.Log.Warn("the gateway did not start", "error", err)
	if apperr.Code(err) == "secrets_locked" { // the tray can't show it, and only the window asks for the passphrase
		t.act.open()
	}
}

// pin pins a member or, where that is the one, unpins it.
func (t *tray) pin(l line) {
	if l.tick == tickOn {
		t.app.Catalog.Unpin(l.id)
	} else if err := t.app.Catalog.Pin(l.id); err != nil {
		t.app.Log.Warn("a member could not be pinned", "member", l.id, "error", err)
	}
	t.wake() // a desktop may have ticked the line by itself
}

// release ends the pin or the cooldowns of a group's members.
func (t *tray) release(l line) {
	groups, err := t.app.Catalog.Groups(context.Background())
	if err != nil {
		t.app.Log.Warn("read the groups for the tray", "error", err)
		return
	}
	for _, g := range t.app.GroupsNow(groups) {
		for _, m := range g.Members {
			switch {
			case g.ID != l.id:
			case l.command == commandUnpin && !m.PinnedUntil.IsZero():
				t.app.Catalog.Unpin(m.ID)
			case l.command == commandClear && !m.CooldownUntil.IsZero():
				t.app.Catalog.ClearCooldown(m.ID)
			}
		}
	}
}

func (t *tray) setAutostart(on bool) {
	if err := t.autostart.Set(on); err != nil {
		t.app.Log.Warn("start at login", "on", on, "error", err)
	}
	t.wake()
}
