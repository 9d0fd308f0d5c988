/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/normalise.h"
#include "claims/readers/reader.h"
#include "claims/schema.h"

static bool national(struct span heading)
{
    for (int i = 0; i < TABLE_COUNT; i++)
        if (schema_column(huji_tables[i], heading) >= 0)
            return true;
    return false;
}

/* A first line of column names, comma-separated: at least two, and three of four known. */
static bool plain_csv(struct span s)
{
    size_t known = 0, n = 0;
    if (span_starts(s, "\xef\xbb\xbf"))
        s = (struct span){s.p + 3, s.n - 3};
    struct span line = span_cut(&s, '\n');
    if (line.n > (1u << 16))
        return false;
    while (line.p) {
        struct span h = span_trim(span_cut(&line, ','));
        if (h.n >= 2 && h.p[0] == '"' && h.p[h.n - 1] == '"')
            h = (struct span){h.p + 1, h.n - 2};
        n++;
        known += national(h);
    }
    return known >= 2 && known * 4 >= n * 3;
}

int readers_wanted(const char *path, struct err *e)
{
    struct bytes b = BYTES_INIT;
    int rc = bytes_open(&b, path, e);
    if (rc)
        return rc;
    enum table_kind k = table_sniff(b.s);
    rc = k == TABLE_PARQUET || (k == TABLE_TEXT && plain_csv(b.s)) ? 0 : 1;
    bytes_release(&b);
    return rc;
}
