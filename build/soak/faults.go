package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"headgate/gateway/gatewaytest"
)

// may is what a client may see of a fault, besides the next member's reply.
type may string

const (
	onlyNext may = ""        // nothing: the next member answers
	whole    may = "whole"   // a whole reply
	unended  may = "unended" // a whole reply whose upstream said [DONE] and no finish_reason
	broken   may = "broken"  // the beginning, then an error event and no [DONE]
	passed   may = "passed"  // the upstream's error, for the caller is at fault
)

// fault is an entry of the fault list, and how often it is drawn.
type fault struct {
	stream, json may
	weight       int
}

// faults are the entries that an upstream does to a request; the others are
// about connections, which toxiproxy sees to, and about HTTP/2. What has to wait
// for a time limit, or sends without end, is drawn seldom.
var faults = map[string]fault{
	"FLT-008": {onlyNext, onlyNext, 3}, "FLT-008:close": {onlyNext, onlyNext, 3}, "FLT-009": {whole, whole, 3}, "FLT-010": {onlyNext, onlyNext, 3},
	"FLT-011": {broken, whole, 6}, "FLT-011:close": {broken, whole, 6}, "FLT-011:garbage": {broken, whole, 6},
	"FLT-012": {onlyNext, onlyNext, 1}, "FLT-013": {onlyNext, onlyNext, 1}, "FLT-013:role": {onlyNext, whole, 1},
	"FLT-014": {broken, whole, 2}, "FLT-014:pings": {broken, whole, 2}, "FLT-015": {onlyNext, onlyNext, 1},
	"FLT-016": {onlyNext, onlyNext, 3}, "FLT-016:stream": {onlyNext, whole, 3}, "FLT-016:key": {onlyNext, onlyNext, 2}, "FLT-016:rate": {onlyNext, onlyNext, 2},
	"FLT-017": {onlyNext, onlyNext, 3}, "FLT-018": {onlyNext, onlyNext, 3}, "FLT-018:stream": {onlyNext, onlyNext, 3}, "FLT-019": {onlyNext, onlyNext, 3},
	"FLT-020": {onlyNext, onlyNext, 3}, "FLT-020:reset": {onlyNext, onlyNext, 3}, "FLT-021": {whole, whole, 3}, "FLT-022": {whole, whole, 3}, "FLT-022:stream": {whole, whole, 3},
	"FLT-023": {onlyNext, onlyNext, 2}, "FLT-023:206": {onlyNext, onlyNext, 2}, "FLT-023:101": {onlyNext, onlyNext, 2},
	"FLT-024": {onlyNext, onlyNext, 2}, "FLT-024:307": {onlyNext, onlyNext, 2}, "FLT-024:308": {onlyNext, onlyNext, 2}, "FLT-025": {onlyNext, onlyNext, 1},
	"FLT-026": {passed, passed, 1}, "FLT-027": {passed, passed, 1}, "FLT-027:local": {passed, passed, 1}, "FLT-028": {onlyNext, onlyNext, 2},
	"FLT-029": {onlyNext, onlyNext, 2}, "FLT-030": {onlyNext, onlyNext, 2}, "FLT-030:429": {onlyNext, onlyNext, 2}, "FLT-031": {onlyNext, onlyNext, 2},
	"FLT-032": {passed, passed, 1}, "FLT-032:451": {passed, passed, 1}, "FLT-033": {onlyNext, onlyNext, 1}, "FLT-034": {onlyNext, onlyNext, 1},
	"FLT-035": {onlyNext, onlyNext, 1}, "FLT-035:501": {onlyNext, onlyNext, 1}, "FLT-036": {onlyNext, onlyNext, 2}, "FLT-036:409": {onlyNext, onlyNext, 2}, "FLT-036:425": {onlyNext, onlyNext, 2},
	"FLT-037": {passed, passed, 1}, "FLT-038": {passed, passed, 1}, "FLT-038:422": {passed, passed, 1},
	"FLT-039": {onlyNext, onlyNext, 2}, "FLT-040": {onlyNext, onlyNext, 2}, "FLT-041": {onlyNext, onlyNext, 2}, "FLT-041:past": {onlyNext, onlyNext, 2},
	"FLT-042": {onlyNext, onlyNext, 2}, "FLT-042:negative": {onlyNext, onlyNext, 2}, "FLT-042:huge": {onlyNext, onlyNext, 1}, "FLT-042:ms": {onlyNext, onlyNext, 2}, "FLT-042:reset": {onlyNext, onlyNext, 2},
	"FLT-043": {onlyNext, onlyNext, 1}, "FLT-044": {onlyNext, onlyNext, 3}, "FLT-044:502": {onlyNext, onlyNext, 3}, "FLT-044:503": {onlyNext, onlyNext, 3},
	"FLT-044:504": {onlyNext, onlyNext, 3}, "FLT-044:524": {onlyNext, onlyNext, 3}, "FLT-045": {onlyNext, onlyNext, 3}, "FLT-046": {onlyNext, whole, 3},
	"FLT-047": {broken, whole, 6}, "FLT-048": {whole, whole, 4}, "FLT-049": {broken, whole, 6}, "FLT-049:done": {unended, whole, 3}, "FLT-050": {onlyNext, whole, 3}, "FLT-051": {whole, whole, 3},
	"FLT-052": {whole, whole, 2}, "FLT-052:cr": {whole, whole, 2}, "FLT-052:mixed": {whole, whole, 2}, "FLT-053": {whole, whole, 2}, "FLT-053:multi_line": {whole, whole, 2},
	"FLT-053:fields": {whole, whole, 2}, "FLT-054": {whole, whole, 2}, "FLT-055": {whole, whole, 1}, "FLT-056": {whole, whole, 2}, "FLT-057": {broken, whole, 6},
	"FLT-058": {whole, whole, 2}, "FLT-058:burst": {whole, whole, 1}, "FLT-059": {whole, whole, 2}, "FLT-060": {whole, whole, 3},
	"FLT-061": {onlyNext, onlyNext, 2}, "FLT-061:zstd": {onlyNext, onlyNext, 2}, "FLT-061:gzip": {onlyNext, onlyNext, 2},
	"FLT-065": {whole, whole, 3}, "FLT-066": {whole, whole, 3}, "FLT-067": {whole, whole, 3}, "FLT-067:options": {whole, whole, 3}, "FLT-068": {onlyNext, onlyNext, 2},
	"FLT-069": {whole, whole, 3}, "FLT-069:split": {whole, whole, 3}, "FLT-069:error": {passed, passed, 1},
}

// act is what an upstream does to one request, as far as it matters later.
type act struct {
	fault
	name          string // in the fault list; "": a good reply
	pieces        int    // of its text
	input, output int64  // tokens that it tells of, where it does
}

// tells says whether a reply has the usage when it was asked for.
func (a act) tells(stream bool) bool {
	switch a.name {
	case "FLT-047", "FLT-067":
		return false
	case "FLT-067:options":
		return !stream
	case "FLT-022:stream", "FLT-066": // a stream tells those who ask, and no JSON request can
		return stream
	}
	return true
}

// ends says whether a whole reply has a finish_reason.
func (a act) ends(stream bool) bool {
	return stream || a.name != "FLT-047" && a.name != "FLT-049" && a.name != "FLT-049:done"
}

// speaksKeyword is about faults of good form that say the failure keyword.
func (a act) speaksKeyword() bool { return strings.HasPrefix(a.name, "FLT-069") }

// good is a correct reply: mostly quick, at times slow or long.
func good(r *rand.Rand, number int) (act, gatewaytest.Behaviour) {
	a := act{fault: fault{stream: whole, json: whole}, input: int64(1000 + number), output: int64(1 + r.IntN(500)), pieces: 3 + r.IntN(12)}
	b := gatewaytest.Behaviour{Usage: gatewaytest.Tokens(int(a.input), int(a.output))}
	switch n := r.IntN(100); {
	case n < 3: // long enough to be seen as open
		a.pieces, b.EventDelayMS = 12, 120
	case n < 8:
		b.HeadDelayMS = 50 + r.IntN(600)
	case n < 20:
		b.EventDelayMS = 1 + r.IntN(10)
	case n < 25:
		a.pieces = 60
	}
	b.Pieces = a.pieces
	return a, b
}

// drawing draws faults by their weights.
type drawing struct {
	names []string
	total int
}

// floods are long. What toxiproxy holds of them when the client leaves it writes
// to nobody, for 5 seconds a piece, and can do nothing else meanwhile.
var floods = []string{"FLT-025", "FLT-055", "FLT-058:burst"}

func newDrawing(proxied bool) drawing {
	d := drawing{}
	for _, name := range gatewaytest.Faults() {
		if f, listed := faults[name]; listed && !(proxied && slices.Contains(floods, name)) {
			d.names = append(d.names, name)
			d.total += f.weight
		}
	}
	return d
}

func (d drawing) draw(r *rand.Rand) string {
	at := r.IntN(d.total)
	for _, name := range d.names {
		if at -= faults[name].weight; at < 0 {
			return name
		}
	}
	panic("soak: weights don't add up")
}

// bad is a good reply with a fault.
func (d drawing) bad(r *rand.Rand, number int) (act, gatewaytest.Behaviour) {
	a, b := good(r, number)
	a.name = d.draw(r)
	a.fault, b.Fault = faults[a.name], a.name
	switch {
	case a.stream == broken:
		// Some break off before the gate has opened, some after.
		a.pieces = 4 + r.IntN(40)
		b.EventDelayMS, b.HeadDelayMS = 0, 0
		at := 2 + r.IntN(a.pieces-2)
		if cut := cutOf(a.name); cut != nil {
			cut.Events = at
			b.Cut = cut
		}
		if a.name == "FLT-057" {
			b.Stream.Insert = []gatewaytest.Insert{{Before: at, Frame: "data: this is not JSON\n\n"}}
		}
	case a.name == "FLT-058:burst" || a.name == "FLT-025":
		a.pieces, b.EventDelayMS = 0, 0 // as the entry has it
	case a.name == "FLT-055" || a.name == "FLT-056" || a.speaksKeyword():
		b.EventDelayMS = 0
	}
	b.Pieces = a.pieces
	return a, b
}

// missing is a model that the upstream doesn't have, for which a member is passed
// over for ten minutes.
func missing(*rand.Rand, int) (act, gatewaytest.Behaviour) {
	const name = "FLT-033"
	return act{fault: faults[name], name: name}, gatewaytest.Behaviour{Fault: name}
}

// cutOf is how an entry breaks off; nil: not on the wire.
func cutOf(name string) *gatewaytest.Cut {
	switch name {
	case "FLT-011":
		return &gatewaytest.Cut{How: gatewaytest.Reset}
	case "FLT-011:close":
		return &gatewaytest.Cut{How: gatewaytest.Close}
	case "FLT-011:garbage":
		return &gatewaytest.Cut{How: gatewaytest.Garbage}
	case "FLT-014":
		return &gatewaytest.Cut{How: gatewaytest.Stall}
	case "FLT-014:pings":
		return &gatewaytest.Cut{How: gatewaytest.Pings}
	}
	return nil
}

// text is what the reply says, all of it.
func (a act) text(marker string) string {
	switch a.name {
	case "FLT-055":
		return strings.Repeat("2MB ", 1<<19)
	case "FLT-056":
		return "世界 😀 é "
	case "FLT-069", "FLT-069:split":
		return gatewaytest.Keyword
	case "FLT-058:burst":
		return gatewaytest.Text(marker, 4000)
	}
	return gatewaytest.Text(marker, a.pieces)
}

func (a act) String() string {
	if a.name == "" {
		return "a good reply"
	}
	return fmt.Sprintf("%s (%d pieces)", a.name, a.pieces)
}
