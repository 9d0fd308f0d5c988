/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What `huji quality` shows: does it add up, what was rejected, what looks wrong, where a row came from. */
#ifndef HUJI_CLAIMS_QUALITY_H
#define HUJI_CLAIMS_QUALITY_H

#include "claims/grid.h"

/* Whose rows: adds " and .." that holds `column`, an institution's code as text, to some institutions. */
struct quality_scope {
    void (*add)(void *ctx, struct buf *sql, const char *column);
    void *ctx;
};
/* Adds " and .." that leaves of reject `r` the rows of institutions in scope: those whose text names such and no other one. A rejected
 * row that names no known institution is nobody's: only who may see all sees it. `scope` NULL adds nothing. */
void quality_reject_scope(struct buf *sql, const struct quality_scope *scope);

/* `scope` NULL: the whole house. All: 0 or negative. Owns: grid_release. Money is in yuan, as text. */

/* Per file: rows and money read = kept + rejected + repeated, and whether that holds. */
int quality_files(struct store *s, struct grid *out, struct err *e);
/* The same per table, and what the store holds of it now. */
int quality_tables(struct store *s, struct grid *out, struct err *e);
/* What the store holds now of institutions in scope, by table: what can be said by division where files hold many. */
int quality_held(struct store *s, const struct quality_scope *scope, struct grid *out,
                 struct err *e);
/* Rejected rows: file, line, column, value, reason, what would be right. At most `limit`, 0 = all. */
int quality_rejects(struct store *s, size_t limit, struct grid *out, struct err *e);
/* Reasons of rejection by number. */
int quality_reject_reasons(struct store *s, const struct quality_scope *scope, struct grid *out,
                           struct err *e);
/* Institutions with months without a fee line between the first and the last month of the data. */
int quality_months(struct store *s, const struct quality_scope *scope, struct grid *out,
                   struct err *e);
/* Marks by rows and money. */
int quality_marks(struct store *s, const struct quality_scope *scope, struct grid *out,
                  struct err *e);
/* Values that are there and cannot be read (dates, amounts ...), by table and column, with an example. */
int quality_values(struct store *s, struct grid *out, struct err *e);
/* Item codes of no national form, by money. */
int quality_codes(struct store *s, const struct quality_scope *scope, size_t limit,
                  struct grid *out, struct err *e);
/* Where a record came from: event id "line:...", "setl:...", "mdtrt:..." -> file, row, time of import. */
int quality_lineage(struct store *s, const char *event_id, struct grid *out, struct err *e);

#endif
