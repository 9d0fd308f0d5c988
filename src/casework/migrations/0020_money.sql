-- A clue has money, not only a verdict. All *_fen are fen.
-- found_fen: 认定金额 of one line of evidence; reason: code of casework/money.c where it is less than the suspected fund.
create table line_money (
    clue INTEGER NOT NULL REFERENCES clue(id),
    event TEXT NOT NULL,
    found_fen INTEGER NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (clue, event)
) STRICT;
-- Another clue about the same line must see what was found on it: nothing is claimed back twice.
create index line_money_event on line_money(event);

-- What was decided. doc_no: 文号, transferred_to: 移送去向.
create table disposal (
    clue INTEGER PRIMARY KEY REFERENCES clue(id),
    ordered_fen INTEGER NOT NULL DEFAULT 0,
    fine_fen INTEGER NOT NULL DEFAULT 0,
    penalty_fen INTEGER NOT NULL DEFAULT 0,
    doc_no TEXT NOT NULL DEFAULT '',
    decided_on TEXT,
    transferred_to TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    closed_at TEXT,
    closed_by TEXT
) STRICT;
create table measure (
    clue INTEGER NOT NULL REFERENCES clue(id),
    code TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (clue, code)
) STRICT;

-- Money that came back. Never changed: a wrong one is taken back by a row of its own with the negative amount.
create table refund (
    id SERIAL_KEY,
    clue INTEGER NOT NULL REFERENCES clue(id),
    amount_fen INTEGER NOT NULL,
    voucher TEXT NOT NULL,
    paid_on TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    actor TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
create index refund_clue on refund(clue);

-- What a clue made by hand stands on.
create table clue_basis (
    clue INTEGER PRIMARY KEY REFERENCES clue(id),
    basis TEXT NOT NULL,
    received_on TEXT NOT NULL,
    actor TEXT NOT NULL
) STRICT;
