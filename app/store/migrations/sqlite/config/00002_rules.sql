-- +goose Up

-- "" is no proxy; 0 seconds is what the settings say.
ALTER TABLE providers ADD COLUMN proxy TEXT NOT NULL DEFAULT '';
ALTER TABLE providers ADD COLUMN connect_seconds INTEGER NOT NULL DEFAULT 0;
ALTER TABLE providers ADD COLUMN first_token_seconds INTEGER NOT NULL DEFAULT 0;
ALTER TABLE providers ADD COLUMN stream_idle_seconds INTEGER NOT NULL DEFAULT 0;
ALTER TABLE providers ADD COLUMN reply_seconds INTEGER NOT NULL DEFAULT 0;

-- The key before a rotation works until then; NULL, '' and 0 without one.
ALTER TABLE api_keys ADD COLUMN previous_hash BLOB;
ALTER TABLE api_keys ADD COLUMN previous_last_four TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN previous_until INTEGER NOT NULL DEFAULT 0;

-- Nothing went by weights before, so that none of the old ones means anything
-- beyond the bounds they have now.
UPDATE members SET weight = min(max(weight, 1), 1000);

-- Made anew: a text can be there twice now, as text and as an expression. Its
-- sequence goes along, so that no id is given out a second time.
CREATE TABLE new_keywords (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    text        TEXT    NOT NULL,
    regex       INTEGER NOT NULL,
    scope       TEXT    NOT NULL,
    description TEXT    NOT NULL,
    enabled     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    UNIQUE (text, regex)
) STRICT;
INSERT INTO new_keywords (id, text, regex, scope, description, enabled, created_at)
SELECT id, text, 0, 'both', description, enabled, created_at FROM keywords;
DELETE FROM sqlite_sequence WHERE name = 'new_keywords';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new_keywords', seq FROM sqlite_sequence WHERE name = 'keywords';
DROP TABLE keywords;
ALTER TABLE new_keywords RENAME TO keywords;

-- Where a keyword counts; none: in all groups.
CREATE TABLE keyword_groups (
    keyword_id INTEGER NOT NULL REFERENCES keywords (id) ON DELETE CASCADE,
    group_id   INTEGER NOT NULL REFERENCES "groups" (id) ON DELETE CASCADE,
    PRIMARY KEY (keyword_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX keyword_groups_group ON keyword_groups (group_id);

-- +goose Down
DROP TABLE keyword_groups;
CREATE TABLE old_keywords (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    text        TEXT    NOT NULL UNIQUE,
    description TEXT    NOT NULL,
    enabled     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;
INSERT INTO old_keywords (id, text, description, enabled, created_at)
SELECT id, text, description, enabled, created_at FROM keywords WHERE regex = 0;
DELETE FROM sqlite_sequence WHERE name = 'old_keywords';
INSERT INTO sqlite_sequence (name, seq) SELECT 'old_keywords', seq FROM sqlite_sequence WHERE name = 'keywords';
DROP TABLE keywords;
ALTER TABLE old_keywords RENAME TO keywords;
ALTER TABLE api_keys DROP COLUMN previous_until;
ALTER TABLE api_keys DROP COLUMN previous_last_four;
ALTER TABLE api_keys DROP COLUMN previous_hash;
ALTER TABLE providers DROP COLUMN reply_seconds;
ALTER TABLE providers DROP COLUMN stream_idle_seconds;
ALTER TABLE providers DROP COLUMN first_token_seconds;
ALTER TABLE providers DROP COLUMN connect_seconds;
ALTER TABLE providers DROP COLUMN proxy;
