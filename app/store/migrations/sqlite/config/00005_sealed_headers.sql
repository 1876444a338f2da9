-- sealed is the value of a header that may be a secret, value is empty then.
-- NULL: value counts. What stood in value before is sealed by the first start
-- that has the keys.

-- +goose Up
ALTER TABLE provider_headers ADD COLUMN sealed BLOB;

-- +goose Down
ALTER TABLE provider_headers DROP COLUMN sealed;
