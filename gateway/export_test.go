package gateway

import "time"

// SetClock makes cooldowns go by another clock. Call it before any request.
func (g *Gateway) SetClock(now func() time.Time) { g.health.now = now }
