package update

// InstallsBy is Installs with another hand-over: the real one replaces the program.
func (u *Updater) InstallsBy(hand func(path string) (bool, error), quit func()) {
	u.Installs(quit)
	u.change(func() { u.handOver = func(path string, _ File) (bool, error) { return hand(path) } })
}

// KindHere is what this system is updated by.
const KindHere = kindHere

// InstalledByAt is InstalledBy for a program in a folder.
var InstalledByAt = installedBy
