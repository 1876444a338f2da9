package main

// kind is what the upstream is asked to do.
type kind int

const (
	whole  kind = iota // a reply of 1 KB
	stream             // 50 chunks as fast as they go
	paced              // 50 chunks, 5 ms apart, each with the time at which it was sent
	long               // a prompt of 100 KB and a reply of 1 KB
)

// The groups of the prepared data folder.
const (
	groupPlain = "chat"  // two members that answer
	groupWords = "words" // and 20 failure keywords that none of their replies holds
	groupPool  = "pool"  // whose first member has 10 keys
	groupCool  = "cool"  // whose first member refuses connections and cools down
)

// deadGroups have a first member that refuses connections and doesn't cool down
// yet: each can fail deadTries times before it would.
const (
	deadGroups = 24
	deadTries  = 99
	coolsAt    = 100 // the settings' failover count
)

// scenario is one row of the table.
type scenario struct {
	name    string
	kind    kind
	clients int
	rate    float64 // requests per second, whatever comes back; 0: each client asks again when it has its answer
	group   string
	// beside is what its CPU time is held against, in the same round: a scenario
	// of the same gateway, or "" for this one at the bare proxy.
	beside string
	dead   bool // runs over deadGroups, as long as they last
}

const jsonName, streamName = "JSON 1 KB × 16", "stream 50 × 16"

var scenarios = []scenario{
	{name: "JSON 1 KB × 1", clients: 1, group: groupPlain},
	{name: jsonName, clients: 16, group: groupPlain},
	{name: "JSON 1 KB × 64", clients: 64, group: groupPlain},
	{name: "JSON 1 KB × 256", clients: 256, group: groupPlain},
	{name: streamName, kind: stream, clients: 16, group: groupPlain},
	{name: "paced streams × 32", kind: paced, clients: 32, group: groupPlain},
	{name: "prompt 100 KB × 16", kind: long, clients: 16, group: groupPlain},
	{name: "200 JSON a second", clients: 32, rate: 200, group: groupPlain},
	{name: "20 keywords, JSON × 16", clients: 16, group: groupWords, beside: jsonName},
	{name: "20 keywords, stream × 16", kind: stream, clients: 16, group: groupWords, beside: streamName},
	{name: "10 keys, JSON × 16", clients: 16, group: groupPool, beside: jsonName},
	{name: "first member refuses, JSON × 16", clients: 16, dead: true, beside: jsonName},
	{name: "first member cools down, JSON × 16", clients: 16, group: groupCool, beside: jsonName},
}
