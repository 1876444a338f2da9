//go:build desktop && linux

package desktop

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPlaceOnTheRightScreen(t *testing.T) {
	left, right := rect{0, 30, 1920, 1050}, rect{1920, 0, 2560, 1440}
	for name, c := range map[string]struct {
		was     place
		screens []rect
		want    place
		ok      bool
	}{
		"as it was":                {place{X: 2000, Y: 100, Width: 1180, Height: 760}, []rect{left, right}, place{X: 2000, Y: 100, Width: 1180, Height: 760}, true},
		"its screen was unplugged": {place{X: 2000, Y: 100, Width: 1180, Height: 760}, []rect{left}, place{X: 370, Y: 175, Width: 1180, Height: 760}, true},
		"and it was larger":        {place{X: 2000, Y: 100, Width: 2400, Height: 1400}, []rect{left}, place{X: 0, Y: 30, Width: 1920, Height: 1050}, true},
		"half outside":             {place{X: 1500, Y: 700, Width: 1180, Height: 760}, []rect{left}, place{X: 740, Y: 320, Width: 1180, Height: 760}, true},
		"below a panel":            {place{X: 0, Y: 0, Width: 1180, Height: 760}, []rect{left}, place{X: 0, Y: 30, Width: 1180, Height: 760}, true},
		"mostly on the right one":  {place{X: 1800, Y: 100, Width: 1180, Height: 760}, []rect{left, right}, place{X: 1920, Y: 100, Width: 1180, Height: 760}, true},
		"larger than the screen":   {place{X: 10, Y: 40, Width: 4000, Height: 3000}, []rect{left}, place{X: 0, Y: 30, Width: 1920, Height: 1050}, true},
		"no screen":                {usual, nil, place{}, false},
	} {
		if got, ok := c.was.on(c.screens); got != c.want || ok != c.ok {
			t.Errorf("%s: %+v, %v; want %+v, %v", name, got, ok, c.want, c.ok)
		}
	}
}

func TestPlaceIsKept(t *testing.T) {
	folder := t.TempDir()
	if p, err := readPlace(folder); err != nil || p != usual || p.kept {
		t.Errorf("at first: %+v, %v", p, err)
	}
	was := place{X: -5, Y: 7, Width: 1000, Height: 700, Maximised: true, kept: true}
	if err := was.write(folder); err != nil {
		t.Fatal(err)
	}
	if p, err := readPlace(folder); err != nil || p != was {
		t.Errorf("kept: %+v, %v", p, err)
	}
	for _, content := range []string{"", "{", `{"width":"wide"}`, `[]`} {
		if err := os.WriteFile(filepath.Join(folder, placeFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if p, err := readPlace(folder); err == nil || p != usual {
			t.Errorf("%q: %+v, %v", content, p, err)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, placeFile), []byte(`{"width":1,"height":-9}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, _ := readPlace(folder); p.Width != minWidth || p.Height != minHeight {
		t.Errorf("too small to use: %+v", p)
	}
}
