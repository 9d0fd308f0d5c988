-- 周报. state: draft (counted when looked at), frozen (what it says stays). texts: JSON object of what people enter, carried over.
create table week_report (
    id SERIAL_KEY,
    admdvs TEXT NOT NULL,
    from_day TEXT NOT NULL,
    to_day TEXT NOT NULL,
    since_day TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'draft',
    texts TEXT NOT NULL DEFAULT '{}',
    frozen_at TEXT,
    frozen_by TEXT,
    code TEXT NOT NULL DEFAULT '',
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

-- counted: filled when frozen. hand_*: typed over by a person, beside the counted ones.
create table week_figure (
    report INTEGER NOT NULL REFERENCES week_report(id),
    key TEXT NOT NULL,
    week INTEGER,
    total INTEGER,
    hand_week INTEGER,
    hand_total INTEGER,
    hand_note TEXT NOT NULL DEFAULT '',
    hand_by TEXT,
    PRIMARY KEY (report, key)
) STRICT;

-- What a frozen figure consists of.
create table week_row (
    report INTEGER NOT NULL REFERENCES week_report(id),
    key TEXT NOT NULL,
    object TEXT NOT NULL,
    amount INTEGER NOT NULL,
    at TEXT NOT NULL,
    in_week INTEGER NOT NULL,
    PRIMARY KEY (report, key, object)
) STRICT;
