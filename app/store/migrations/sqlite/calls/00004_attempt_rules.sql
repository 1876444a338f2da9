-- +goose Up

-- The rule that decided on an attempt, a JSON object as it was then; '' for none.
ALTER TABLE attempts ADD COLUMN rule TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE attempts DROP COLUMN rule;
