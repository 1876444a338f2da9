package gateway

import "context"

// Caller is somebody within this process who may call without an API key, such
// as the program's own window. It may use all groups.
type Caller struct {
	Name    string // stands in the call log in the API key's place
	ModelID int64  // the call goes straight to this model, whatever it names; 0: to the group that it names
}

type callerKey struct{}

// WithCaller marks the requests made with the returned context as the caller's.
// Nothing that comes from a network can have it.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

func callerOf(ctx context.Context) (Caller, bool) {
	c, ok := ctx.Value(callerKey{}).(Caller)
	return c, ok
}
