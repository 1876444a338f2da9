package store

import (
	"fmt"

	"headgate/app/catalog"
)

// rowsAtOnce is how many rows one statement inserts: SQLite takes so many values
// at most.
const rowsAtOnce = 500

// Replace puts a whole configuration in place of the one that is there.
func (c configTx) Replace(to catalog.Configuration) error {
	// What hangs on these goes with them.
	for _, table := range []any{&providerRow{}, &groupRow{}, &apiKeyRow{}, &keywordRow{}} {
		if err := c.tx.Where("1 = 1").Delete(table).Error; err != nil {
			return err
		}
	}
	for _, p := range to.Providers {
		if err := c.putProvider(p); err != nil {
			return err
		}
	}
	for _, g := range to.Groups {
		if err := c.putGroup(g); err != nil {
			return err
		}
	}
	for _, k := range to.APIKeys {
		row := rowOfAPIKey(k)
		if err := c.tx.Create(&row).Error; err != nil {
			return err
		}
		if err := c.SaveAPIKey(&k); err != nil { // with its groups
			return err
		}
	}
	for _, k := range to.Keywords {
		row := rowOfKeyword(k)
		if err := c.tx.Create(&row).Error; err != nil {
			return err
		}
		if err := c.SaveKeyword(&k); err != nil { // with its groups
			return err
		}
	}
	return c.SaveSettings(to.Settings)
}

func (c configTx) putProvider(p catalog.Provider) error {
	row := rowOfProvider(p)
	if err := c.tx.Create(&row).Error; err != nil {
		return err
	}
	if err := c.saveHeaders(&p); err != nil {
		return err
	}
	for i, k := range p.Keys {
		sealed, err := c.sealer.Seal([]byte(k.Secret.Reveal()), secretPlace(k.ID, p.BaseURL))
		if err != nil {
			return fmt.Errorf("seal a key of provider %q: %w", p.Name, err)
		}
		row := providerKeyRow{ID: k.ID, ProviderID: p.ID, Position: i, Enabled: k.Enabled, Secret: sealed}
		if err := c.tx.Create(&row).Error; err != nil {
			return err
		}
	}
	models := make([]modelRow, len(p.Models))
	for i, m := range p.Models {
		models[i] = rowOfModel(m)
	}
	return insertAll(c, models)
}

func (c configTx) putGroup(g catalog.Group) error {
	row := rowOfGroup(g)
	if err := c.tx.Create(&row).Error; err != nil {
		return err
	}
	members := make([]memberRow, len(g.Members))
	for i, m := range g.Members {
		members[i] = rowOfMember(g.ID, m)
	}
	return insertAll(c, members)
}

func insertAll[T any](c configTx, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	return c.tx.CreateInBatches(rows, rowsAtOnce).Error
}
