package gateway_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if runsAlone() {
		return
	}
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
		// net/http lingers half a second over a connection whose body it didn't read.
		if err := goleak.Find(goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait")); err != nil {
			_, _ = os.Stderr.WriteString(err.Error() + "\n")
			code = 1
		}
	}
	os.Exit(code)
}
