package store

import (
	"encoding/json"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"headgate/app/catalog"
	"headgate/app/settings"
)

// configTx is one transaction on the configuration.
type configTx struct {
	tx     *gorm.DB
	sealer Sealer
}

func (c configTx) Load() (catalog.Configuration, error) { return load(c.tx, c.sealer) }

func (c configTx) SaveProvider(p *catalog.Provider) error {
	row := rowOfProvider(*p)
	if p.ID == 0 {
		if err := c.tx.Create(&row).Error; err != nil {
			return err
		}
		p.ID = row.ID
	} else if err := c.update(&providerRow{}, p.ID, map[string]any{
		"name": row.Name, "dialect": row.Dialect, "base_url": row.BaseURL,
		"enabled": row.Enabled, "updated_at": row.UpdatedAt, "proxy": row.Proxy,
		"connect_seconds": row.ConnectSeconds, "first_token_seconds": row.FirstTokenSeconds,
		"stream_idle_seconds": row.StreamIdleSeconds, "reply_seconds": row.ReplySeconds, "rules": row.Rules,
	}); err != nil {
		return err
	}
	if err := c.saveHeaders(p); err != nil {
		return err
	}
	return c.saveProviderKeys(p)
}

func (c configTx) saveHeaders(p *catalog.Provider) error {
	if err := c.tx.Where("provider_id = ?", p.ID).Delete(&providerHeaderRow{}).Error; err != nil {
		return err
	}
	for i, h := range p.Headers {
		row := providerHeaderRow{ProviderID: p.ID, Position: i, Name: h.Name, Value: h.Value}
		if h.IsSecret() {
			var err error
			if row.Sealed, err = c.sealer.Seal([]byte(h.Secret.Reveal()), headerPlace(p.ID, h.Name, p.BaseURL)); err != nil {
				return fmt.Errorf("seal the header %q of provider %q: %w", h.Name, p.Name, err)
			}
		}
		if err := c.tx.Create(&row).Error; err != nil {
			return err
		}
	}
	return nil
}

// saveProviderKeys seals every key anew: the base URL may have changed, and a
// ciphertext is bound to it.
func (c configTx) saveProviderKeys(p *catalog.Provider) error {
	kept := []int64{0}
	for i := range p.Keys {
		k := &p.Keys[i]
		if k.ID == 0 {
			// The place to seal for needs the row's id first.
			row := providerKeyRow{ProviderID: p.ID, Position: i, Enabled: k.Enabled, Secret: []byte{0}}
			if err := c.tx.Create(&row).Error; err != nil {
				return err
			}
			k.ID = row.ID
		}
		k.Hint = k.Secret.Hint()
		kept = append(kept, k.ID)
		sealed, err := c.sealer.Seal([]byte(k.Secret.Reveal()), secretPlace(k.ID, p.BaseURL))
		if err != nil {
			return fmt.Errorf("seal a key of provider %q: %w", p.Name, err)
		}
		if err := c.update(&providerKeyRow{}, k.ID, map[string]any{
			"provider_id": p.ID, "position": i, "enabled": k.Enabled, "secret": sealed,
		}); err != nil {
			return err
		}
	}
	return c.tx.Where("provider_id = ? AND id NOT IN ?", p.ID, kept).Delete(&providerKeyRow{}).Error
}

func (c configTx) SaveModel(m *catalog.Model) error {
	row := rowOfModel(*m)
	if m.ID == 0 {
		err := c.tx.Create(&row).Error
		m.ID = row.ID
		return err
	}
	return c.update(&modelRow{}, m.ID, map[string]any{
		"name": row.Name, "enabled": row.Enabled, "input_price": row.InputPrice,
		"output_price": row.OutputPrice, "cached_input_price": row.CachedInputPrice,
		"call_price": row.CallPrice, "context_tokens": row.ContextTokens,
	})
}

// AddModels adds many at once and sets their IDs.
func (c configTx) AddModels(list []catalog.Model) error {
	rows := make([]modelRow, len(list))
	for i, m := range list {
		rows[i] = rowOfModel(m)
	}
	if err := insertAll(c, rows); err != nil {
		return err
	}
	for i := range rows {
		list[i].ID = rows[i].ID
	}
	return nil
}

func (c configTx) SaveGroup(g *catalog.Group) error {
	row := rowOfGroup(*g)
	if g.ID == 0 {
		if err := c.tx.Create(&row).Error; err != nil {
			return err
		}
		g.ID = row.ID
	} else if err := c.update(&groupRow{}, g.ID, map[string]any{
		"name": row.Name, "policy": row.Policy, "enabled": row.Enabled, "updated_at": row.UpdatedAt,
		"rules": row.Rules, "keyless": row.Keyless,
	}); err != nil {
		return err
	}
	kept := []int64{0}
	for _, m := range g.Members {
		kept = append(kept, m.ID)
	}
	// First, so that a model may leave one member for another.
	if err := c.tx.Where("group_id = ? AND id NOT IN ?", g.ID, kept).Delete(&memberRow{}).Error; err != nil {
		return err
	}
	for i := range g.Members {
		if err := c.saveMember(g.ID, &g.Members[i]); err != nil {
			return err
		}
	}
	return nil
}

func (c configTx) saveMember(group int64, m *catalog.Member) error {
	row := rowOfMember(group, *m)
	if m.ID == 0 {
		err := c.tx.Create(&row).Error
		m.ID = row.ID
		return err
	}
	return c.update(&memberRow{}, m.ID, map[string]any{
		"group_id": group, "model_id": row.ModelID, "priority": row.Priority,
		"weight": row.Weight, "enabled": row.Enabled,
	})
}

func (c configTx) SaveAPIKey(k *catalog.APIKey) error {
	row := rowOfAPIKey(*k)
	if k.ID == 0 {
		if err := c.tx.Create(&row).Error; err != nil {
			return err
		}
		k.ID = row.ID
	} else if err := c.update(&apiKeyRow{}, k.ID, map[string]any{
		"name": row.Name, "hash": row.Hash, "prefix": row.Prefix, "last_four": row.LastFour,
		"enabled": row.Enabled, "expires_at": row.ExpiresAt, "previous_hash": row.PreviousHash,
		"previous_last_four": row.PreviousLastFour, "previous_until": row.PreviousUntil, "models": row.Models,
	}); err != nil {
		return err
	}
	if err := c.tx.Where("api_key_id = ?", k.ID).Delete(&apiKeyGroupRow{}).Error; err != nil {
		return err
	}
	for _, id := range k.GroupIDs {
		if err := c.tx.Create(&apiKeyGroupRow{APIKeyID: k.ID, GroupID: id}).Error; err != nil {
			return err
		}
	}
	return nil
}

func (c configTx) SaveKeyword(k *catalog.Keyword) error {
	row := rowOfKeyword(*k)
	if k.ID == 0 {
		if err := c.tx.Create(&row).Error; err != nil {
			return err
		}
		k.ID = row.ID
	} else if err := c.update(&keywordRow{}, k.ID, map[string]any{
		"text": row.Text, "regex": row.Regex, "scope": row.Scope,
		"description": row.Description, "enabled": row.Enabled,
	}); err != nil {
		return err
	}
	if err := c.tx.Where("keyword_id = ?", k.ID).Delete(&keywordGroupRow{}).Error; err != nil {
		return err
	}
	for _, id := range k.GroupIDs {
		if err := c.tx.Create(&keywordGroupRow{KeywordID: k.ID, GroupID: id}).Error; err != nil {
			return err
		}
	}
	return nil
}

func (c configTx) SaveSettings(s settings.Settings) error {
	document, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return upsert(c.tx, &settingsRow{ID: 1, Document: string(document)}, "document")
}

func (c configTx) DeleteProvider(id int64) error { return c.remove(&providerRow{}, id) }
func (c configTx) DeleteModel(id int64) error    { return c.remove(&modelRow{}, id) }
func (c configTx) DeleteGroup(id int64) error    { return c.remove(&groupRow{}, id) }
func (c configTx) DeleteAPIKey(id int64) error   { return c.remove(&apiKeyRow{}, id) }
func (c configTx) DeleteKeyword(id int64) error  { return c.remove(&keywordRow{}, id) }

// update writes the named columns of one row, which must be there.
func (c configTx) update(row any, id int64, columns map[string]any) error {
	done := c.tx.Model(row).Where("id = ?", id).Updates(columns)
	if done.Error == nil && done.RowsAffected != 1 {
		return fmt.Errorf("update %T %d: there is no such row", row, id)
	}
	return done.Error
}

// remove deletes one row; what hangs on it goes with it.
func (c configTx) remove(row any, id int64) error {
	return c.tx.Where("id = ?", id).Delete(row).Error
}

// upsert writes the one row of a table that has only one.
func upsert(tx *gorm.DB, row any, columns ...string) error {
	return tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "id"}},
		DoUpdates: clause.AssignmentColumns(columns),
	}).Create(row).Error
}
