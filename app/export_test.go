package app

import "context"

// Patiently is how names are looked up again.
var Patiently = patiently

// LookForNetworks is one of these tries.
func (a *App) LookForNetworks(ctx context.Context) (sought []string, err error) {
	return a.nets.look(ctx)
}

// BeginNetworks is what a start, an unlock and a restore do for them.
func (a *App) BeginNetworks(ctx context.Context) error { return a.nets.begin(ctx) }
