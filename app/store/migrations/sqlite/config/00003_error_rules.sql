-- +goose Up

-- What a person wants done about an upstream's errors: a JSON array of rules, in
-- the order in which they are asked. They are read and written as one.
ALTER TABLE providers ADD COLUMN rules TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "groups" ADD COLUMN rules TEXT NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE "groups" DROP COLUMN rules;
ALTER TABLE providers DROP COLUMN rules;
