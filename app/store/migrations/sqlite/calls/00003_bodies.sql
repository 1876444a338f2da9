-- +goose Up

-- What calls carried, apart from them, so that no list reads past it. content
-- is gzip over a JSON array of [name, value] of the request's headers, the
-- request and the reply, each as long as its column says, in bytes.
CREATE TABLE bodies (
    call_seq     INTEGER PRIMARY KEY,
    started_at   INTEGER NOT NULL, -- the call's
    headers_size INTEGER NOT NULL,
    request_size INTEGER NOT NULL,
    reply_size   INTEGER NOT NULL,
    request_cut  INTEGER NOT NULL,
    reply_cut    INTEGER NOT NULL,
    content      BLOB    NOT NULL
) STRICT;

-- In how many calls a failure keyword failed an attempt, whether or not these
-- are kept, and when the latest of them began, in Unix milliseconds. Calls that
-- are open are counted when they end.
CREATE TABLE keyword_use (
    keyword_id INTEGER PRIMARY KEY,
    hits       INTEGER NOT NULL,
    last_at    INTEGER NOT NULL
) STRICT;

INSERT INTO keyword_use
    SELECT keyword_id, count(DISTINCT call_seq), max(started_at)
    FROM attempts JOIN calls ON seq = call_seq
    WHERE keyword_id <> 0 AND state <> 'open' GROUP BY keyword_id;

-- +goose Down
DROP TABLE keyword_use;
DROP TABLE bodies;
