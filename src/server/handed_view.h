/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What api_handed.c and handed_look.c share: a workbook from above read, and held against claims and clues. */
#ifndef HUJI_SERVER_HANDED_VIEW_H
#define HUJI_SERVER_HANDED_VIEW_H

#include "casework/handed.h"
#include "server/request.h"

/* One sheet. `sheet` NULL: the first that has rows; `heading_row` 0: guessed. */
struct handed_sheet {
    json_t *sheets; /* ["name", ...] */
    char *sheet;    /* in the request's arena */
    int64_t heading_row;
    json_t *headings; /* ["..."] */
    json_t *
        rows; /* [{"row", "cells": [..], "lossy": [columns]}] below the heading, blank ones left out */
};
/* Owns: handed_sheet_release, also after an error. Errors: ERR_INPUT (not XLSX, no such sheet, no table), ERR_LIMIT. */
int handed_sheet_read(struct request *r, const char *path, const char *sheet, int64_t heading_row,
                      struct handed_sheet *out, struct err *e);
void handed_sheet_release(struct handed_sheet *s);

/*
 * Every data row with what it is about and what it may be linked to:
 * [{"row", "cells", "same", "fen", "status", "message", "choice", "candidates": [..], "new": {..} or null, "as": index, ...}].
 * status: one many before changed double new unknown invalid. Rows that name nothing (sums, remarks) are left out and counted.
 * Errors: ERR_INPUT naming the role.
 */
int handed_look(struct request *r, int64_t list, const char *title, const struct handed_sheet *s,
                const json_t *mapping, json_t **rows, int64_t *skipped, struct err *e);

#endif
