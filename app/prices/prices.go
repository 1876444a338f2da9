// Package prices knows what widely used models cost, from a table that the
// program carries. What isn't in the table is unknown: a price is never guessed
// from a model of similar name.
package prices

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
)

//go:embed prices.json
var document []byte

// Price is what the table knows of a model. Prices are US dollars per million
// tokens; null is unknown.
type Price struct {
	Input         *float64
	Output        *float64
	CachedInput   *float64 // nil: nothing special is known
	ContextTokens int64    // 0: unknown
}

// table is the document, ready to be searched. Ids are in lower case.
type table struct {
	models map[string]entry            // of makers, by id
	hosts  map[string]map[string]Price // of hosts, by domain and whole id
	makers map[string]string           // by what stands before a slash
}

type entry struct {
	Price
	maker string
}

var load = sync.OnceValue(func() *table {
	t, err := read(document)
	if err != nil {
		panic(fmt.Sprintf("the bundled price table: %v", err)) // a test reads it
	}
	return t
})

// Find looks a model up as a provider at host names it: by its whole id, then
// without the maker's name before it, then without a date or "-latest" behind
// it. Of a ":free" variant only the size is known: whether it is free, the
// provider must say.
func Find(host, model string) (Price, bool) {
	t := load()
	id, host := strings.ToLower(strings.TrimSpace(model)), strings.ToLower(host)
	for domain := host; domain != ""; {
		if p, known := t.hosts[domain][id]; known {
			return p, true
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	id, isFree := strings.CutSuffix(id, ":free")
	p, known := t.find(id)
	if !known {
		p, known = t.find(undated(id))
	}
	if isFree {
		p = Price{ContextTokens: p.ContextTokens}
	}
	return p, known
}

// find knows an id as it is, or behind its maker's name. Routers put a name of
// their own before that.
func (t *table) find(id string) (Price, bool) {
	rest := id
	for maker := ""; ; {
		if e, known := t.models[rest]; known && (maker == "" || maker == e.maker) {
			return e.Price, true
		}
		before, after, more := strings.Cut(rest, "/")
		if !more {
			return Price{}, false
		}
		switch named, known := t.makers[before]; {
		case known:
			maker = named
		case routes[before]:
		default:
			return Price{}, false // somebody's own model
		}
		rest = after
	}
}

// routes are names that stand before ids and say nothing about the model.
var routes = map[string]bool{"models": true, "openrouter": true, "vertex_ai": true, "publishers": true}

// ending is a date, or a word for the newest one.
var ending = regexp.MustCompile(`(-20\d\d-[01]\d-[0-3]\d|[-@]20\d\d[01]\d[0-3]\d|-latest)$`)

func undated(id string) string { return ending.ReplaceAllString(id, "") }

func read(text []byte) (*table, error) {
	var d struct {
		Date    string // as of which day the prices are
		Note    string
		Vendors []struct {
			Name     string
			Prefixes []string
			Hosts    []string
			Models   []struct {
				ID          string
				Aliases     []string
				Input       *float64
				Output      *float64
				CachedInput *float64 `json:"cached_input"`
				Context     int64
			}
		}
	}
	reader := json.NewDecoder(strings.NewReader(string(text)))
	reader.DisallowUnknownFields()
	if err := reader.Decode(&d); err != nil {
		return nil, err
	}
	if _, err := time.Parse(time.DateOnly, d.Date); err != nil {
		return nil, err
	}
	t := &table{models: map[string]entry{}, hosts: map[string]map[string]Price{}, makers: map[string]string{}}
	for _, v := range d.Vendors {
		for _, p := range v.Prefixes {
			if t.makers[p] != "" {
				return nil, fmt.Errorf("the prefix %q is there twice", p)
			}
			t.makers[p] = v.Name
		}
		for _, m := range v.Models {
			price := Price{Input: m.Input, Output: m.Output, CachedInput: m.CachedInput, ContextTokens: m.Context}
			for _, id := range append([]string{m.ID}, m.Aliases...) {
				if err := t.add(v.Name, v.Hosts, strings.ToLower(id), price); err != nil {
					return nil, err
				}
			}
		}
	}
	return t, nil
}

func (t *table) add(maker string, hosts []string, id string, p Price) error {
	if len(hosts) == 0 {
		if _, twice := t.models[id]; twice {
			return fmt.Errorf("the model %q is there twice", id)
		}
		t.models[id] = entry{p, maker}
	}
	for _, host := range hosts {
		if t.hosts[host] == nil {
			t.hosts[host] = map[string]Price{}
		}
		if _, twice := t.hosts[host][id]; twice {
			return fmt.Errorf("the model %q of %s is there twice", id, host)
		}
		t.hosts[host][id] = p
	}
	return nil
}
