/* SPDX-License-Identifier: MulanPSL-2.0 */
/* One cell, as the table's column wants it: dates ISO, numbers plain, Chinese names of national codes as codes. */
#ifndef HUJI_CLAIMS_READERS_VALUES_H
#define HUJI_CLAIMS_READERS_VALUES_H

#include "claims/readers/heading.h"
#include "claims/schema.h"

enum value_state {
    VALUE_OK,
    VALUE_DESTROYED, /* an identity or key whose digits Excel has lost */
    VALUE_ERROR,     /* #N/A and the like: empty */
};

/* What the head of the sheet says about a column. */
struct column_look {
    bool code;       /* key, code, identity: a string for ever */
    bool zeros_lost; /* numbers of different lengths where codes stand: leading zeros may be gone */
    bool cut;        /* texts of 16 digits and more that all end in zeros from the 16th on */
};

bool value_is_code(const struct table_column *c);
/* Codes that are lost mean that the row is: keys and persons, and what joins tables. */
bool value_is_key(const struct table_column *c);
struct column_look value_look(const struct sheet_head *h, const struct layout *l, size_t col);
/* Appends to `out`. */
enum value_state value_write(const struct table_column *col, const struct cell *c,
                             struct column_look look, bool date1904, struct buf *out);
/* "普通住院" -> "21" of med_type; false when the column has no such list or the text isn't in it. */
bool value_code(const char *column, struct span text, struct span *code);
/* The list itself for templates: the nth name and code; false at the end. */
bool value_choice(const char *column, size_t nth, struct span *name, struct span *code);

#endif
