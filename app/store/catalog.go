package store

import (
	"context"
	"database/sql"

	"gorm.io/gorm"

	"headgate/app/apperr"
	"headgate/app/catalog"
)

// Catalog returns the configuration's store.
func (db *DB) Catalog() catalog.Store { return configStore{db} }

type configStore struct{ db *DB }

func (s configStore) Load(ctx context.Context) (c catalog.Configuration, err error) {
	// One transaction, so that all tables are seen as of one moment.
	err = s.db.config.read.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		c, err = load(tx, s.db.sealer)
		return err
	}, &sql.TxOptions{ReadOnly: true})
	return c, err
}

func (s configStore) Change(ctx context.Context, fn func(catalog.Tx) error) error {
	err := s.db.config.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		return fn(configTx{tx: tx, sealer: s.db.sealer})
	})
	if isOfDisk(err) {
		s.db.log.Error("the configuration can't be written", "file", s.db.config.path, "error", err)
		return unusable(err, s.db.config.path)
	}
	return err
}

// checkSecrets opens every sealed column once, so that a key that is wrong, or gone,
// is found out before anything could be written with another one: the sealer is
// locked then, and everything stays as it is.
func (db *DB) checkSecrets(ctx context.Context) error {
	_, err := configStore{db}.Load(ctx)
	if code := apperr.Code(err); code == "secret_key_missing" || code == "secret_key_mismatch" {
		db.sealer.Lock(err)
		_, err = configStore{db}.Load(ctx)
	}
	return unusable(err, db.config.path)
}
