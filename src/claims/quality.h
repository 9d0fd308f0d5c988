/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What `huji quality` shows: does it add up, what was rejected, what looks wrong, where a row came from. */
#ifndef HUJI_CLAIMS_QUALITY_H
#define HUJI_CLAIMS_QUALITY_H

#include "claims/grid.h"

/* All: 0 or negative. Owns: grid_release. Money is in yuan, as text. */

/* Per file: rows and money read = kept + rejected + repeated, and whether that holds. */
int quality_files(struct store *s, struct grid *out, struct err *e);
/* The same per table, and what the store holds of it now. */
int quality_tables(struct store *s, struct grid *out, struct err *e);
/* Rejected rows: file, line, column, value, reason, what would be right. At most `limit`, 0 = all. */
int quality_rejects(struct store *s, size_t limit, struct grid *out, struct err *e);
/* Reasons of rejection by number. */
int quality_reject_reasons(struct store *s, struct grid *out, struct err *e);
/* Institutions with months without a fee line between the first and the last month of the data. */
int quality_months(struct store *s, struct grid *out, struct err *e);
/* Marks by rows and money. */
int quality_marks(struct store *s, struct grid *out, struct err *e);
/* Values that are there and cannot be read (dates, amounts ...), by table and column, with an example. */
int quality_values(struct store *s, struct grid *out, struct err *e);
/* Item codes of no national form, by money. */
int quality_codes(struct store *s, size_t limit, struct grid *out, struct err *e);
/* Where a record came from: event id "line:...", "setl:...", "mdtrt:..." -> file, row, time of import. */
int quality_lineage(struct store *s, const char *event_id, struct grid *out, struct err *e);

#endif
