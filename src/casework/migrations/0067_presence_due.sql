-- Answers of a 在院核查单 that were taken in and are not yet checks in the claims: the job that was to do it, or the next start, does.
alter table list_in add column checks_due INTEGER NOT NULL DEFAULT 0;
