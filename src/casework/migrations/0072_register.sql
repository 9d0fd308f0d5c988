-- 应检查机构名册 (casework/register.h): inst_known holds what the claims know and what people add (by_hand = 1); off_at: since when one need not be
-- checked any more, why and by whom.
alter table inst_known add column by_hand INTEGER NOT NULL DEFAULT 0;
alter table inst_known add column off_at TEXT;
alter table inst_known add column off_why TEXT NOT NULL DEFAULT '';
alter table inst_known add column off_by TEXT NOT NULL DEFAULT '';
