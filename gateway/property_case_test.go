package gateway_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

// generatedCase is a group, what its upstreams do, and the calls that are made:
// plain data, so that one that fails can be made smaller and shown.
type generatedCase struct {
	policy   gateway.Policy
	count    int // failures that start a cooldown
	attempts int // the limit of a call
	members  []generatedMember
	calls    []generatedCall
}

type generatedMember struct {
	priority, weight, keys int
	context                int64
	faults                 []string // of its requests, one after the other; then it is healthy
}

type generatedCall struct {
	door    int
	stream  bool
	after   time.Duration // since the call before
	clears  int64         // the member whose cooldown a person clears first; 0: nobody's
	renewed bool          // the configuration is applied again first
}

// The entries of the fault list that a generated upstream does: those that ask
// neither for another door nor for patience.
var (
	faultsOfMembers = []string{
		"FLT-008", "FLT-008:close", "FLT-010", "FLT-016", "FLT-016:stream", "FLT-017", "FLT-018", "FLT-019", "FLT-020", "FLT-023", "FLT-024", "FLT-033",
		"FLT-034", "FLT-035", "FLT-036", "FLT-044", "FLT-044:503", "FLT-045", "FLT-046", "FLT-050", "FLT-061",
	}
	faultsOfKeys    = []string{"FLT-016:key", "FLT-016:rate", "FLT-028", "FLT-029", "FLT-030", "FLT-030:429", "FLT-031", "FLT-039", "FLT-040", "FLT-042:huge", "FLT-043"}
	faultsOfCallers = []string{"FLT-026", "FLT-027", "FLT-027:local", "FLT-032", "FLT-037", "FLT-038"}
	faultsAfter     = []string{"FLT-011:close", "FLT-011:garbage", "FLT-047", "FLT-049", "FLT-057"}
	noFaults        = []string{"", "", "FLT-009", "FLT-022", "FLT-048", "FLT-051", "FLT-052:mixed", "FLT-053:fields", "FLT-054", "FLT-059", "FLT-060", "FLT-065", "FLT-066", "FLT-067", "FLT-067:options"}
)

func generate(random *rand.Rand) generatedCase {
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	c := generatedCase{
		policy:   []gateway.Policy{gateway.PolicyPriority, gateway.PolicyWeighted, gateway.PolicyLeastLatency}[random.IntN(3)],
		count:    1 + random.IntN(3),
		attempts: []int{2, 8, 100}[random.IntN(3)],
	}
	for range 1 + random.IntN(5) {
		m := generatedMember{priority: random.IntN(3), weight: random.IntN(5), keys: 1 + random.IntN(3), context: []int64{0, 8000, 128_000}[random.IntN(3)]}
		for range random.IntN(6) {
			fault := ""
			switch random.IntN(9) {
			case 0, 1, 2:
				fault = pick(faultsOfMembers...)
			case 3, 4:
				fault = pick(faultsOfKeys...)
			case 5:
				fault = pick(faultsAfter...)
			case 6:
				fault = pick(faultsOfCallers...)
			default:
				fault = pick(noFaults...)
			}
			m.faults = append(m.faults, fault)
		}
		c.members = append(c.members, m)
	}
	for range 1 + random.IntN(6) {
		call := generatedCall{
			door: random.IntN(2), stream: random.IntN(2) == 0, renewed: random.IntN(4) == 0,
			after: []time.Duration{0, 0, 0, 3 * time.Second, 61 * time.Second, 11 * time.Minute, 2 * time.Hour}[random.IntN(7)],
		}
		if random.IntN(10) == 0 {
			call.clears = 1 + int64(random.IntN(len(c.members)))
		}
		c.calls = append(c.calls, call)
	}
	return c
}

// smaller are the cases that have a little less.
func (c generatedCase) smaller() (all []generatedCase) {
	add := func(change func(*generatedCase)) {
		less := c
		less.calls = slices.Clone(c.calls)
		less.members = slices.Clone(c.members)
		for i := range less.members {
			less.members[i].faults = slices.Clone(c.members[i].faults)
		}
		change(&less)
		all = append(all, less)
	}
	for i := range c.calls {
		if len(c.calls) > 1 {
			add(func(l *generatedCase) { l.calls = slices.Delete(l.calls, i, i+1) })
		}
		if c.calls[i] != (generatedCall{}) {
			add(func(l *generatedCase) { l.calls[i] = generatedCall{stream: l.calls[i].stream} })
		}
	}
	for i := range c.members {
		if last := len(c.members) - 1; i == last && i > 0 {
			add(func(l *generatedCase) { l.members = l.members[:last] })
		}
		if c.members[i].keys > 1 {
			add(func(l *generatedCase) { l.members[i].keys = 1 })
		}
		for j, fault := range c.members[i].faults {
			if fault != "" {
				add(func(l *generatedCase) { l.members[i].faults[j] = "" })
			}
			if j == len(c.members[i].faults)-1 {
				add(func(l *generatedCase) { l.members[i].faults = l.members[i].faults[:j] })
			}
		}
	}
	return all
}

func (c generatedCase) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, a cooldown after %d failures, at most %d attempts", c.policy, c.count, c.attempts)
	for i, m := range c.members {
		fmt.Fprintf(&b, "\n  member %d: priority %d, weight %d, %d keys, context %d: %q", i+1, m.priority, m.weight, m.keys, m.context, m.faults)
	}
	for i, call := range c.calls {
		fmt.Fprintf(&b, "\n  call %d: %s, stream %v, after %v, clears %d, renewed %v", i+1, doors[call.door].name, call.stream, call.after, call.clears, call.renewed)
	}
	return b.String()
}

// script is what the nth upstream does.
func (m generatedMember) script(nth int) gatewaytest.Script {
	usage := gatewaytest.Tokens(100+nth, 10+nth)
	s := gatewaytest.Script{Steps: []gatewaytest.Behaviour{}}
	for _, fault := range m.faults {
		s.Steps = append(s.Steps, gatewaytest.Behaviour{Fault: fault, Usage: usage})
	}
	s.Steps = append(s.Steps, gatewaytest.Behaviour{Usage: usage})
	return s
}

// config makes the group of the case, whose member n is model n of provider n
// with keys n0, n1 and so on.
func (c generatedCase) config(config *gateway.Config) {
	config.Failover.Count = c.count
	config.Limits.Attempts = c.attempts
	group := &config.Groups[0]
	group.Policy = c.policy
	for i, m := range c.members {
		p := &config.Providers[i]
		p.Models[0].ContextTokens = m.context
		group.Members[i].Priority, group.Members[i].Weight = m.priority, m.weight
		p.Keys = nil
		for k := range m.keys {
			id := int64(10*(i+1) + k)
			p.Keys = append(p.Keys, gateway.ProviderKey{ID: id, Secret: fmt.Sprintf("%s-%d", providerKey, id)})
		}
	}
}
