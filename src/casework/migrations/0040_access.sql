-- A hospital's access to /fsi: of the key only the SM3 is kept. test: judged on the message alone, nothing kept.
create table fsi_access (
    id SERIAL_KEY,
    fixmedins_code TEXT NOT NULL,
    fixmedins_name TEXT NOT NULL,
    admdvs TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    tail TEXT NOT NULL,
    test INTEGER NOT NULL,
    addresses TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    revoked_at TEXT,
    revoked_by TEXT,
    revoke_reason TEXT,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
create index fsi_access_inst on fsi_access(fixmedins_code);
