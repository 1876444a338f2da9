package life_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"headgate/gateway/life"
)

var errOver = errors.New("over")

// TestLife holds the context of attempts against what package context promises.
func TestLife(t *testing.T) {
	var own life.Life
	ctx, end := context.Context(&own), own.End
	if ctx.Err() != nil || context.Cause(ctx) != nil {
		t.Fatal("it has ended before it ended")
	}
	child, cancel := context.WithCancel(ctx)
	defer cancel()
	var called []int
	var stops []func() bool
	for i := range 5 {
		stops = append(stops, own.AfterFunc(func() { called = append(called, i) }))
	}
	for _, i := range []int{0, 4} {
		if !stops[i]() || stops[i]() {
			t.Errorf("%d was not taken back once", i)
		}
	}
	end(errOver)
	end(errors.New("once more"))
	<-ctx.Done()
	<-child.Done()
	for _, c := range []context.Context{ctx, child} {
		if !errors.Is(context.Cause(c), errOver) {
			t.Errorf("the cause is %v", context.Cause(c))
		}
	}
	if slices.Sort(called); !slices.Equal(called, []int{1, 2, 3}) {
		t.Errorf("called: %v", called)
	}
	if stops[1]() {
		t.Error("what was called was taken back")
	}
	late := make(chan struct{})
	if own.AfterFunc(func() { close(late) })() {
		t.Error("what comes after the end was taken back")
	}
	<-late
}
