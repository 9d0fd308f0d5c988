-- 往返表: what went out, row by row, and what came back, file by file.
-- kind: clue (疑点清单), presence (在院核查单). state: out part in void.
create table list_out (
    id SERIAL_KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    fixmedins_code TEXT NOT NULL,
    fixmedins_name TEXT NOT NULL,
    admdvs TEXT NOT NULL,
    day TEXT,
    due TEXT,
    note TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'out',
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

-- row_key: what stands in the locked first column. cells, answer: JSON arrays of texts in the order of the kind's columns.
create table list_row (
    list INTEGER NOT NULL REFERENCES list_out(id),
    no INTEGER NOT NULL,
    row_key TEXT NOT NULL UNIQUE,
    clue INTEGER,
    cells TEXT NOT NULL,
    answer TEXT,
    file INTEGER,
    answered_at TEXT,
    adopted_at TEXT,
    PRIMARY KEY (list, no)
) STRICT;
create index list_row_clue on list_row(clue);

-- A file that came back. state: shown (compared, nothing taken in), taken, dropped. report: JSON array, a row each.
create table list_in (
    id SERIAL_KEY,
    list INTEGER NOT NULL REFERENCES list_out(id),
    filename TEXT NOT NULL,
    digest TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'shown',
    report TEXT NOT NULL,
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at TEXT NOT NULL,
    taken INTEGER NOT NULL DEFAULT 0,
    taken_by TEXT,
    taken_at TEXT
) STRICT;
create index list_in_list on list_in(list);
