package server_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// instead is what this program does when it was started as the one under watch.
var instead func() error

func TestMain(m *testing.M) {
	if instead != nil {
		fmt.Fprintln(os.Stderr, instead())
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}
