-- A third party's reviewer works on what he is given in a batch, until its day; what he says counts when an officer adopts it.
create table review_batch (
    id SERIAL_KEY,
    login TEXT NOT NULL,
    title TEXT NOT NULL,
    contract TEXT NOT NULL,
    until_day TEXT NOT NULL,
    clues INTEGER NOT NULL,
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at TEXT NOT NULL,
    ended_at TEXT
) STRICT;
create table review_item (
    batch INTEGER NOT NULL REFERENCES review_batch(id),
    clue INTEGER NOT NULL REFERENCES clue(id),
    PRIMARY KEY (batch, clue)
) STRICT;

-- state: open adopted refused.
create table proposal (
    id SERIAL_KEY,
    clue INTEGER NOT NULL REFERENCES clue(id),
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',
    decided_name TEXT,
    decided_at TEXT
) STRICT;
create index proposal_clue on proposal(clue, id);
