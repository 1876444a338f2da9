//go:build desktop || bindings || dev

package desktop

import (
	"context"
	goruntime "runtime"
	"sync"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"headgate/app/autostart"
	"headgate/app/settings"
)

// shell holds the window, the tray item and the events between them and the
// program.
type shell struct {
	Options
	tray    *tray
	events  *forwarder
	notices *notices

	place    places // where the window was last
	links    links
	leave    leave
	over     chan struct{} // closed when the window is gone
	overOnce sync.Once

	dressing sync.Mutex

	mu      sync.Mutex
	ctx     context.Context // Wails'; nil before its start
	unwatch func()          // the desktop's colours; nil before its start
}

func newShell(o Options) *shell {
	s := &shell{Options: o, over: make(chan struct{})}
	s.links.put(o.Link)
	var err error
	if s.place.now, err = readPlace(o.App.DataDir); err != nil {
		o.App.Log.Warn("the window's place can't be read", "error", err)
	}
	s.tray = newTray(o.App, trayActions{
		open:  s.show,
		page:  s.showPage,
		group: s.showGroup,
		copy:  s.copy,
		quit:  s.quit,
	})
	if hasMenuBar {
		s.tray.act.bar = s.setBar
	}
	if entry, err := autostart.Here(); err != nil {
		o.App.Log.Warn("start at login can't be had", "error", err)
	} else {
		s.tray.autostart = entry
		if err := entry.Correct(); err != nil {
			o.App.Log.Warn("correct the start at login", "error", err)
		}
	}
	s.events = forward(o.App.Bus, s.emit, s.follow)
	s.notices = newNotices(s.tray.texts, systemBoard(s, s.clicked), s.say)
	return s
}

// run shows the window until the program shall end.
func (s *shell) run() error {
	endSignals := s.obeySignals()
	defer endSignals()
	s.App.OnShow(s.visited)
	s.App.OnQuit(s.quit)
	s.App.Updates.Installs(s.quit)
	s.tray.beforeWindow()
	if s.Hidden {
		withhold()
	}
	err := wails.Run(s.window(s.settings()))
	s.ended()
	return err
}

func (s *shell) settings() settings.Settings {
	chosen, err := s.App.Catalog.Settings(context.Background())
	if err != nil {
		s.App.Log.Error("read the settings", "error", err)
		return settings.Default()
	}
	return chosen
}

// onStartup runs beside the loading page.
func (s *shell) onStartup(ctx context.Context) {
	s.mu.Lock()
	s.ctx = ctx
	s.mu.Unlock()
	s.tray.start()
	go s.watch()
	s.events.start()
	s.notices.start()
	s.App.OnChange(s.notices.tell)
	if s.Hidden {
		s.notices.Away(true)
		go s.stayHidden()
	} else {
		go s.place.last().put() // before the first paint
	}
	if s.settings().Gateway.StartOnOpen {
		if err := s.App.StartGateway(ctx); err != nil {
			// Not the end: window and tray show the state and offer a way out.
			s.App.Log.Warn("the gateway did not start", "error", err)
		}
	}
}

// onDomReady: WebKit installs signal handlers that would turn a recoverable
// nil dereference in any goroutine into the end of the process.
func (s *shell) onDomReady(context.Context) {
	runtime.ResetSignalHandlers()
}

// onBeforeClose answers both a closed window and a wish to quit; true keeps
// the program running.
func (s *shell) onBeforeClose(ctx context.Context) bool {
	switch {
	case s.leave.ready():
		if !s.notices.away.Load() {
			s.remember(ctx)
		}
		s.events.stop()
		return false
	case !s.leave.wanted() && s.staysInTray():
		s.hide(ctx)
	default:
		s.quit()
	}
	return true
}

func (s *shell) hide(ctx context.Context) {
	s.remember(ctx)
	s.notices.Away(true)
	runtime.WindowHide(ctx)
}

// staysInTray tells whether closing the window leaves the program running: the
// person wants it, and there is a tray item to bring the window back.
func (s *shell) staysInTray() bool {
	// macOS doesn't tell a closed window from Cmd+Q here; hidesItself covers it.
	return !hidesItself && s.settings().CloseToTray && s.tray.visible()
}

// hidesItself: closing the last window doesn't end a program on macOS.
const hidesItself = goruntime.GOOS == "darwin"

func (s *shell) onShutdown(context.Context) { s.ended() }

// ended stops everything that speaks to the window.
func (s *shell) ended() {
	s.overOnce.Do(func() {
		s.App.OnShow(nil) // from here on a second start waits for the folder
		s.events.stop()
		s.notices.stop()
		s.stopWatching()
		s.tray.stop()
		close(s.over)
	})
}

// withWindow calls f unless the window isn't there yet or no longer.
func (s *shell) withWindow(f func(ctx context.Context)) {
	s.mu.Lock()
	ctx := s.ctx
	s.mu.Unlock()
	select {
	case <-s.over:
		return
	default:
	}
	if ctx != nil {
		f(ctx)
	}
}

// visited is called when another start of the program finds this one.
func (s *shell) visited(text string) {
	if text == "" {
		s.show()
	} else {
		s.openLink(text)
	}
}

func (s *shell) show() {
	s.withWindow(func(ctx context.Context) {
		if s.notices.away.Load() { // desktops put a window that was hidden where they like
			s.place.last().put()
		}
		s.notices.Away(false)
		runtime.WindowShow(ctx)
		runtime.WindowUnminimise(ctx) // on Linux this also raises it
	})
}

// clicked brings the window to the front, with what a notification was about.
func (s *shell) clicked(tag string) {
	if id := groupOf(tag); id > 0 {
		s.showGroup(id)
	} else {
		s.show()
	}
}

func (s *shell) showGroup(id int64) {
	s.show()
	s.withWindow(func(ctx context.Context) { runtime.EventsEmit(ctx, "group", id) })
}

func (s *shell) showPage(path string) {
	s.show()
	s.withWindow(func(ctx context.Context) { runtime.EventsEmit(ctx, "page", path) })
}

// say lets the page tell what would be a notification.
func (s *shell) say(what told) {
	s.withWindow(func(ctx context.Context) { runtime.EventsEmit(ctx, "told", what) })
}

func (s *shell) copy(text string) {
	s.withWindow(func(ctx context.Context) {
		if err := runtime.ClipboardSetText(ctx, text); err != nil {
			s.App.Log.Warn("copy the address", "error", err)
		}
	})
}

func (s *shell) emit(topics []string) {
	s.withWindow(func(ctx context.Context) { runtime.EventsEmit(ctx, "changed", topics) })
}
