package calllog

import (
	"cmp"
	"slices"
)

// fold sums tallies up to statistics.
type fold struct {
	hours  Hours
	starts []int64 // of the buckets, in hours

	series []Tally
	before Tally

	models    map[partOf]*Tally
	groups    map[partOf]*Tally
	apiKeys   map[partOf]*Tally
	providers map[partOf]*Tally
	members   map[partOf]*Tally
}

// partOf is what tells parts apart.
type partOf struct {
	id   int64
	name string
}

func newFold(hours Hours, starts []int64) *fold {
	return &fold{
		hours: hours, starts: starts, series: make([]Tally, len(starts)),
		models: map[partOf]*Tally{}, groups: map[partOf]*Tally{}, apiKeys: map[partOf]*Tally{},
		providers: map[partOf]*Tally{}, members: map[partOf]*Tally{},
	}
}

// passes reads as few tallies as will do: totals where nothing is filtered, and
// days where the hours in them don't matter.
func (f *fold) passes(filtered bool) []TallyPass {
	length := f.hours.To - f.hours.From
	before := Hours{max(f.hours.From-length, 0), f.hours.From}
	toBefore := func(_ int64, _ Slot, packed []byte) error { return f.before.Unpack(packed) }
	passes := inDays(f.hours, f.toParts)
	if !filtered {
		return append(passes,
			TallyPass{Of: TotalHours, From: f.hours.From, To: f.hours.To, Visit: f.toSeries},
			TallyPass{Of: TotalHours, From: before.From, To: before.To, Visit: toBefore})
	}
	passes = append(passes, TallyPass{Of: SlotHours, From: f.hours.From, To: f.hours.To, Visit: f.toSeries})
	return append(passes, inDays(before, toBefore)...)
}

// inDays covers hours by the whole days in them and the hours around these.
func inDays(h Hours, visit func(int64, Slot, []byte) error) []TallyPass {
	const day = 24
	first, end := (h.From+day-1)/day, h.To/day
	if first >= end {
		return []TallyPass{{Of: SlotHours, From: h.From, To: h.To, Visit: visit}}
	}
	return []TallyPass{
		{Of: SlotHours, From: h.From, To: first * day, Visit: visit},
		{Of: SlotDays, From: first, To: end, Visit: visit},
		{Of: SlotHours, From: end * day, To: h.To, Visit: visit},
	}
}

func (f *fold) toSeries(hour int64, _ Slot, packed []byte) error {
	at, exact := slices.BinarySearch(f.starts, hour)
	if !exact {
		at--
	}
	return f.series[at].Unpack(packed)
}

func (f *fold) toParts(_ int64, slot Slot, packed []byte) error {
	for _, in := range []struct {
		parts map[partOf]*Tally
		of    partOf
	}{
		{f.models, partOf{0, slot.Model}},
		{f.groups, partOf{slot.GroupID, ""}},
		{f.apiKeys, partOf{slot.APIKeyID, ""}},
		{f.providers, partOf{slot.ProviderID, ""}},
		{f.members, partOf{slot.ProviderID, slot.Member}},
	} {
		t := in.parts[in.of]
		if t == nil {
			t = &Tally{}
			in.parts[in.of] = t
		}
		if err := t.Unpack(packed); err != nil {
			return err
		}
	}
	return nil
}

func (f *fold) stats(names Names, top int) Stats {
	s := Stats{From: f.hours.From * millisPerHour, To: f.hours.To * millisPerHour, Series: []Bucket{}, Before: f.before.figures()}
	var totals Tally
	for i, start := range f.starts {
		totals.Merge(&f.series[i])
		s.Series = append(s.Series, Bucket{start * millisPerHour, f.series[i].figures()})
	}
	s.Totals = totals.figures()
	all := totals.counts[tallyCalls]
	name := func(known map[int64]string) func(partOf) string {
		return func(p partOf) string { return known[p.id] }
	}
	itself := func(p partOf) string { return p.name }
	s.ByModel = parts(f.models, all, top, itself)
	s.ByGroup = parts(f.groups, all, top, name(names.Groups))
	s.ByAPIKey = parts(f.apiKeys, all, top, name(names.APIKeys))
	s.ByProvider = parts(f.providers, all, top, name(names.Providers))
	s.ByMember = parts(f.members, all, top, itself)
	return s
}

// parts returns the parts with most calls, and the rest as one.
func parts(of map[partOf]*Tally, all int64, top int, name func(partOf) string) []Part {
	keys := make([]partOf, 0, len(of))
	for key := range of {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b partOf) int {
		x, y := &of[a].counts, &of[b].counts
		return cmp.Or(cmp.Compare(y[tallyCalls], x[tallyCalls]), cmp.Compare(y[tallyAttempts], x[tallyAttempts]),
			cmp.Compare(a.id, b.id), cmp.Compare(a.name, b.name))
	})
	found := []Part{}
	add := func(p Part, t *Tally) {
		p.Share, p.Figures = ratio(t.counts[tallyCalls], all), t.figures()
		found = append(found, p)
	}
	for _, key := range keys[:min(top, len(keys))] {
		add(Part{ID: key.id, Name: name(key)}, of[key])
	}
	if rest := keys[len(found):]; len(rest) > 0 {
		var sum Tally
		for _, key := range rest {
			sum.Merge(of[key])
		}
		add(Part{Others: len(rest)}, &sum)
	}
	return found
}

func ratio(part, all int64) *float64 {
	if all == 0 {
		return nil
	}
	r := float64(part) / float64(all)
	return &r
}

func (t *Tally) figures() Figures {
	c := &t.counts
	f := Figures{
		Calls: c[tallyCalls], OK: c[tallyOK], Failed: c[tallyFailed], Partial: c[tallyPartial], Canceled: c[tallyCanceled],
		Refused: c[tallyRefused], Interrupted: c[tallyInterrupted], Rescued: c[tallyRescued],
		Attempts: c[tallyAttempts], AttemptsFailed: c[tallyAttemptsFailed],
		SuccessRate:  ratio(c[tallyOK], c[tallyOK]+c[tallyFailed]+c[tallyPartial]),
		MeanMS:       ratio(c[tallyDuration], c[tallyDurationKnown]*1000),
		FirstTokenMS: ratio(c[tallyFirstToken], c[tallyFirstTokenKnown]*1000),
	}
	q := t.duration.quantiles(0.5, 0.95, 0.99)
	f.P50MS, f.P95MS, f.P99MS = q[0], q[1], q[2]
	q = t.firstToken.quantiles(0.5, 0.95, 0.99)
	f.FirstTokenP50MS, f.FirstTokenP95MS, f.FirstTokenP99MS = q[0], q[1], q[2]
	f.InputTokens, f.InputUnknown = t.told(tallyInput)
	f.OutputTokens, f.OutputUnknown = t.told(tallyOutput)
	f.CachedTokens, f.CachedUnknown = t.told(tallyCached)
	f.ReasoningTokens, f.ReasoningUnknown = t.told(tallyReasoning)
	f.CostNanos, f.CostUnknown = t.told(tallyCost)
	return f
}

// told returns a sum of what calls told and how many didn't. It is null when
// some could have told but none did.
func (t *Tally) told(count int) (*int64, int64) {
	known, reached := t.counts[count+1], t.counts[tallyReached]
	if known == 0 && reached > 0 {
		return nil, reached
	}
	n := t.counts[count]
	return &n, reached - known
}
