package gateway_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	var err error
	if names, err = resolving(); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := names.conn.Close(); err != nil {
		panic(err)
	}
	<-names.done
	if code == 0 {
		if err := goleak.Find(); err != nil {
			_, _ = os.Stderr.WriteString(err.Error() + "\n")
			code = 1
		}
	}
	os.Exit(code)
}
