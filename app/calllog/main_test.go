package calllog_test

import (
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pass moves the clock of a test's bubble on, and comes back when all that was due has
// happened. It takes no real time.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}
