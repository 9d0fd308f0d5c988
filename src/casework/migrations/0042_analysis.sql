-- 分析台: questions that somebody keeps; 运行指标: items that are watched.
create table saved_query (
    id SERIAL_KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    spec TEXT NOT NULL,
    actor TEXT NOT NULL,
    shared INTEGER NOT NULL DEFAULT 0,
    at TEXT NOT NULL,
    UNIQUE (actor, kind, name)
) STRICT;

create table watch_item (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    up_percent INTEGER NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    actor TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
