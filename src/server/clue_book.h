/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The ledger of clues as XLSX: row by row to a file, never held in memory, never cut short. */
#ifndef HUJI_SERVER_CLUE_BOOK_H
#define HUJI_SERVER_CLUE_BOOK_H

#include <stddef.h>
#include <stdint.h>

#include "casework/db.h"

struct server;

/* Called now and then; what is not 0 ends the writing with it. */
typedef int clue_book_told_fn(void *ctx, size_t done, size_t all, struct err *e);

/* Clues `ids` in this order to `path`; `mark` on each page. `told` NULL: nobody asks. On failure no file is promised. */
int clue_book_write(struct server *s, struct cw *db, const char *path, const char *mark,
                    const int64_t *ids, size_t n, clue_book_told_fn *told, void *ctx,
                    struct err *e);

#endif
