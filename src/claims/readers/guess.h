/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What the columns of a sheet are: by their headings for each table, and by their values where headings are vague. */
#ifndef HUJI_CLAIMS_READERS_GUESS_H
#define HUJI_CLAIMS_READERS_GUESS_H

#include "claims/readers/heading.h"
#include "claims/readers/words_index.h"

/* Does any table know this heading? */
bool guess_known_heading(const struct words_index *w, struct span heading);
/* Column and rank (3, 2, 1) that huji_tables[table] sees in the heading; of "group/heading" the whole, then its last part. */
const struct table_column *guess_heading(const struct words_index *w, int table,
                                         struct span heading, int *rank);
/* Sets the picks for the table, or the four tables of a flat sheet, that fit best. */
void guess_columns(const struct words_index *w, const struct sheet_head *h, struct layout *l,
                   const char *file, const char *sheet);
/* A money column that is count x price in the sample is the line's amount, whatever it is called. */
void guess_by_values(const struct sheet_head *h, struct layout *l);
/* Order in which a flat sheet's headings are looked up: fee_list_d, setl_d, mdtrt_d, psn_info_b. */
extern const char *const guess_flat_tables[4];

#endif
