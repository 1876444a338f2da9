package api

import (
	"context"

	"headgate/app"
)

// Gateway is the door that tools call at.
type Gateway struct{ app *app.App }

// Status returns the door's state.
func (g *Gateway) Status() app.ListenerStatus { return g.app.Listener.Status() }

// Start opens the door.
func (g *Gateway) Start() error {
	ctx, cancel := bounded()
	defer cancel()
	return g.app.StartGateway(ctx)
}

// Stop closes the door; it returns at once while calls in flight finish.
func (g *Gateway) Stop() { go g.app.StopGateway(context.Background()) }
