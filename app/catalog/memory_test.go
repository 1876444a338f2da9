package catalog_test

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"sync"

	"headgate/app/catalog"
	"headgate/app/settings"
)

// memory is a store without a file, for tests that need thousands.
type memory struct {
	mu   sync.Mutex
	last int64 // ID
	kept catalog.Configuration
}

func (m *memory) Load(context.Context) (catalog.Configuration, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return clone(m.kept), nil
}

func (m *memory) Change(_ context.Context, fn func(catalog.Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	tx := &memoryTx{last: m.last, kept: clone(m.kept)}
	if err := fn(tx); err != nil {
		return err
	}
	m.last, m.kept = tx.last, tx.kept
	return nil
}

type memoryTx struct {
	last int64
	kept catalog.Configuration
}

func clone(c catalog.Configuration) catalog.Configuration {
	c.Providers, c.Groups = slices.Clone(c.Providers), slices.Clone(c.Groups)
	c.APIKeys, c.Keywords = slices.Clone(c.APIKeys), slices.Clone(c.Keywords)
	if reflect.DeepEqual(c.Settings, settings.Settings{}) {
		c.Settings = settings.Default()
	}
	for i := range c.Providers {
		p := &c.Providers[i]
		p.Headers, p.Keys, p.Models = slices.Clone(p.Headers), slices.Clone(p.Keys), slices.Clone(p.Models)
	}
	for i := range c.Groups {
		c.Groups[i].Members = slices.Clone(c.Groups[i].Members)
	}
	for i := range c.APIKeys {
		c.APIKeys[i].GroupIDs = slices.Clone(c.APIKeys[i].GroupIDs)
	}
	for i := range c.Keywords {
		c.Keywords[i].GroupIDs = slices.Clone(c.Keywords[i].GroupIDs)
	}
	return c
}

func (m *memoryTx) number(id *int64) {
	if *id == 0 {
		m.last++
		*id = m.last
	}
}

// put replaces the one with the same ID, or adds it.
func put[T any](list *[]T, v T, id func(T) int64) {
	if i := slices.IndexFunc(*list, func(o T) bool { return id(o) == id(v) }); i >= 0 {
		(*list)[i] = v
		return
	}
	*list = append(*list, v)
}

func drop[T any](list *[]T, gone int64, id func(T) int64) error {
	*list = slices.DeleteFunc(*list, func(o T) bool { return id(o) == gone })
	return nil
}

func providerID(p catalog.Provider) int64 { return p.ID }
func modelID(m catalog.Model) int64       { return m.ID }
func groupID(g catalog.Group) int64       { return g.ID }
func apiKeyID(k catalog.APIKey) int64     { return k.ID }
func keywordID(k catalog.Keyword) int64   { return k.ID }

func (m *memoryTx) Load() (catalog.Configuration, error) { return clone(m.kept), nil }

func (m *memoryTx) SaveProvider(p *catalog.Provider) error {
	m.number(&p.ID)
	for i := range p.Keys {
		m.number(&p.Keys[i].ID)
	}
	put(&m.kept.Providers, *p, providerID)
	m.kept = clone(m.kept)
	return nil
}

func (m *memoryTx) SaveModel(in *catalog.Model) error {
	m.number(&in.ID)
	i := slices.IndexFunc(m.kept.Providers, func(p catalog.Provider) bool { return p.ID == in.ProviderID })
	put(&m.kept.Providers[i].Models, *in, modelID)
	return nil
}

func (m *memoryTx) AddModels(list []catalog.Model) error {
	for i := range list {
		m.number(&list[i].ID)
	}
	p := slices.IndexFunc(m.kept.Providers, func(p catalog.Provider) bool { return p.ID == list[0].ProviderID })
	m.kept.Providers[p].Models = append(m.kept.Providers[p].Models, list...)
	return nil
}

func (m *memoryTx) SaveGroup(g *catalog.Group) error {
	m.number(&g.ID)
	for i := range g.Members {
		m.number(&g.Members[i].ID)
	}
	saved := *g
	saved.Members = slices.SortedFunc(slices.Values(g.Members), func(a, b catalog.Member) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.ID, b.ID))
	})
	put(&m.kept.Groups, saved, groupID)
	return nil
}

func (m *memoryTx) SaveAPIKey(k *catalog.APIKey) error {
	m.number(&k.ID)
	put(&m.kept.APIKeys, *k, apiKeyID)
	return nil
}

func (m *memoryTx) SaveKeyword(k *catalog.Keyword) error {
	m.number(&k.ID)
	put(&m.kept.Keywords, *k, keywordID)
	return nil
}

func (m *memoryTx) SaveSettings(s settings.Settings) error {
	m.kept.Settings = s
	return nil
}

func (m *memoryTx) Replace(c catalog.Configuration) error {
	m.kept = clone(c)
	return nil
}

// The catalog's imports delete nothing: what hangs on a row may stay here.

func (m *memoryTx) DeleteProvider(id int64) error { return drop(&m.kept.Providers, id, providerID) }
func (m *memoryTx) DeleteGroup(id int64) error    { return drop(&m.kept.Groups, id, groupID) }
func (m *memoryTx) DeleteAPIKey(id int64) error   { return drop(&m.kept.APIKeys, id, apiKeyID) }
func (m *memoryTx) DeleteKeyword(id int64) error  { return drop(&m.kept.Keywords, id, keywordID) }

func (m *memoryTx) DeleteModel(id int64) error {
	for i := range m.kept.Providers {
		_ = drop(&m.kept.Providers[i].Models, id, modelID)
	}
	return nil
}
