package support

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// systemVersion is the version with the build.
func systemVersion() string {
	v := windows.RtlGetVersion()
	return fmt.Sprintf("%d.%d.%d", v.MajorVersion, v.MinorVersion, v.BuildNumber)
}
