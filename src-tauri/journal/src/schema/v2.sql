-- What is the same for all spellings of a number; filled in by schema.rs.
ALTER TABLE calls ADD COLUMN likeness TEXT NOT NULL DEFAULT '';

CREATE INDEX calls_likeness ON calls (likeness, id);

-- The words of a call, by its id, as spelling.rs makes them: ASCII spaces between, everything else belongs to a word.
-- Prefixes of up to four have lists of their own, which are read only as far as a page needs; longer ones are put together
-- when they are asked for, and are not of so many calls.
CREATE VIRTUAL TABLE search USING fts5 (
    words,
    content = '', contentless_delete = 1, detail = none, tokenize = 'ascii', prefix = '1 2 3 4'
);

-- `of_file`: read from a file of the settings, and gone when it stands in none any more. The others were taken in by the agent.
CREATE TABLE contacts (
    id      INTEGER PRIMARY KEY,
    of_file INTEGER NOT NULL,
    name    TEXT NOT NULL,
    company TEXT,
    note    TEXT
) STRICT;

-- A number belongs to one contact of each kind: the one that was imported last.
CREATE TABLE contact_numbers (
    likeness TEXT NOT NULL,
    of_file  INTEGER NOT NULL,
    number   TEXT NOT NULL,
    contact  INTEGER NOT NULL,
    PRIMARY KEY (likeness, of_file)
) STRICT, WITHOUT ROWID;

CREATE INDEX contact_numbers_contact ON contact_numbers (contact);
