-- What hospitals' systems asked, by day: written every few seconds. hist: "bucket:count ..." of microseconds (server/traffic.c).
create table fsi_day (
    day TEXT NOT NULL,
    fixmedins_code TEXT NOT NULL,
    test INTEGER NOT NULL,
    infno TEXT NOT NULL,
    calls INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    orders INTEGER NOT NULL,
    reminded INTEGER NOT NULL,
    hist TEXT NOT NULL,
    last_at TEXT NOT NULL,
    last_refusal TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (day, fixmedins_code, test, infno)
) STRICT;

-- Every finding of a decision that is on disk (DIR/check/decisions.jsonl), and what the doctor did with it (3103).
create table fsi_flag (
    jr_id TEXT PRIMARY KEY,
    fixmedins_code TEXT NOT NULL,
    day TEXT NOT NULL,
    infno TEXT NOT NULL,
    rule_id TEXT NOT NULL,
    finding_id TEXT NOT NULL,
    mdtrt_id TEXT NOT NULL,
    sev INTEGER NOT NULL,
    mode TEXT NOT NULL,
    dspo INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    message TEXT NOT NULL,
    way TEXT,
    reason TEXT,
    way_day TEXT
) STRICT;
create index fsi_flag_inst on fsi_flag(fixmedins_code, day);
-- Up to which byte of the file that was read.
create table fsi_read (
    name TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL
) STRICT;
