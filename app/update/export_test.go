package update

// InstallsBy is Installs with another hand-over: the real one replaces the program.
func (u *Updater) InstallsBy(hand func(path string) (bool, error), quit func()) {
	u.Installs(quit)
	u.change(func() { u.handOver = func(path string, _ File) (bool, error) { return hand(path) } })
}

// LookNow does now what is done once a day.
func (u *Updater) LookNow() {
	u.Choose(true)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.timer.Reset(0)
}

// KindHere is what this system is updated by.
const KindHere = kindHere

// InstalledByAt is InstalledBy for a program in a folder.
var InstalledByAt = installedBy
