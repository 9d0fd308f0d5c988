-- Clues: what people work on. One row per finding of a run (finding_id), or made by hand.
create table counter (
    name TEXT PRIMARY KEY,
    n INTEGER NOT NULL
) STRICT;
insert into counter(name, n) values ('clue', 0);

create table raise_run (
    id SERIAL_KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    run_at TEXT NOT NULL,
    findings INTEGER NOT NULL,
    added INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    gone INTEGER NOT NULL
) STRICT;

-- state: new assigned working judged closed dismissed merged. found: the last run still finds it.
-- change: number of the write that touched the row last, given out in the order of commits (clue_index.h).
create table clue (
    id SERIAL_KEY,
    finding_id TEXT UNIQUE,
    source TEXT NOT NULL,
    title TEXT NOT NULL,
    rule_id TEXT NOT NULL,
    rule_version INTEGER NOT NULL,
    owner_type TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    anchor TEXT NOT NULL,
    psn_no TEXT,
    mdtrt_id TEXT,
    fixmedins_code TEXT,
    fixmedins_name TEXT NOT NULL,
    admdvs TEXT NOT NULL,
    event_date TEXT,
    value INTEGER,
    threshold INTEGER,
    amount_fen INTEGER NOT NULL,
    fund_fen INTEGER NOT NULL,
    expected_fen INTEGER NOT NULL,
    strength INTEGER NOT NULL,
    class TEXT NOT NULL,
    message TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    found INTEGER NOT NULL DEFAULT 1,
    content_changed INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'new',
    verdict TEXT,
    verdict_reason TEXT,
    verdict_by TEXT,
    verdict_at TEXT,
    assignee TEXT,
    assigned_at TEXT,
    due TEXT,
    merged_into INTEGER,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    change INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
create index clue_change on clue(change);
create index clue_psn on clue(psn_no);
create index clue_visit on clue(mdtrt_id);

-- The evidence of a clue: event = "line:<bkkp_sn>", "setl:...", "mdtrt:..."; role 1 violates, 2 concerned.
-- gone: a later run no longer names it (kept, people may have put money on it).
create table clue_line (
    clue INTEGER NOT NULL REFERENCES clue(id),
    event TEXT NOT NULL,
    role INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    fund_fen INTEGER NOT NULL,
    gone INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (clue, event)
) STRICT;

-- What people did to it, in their words.
create table clue_event (
    id SERIAL_KEY,
    clue INTEGER NOT NULL REFERENCES clue(id),
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    note TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
create index clue_event_clue on clue_event(clue, id);

-- The bell.
create table notice (
    id SERIAL_KEY,
    account INTEGER NOT NULL REFERENCES account(id),
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    clue INTEGER,
    note TEXT NOT NULL,
    seen INTEGER NOT NULL DEFAULT 0
) STRICT;
create index notice_account on notice(account, seen, id);
