/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Reads all that a table holds; looks at every byte of it. */
#ifndef HUJI_FUZZ_ROWS_H
#define HUJI_FUZZ_ROWS_H

#include <stdint.h>
#include <stdlib.h>

#include "claims/readers/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static inline void read_all(const char *p, size_t n)
{
    struct row_source *s;
    struct row r;
    struct err e = {0};
    volatile unsigned sum = 0;
    if (rows_open_mem((struct span){p, n}, "fuzz", &s, &e))
        return;
    while (rows_next_sheet(s, &e) > 0)
        while (rows_next(s, &r, &e) > 0)
            for (size_t i = 0; i < r.n; i++) {
                if (!utf8_valid(r.cells[i].text, NULL) ||
                    (r.cells[i].text.n && memchr(r.cells[i].text.p, 0, r.cells[i].text.n)))
                    abort(); /* promised by table.h */
                for (size_t k = 0; k < r.cells[i].text.n; k++)
                    sum += (unsigned char)r.cells[i].text.p[k];
            }
    rows_close(s);
    (void)sum;
}

#endif
