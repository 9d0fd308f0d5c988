/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The audit chain on a file: a line of JSON per row, written in one way only, and a last line that counts and closes it. Verified offline
 * by the file alone; each byte counts. What no file can prove is that all of it was not written anew: for that compare
 * the short code with one that was printed on paper (an export, a weekly report) at the time.
 */
#ifndef HUJI_CASEWORK_AUDIT_EXPORT_H
#define HUJI_CASEWORK_AUDIT_EXPORT_H

#include <stdio.h>

#include "casework/audit.h"

#define AUDIT_CODE 40 /* "123-1a2b3c4d5e6f": number of rows, first digits of the last hash */

struct audit_report {
    int64_t rows;
    char first[CW_TIME], last[CW_TIME];
    char code[AUDIT_CODE];
};

int audit_export(struct cw *db, FILE *to, struct audit_report *out, struct err *e);
/* Errors: ERR_INPUT naming the first line that is wrong, and why. */
int audit_verify(struct span file, struct audit_report *out, struct err *e);
/* The code of a row: was `code` true of this file at its row? */
bool audit_code_holds(struct span file, const char *code);
/* The same over the database itself. */
int audit_verify_db(struct cw *db, struct audit_report *out, struct err *e);
/* The code now, to be printed on what leaves the house. */
int audit_code(struct cw *db, char out[AUDIT_CODE], struct err *e);

#endif
