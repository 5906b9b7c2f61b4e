-- Somebody who is to be called back. `wishes` is a JSON list of texts, `attempts` one of objects, as record.rs has them.
CREATE TABLE callbacks (
    key        TEXT PRIMARY KEY,
    wishes     TEXT NOT NULL,
    number     TEXT NOT NULL,
    name       TEXT,
    queue      TEXT,
    reason     TEXT NOT NULL,
    note       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    claimed_by TEXT,
    attempts   TEXT NOT NULL,
    outcome    TEXT,
    closed_at  INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX callbacks_open ON callbacks (key) WHERE closed_at IS NULL;
CREATE INDEX callbacks_closed ON callbacks (closed_at) WHERE closed_at IS NOT NULL;

-- A supervisor took part in a call. `modes` is a JSON list of pairs: since when, which.
CREATE TABLE supervisions (
    key        TEXT PRIMARY KEY,
    extension  TEXT NOT NULL,
    number     TEXT,
    supervisor TEXT NOT NULL,
    modes      TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    trouble    TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX supervisions_started ON supervisions (started_at);
