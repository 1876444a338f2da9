package door

const (
	// mostConnections bounds the memory of connections that are merely open,
	// 20 KiB each, where descriptors don't.
	mostConnections = 16384
	// A call has one connection to the client and at most one to an upstream.
	perCall = 2
	// keptForOthers are descriptors for databases, their journals, the log, the
	// window's pages and those that are turned away.
	keptForOthers = 192
	// keptForUpstreams are connections to upstreams that wait for the next call.
	keptForUpstreams = 1024
)

// Most is how many connections a door lets in at once: what the limit on open
// files leaves room for, and 16384 where there is none.
func Most() int { return roomFor(openFiles()) }

// roomFor tells for how many connections this many descriptors suffice; 0: no
// limit.
func roomFor(descriptors uint64) int {
	if descriptors == 0 || descriptors > mostConnections*4 {
		return mostConnections
	}
	n := int(descriptors)
	room := n - min(keptForOthers, n/2) - min(keptForUpstreams, n/8)
	return max(1, min(room/perCall, mostConnections))
}
