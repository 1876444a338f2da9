package gateway

import "time"

// SetClock makes cooldowns go by another clock. Call it before any request.
func (g *Gateway) SetClock(now func() time.Time) { g.health.now = now }

// Took tells how long a member took in a call that succeeded.
func (g *Gateway) Took(memberID int64, d time.Duration) {
	g.health.measured(&member{id: memberID}, d)
}
