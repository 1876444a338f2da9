package update

import "os/exec"

// kindHere is what this system is updated by.
const kindHere = KindSetup

// handOver starts the installer, which waits for this program's end, replaces it
// and starts the new one.
func handOver(setup string, _ File) (ends bool, err error) {
	installer := exec.Command(setup, "/S", "/RELAUNCH") //nolint:gosec // its signed hash has just been checked
	if err := installer.Start(); err != nil {
		return false, err
	}
	return true, installer.Process.Release()
}
