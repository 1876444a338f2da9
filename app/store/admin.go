package store

import "context"

// Admin returns the credential of the administration pages: the name and an
// argon2id hash, both "" when none was saved yet.
func (db *DB) Admin(ctx context.Context) (username, hash string, err error) {
	var rows []adminRow
	if err := db.config.read.WithContext(ctx).Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return "", "", err
	}
	return rows[0].Username, rows[0].Hash, nil
}

// SaveAdmin replaces the credential of the administration pages.
func (db *DB) SaveAdmin(ctx context.Context, username, hash string) error {
	return upsert(db.config.write.WithContext(ctx), &adminRow{ID: 1, Username: username, Hash: hash}, "username", "hash")
}
