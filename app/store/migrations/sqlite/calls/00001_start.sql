-- started_at is Unix milliseconds, columns in _us are microseconds. NULL is
-- unknown. Names stand beside ids: the log outlives what it names, and the
-- tables it names are in another file.

-- +goose Up
CREATE TABLE calls (
    seq                 INTEGER PRIMARY KEY,
    id                  TEXT    NOT NULL UNIQUE,
    started_at          INTEGER NOT NULL,
    duration_us         INTEGER NOT NULL,
    first_token_us      INTEGER,
    route               TEXT    NOT NULL,
    api_key_id          INTEGER NOT NULL,
    api_key             TEXT    NOT NULL,
    group_id            INTEGER NOT NULL,
    model               TEXT    NOT NULL,
    stream              INTEGER NOT NULL,
    state               TEXT    NOT NULL,
    status              INTEGER NOT NULL,
    error_code          TEXT    NOT NULL,
    message             TEXT    NOT NULL,
    user_agent          TEXT    NOT NULL,
    bytes_in            INTEGER NOT NULL,
    bytes_out           INTEGER NOT NULL,
    input_tokens        INTEGER,
    output_tokens       INTEGER,
    cached_input_tokens INTEGER,
    reasoning_tokens    INTEGER,
    cost_nanos          INTEGER,
    cost_source         TEXT    NOT NULL,
    attempts            INTEGER NOT NULL,
    provider            TEXT    NOT NULL,
    member              TEXT    NOT NULL
) STRICT;

-- Every index ends in seq, the row's own id: a list that fixes all columns of
-- one is read in its order, newest first, and stops at its limit. Lists that
-- leave the state open are merged from one per state.
CREATE INDEX calls_state ON calls (state);
CREATE INDEX calls_group ON calls (group_id, state);
CREATE INDEX calls_api_key ON calls (api_key_id, state);
CREATE INDEX calls_api_key_group ON calls (api_key_id, group_id, state);

CREATE TABLE attempts (
    call_seq        INTEGER NOT NULL,
    number          INTEGER NOT NULL,
    member_id       INTEGER NOT NULL,
    provider_id     INTEGER NOT NULL,
    provider        TEXT    NOT NULL,
    model_id        INTEGER NOT NULL,
    model           TEXT    NOT NULL,
    provider_key_id INTEGER NOT NULL,
    key_hint        TEXT    NOT NULL,
    priority        INTEGER NOT NULL,
    start_us        INTEGER NOT NULL,
    connect_us      INTEGER,
    first_byte_us   INTEGER,
    first_token_us  INTEGER,
    total_us        INTEGER NOT NULL,
    status          INTEGER NOT NULL,
    class           TEXT    NOT NULL,
    blames          TEXT    NOT NULL,
    action          TEXT    NOT NULL,
    counts          INTEGER NOT NULL,
    bench_ms        INTEGER NOT NULL,
    reason          TEXT    NOT NULL,
    message         TEXT    NOT NULL,
    keyword         TEXT    NOT NULL,
    keyword_id      INTEGER NOT NULL,
    PRIMARY KEY (call_seq, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key_use (
    api_key_id INTEGER PRIMARY KEY,
    used_at    INTEGER NOT NULL
) STRICT;

-- +goose Down
DROP TABLE api_key_use;
DROP TABLE attempts;
DROP TABLE calls;
