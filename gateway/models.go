package gateway

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// modelEntry is a group, or a model that is called by name, in OpenAI's list of
// models.
type modelEntry struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	OwnedBy string `json:"owned_by"`
}

func (g *Gateway) serveModels(w http.ResponseWriter, r *http.Request, at *route, _ string) {
	s, key, refused := g.admit(r)
	if refused != nil {
		refused.write(w, at.dialect)
		return
	}
	list := []modelEntry{}
	for _, grp := range s.groups {
		if key.mayUse(grp) {
			list = append(list, listed(grp))
		}
	}
	if key.models {
		for _, name := range s.modelNames {
			if grp := s.named(name, key); grp.id == 0 {
				list = append(list, listed(grp))
			}
		}
	}
	slices.SortFunc(list, func(a, b modelEntry) int { return strings.Compare(a.ID, b.ID) })
	writeJSON(w, struct {
		Object string       `json:"object"`
		Data   []modelEntry `json:"data"`
	}{"list", list})
}

func (g *Gateway) serveModel(w http.ResponseWriter, r *http.Request, at *route, name string) {
	s, key, refused := g.admit(r)
	if refused != nil {
		refused.write(w, at.dialect)
		return
	}
	grp := s.named(name, key)
	if grp == nil {
		key.refusedName(name).write(w, at.dialect)
		return
	}
	writeJSON(w, listed(grp))
}

// admit checks the key of a request that isn't a call.
func (g *Gateway) admit(r *http.Request) (*snapshot, *apiKey, *refusal) {
	s := g.current.Load()
	if s == nil || g.roll.isDraining() {
		return nil, nil, &refusedStopping
	}
	if refused := s.refuseForeign(r); refused != nil {
		return nil, nil, refused
	}
	key, ok := s.knownKey(r, time.Now())
	if !ok {
		return nil, nil, &refusedKey
	}
	return s, key, nil
}

func (k *apiKey) mayUse(g *group) bool {
	_, ok := k.groups[g.id]
	return ok || k.caller
}

func listed(g *group) modelEntry {
	if g.id == 0 && len(g.members) == 1 {
		return modelEntry{ID: g.name, Object: "model", OwnedBy: g.members[0].provider.name}
	}
	return modelEntry{ID: g.name, Object: "model", Created: max(g.created.Unix(), 0), OwnedBy: "headgate"}
}

func writeJSON(w http.ResponseWriter, v any) {
	body, _ := json.Marshal(v) // plain structs: can't fail
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body)
}
