/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A rule's meaning as one SQL statement for DuckDB: the second, independent reading of the rule's text, against which
 * the engine is held. Nothing here talks to a database.
 *
 * The statement stands on the store's narrow tables and on what run/prepare.h makes of them beforehand:
 *   x_<domain>(id, code)   the dictionary, with the codes only rules and knowledge know
 *   x_dx_info(id, cat, grp, chapter)
 *   net_line, raw_line     fee lines (netted / as they came), with bkkp_sn, rank of its bytes, fund share
 *   rest_line              refunds that found no charge (N5), with the columns of net_line
 *   k_<table>(row, ...)    knowledge rows; a code column NAME holds ids, NAME_t its text
 *   kx_<table>_<column>_<domain>(id, row)   which codes a row's pattern means
 *   lk_<lookup>(row, ...)  the lookup in order of all its columns
 *   m_<measure>(k0 ..., value, n, ...)
 * and on the macros sql_macros.
 *
 * Its rows: finding_id, rule_id, owner_type, owner_id, anchor, psn_no, mdtrt_id, fixmedins_code, event_date, value,
 * threshold, amount_fen, fund_fen, class, hit, marked, evidence.
 */
#ifndef HUJI_ENGINE_SQL_SQL_H
#define HUJI_ENGINE_SQL_SQL_H

#include "engine/rule.h"

/* CREATE MACRO statements, ended by NULL. */
extern const char *const sql_macros[];

/* Appends the rule's SELECT. Errors: ERR_STATE when the question can't be said in SQL (says why). */
int rule_sql(const struct huji_library *lib, const struct rule *r, struct buf *out, struct err *e);
/* rule_sql with all evidence besides, as column evl, a list of {id, role, t, amount, fund}: what a combine reads of its parts. */
int rule_sql_part(const struct huji_library *lib, const struct rule *r, struct buf *out,
                  struct err *e);
/* rule_sql of a combine whose parts' rows lie in tables already, made by rule_sql_part (one that is `alike` reads no evl: rule_sql
 * will do): `parts` is what their names begin with, the rule's index in the library follows. Any other rule as rule_sql. */
int rule_sql_over(const struct huji_library *lib, const struct rule *r, const char *parts,
                  struct buf *out, struct err *e);
/* The rule's question alone, laid out to be read and run: owner_id, event_id, event_date, value, threshold, class of each
 * finding (hits only). Of a combine it stands on the table `finding` besides. */
int rule_sql_brief(const struct huji_library *lib, const struct rule *r, struct buf *out,
                   struct err *e);
/* What must run before it: of a combine, its own parts that are no rules, as tables of their ids. Nothing for other rules. */
int rule_sql_brief_before(const struct huji_library *lib, const struct rule *r, struct buf *out,
                          struct err *e);
/* measure_sql laid out the same way. */
int measure_sql_brief(const struct huji_library *lib, const struct measure *m, struct buf *out,
                      struct err *e);
/* Any statement of this folder in lines of SQL_WIDE columns. */
int sql_lay(struct span sql, struct buf *out, struct err *e);
/* Appends CREATE TEMP TABLE m_<name> AS ... */
int measure_sql(const struct huji_library *lib, const struct measure *m, struct buf *out,
                struct err *e);
/* Statements that make net_line and raw_line of s_line, s_settlement and line_ids(no, bkkp_sn), ended by NULL. */
extern const char *const sql_netting[];
/* The name of the table that says which codes a column's patterns mean. */
void sql_index_name(struct buf *b, const struct knowledge *k, int column, enum domain d);

#endif
