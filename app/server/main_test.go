package server_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(childFolder) != "" {
		fmt.Fprintln(os.Stderr, beProgram())
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}
