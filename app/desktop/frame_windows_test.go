//go:build desktop

package desktop

import (
	"runtime"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"
)

// windowClassEx is a WNDCLASSEXW.
type windowClassEx struct {
	size, style             uint32
	procedure               uintptr
	extraClass, extraWindow int32
	instance, icon, cursor  uintptr
	background              uintptr
	menu, name              *uint16
	smallIcon               uintptr
}

// A window like Wails', hidden as it is when its place is found.
func hiddenWindow(t *testing.T) {
	t.Helper()
	runtime.LockOSThread() // its owner has to end it
	name := windows.StringToUTF16Ptr(windowClass)
	class := windowClassEx{name: name, procedure: user32.NewProc("DefWindowProcW").Addr()}
	class.size = uint32(unsafe.Sizeof(class))
	if atom, _, err := user32.NewProc("RegisterClassExW").Call(uintptr(unsafe.Pointer(&class))); atom == 0 {
		t.Fatal(err)
	}
	const overlapped = 0x00CF0000
	handle, _, err := user32.NewProc("CreateWindowExW").Call(
		0, uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(name)), overlapped, 0, 0, 400, 300, 0, 0, 0, 0)
	if handle == 0 {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _, _ = user32.NewProc("DestroyWindow").Call(handle)
		runtime.UnlockOSThread()
	})
}

func TestWindowComesBackToItsPlace(t *testing.T) {
	if p := (place{Native: [4]int{1, 2, 3, 4}}); nativePlace() != [4]int{} {
		t.Fatalf("there is a window before %v", p)
	}
	hiddenWindow(t)
	place{}.put()
	if n := nativePlace(); n != [4]int{0, 0, 400, 300} {
		t.Errorf("it was moved to %v though no place was known", n)
	}
	screen := nearestScreen(place{Width: 1, Height: 1})[0]
	inside := [4]int{screen.x + 30, screen.y + 40, 500, 350}
	for name, c := range map[string]struct{ was, want [4]int }{
		"as it was":          {inside, inside},
		"its screen is gone": {[4]int{screen.x + 90_000, screen.y, 500, 350}, [4]int{screen.x + (screen.width-500)/2, screen.y + (screen.height-350)/2, 500, 350}},
		"too large by now":   {[4]int{screen.x, screen.y, 90_000, 350}, [4]int{screen.x, screen.y, screen.width, 350}},
		"half out of it":     {[4]int{screen.x - 200, screen.y, 500, 350}, [4]int{screen.x, screen.y, 500, 350}},
	} {
		place{Native: c.was}.put()
		if n := nativePlace(); n != c.want {
			t.Errorf("%s: %v, want %v", name, n, c.want)
		}
		handle, _ := ownWindow()
		if visible, _, _ := isWindowVisible.Call(handle); visible != 0 {
			t.Errorf("%s: the hidden window is shown", name)
		}
	}
}
