//go:build desktop && linux

package desktop

import (
	"bytes"
	"image/png"
	"slices"
	"strings"
	"testing"

	"headgate/app"
	"headgate/app/apperr"
	"headgate/app/i18n"
)

func TestTrayFollowsTheGateway(t *testing.T) {
	const address, url = "127.0.0.1:8001", "http://127.0.0.1:8001/v1"
	for name, c := range map[string]struct {
		status  app.ListenerStatus
		shape   shape
		says    string
		enabled []command
	}{
		"stopped, nothing tried yet": {
			app.ListenerStatus{State: app.ListenerStopped},
			shapeStopped, "Stopped",
			[]command{commandStart, commandOpen, commandQuit},
		},
		"running": {
			app.ListenerStatus{State: app.ListenerRunning, Address: address, BaseURL: url},
			shapeRunning, "127.0.0.1:8001",
			[]command{commandStop, commandRestart, commandCopy, commandOpen, commandQuit},
		},
		"draining": {
			app.ListenerStatus{State: app.ListenerDraining, Address: address, BaseURL: url},
			shapeStopped, "Stopping",
			[]command{commandCopy, commandOpen, commandQuit},
		},
		"port taken": {
			app.ListenerStatus{State: app.ListenerFailed, Address: address, BaseURL: url, Error: apperr.New("port_taken")},
			shapeFailed, "127.0.0.1:8001",
			[]command{commandStart, commandCopy, commandOpen, commandQuit},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := look(c.status, i18n.New("en"))
			if got.shape != c.shape || !strings.Contains(got.tooltip, c.says) || !strings.Contains(got.lines[0].title, c.says) {
				t.Errorf("got %s, %q, %q; want %s and %q", got.shape, got.tooltip, got.lines[0].title, c.shape, c.says)
			}
			var enabled []command
			for _, l := range got.lines {
				if l.enabled {
					enabled = append(enabled, l.command)
				}
			}
			if !slices.Equal(enabled, c.enabled) {
				t.Errorf("enabled are %v, want %v", enabled, c.enabled)
			}
		})
	}
}

func TestTraySpeaksEveryLanguage(t *testing.T) {
	for _, locale := range i18n.Locales {
		v := look(app.ListenerStatus{State: app.ListenerRunning, Address: "h:1", BaseURL: "http://h:1/v1"}, i18n.New(locale))
		for _, l := range v.lines {
			if l.title == "" || strings.HasPrefix(l.title, "tray.") {
				t.Errorf("%s: %s has no text", locale, l.command)
			}
		}
	}
}

func TestIconsDifferInShape(t *testing.T) {
	shapes := map[string]shape{}
	for _, s := range []shape{shapeRunning, shapeStopped, shapeFailed} {
		picture, err := png.Decode(bytes.NewReader(icon(s)))
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		// White is the gate, whatever the tile's colour.
		var gate strings.Builder
		for y := range picture.Bounds().Dy() {
			for x := range picture.Bounds().Dx() {
				if r, g, b, _ := picture.At(x, y).RGBA(); r == 0xffff && g == 0xffff && b == 0xffff {
					gate.WriteByte('#')
				} else {
					gate.WriteByte('.')
				}
			}
		}
		if other, taken := shapes[gate.String()]; taken {
			t.Errorf("%s and %s have the same shape", s, other)
		}
		shapes[gate.String()] = s
	}
}
