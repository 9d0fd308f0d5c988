-- Who works here, what they did, what runs.
create table meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Organisations: a tree. admdvs = division code (6 digits); scope goes by its prefix.
create table org (
    code TEXT PRIMARY KEY,
    parent TEXT REFERENCES org(code),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    admdvs TEXT NOT NULL,
    fixmedins_code TEXT,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

create table account (
    id SERIAL_KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    org TEXT NOT NULL REFERENCES org(code),
    state TEXT NOT NULL DEFAULT 'active',
    password TEXT NOT NULL,
    password_at TEXT NOT NULL,
    must_change INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    locked_until TEXT,
    totp TEXT,
    last_seen TEXT,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

create table account_role (
    account INTEGER NOT NULL REFERENCES account(id),
    role TEXT NOT NULL,
    PRIMARY KEY (account, role)
) STRICT;

-- The cookie's SM3, never the cookie.
create table session (
    token TEXT PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account(id),
    csrf TEXT NOT NULL,
    source TEXT NOT NULL,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL
) STRICT;
create index session_account on session(account);

create table audit (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    org TEXT NOT NULL,
    source TEXT NOT NULL,
    act TEXT NOT NULL,
    object TEXT NOT NULL,
    result TEXT NOT NULL,
    reason TEXT NOT NULL,
    before_hash TEXT NOT NULL,
    after_hash TEXT NOT NULL,
    detail TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
create index audit_at on audit(at);
create index audit_actor on audit(actor, seq);
create index audit_object on audit(object, seq);

-- @sqlite
create trigger audit_no_update before update on audit begin select raise(abort, 'audit is append-only'); end;
create trigger audit_no_delete before delete on audit begin select raise(abort, 'audit is append-only'); end;
-- @end
-- @postgres
create function audit_refuse() returns trigger language plpgsql as $$ begin raise exception 'audit is append-only'; end $$;
create trigger audit_no_change before update or delete or truncate on audit for each statement execute function audit_refuse();
-- @end
