-- Times are Unix milliseconds. Ids are never given out twice: health and the
-- call log go on naming rows that are gone.

-- +goose Up
CREATE TABLE providers (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL UNIQUE,
    dialect    TEXT    NOT NULL,
    base_url   TEXT    NOT NULL,
    enabled    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE provider_headers (
    provider_id INTEGER NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    name        TEXT    NOT NULL,
    value       TEXT    NOT NULL,
    PRIMARY KEY (provider_id, position)
) STRICT, WITHOUT ROWID;

-- secret is sealed; see storage of secrets in package store.
CREATE TABLE provider_keys (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    provider_id INTEGER NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    enabled     INTEGER NOT NULL,
    secret      BLOB    NOT NULL
) STRICT;
CREATE INDEX provider_keys_provider ON provider_keys (provider_id, position);

-- Prices are US dollars: per million tokens, or per call. NULL is unknown.
CREATE TABLE models (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    provider_id        INTEGER NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    name               TEXT    NOT NULL,
    enabled            INTEGER NOT NULL,
    input_price        REAL,
    output_price       REAL,
    cached_input_price REAL,
    call_price         REAL,
    context_tokens     INTEGER NOT NULL,
    UNIQUE (provider_id, name)
) STRICT;

CREATE TABLE "groups" (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL UNIQUE,
    policy     TEXT    NOT NULL,
    enabled    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE members (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    group_id INTEGER NOT NULL REFERENCES "groups" (id) ON DELETE CASCADE,
    model_id INTEGER NOT NULL REFERENCES models (id) ON DELETE CASCADE,
    priority INTEGER NOT NULL,
    weight   INTEGER NOT NULL,
    enabled  INTEGER NOT NULL,
    UNIQUE (group_id, model_id)
) STRICT;
CREATE INDEX members_model ON members (model_id);

CREATE TABLE api_keys (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL UNIQUE,
    hash       BLOB    NOT NULL UNIQUE,
    prefix     TEXT    NOT NULL,
    last_four  TEXT    NOT NULL,
    enabled    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE api_key_groups (
    api_key_id INTEGER NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
    group_id   INTEGER NOT NULL REFERENCES "groups" (id) ON DELETE CASCADE,
    PRIMARY KEY (api_key_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX api_key_groups_group ON api_key_groups (group_id);

CREATE TABLE keywords (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    text        TEXT    NOT NULL UNIQUE,
    description TEXT    NOT NULL,
    enabled     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

-- One document: a choice it doesn't hold is at its default.
CREATE TABLE settings (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    document TEXT NOT NULL
) STRICT;

CREATE TABLE admin (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    username TEXT NOT NULL,
    hash     TEXT NOT NULL
) STRICT;

-- +goose Down
DROP TABLE admin;
DROP TABLE settings;
DROP TABLE keywords;
DROP TABLE api_key_groups;
DROP TABLE api_keys;
DROP TABLE members;
DROP TABLE "groups";
DROP TABLE models;
DROP TABLE provider_keys;
DROP TABLE provider_headers;
DROP TABLE providers;
