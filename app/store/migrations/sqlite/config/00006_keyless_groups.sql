-- +goose Up

-- Whether programs on this machine may call a group without an API key.
ALTER TABLE "groups" ADD COLUMN keyless INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE "groups" DROP COLUMN keyless;
