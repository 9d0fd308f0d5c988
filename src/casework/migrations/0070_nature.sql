-- 定性: what was found, as the regulation names it (screen/nature.h). nature: its code, '' none yet; intent: 1 = done in order to defraud, which moves
-- an act of arts 38 and 41 to the second paragraphs of arts 40 and 41. nature_at: when it was said last, for the weekly report.
alter table clue add column nature TEXT NOT NULL DEFAULT '';
alter table clue add column intent INTEGER NOT NULL DEFAULT 0;
alter table clue add column nature_by TEXT;
alter table clue add column nature_at TEXT;
