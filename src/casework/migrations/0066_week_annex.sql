-- Institutions that the claims know, so that 应检查机构数 and 覆盖率 of 附件2's annex can be counted and opened. Written by each raising;
-- at: when first seen.
create table inst_known (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    admdvs TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

-- 签发 of a frozen 周报: by whom and when.
alter table week_report add column signed_at TEXT;
alter table week_report add column signed_by TEXT;
