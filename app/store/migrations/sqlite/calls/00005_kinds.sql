-- One index instead of six: a call's kind is all that lists filter by, together,
-- and a list is merged from those of the kinds that match. And the one attempt of
-- a call that went well stands in its row.

-- +goose Up
CREATE TABLE call_kinds (
    id          INTEGER PRIMARY KEY,
    state       TEXT    NOT NULL,
    group_id    INTEGER NOT NULL,
    model       TEXT    NOT NULL,
    api_key_id  INTEGER NOT NULL,
    provider_id INTEGER NOT NULL,
    member      TEXT    NOT NULL,
    loose       INTEGER NOT NULL, -- model and member are those of the calls, whatever they are
    UNIQUE (state, group_id, model, api_key_id, provider_id, member, loose)
) STRICT;

-- Calls up to last_seq have no kind yet; they get it from the newest on. No row:
-- all have.
CREATE TABLE kind_backlog (last_seq INTEGER NOT NULL) STRICT;
INSERT INTO kind_backlog SELECT max(seq) FROM calls HAVING count(*) > 0;

ALTER TABLE calls ADD COLUMN kind INTEGER;
-- Where there is one, attempts has no row: it was answered and nothing else is to
-- be said. A JSON array, in the order that all_attempts reads.
ALTER TABLE calls ADD COLUMN attempt TEXT;

-- What an earlier run left open is looked for by its kind at once.
INSERT INTO call_kinds (state, group_id, model, api_key_id, provider_id, member, loose)
    SELECT DISTINCT state, group_id, '', api_key_id, provider_id, '', 1 FROM calls WHERE state = 'open';
UPDATE calls SET kind = (SELECT id FROM call_kinds k WHERE k.group_id = calls.group_id
    AND k.api_key_id = calls.api_key_id AND k.provider_id = calls.provider_id) WHERE state = 'open';

DROP INDEX calls_state;
DROP INDEX calls_group;
DROP INDEX calls_api_key;
DROP INDEX calls_provider;
DROP INDEX calls_model;
DROP INDEX calls_member;
CREATE INDEX calls_kind ON calls (kind) WHERE kind IS NOT NULL;

CREATE VIEW all_attempts AS
    SELECT call_seq, number, member_id, provider_id, provider, model_id, model, provider_key_id, key_hint, priority, start_us,
        connect_us, first_byte_us, first_token_us, total_us, status, class, blames, action, counts, bench_ms, reason,
        message, keyword, keyword_id, rule
    FROM attempts
    UNION ALL
    SELECT seq, 0, attempt ->> 0, provider_id, provider, attempt ->> 1, member, attempt ->> 2, attempt ->> 3, attempt ->> 4, attempt ->> 5,
        attempt ->> 6, attempt ->> 7, attempt ->> 8, attempt ->> 9, attempt ->> 10, 'ok', 'nobody', 'done', 0, 0, 'ok',
        '', '', 0, ''
    FROM calls WHERE attempt IS NOT NULL;

-- +goose Down
INSERT INTO attempts SELECT * FROM all_attempts WHERE call_seq IN (SELECT seq FROM calls WHERE attempt IS NOT NULL);
DROP VIEW all_attempts;
DROP INDEX calls_kind;
ALTER TABLE calls DROP COLUMN attempt;
ALTER TABLE calls DROP COLUMN kind;
DROP TABLE kind_backlog;
DROP TABLE call_kinds;
CREATE INDEX calls_state ON calls (state);
CREATE INDEX calls_group ON calls (group_id, state);
CREATE INDEX calls_api_key ON calls (api_key_id, state);
CREATE INDEX calls_provider ON calls (provider_id, state);
CREATE INDEX calls_model ON calls (model, state);
CREATE INDEX calls_member ON calls (member, state);
