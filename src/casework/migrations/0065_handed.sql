-- 上级下发疑点: a list in somebody else's layout. The file lies in DIR/lists/<list>/original.xlsx and goes back with results filled in.
-- mapping: {"in": {role: column}, "out": {result: column}}, columns from 0. Empty until somebody said what its columns are.
create table handed (
    list INTEGER PRIMARY KEY REFERENCES list_out(id),
    filename TEXT NOT NULL,
    digest TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sheet TEXT NOT NULL DEFAULT '',
    heading_row INTEGER NOT NULL DEFAULT 0,
    headings TEXT NOT NULL DEFAULT '[]',
    mapping TEXT NOT NULL DEFAULT '{}'
) STRICT;
create index handed_digest on handed(digest);
-- place: the row of the sheet. same: what the row is about, hashed, so that the next list's rows find it. fen: the amount it named.
alter table list_row add column place INTEGER;
alter table list_row add column same TEXT;
alter table list_row add column fen INTEGER;
create index list_row_same on list_row(same);
