/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A ZIP of tables: the sheets of its files, one after the other. An archive in the archive is opened, once. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "claims/readers/encoding.h"
#include "claims/readers/zipio.h"

struct zip_source {
    struct row_source base;
    struct zipio zip;
    uint64_t next, n;
    uint64_t *order; /* entries by the bytes of their names, so that runs agree */
    int depth;
    struct bytes inner_bytes;
    struct row_source *inner;
};

/* Names that hold no table: folders, what macOS and Windows leave behind. */
static bool skip_name(const char *raw)
{
    size_t n = strlen(raw);
    const char *slash = strrchr(raw, '/');
    const char *base = slash ? slash + 1 : raw;
    return !n || raw[n - 1] == '/' || strncmp(raw, "__MACOSX/", 9) == 0 || base[0] == '.' ||
           strncmp(base, "~$", 2) == 0 || strcasecmp(base, "Thumbs.db") == 0;
}

static void close_inner(struct zip_source *z)
{
    rows_close(z->inner);
    z->inner = NULL;
    bytes_release(&z->inner_bytes);
}

static int open_inner(struct zip_source *z, uint64_t entry, struct err *e)
{
    struct buf name = BUF_INIT;
    buf_fmt(&name, "%s!", z->base.name);
    encoding_name(span_of(zipio_name(&z->zip, entry)), &name);
    int rc = name.failed ? err_nomem(e) : zipio_slurp(&z->zip, entry, &z->inner_bytes, e);
    if (rc == 0)
        rc = table_open_span(z->inner_bytes.s, buf_cstr(&name), z->depth + 1, &z->inner, e);
    if (rc && e && !e->where[0])
        err_where(e, "%.380s", buf_cstr(&name));
    buf_release(&name);
    return rc;
}

static int zip_sheet(struct row_source *base, struct err *e)
{
    struct zip_source *z = (struct zip_source *)base;
    for (;;) {
        if (z->inner) {
            int rc = rows_next_sheet(z->inner, e);
            if (rc)
                return rc;
            close_inner(z);
        }
        while (z->next < z->n && skip_name(zipio_name(&z->zip, z->order[z->next])))
            z->next++;
        if (z->next >= z->n)
            return 0;
        int rc = open_inner(z, z->order[z->next++], e);
        if (rc)
            return rc;
    }
}

static int zip_row(struct row_source *base, struct row *out, struct err *e)
{
    struct zip_source *z = (struct zip_source *)base;
    return z->inner ? rows_next(z->inner, out, e) : 0;
}

static const struct row_pos *zip_where(const struct row_source *base)
{
    const struct zip_source *z = (const struct zip_source *)base;
    return z->inner ? rows_pos(z->inner) : &base->pos;
}

static void zip_close_source(struct row_source *base)
{
    struct zip_source *z = (struct zip_source *)base;
    close_inner(z);
    zipio_close(&z->zip);
    mem_free(z->order);
}

static int by_name(const void *a, const void *b, void *ctx)
{
    const struct zipio *z = ctx;
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    int c = strcmp(zipio_name(z, x), zipio_name(z, y));
    return c ? c : (x > y) - (x < y);
}

static int list_entries(struct zip_source *z, struct err *e)
{
    z->n = zipio_count(&z->zip);
    z->order = mem_alloc(z->n * sizeof *z->order);
    if (!z->order)
        return err_nomem(e);
    for (uint64_t i = 0; i < z->n; i++)
        z->order[i] = i;
    if (z->n)
        qsort_r(z->order, z->n, sizeof *z->order, by_name, &z->zip);
    return 0;
}

int zip_open_tables(struct span b, const char *name, int depth, struct row_source **out,
                    struct err *e)
{
    if (depth > 1) {
        err_set(e, ERR_LIMIT, "压缩包里套了多层压缩包");
        return err_hint(e, "请先解压，再导入里面的文件");
    }
    struct zip_source *z = source_new(sizeof *z, name);
    if (!z)
        return err_nomem(e);
    z->depth = depth;
    int rc = zipio_open(&z->zip, b, e);
    if (rc == 0) {
        z->base.close = zip_close_source;
        z->base.where = zip_where;
        z->base.next_sheet = zip_sheet;
        z->base.next_row = zip_row;
        rc = list_entries(z, e);
    }
    if (rc) {
        source_where(&z->base, e);
        rows_close(&z->base);
        return rc;
    }
    *out = &z->base;
    return 0;
}
