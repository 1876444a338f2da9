//go:build (desktop || dev) && !bindings

package desktop

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	user32             = windows.NewLazySystemDLL("user32.dll")
	findWindow         = user32.NewProc("FindWindowExW")
	getWindowPlacement = user32.NewProc("GetWindowPlacement")
	setWindowPlacement = user32.NewProc("SetWindowPlacement")
	isWindowVisible    = user32.NewProc("IsWindowVisible")
	monitorFromRect    = user32.NewProc("MonitorFromRect")
	getMonitorInfo     = user32.NewProc("GetMonitorInfoW")
)

// windowClass is Wails'.
const windowClass = "wailsWindow"

// bounds is a RECT.
type bounds struct{ left, top, right, bottom int32 }

// windowPlacement is a WINDOWPLACEMENT. What is in normal is kept while the window is
// hidden, minimised or maximised, and counts from the corner of its screen that no
// taskbar covers.
type windowPlacement struct {
	length, flags, show uint32
	least, most         [2]int32
	normal              bounds
}

// monitorInfo is a MONITORINFO.
type monitorInfo struct {
	length      uint32
	whole, work bounds
	flags       uint32
}

// ownWindow returns this process's main window and how it is placed; 0: there is none.
func ownWindow() (handle uintptr, now windowPlacement) {
	class, err := windows.UTF16PtrFromString(windowClass)
	if err != nil {
		return 0, now
	}
	for {
		handle, _, _ = findWindow.Call(0, handle, uintptr(unsafe.Pointer(class)), 0)
		if handle == 0 {
			return 0, now
		}
		var process uint32
		if _, err := windows.GetWindowThreadProcessId(windows.HWND(handle), &process); err == nil && int(process) == os.Getpid() {
			break
		}
	}
	now.length = uint32(unsafe.Sizeof(now))
	if ok, _, _ := getWindowPlacement.Call(handle, uintptr(unsafe.Pointer(&now))); ok == 0 {
		return 0, now
	}
	return handle, now
}

// nativePlace is where the window is, in Windows' own pixels: what Wails tells doesn't
// say on which screen.
func nativePlace() (n [4]int) {
	handle, now := ownWindow()
	if handle == 0 {
		return n
	}
	r := now.normal
	return [4]int{int(r.left), int(r.top), int(r.right - r.left), int(r.bottom - r.top)}
}

// put moves the window to where it was, if that is known: on the screen that it is
// nearest to now.
func (p place) put() {
	if p.Native == [4]int{} {
		return
	}
	handle, now := ownWindow()
	if handle == 0 {
		return
	}
	before := place{X: p.Native[0], Y: p.Native[1], Width: p.Native[2], Height: p.Native[3]}
	fitting, ok := before.on(nearestScreen(before))
	if !ok {
		return
	}
	now.normal = fitting.bounds()
	if visible, _, _ := isWindowVisible.Call(handle); visible == 0 {
		now.show = 0 // SW_HIDE: a hidden window says that it is shown
	}
	_, _, _ = setWindowPlacement.Call(handle, uintptr(unsafe.Pointer(&now)))
}

func (p place) bounds() bounds {
	return bounds{int32(p.X), int32(p.Y), int32(p.X + p.Width), int32(p.Y + p.Height)}
}

// nearestScreen is the screen without its taskbar, counted as a place is.
func nearestScreen(p place) []rect {
	const nearest = 2 // MONITOR_DEFAULTTONEAREST
	at := p.bounds()
	monitor, _, _ := monitorFromRect.Call(uintptr(unsafe.Pointer(&at)), nearest)
	info := monitorInfo{length: uint32(unsafe.Sizeof(monitorInfo{}))}
	if ok, _, _ := getMonitorInfo.Call(monitor, uintptr(unsafe.Pointer(&info))); ok == 0 {
		return nil
	}
	work := info.work
	return []rect{{int(info.whole.left), int(info.whole.top), int(work.right - work.left), int(work.bottom - work.top)}}
}

// dress isn't needed: frame and page follow the system by themselves.
func dress(colours) {}

// withhold isn't needed: a window that begins hidden isn't seen.
func withhold() {}
