-- Two persons for one act (casework/approval.h). state: open approved refused withdrawn used. args: JSON of what is to be done;
-- digest: SM3 of kind, subject and args, so that a yes is
-- good for nothing else; n_rows: how many rows it was about when asked. A waiver is the head's: by kind, with reason and end.
create table approval (
    id SERIAL_KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    title TEXT NOT NULL,
    reason TEXT NOT NULL,
    args TEXT NOT NULL,
    digest TEXT NOT NULL,
    n_rows INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'open',
    proposer INTEGER NOT NULL REFERENCES account(id),
    proposer_name TEXT NOT NULL,
    org TEXT NOT NULL,
    admdvs TEXT NOT NULL,
    at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    decided_by INTEGER REFERENCES account(id),
    decided_name TEXT,
    decided_org TEXT,
    decided_at TEXT,
    note TEXT NOT NULL DEFAULT '',
    used_at TEXT,
    result TEXT NOT NULL DEFAULT ''
) STRICT;
create index approval_state on approval(state, id);
create index approval_proposer on approval(proposer, id);

create table waiver (
    id SERIAL_KEY,
    kind TEXT NOT NULL,
    admdvs TEXT NOT NULL,
    org TEXT NOT NULL,
    reason TEXT NOT NULL,
    until_day TEXT NOT NULL,
    account INTEGER NOT NULL REFERENCES account(id),
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    ended_at TEXT,
    ended_name TEXT
) STRICT;
create index waiver_kind on waiver(kind, until_day);

-- How much somebody dismissed in bulk today (api_bulk.c) is asked each time.
create index clue_event_actor on clue_event(actor, kind, at);
