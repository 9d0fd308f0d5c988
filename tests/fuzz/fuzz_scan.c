/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The store's own CSV scanner: all bytes are taken once, in records that do not depend on where a block was cut. The
 * first byte says where that is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "claims/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define FIELDS 64

static void look(char *b, size_t n, struct csv_field *f, size_t fields)
{
    volatile unsigned sum = 0;
    for (size_t i = 0; i < fields && i < FIELDS; i++) {
        if (f[i].p < b || f[i].p + f[i].n > b + n)
            abort();
        uint32_t before = f[i].n;
        struct span s = csv_unquote(&f[i]);
        if (s.n > before)
            abort();
        for (size_t k = 0; k < s.n; k++)
            sum += (unsigned char)s.p[k];
    }
    (void)sum;
}

/* What the scanner says of the record at `at` when it sees only `seen` bytes must stand when it sees all. */
static void compare_cut(char *b, size_t at, size_t seen, size_t n, char delim)
{
    struct csv_field f[FIELDS], g[FIELDS];
    struct csv_record part, whole;
    enum csv_state s = csv_next(b + at, b + seen, false, delim, f, FIELDS, &part);
    if (s == CSV_MORE)
        return;
    enum csv_state w = csv_next(b + at, b + n, true, delim, g, FIELDS, &whole);
    if (s != w || part.bytes != whole.bytes || part.n != whole.n || part.lines != whole.lines)
        abort();
    for (size_t i = 0; s == CSV_OK && i < part.n && i < FIELDS; i++)
        if (f[i].p != g[i].p || f[i].n != g[i].n || f[i].escaped != g[i].escaped)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const char delims[] = ",\t|;";
    if (n < 2)
        return 0;
    char delim = delims[p[0] % 4];
    size_t cut = (size_t)p[1] * n / 256;
    char *b = malloc(n > 2 ? n - 2 : 1); /* of its own, so that a byte too far is seen */
    if (!b)
        return 0;
    memcpy(b, p + 2, n - 2);
    n -= 2;
    for (size_t at = 0; at < n;) {
        struct csv_field f[FIELDS];
        struct csv_record r;
        if (cut > at && cut <= n)
            compare_cut(b, at, cut, n, delim);
        enum csv_state s = csv_next(b + at, b + n, true, delim, f, FIELDS, &r);
        if (s == CSV_MORE || !r.bytes || r.bytes > n - at || !r.lines)
            abort();
        if (s == CSV_OK)
            look(b + at, r.bytes, f, r.n);
        at += r.bytes;
    }
    free(b);
    return 0;
}
