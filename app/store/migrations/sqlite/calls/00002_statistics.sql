-- Statistics never read calls. Tallies are packed counts and histograms, as
-- calllog.Tally says; hour and day are the Unix time in UTC hours and days.

-- +goose Up
ALTER TABLE calls ADD COLUMN provider_id INTEGER NOT NULL DEFAULT 0;
UPDATE calls SET provider_id = coalesce(
    (SELECT provider_id FROM attempts WHERE call_seq = calls.seq ORDER BY number DESC LIMIT 1), 0)
    WHERE attempts > 0;

-- Each filter alone has its index; of several, one is read in order and the
-- others are looked up in the rows, so far back as a page may look.
DROP INDEX calls_api_key_group;
CREATE INDEX calls_provider ON calls (provider_id, state);
CREATE INDEX calls_model ON calls (model, state);
CREATE INDEX calls_member ON calls (member, state);

-- What tallies count by.
CREATE TABLE stat_slots (
    id          INTEGER PRIMARY KEY,
    group_id    INTEGER NOT NULL,
    model       TEXT    NOT NULL,
    api_key_id  INTEGER NOT NULL,
    provider_id INTEGER NOT NULL,
    member      TEXT    NOT NULL,
    UNIQUE (group_id, model, api_key_id, provider_id, member)
) STRICT;

-- By time first: the tallies of one hour are written together, into few pages.
CREATE TABLE stat_hours (
    hour  INTEGER NOT NULL,
    slot  INTEGER NOT NULL,
    tally BLOB    NOT NULL,
    PRIMARY KEY (hour, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE stat_days (
    day   INTEGER NOT NULL,
    slot  INTEGER NOT NULL,
    tally BLOB    NOT NULL,
    PRIMARY KEY (day, slot)
) STRICT, WITHOUT ROWID;

-- All calls of an hour together, and which ones they are: first_seq and
-- last_seq bound what started in it, whatever else is between them.
CREATE TABLE stat_totals (
    hour      INTEGER PRIMARY KEY,
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    tally     BLOB    NOT NULL
) STRICT;

-- The newest name of what slots have ids for: a call of that time had it.
CREATE TABLE stat_names (
    kind TEXT    NOT NULL,
    id   INTEGER NOT NULL,
    name TEXT    NOT NULL,
    at   INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- Calls after done_seq, up to last_seq, are older than the statistics and still
-- to be counted. No row: all are.
CREATE TABLE stat_backlog (
    done_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL
) STRICT;

INSERT INTO stat_backlog SELECT min(seq) - 1, max(seq) FROM calls HAVING count(*) > 0;
INSERT INTO stat_totals SELECT max(started_at, 0) / 3600000 AS hour, min(seq), max(seq), x'' FROM calls GROUP BY hour;

-- +goose Down
DROP TABLE stat_backlog;
DROP TABLE stat_names;
DROP TABLE stat_totals;
DROP TABLE stat_days;
DROP TABLE stat_hours;
DROP TABLE stat_slots;
DROP INDEX calls_member;
DROP INDEX calls_model;
DROP INDEX calls_provider;
CREATE INDEX calls_api_key_group ON calls (api_key_id, group_id, state);
ALTER TABLE calls DROP COLUMN provider_id;
