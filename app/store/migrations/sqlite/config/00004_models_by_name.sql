-- +goose Up

-- Whether an API key may name any model of an enabled provider, besides its groups.
ALTER TABLE api_keys ADD COLUMN models INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE api_keys DROP COLUMN models;
