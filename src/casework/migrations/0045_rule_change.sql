-- What is proposed about rules (src/life/change.h). what: the change as JSON. state: computing (its effect), open, failed,
-- approved, refused, withdrawn. effect: JSON, as the one who decides sees it. What was approved stands in DIR/rules/changes.jsonl too.
create table rule_change (
    id SERIAL_KEY,
    kind TEXT NOT NULL,
    rule TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL,
    what TEXT NOT NULL,
    because TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'computing',
    effect TEXT,
    error TEXT NOT NULL DEFAULT '',
    job INTEGER,
    proposer INTEGER NOT NULL REFERENCES account(id),
    proposer_name TEXT NOT NULL,
    org TEXT NOT NULL,
    at TEXT NOT NULL,
    decided_by INTEGER REFERENCES account(id),
    decided_name TEXT,
    decided_at TEXT,
    note TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
create index rule_change_state on rule_change(state, id);
create index rule_change_rule on rule_change(rule, id);
