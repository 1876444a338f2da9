package api

import (
	"context"

	"headgate/app"
)

// Gateway is the door that tools call at.
type Gateway struct{ app *app.App }

// GatewayStatus is the door's state, and whether calls get out.
type GatewayStatus struct {
	app.ListenerStatus
	Reach        []string `json:"reach"`        // base URLs under which other machines reach it; none: only this one does
	OfflineSince int64    `json:"offlineSince"` // Unix milliseconds; no provider outside this machine is reached since then; 0: some are
}

// Status returns the state of the door and of the network behind it.
func (g *Gateway) Status() GatewayStatus {
	status := GatewayStatus{ListenerStatus: g.app.Listener.Status()}
	status.Reach = app.Reach(status.Address)
	if since := g.app.Engine.Offline(); !since.IsZero() {
		status.OfflineSince = since.UnixMilli()
	}
	return status
}

// Start opens the door.
func (g *Gateway) Start() error {
	ctx, cancel := bounded()
	defer cancel()
	return g.app.StartGateway(ctx)
}

// Stop closes the door; it returns at once while calls in flight finish.
func (g *Gateway) Stop() { go g.app.StopGateway(context.Background()) }
