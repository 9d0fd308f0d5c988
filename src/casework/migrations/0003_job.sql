-- Long work. log, args, result: JSON texts.
create table job (
    id SERIAL_KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    args TEXT NOT NULL,
    state TEXT NOT NULL,
    percent INTEGER NOT NULL DEFAULT 0,
    step TEXT NOT NULL DEFAULT '',
    log TEXT NOT NULL DEFAULT '[]',
    result TEXT NOT NULL DEFAULT '{}',
    error TEXT,
    account INTEGER,
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    started_at TEXT,
    ended_at TEXT
) STRICT;
