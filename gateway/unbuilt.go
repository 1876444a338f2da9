package gateway

// Explain tells what awaits each member of a group if a call came now: those
// with a turn first, in its order. nil: there is no such group.
func (g *Gateway) Explain(groupID int64) []Prospect { return nil }

// KeyHealth returns the state of every provider key that was used or has failed
// since the start.
func (g *Gateway) KeyHealth() []KeyHealth { return nil }
