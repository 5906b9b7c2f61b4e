-- Times are milliseconds since 1970, UTC.

-- `id` is the place in the history: the start in milliseconds times 1024, and a running number for calls that start together.
-- So the newest calls are the last rows, and whoever reads backwards need not sort.
CREATE TABLE calls (
    id           INTEGER PRIMARY KEY,
    key          TEXT NOT NULL UNIQUE,
    account      TEXT,
    extension    TEXT,
    direction    TEXT NOT NULL,
    number       TEXT NOT NULL,
    name         TEXT,
    company      TEXT,
    queue        TEXT,
    did          TEXT,
    started_at   INTEGER NOT NULL,
    answered_at  INTEGER,
    ended_at     INTEGER,
    talk_ms      INTEGER NOT NULL,
    outcome      TEXT,
    reason       TEXT,
    sip_status   INTEGER,
    taken_by     TEXT,
    recording_id TEXT
) STRICT;

CREATE INDEX calls_open ON calls (id) WHERE ended_at IS NULL;

-- Apart from the calls: a note may come before its call, and a call never overwrites it.
CREATE TABLE notes (
    call        TEXT PRIMARY KEY,
    note        TEXT NOT NULL DEFAULT '',
    disposition TEXT
) STRICT;

CREATE TABLE legs (
    source  TEXT NOT NULL,
    call_id TEXT NOT NULL,
    leg_id  TEXT NOT NULL,
    call    TEXT NOT NULL,
    PRIMARY KEY (source, call_id, leg_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX legs_call ON legs (call);

CREATE TABLE events (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    call_id TEXT NOT NULL,
    at      INTEGER NOT NULL,
    event   TEXT NOT NULL,
    UNIQUE (call_id, at, event)
) STRICT;

-- What was told of a call up to this time is settled, also what was still on its way to the disk.
CREATE TABLE settled (
    call_id TEXT PRIMARY KEY,
    at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    key        TEXT PRIMARY KEY,
    call       TEXT NOT NULL,
    payload    TEXT NOT NULL,
    due        INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    state      TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'refused')),
    last_error TEXT,
    sent_at    INTEGER
) STRICT;

CREATE INDEX outbox_due ON outbox (state, due);
CREATE INDEX outbox_call ON outbox (call);
