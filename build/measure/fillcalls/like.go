package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"headgate/app/calllog"
	"headgate/gateway"
)

// house is what a configuration file names. Ids are those that a first import
// into an empty folder gives: by order in the file.
type house struct {
	Providers []struct {
		Name   string
		Keys   []string
		Models []model
	}
	Groups []struct {
		Name, Policy string
		Members      []struct {
			Provider, Model  string
			Priority, Weight int
		}
	}
	APIKeys []struct {
		Name    string
		Groups  []string
		Enabled *bool
	} `json:"api_keys"`
	Keywords []struct {
		Keyword string
		Groups  []string
		Enabled *bool
	} `json:"failure_keywords"`

	groups   []group
	keys     []int // what is on, by its place
	keywords []int
}

type model struct {
	ID     string
	Input  *float64 `json:"input_price"`
	Output *float64 `json:"output_price"`
}

type group struct {
	id      int64
	name    string
	members []member
}

// member is an attempt that went well, and what it takes to make one.
type member struct {
	gateway.Attempt
	model  model
	weight int
	rank   int
}

func parseHouse(text []byte) (*house, error) {
	h := &house{}
	if err := json.Unmarshal(text, h); err != nil {
		return nil, err
	}
	known := map[[2]string]member{}
	var providerKeys, models, members int64
	for p, provider := range h.Providers {
		key, hint := int64(0), ""
		for i, secret := range provider.Keys {
			providerKeys++
			if i == 0 {
				key, hint = providerKeys, secret[:4]+"…"+secret[len(secret)-4:]
			}
		}
		for _, m := range provider.Models {
			models++
			made := member{model: m, rank: int(models)}
			made.Attempt = gateway.Attempt{
				ProviderID: int64(p + 1), Provider: provider.Name, ModelID: models, Model: m.ID,
				ProviderKeyID: key, KeyHint: hint,
				Price: gateway.Price{InputPerMillion: m.Input, OutputPerMillion: m.Output},
			}
			known[[2]string{provider.Name, m.ID}] = made
		}
	}
	for g, from := range h.Groups {
		to := group{id: int64(g + 1), name: from.Name}
		for _, m := range from.Members {
			made, ok := known[[2]string{m.Provider, m.Model}]
			if !ok {
				return nil, fmt.Errorf("group %s names a model that no provider has: %s", from.Name, m.Model)
			}
			members++
			made.MemberID, made.Priority, made.weight = members, m.Priority, m.Weight
			to.members = append(to.members, made)
		}
		h.groups = append(h.groups, to)
	}
	isOn := func(enabled *bool) bool { return enabled == nil || *enabled }
	for i, key := range h.APIKeys {
		if isOn(key.Enabled) && len(key.Groups) > 0 {
			h.keys = append(h.keys, i)
		}
	}
	for i, keyword := range h.Keywords {
		if isOn(keyword.Enabled) && len(keyword.Groups) == 0 {
			h.keywords = append(h.keywords, i)
		}
	}
	if len(h.groups) == 0 || len(h.keys) == 0 {
		return nil, errors.New("there must be groups and api_keys")
	}
	return h, nil
}

// times are when calls started: dense by day and thin by night, as if it were
// late afternoon now.
func times(random *rand.Rand, calls int, now time.Time, span time.Duration) []time.Time {
	list := make([]time.Time, 0, calls)
	for len(list) < calls {
		ago := time.Duration(random.Float64() * float64(span))
		hour := math.Mod(24+16.5-math.Mod(ago.Hours(), 24), 24)
		day := 0.55 + 0.45*math.Abs(math.Sin(2.3*math.Floor((ago.Hours()+7.5)/24)+1))
		if dense := 0.05 + math.Pow(max(0, math.Sin(math.Pi*(hour-7)/14)), 2); random.Float64() < day*dense {
			list = append(list, now.Add(-ago))
		}
	}
	slices.SortFunc(list, time.Time.Compare)
	return list
}

// entry is a call as the configuration would have answered it. The first
// provider was out of order some hours ago.
func (h *house) entry(random *rand.Rand, at time.Time, ago time.Duration) calllog.Entry {
	n := h.keys[int(math.Pow(random.Float64(), 1.6)*float64(len(h.keys)))]
	key := h.APIKeys[n]
	name := key.Groups[random.IntN(len(key.Groups))]
	g := h.groups[slices.IndexFunc(h.groups, func(g group) bool { return g.name == name })]
	call := gateway.Call{
		ID: id(random, at), StartedAt: at, Route: "chat.completions",
		APIKeyID: int64(n + 1), APIKeyName: key.Name, GroupID: g.id, Model: g.name, Stream: random.IntN(4) > 0,
		State: gateway.StateOK, Status: 200, UserAgent: "OpenAI/Python 2.8.1", BytesIn: 900 + random.Int64N(60_000),
	}
	if random.IntN(90) == 0 {
		call.GroupID, call.Model, call.State, call.Status = 0, "gpt-4o", gateway.StateRefused, 404
		call.ErrorCode, call.Message = "model_not_found", "There is no group named gpt-4o."
		return calllog.Entry{Call: call, Cost: calllog.Cost{Source: calllog.CostUnknown}}
	}
	isOut := ago > 5*time.Hour && ago < 7*time.Hour
	isLost := random.IntN(60) == 0 // nobody can answer it
	for _, m := range h.order(random, g) {
		made := m.Attempt
		made.Start = call.Duration
		if isLost || isOut && made.ProviderID == 1 || random.IntN(28) == 0 {
			fail(random, &made)
		} else if len(h.keywords) > 0 && random.IntN(60) == 0 {
			found := h.keywords[random.IntN(len(h.keywords))]
			made.Status, made.Total = 200, 900*time.Millisecond
			made.Outcome = gateway.Outcome{
				Class: gateway.ClassKeyword, Blames: gateway.BlamesMember, Action: gateway.ActionNext, Counts: true,
				Reason: "keyword", Keyword: h.Keywords[found].Keyword, KeywordID: int64(found + 1),
				Message: "The reply contains the failure keyword.",
			}
		} else {
			return h.answered(random, call, made, m)
		}
		call.Duration += made.Total
		call.Attempts = append(call.Attempts, made)
	}
	last := call.Attempts[len(call.Attempts)-1]
	call.State, call.Status, call.ErrorCode = gateway.StateFailed, 502, "upstream_error"
	call.Message = "Every member of the group failed; the last one: " + last.Outcome.Message
	return calllog.Entry{Call: call, Cost: calllog.Cost{Source: calllog.CostUnknown}}
}

// order is a plan: by priority, then by chance that follows the weights.
func (h *house) order(random *rand.Rand, g group) []member {
	list := slices.Clone(g.members)
	chance := make(map[int64]float64, len(list))
	for _, m := range list {
		chance[m.MemberID] = math.Pow(random.Float64(), 1/float64(max(1, m.weight)))
	}
	slices.SortFunc(list, func(a, b member) int {
		if a.Priority != b.Priority {
			return a.Priority - b.Priority
		}
		return int(math.Copysign(1, chance[b.MemberID]-chance[a.MemberID]))
	})
	return list
}

func (h *house) answered(random *rand.Rand, call gateway.Call, made gateway.Attempt, m member) calllog.Entry {
	input := int64(300 + math.Exp(4+4.5*random.Float64()))
	output := int64(30 + math.Exp(3+3.6*random.Float64()))
	made.FirstByte = time.Duration(240+90*m.rank+random.IntN(500)) * time.Millisecond
	made.FirstToken = made.FirstByte + 20*time.Millisecond
	made.Total = made.FirstToken + time.Duration(output)*time.Duration(6+2*m.rank)*time.Millisecond
	made.Status = 200
	made.Outcome = gateway.Outcome{Class: gateway.ClassOK, Blames: gateway.BlamesNobody, Action: gateway.ActionDone}
	call.FirstToken = call.Duration + made.FirstToken
	if !call.Stream {
		call.FirstToken = call.Duration + made.Total
	}
	call.Duration += made.Total
	call.BytesOut = 4*output + 900
	call.Attempts = append(call.Attempts, made)
	if random.IntN(70) == 0 {
		call.State, call.Status = gateway.StateCanceled, 499
		return calllog.Entry{Call: call, Cost: calllog.Cost{Source: calllog.CostUnknown}}
	}
	call.Usage = gateway.Usage{
		Input: gateway.Count{N: input, Known: true}, Output: gateway.Count{N: output, Known: true},
	}
	cost := calllog.Cost{Source: calllog.CostUnknown}
	if m.model.Input != nil && m.model.Output != nil {
		nanos := 1000 * (float64(input)**m.model.Input + float64(output)**m.model.Output)
		cost = calllog.Cost{Nanos: int64(math.Round(nanos)), Source: calllog.CostTokens}
	}
	return calllog.Entry{Call: call, Cost: cost}
}

func fail(random *rand.Rand, made *gateway.Attempt) {
	made.Outcome = gateway.Outcome{
		Class: gateway.ClassTransient, Blames: gateway.BlamesMember, Action: gateway.ActionNext, Counts: true,
		Reason: "overloaded", Message: "The model is overloaded. Please try again later.",
	}
	made.Status, made.Total = 503, time.Duration(120+random.IntN(700))*time.Millisecond
	made.FirstByte = made.Total
	if made.ProviderKeyID == 0 { // a server at home that sleeps
		made.Status, made.FirstByte, made.Total = 0, 0, time.Millisecond
		made.Outcome.Reason, made.Outcome.Message = "connection_refused", "The provider refused the connection."
	}
}

// id is a call's, as the gateway makes them.
func id(random *rand.Rand, at time.Time) string {
	const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	made := []byte("req_00000000000000000000000000")
	for i, sorting := 13, at.UnixMilli(); i > 3; i, sorting = i-1, sorting>>5 {
		made[i] = alphabet[sorting&31]
	}
	for i := 14; i < len(made); i++ {
		made[i] = alphabet[random.IntN(32)]
	}
	return string(made)
}
