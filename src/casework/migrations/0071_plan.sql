-- 检查计划 (casework/visits.h). names: inspectors; random_share: percent of the working time for drawn institutions; seed: of the draw.
create table visit_plan (
    id SERIAL_KEY,
    admdvs TEXT NOT NULL,
    title TEXT NOT NULL,
    from_day TEXT NOT NULL,
    to_day TEXT NOT NULL,
    names TEXT NOT NULL,
    days INTEGER NOT NULL,
    per_day INTEGER NOT NULL,
    random_share INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

-- One institution of a plan. how: clues random hand; kind: full spot tip; state: planned doing checked; days: 1e-3 working days.
-- checked_at: when it was first entered as checked, by which the weekly report counts.
create table visit (
    plan INTEGER NOT NULL REFERENCES visit_plan(id),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    admdvs TEXT NOT NULL,
    place INTEGER NOT NULL,
    how TEXT NOT NULL,
    kind TEXT NOT NULL,
    days INTEGER NOT NULL,
    clues INTEGER NOT NULL,
    expected_fen INTEGER NOT NULL,
    inspectors TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'planned',
    checked_on TEXT,
    checked_at TEXT,
    note TEXT NOT NULL DEFAULT '',
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (plan, code)
) STRICT;
create index visit_code on visit(code);
-- What a visit brought is asked by institution.
create index clue_inst on clue(fixmedins_code);
