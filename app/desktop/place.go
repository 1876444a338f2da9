//go:build desktop || bindings || dev

package desktop

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// placeFile keeps where the window was, in the data folder. It is worth little: a
// broken one is passed over.
const placeFile = "window.json"

// place is where the window stands, in the pixels of an unscaled screen.
type place struct {
	X         int  `json:"x"`
	Y         int  `json:"y"`
	Width     int  `json:"width"`
	Height    int  `json:"height"`
	Maximised bool `json:"maximised"` // the rest is of the window as it was before
	// Native is left, top, width and height in physical pixels, on Windows only.
	Native [4]int `json:"native,omitzero"`

	kept bool // a person has seen it there
}

// places holds a place that is read and written by several.
type places struct {
	mu  sync.Mutex
	now place
}

func (p *places) last() place {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

// set tells whether it is another one.
func (p *places) set(next place) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now == next {
		return false
	}
	p.now = next
	return true
}

// rect is a screen without its panels.
type rect struct{ x, y, width, height int }

// usual is where the window is before a person has moved it.
var usual = place{Width: width, Height: height}

func readPlace(folder string) (place, error) {
	content, err := os.ReadFile(filepath.Join(folder, placeFile))
	if errors.Is(err, fs.ErrNotExist) {
		return usual, nil
	}
	if err != nil {
		return usual, err
	}
	var p place
	if err := json.Unmarshal(content, &p); err != nil {
		return usual, err
	}
	p.Width, p.Height, p.kept = max(p.Width, minWidth), max(p.Height, minHeight), true
	return p, nil
}

func (p place) write(folder string) error {
	content, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, placeFile), content, 0o600)
}

// on returns the place on the screen that has most of it, or in the middle of the first
// one when none has any of it: its screen was unplugged. The screen may be smaller than
// the one before. ok is false without a screen.
func (p place) on(screens []rect) (fitting place, ok bool) {
	if len(screens) == 0 {
		return place{}, false
	}
	best, most := screens[0], 0
	for _, s := range screens {
		wide := min(p.X+p.Width, s.x+s.width) - max(p.X, s.x)
		high := min(p.Y+p.Height, s.y+s.height) - max(p.Y, s.y)
		if wide > 0 && high > 0 && wide*high > most {
			best, most = s, wide*high
		}
	}
	fitting = p
	fitting.Width, fitting.Height = min(p.Width, best.width), min(p.Height, best.height)
	if most == 0 {
		fitting.X, fitting.Y = best.x+(best.width-fitting.Width)/2, best.y+(best.height-fitting.Height)/2
	}
	fitting.X = min(max(fitting.X, best.x), best.x+best.width-fitting.Width)
	fitting.Y = min(max(fitting.Y, best.y), best.y+best.height-fitting.Height)
	return fitting, true
}

// begin has the window made in the size that it had.
func (p place) begin(o *options.App) {
	o.Width, o.Height = p.Width, p.Height
	if p.Maximised {
		o.WindowStartState = options.Maximised
	}
}

// remember keeps where the window is now. It must be there, and shown.
func (s *shell) remember(ctx context.Context) {
	if runtime.WindowIsMinimised(ctx) {
		return
	}
	p := s.place.last()
	p.kept, p.Native = true, nativePlace()
	if p.Maximised = runtime.WindowIsMaximised(ctx); !p.Maximised {
		p.Width, p.Height = runtime.WindowGetSize(ctx)
		p.X, p.Y = runtime.WindowGetPosition(ctx)
	}
	if !s.place.set(p) {
		return
	}
	if err := p.write(s.App.DataDir); err != nil {
		s.App.Log.Warn("keep the window's place", "error", err)
	}
}
