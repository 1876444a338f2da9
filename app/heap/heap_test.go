package heap_test

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	"headgate/app/heap"
)

var garbage []byte

// TestTend makes garbage as fast as calls do, and then none.
func TestTend(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	heap.TendFor(50 * time.Millisecond)

	await(t, "collected less often under load", func() bool {
		makeGarbage()
		return percent() > 100
	})
	await(t, "as usual once the load has gone", func() bool { return percent() == 100 })
}

func makeGarbage() {
	for range 1000 {
		garbage = make([]byte, 8<<10)
	}
}

// TestAskedForIsNoLoad collects as settling does, more than once.
func TestAskedForIsNoLoad(t *testing.T) {
	seen := heap.TendFor(time.Hour)
	await(t, "seen", func() bool {
		makeGarbage()
		_, last := seen()
		return !last.IsZero()
	})
	await(t, "left alone while others ask for collections", func() bool {
		_, before := seen()
		for range 20 {
			runtime.GC()
			time.Sleep(time.Millisecond)
		}
		_, now := seen()
		return now.Equal(before) // but for one that nobody asked for, in between
	})
}

// TestTendGivesBack holds what many streams hold, lets it go, and allocates
// nothing that would make the collector look.
func TestTendGivesBack(t *testing.T) {
	for _, c := range []struct{ streams, each uint64 }{
		{2000, 32 << 10},
		{200, 256 << 10}, // fewer, and as much
	} {
		t.Run(fmt.Sprint(c.streams), func(t *testing.T) { givesBack(t, c.streams, c.each) })
	}
}

func givesBack(t *testing.T, streams, each uint64) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	seen := heap.TendFor(50 * time.Millisecond)

	leave := make(chan struct{})
	for range streams {
		go func() {
			held := make([]byte, each)
			<-leave
			runtime.KeepAlive(held)
		}()
	}
	await(t, "seen", func() bool {
		makeGarbage()
		peak, _ := seen()
		return peak >= int(streams) && bytes("/memory/classes/heap/objects:bytes") >= streams*each
	})
	await(t, "free of garbage", func() bool { return bytes("/memory/classes/heap/free:bytes") < 16<<20 })
	close(leave)
	await(t, "given back", func() bool {
		return bytes("/memory/classes/heap/objects:bytes") < streams*each/2 &&
			bytes("/memory/classes/heap/free:bytes") < streams*each/4
	})
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{
		{0, 6300},
		{2 << 20, 700},
		{4 << 20, 300},
		{8 << 20, 100},
		{500 << 20, 100},
	} {
		if got := heap.PercentFor(c.live); got != c.want {
			t.Errorf("%d bytes live: %d %%, not %d", c.live, got, c.want)
		}
	}
}

func percent() uint64 { return bytes("/gc/gogc:percent") }

func bytes(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for giveUp := time.Now().Add(time.Minute); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(giveUp) {
			t.Fatal("never:", what)
		}
	}
}
