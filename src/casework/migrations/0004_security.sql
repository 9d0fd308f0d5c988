create table param (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- The last passwords of an account, so that they are not used again.
create table password_history (
    account INTEGER NOT NULL REFERENCES account(id),
    at TEXT NOT NULL,
    password TEXT NOT NULL
) STRICT;
create index password_history_account on password_history(account, at);

-- totp_step: the last time step whose code was used (a code works once). valid_until: a third party's contract ends.
alter table account add column totp_step INTEGER NOT NULL DEFAULT 0;
alter table account add column valid_until TEXT;
alter table account add column contract TEXT;
