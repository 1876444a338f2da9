package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"headgate/app/catalog"
	"headgate/app/secret"
	"headgate/app/settings"
)

// load reads the whole configuration, opening what is sealed. While the sealer is
// locked, provider keys and secret headers are empty and the configuration says so.
func load(tx *gorm.DB, sealer Sealer) (catalog.Configuration, error) {
	var c catalog.Configuration
	var err error
	if c.Providers, err = loadProviders(tx, sealer); errors.Is(err, secret.ErrLocked) {
		c.Locked = true
		c.Providers, err = loadProviders(tx, noKeys{})
	}
	if err != nil {
		return c, err
	}
	if c.Unsealed, err = hasUnsealed(tx); err != nil {
		return c, err
	}
	if c.Groups, err = loadGroups(tx, c.Providers); err != nil {
		return c, err
	}
	if c.APIKeys, err = loadAPIKeys(tx); err != nil {
		return c, err
	}
	if c.Keywords, err = loadKeywords(tx); err != nil {
		return c, err
	}
	c.Settings, err = loadSettings(tx)
	return c, err
}

// noKeys stands in for a locked sealer.
type noKeys struct{}

func (noKeys) Seal([]byte, string) ([]byte, error) { return nil, secret.ErrLocked }
func (noKeys) Open([]byte, string) ([]byte, error) { return nil, nil }
func (noKeys) Lock(error)                          {}

func loadProviders(tx *gorm.DB, sealer Sealer) ([]catalog.Provider, error) {
	var rows []providerRow
	var headers []providerHeaderRow
	var keys []providerKeyRow
	var models []modelRow
	for _, q := range []error{
		tx.Order("id").Find(&rows).Error,
		tx.Order("provider_id, position").Find(&headers).Error,
		tx.Order("provider_id, position, id").Find(&keys).Error,
		tx.Order("provider_id, id").Find(&models).Error,
	} {
		if q != nil {
			return nil, q
		}
	}
	list := make([]catalog.Provider, len(rows))
	at := make(map[int64]*catalog.Provider, len(rows))
	for i, r := range rows {
		list[i] = r.domain()
		at[r.ID] = &list[i]
	}
	for _, r := range headers {
		p := at[r.ProviderID]
		h, err := openHeader(sealer, r, p.BaseURL)
		if err != nil {
			return nil, err
		}
		p.Headers = append(p.Headers, h)
	}
	for _, r := range keys {
		p := at[r.ProviderID]
		clear, err := openSecret(sealer, r, p.BaseURL)
		if err != nil {
			return nil, err
		}
		p.Keys = append(p.Keys, r.domain(clear))
	}
	for _, r := range models {
		p := at[r.ProviderID]
		p.Models = append(p.Models, r.domain())
	}
	return list, nil
}

// hasUnsealed tells whether a value stands as it was typed though it may be a secret.
func hasUnsealed(tx *gorm.DB) (bool, error) {
	var rows []providerHeaderRow
	err := tx.Where("sealed IS NULL").Find(&rows).Error
	return slices.ContainsFunc(rows, func(r providerHeaderRow) bool {
		return catalog.NewHeader(r.Name, r.Value).IsSecret()
	}), err
}

// loadGroups gives members the names they are read by.
func loadGroups(tx *gorm.DB, providers []catalog.Provider) ([]catalog.Group, error) {
	var rows []groupRow
	var members []memberRow
	if err := tx.Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	if err := tx.Order("group_id, priority, id").Find(&members).Error; err != nil {
		return nil, err
	}
	type named struct {
		provider int64
		of, name string
	}
	models := map[int64]named{}
	for _, p := range providers {
		for _, m := range p.Models {
			models[m.ID] = named{p.ID, p.Name, m.Name}
		}
	}
	list := make([]catalog.Group, len(rows))
	at := make(map[int64]*catalog.Group, len(rows))
	for i, r := range rows {
		list[i] = r.domain()
		at[r.ID] = &list[i]
	}
	for _, r := range members {
		g, model := at[r.GroupID], models[r.ModelID]
		g.Members = append(g.Members, catalog.Member{
			ID: r.ID, ModelID: r.ModelID, ProviderID: model.provider, Provider: model.of, Model: model.name,
			Priority: r.Priority, Weight: r.Weight, Enabled: r.Enabled,
		})
	}
	return list, nil
}

func loadAPIKeys(tx *gorm.DB) ([]catalog.APIKey, error) {
	var rows []apiKeyRow
	var bound []apiKeyGroupRow
	if err := tx.Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	if err := tx.Order("api_key_id, group_id").Find(&bound).Error; err != nil {
		return nil, err
	}
	list := make([]catalog.APIKey, len(rows))
	at := make(map[int64]*catalog.APIKey, len(rows))
	for i, r := range rows {
		list[i] = r.domain()
		at[r.ID] = &list[i]
	}
	for _, r := range bound {
		k := at[r.APIKeyID]
		k.GroupIDs = append(k.GroupIDs, r.GroupID)
	}
	return list, nil
}

func loadKeywords(tx *gorm.DB) ([]catalog.Keyword, error) {
	var rows []keywordRow
	var bound []keywordGroupRow
	if err := tx.Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	if err := tx.Order("keyword_id, group_id").Find(&bound).Error; err != nil {
		return nil, err
	}
	var list []catalog.Keyword
	at := make(map[int64]int, len(rows))
	for i, r := range rows {
		list = append(list, r.domain())
		at[r.ID] = i
	}
	for _, r := range bound {
		k := &list[at[r.KeywordID]]
		k.GroupIDs = append(k.GroupIDs, r.GroupID)
	}
	return list, nil
}

func loadSettings(tx *gorm.DB) (settings.Settings, error) {
	s := settings.Default()
	var rows []settingsRow
	if err := tx.Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return s, err
	}
	// Over the defaults, so that a choice newer than the document has one.
	if err := json.Unmarshal([]byte(rows[0].Document), &s); err != nil {
		return s, fmt.Errorf("read the stored settings: %w", err)
	}
	return s, nil
}
