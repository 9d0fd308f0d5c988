/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "papers/book_fill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "papers/xmltree.h"

#define PART_MAX ((size_t)64 << 20)

/* --- parts of the archive ------------------------------------------------------------------------ */

static int read_part(zip_t *z, const char *name, struct buf *out, struct err *e)
{
    char part[65536];
    zip_file_t *f = zip_fopen(z, name, 0);
    zip_int64_t n = 0;

    if (!f)
        return err_set(e, ERR_INPUT, "原表里没有 %s，不是完好的 XLSX", name);
    while ((n = zip_fread(f, part, sizeof part)) > 0 && out->n < PART_MAX)
        buf_add(out, part, (size_t)n);
    zip_fclose(f);
    if (n > 0)
        return err_set(e, ERR_LIMIT, "原表的 %s 超过 64 MB", name);
    return n < 0 || out->failed ? err_set(e, ERR_INPUT, "原表的 %s 读不出来", name) : 0;
}

static int parse_part(zip_t *z, const char *name, struct arena *a, struct xnode **root,
                      struct err *e)
{
    struct buf raw = BUF_INIT;
    int rc = read_part(z, name, &raw, e);

    if (!rc)
        rc = xtree_parse(a, (struct span){buf_cstr(&raw), raw.n}, root, e);
    buf_release(&raw);
    return rc;
}

static const char *local(const char *name)
{
    const char *colon = name ? strrchr(name, ':') : NULL;

    return colon ? colon + 1 : name;
}

static bool is(const struct xnode *n, const char *name)
{
    return n->name && strcmp(local(n->name), name) == 0;
}

static struct xnode *child_of(const struct xnode *n, const char *name)
{
    for (struct xnode *c = n ? n->child : NULL; c; c = c->next)
        if (is(c, name))
            return c;
    return NULL;
}

static const char *attr_of(const struct xnode *n, const char *name)
{
    for (size_t i = 0; n->attr && n->attr[i]; i += 2)
        if (strcmp(local(n->attr[i]), name) == 0)
            return n->attr[i + 1];
    return NULL;
}

/* workbook.xml says which relation a sheet is, its .rels which part that is. */
static int sheet_part(zip_t *z, const char *sheet, struct arena *a, char **part, struct err *e)
{
    struct xnode *book = NULL, *rels = NULL;
    const char *id = NULL, *target = NULL;
    int rc = parse_part(z, "xl/workbook.xml", a, &book, e);

    if (!rc)
        rc = parse_part(z, "xl/_rels/workbook.xml.rels", a, &rels, e);
    if (rc)
        return rc;
    for (struct xnode *s = child_of(book, "sheets") ? child_of(book, "sheets")->child : NULL; s;
         s = s->next)
        if (is(s, "sheet") && attr_of(s, "name") && strcmp(attr_of(s, "name"), sheet) == 0)
            id = attr_of(s, "id");
    for (struct xnode *s = rels->child; s && id; s = s->next)
        if (is(s, "Relationship") && attr_of(s, "Id") && strcmp(attr_of(s, "Id"), id) == 0)
            target = attr_of(s, "Target");
    if (!target)
        return err_set(e, ERR_INPUT, "原表里没有工作表“%s”", sheet);
    *part = arena_fmt(a, target[0] == '/' ? "%s" : "xl/%s", target[0] == '/' ? target + 1 : target);
    return *part ? 0 : err_nomem(e);
}

/* --- cells --------------------------------------------------------------------------------------- */

static void ref_of(uint32_t row, uint32_t col, char out[24])
{
    char letters[8];
    size_t n = 0;

    for (uint32_t c = col + 1; c; c = (c - 1) / 26)
        letters[n++] = (char)('A' + (c - 1) % 26);
    for (size_t i = 0; i < n; i++)
        out[i] = letters[n - 1 - i];
    snprintf(out + n, 24 - n, "%u", row);
}

/* Column of a cell; `next` is where one without a reference stands. */
static uint32_t col_of(const struct xnode *c, uint32_t next)
{
    const char *r = attr_of(c, "r");
    uint32_t col = 0;

    if (!r)
        return next;
    for (; *r >= 'A' && *r <= 'Z'; r++)
        col = col * 26 + (uint32_t)(*r - 'A') + 1;
    return col ? col - 1 : next;
}

struct pen {
    struct arena *a;
    struct xnode *data, *row; /* sheetData; where the last cell was */
    const char *sheet, *prefix;
};

static struct xnode *element(const struct pen *p, const char *name)
{
    const char *full = arena_fmt(p->a, "%s%s", p->prefix, name);

    return full ? xnode_new(p->a, full) : NULL;
}

static bool set_attrs(const struct pen *p, struct xnode *n, const char *const *pairs, size_t count)
{
    n->attr = arena_calloc(p->a, (count + 1) * sizeof *n->attr);
    for (size_t i = 0; n->attr && i < count; i++)
        if (!(n->attr[i] = arena_dup(p->a, span_of(pairs[i]))))
            return false;
    return n->attr != NULL;
}

static struct xnode *row_at(struct pen *p, uint32_t want)
{
    struct xnode *r = p->row ? p->row : p->data->child;
    uint32_t no = 0;
    char text[16];

    for (; r; r = r->next) {
        if (!is(r, "row"))
            continue;
        no = attr_of(r, "r") ? (uint32_t)strtoul(attr_of(r, "r"), NULL, 10) : no + 1;
        if (no == want)
            return p->row = r;
        if (no > want)
            break;
    }
    struct xnode *fresh = element(p, "row");

    snprintf(text, sizeof text, "%u", want);
    if (!fresh || !set_attrs(p, fresh, (const char *const[]){"r", text}, 2))
        return NULL;
    if (r)
        xnode_insert_before(r, fresh);
    else
        xnode_append(p->data, fresh);
    return p->row = fresh;
}

static struct xnode *cell_at(const struct pen *p, struct xnode *row, const struct book_cell *want)
{
    struct xnode *c;
    uint32_t next = 0;
    char ref[24];

    for (c = row->child; c; c = c->next) {
        uint32_t col;

        if (!is(c, "c"))
            continue;
        col = col_of(c, next);
        if (col == want->col)
            return c;
        if (col > want->col)
            break;
        next = col + 1;
    }
    struct xnode *fresh = element(p, "c");

    ref_of(want->row, want->col, ref);
    if (!fresh || !set_attrs(p, fresh, (const char *const[]){"r", ref}, 2))
        return NULL;
    if (c)
        xnode_insert_before(c, fresh);
    else
        xnode_append(row, fresh);
    return fresh;
}

/* Reference and style stay, type and content are new. */
static bool write_cell(const struct pen *p, struct xnode *c, const struct book_cell *want)
{
    const char *pairs[6];
    const char *style = attr_of(c, "s");
    char ref[24];
    size_t n = 0;
    struct buf b = BUF_INIT;
    struct xnode *body, *text;
    bool good;

    ref_of(want->row, want->col, ref);
    pairs[n++] = "r";
    pairs[n++] = ref;
    if (style) {
        pairs[n++] = "s";
        pairs[n++] = style;
    }
    if (want->text) {
        pairs[n++] = "t";
        pairs[n++] = "inlineStr";
    }
    good = set_attrs(p, c, pairs, n);
    c->child = c->last = NULL;
    if (want->text)
        buf_str(&b, want->text);
    else
        fen_print(&b, want->fen);
    body = element(p, want->text ? "is" : "v");
    text = xnode_text(p->a, (struct span){buf_cstr(&b), b.n});
    good = good && body && text && !b.failed;
    buf_release(&b);
    if (!good)
        return false;
    xnode_append(c, body);
    if (want->text) {
        struct xnode *t = element(p, "t");

        if (!t || !set_attrs(p, t, (const char *const[]){"xml:space", "preserve"}, 2))
            return false;
        xnode_append(body, t);
        body = t;
    }
    xnode_append(body, text);
    return true;
}

static int fill(struct pen *p, const struct book_cell *cells, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        struct xnode *row = row_at(p, cells[i].row);
        struct xnode *c = row ? cell_at(p, row, &cells[i]) : NULL;
        char ref[24];

        if (!c)
            return err_nomem(e);
        if (child_of(c, "f")) {
            ref_of(cells[i].row, cells[i].col, ref);
            err_set(e, ERR_INPUT, "原表“%s”的 %s 是公式，填不进结果", p->sheet, ref);
            return err_hint(e, "这一列不要对上结果；或请下发单位换成空白格"), ERR_INPUT;
        }
        if (!write_cell(p, c, &cells[i]))
            return err_nomem(e);
    }
    return 0;
}

/* --- the file ------------------------------------------------------------------------------------ */

static int put_part(zip_t *z, const char *name, const struct xnode *root, struct err *e)
{
    struct buf b = BUF_INIT;
    zip_int64_t at = zip_name_locate(z, name, 0);
    void *own;
    zip_source_t *s;

    xtree_write(root, &b);
    own = b.failed ? NULL : malloc(b.n ? b.n : 1);
    s = own ? zip_source_buffer(z, memcpy(own, b.p, b.n), b.n, 1) : NULL;
    buf_release(&b);
    if (s && at >= 0 && zip_file_replace(z, (zip_uint64_t)at, s, 0) == 0)
        return 0;
    if (s)
        zip_source_free(s);
    else
        free(own);
    return err_set(e, ERR_IO, "写不成 XLSX：%s", zip_strerror(z));
}

static int copy_file(const char *from, const char *to, struct err *e)
{
    char part[65536];
    size_t n;
    FILE *in = fopen(from, "rbe"), *out = in ? fopen(to, "wbe") : NULL;
    bool good = in && out;

    while (good && (n = fread(part, 1, sizeof part, in)) > 0)
        good = fwrite(part, 1, n, out) == n;
    good = good && !ferror(in);
    if (in)
        fclose(in);
    if (out)
        good = fclose(out) == 0 && good;
    return good ? 0 : err_errno(e, "抄不了 %s", from);
}

int book_fill(const char *from, const char *to, const char *sheet, const struct book_cell *cells,
              size_t n, struct err *e)
{
    struct arena a = {0};
    struct pen p = {.a = &a, .sheet = sheet, .prefix = ""};
    struct xnode *root = NULL;
    char *part = NULL;
    int rc = copy_file(from, to, e), why = 0;
    zip_t *z = rc ? NULL : zip_open(to, 0, &why);

    if (!rc && !z)
        rc = err_set(e, ERR_INPUT, "原表打不开：不是完好的 XLSX");
    if (!rc)
        rc = sheet_part(z, sheet, &a, &part, e);
    if (!rc)
        rc = parse_part(z, part, &a, &root, e);
    if (!rc && !(p.data = child_of(root, "sheetData")))
        rc = err_set(e, ERR_INPUT, "原表“%s”没有内容", sheet);
    if (!rc && local(root->name) != root->name) {
        size_t len = (size_t)(local(root->name) - root->name);

        p.prefix = arena_dup(&a, (struct span){root->name, len});
        rc = p.prefix ? 0 : err_nomem(e);
    }
    if (!rc)
        rc = fill(&p, cells, n, e);
    if (!rc)
        rc = put_part(z, part, root, e);
    if (z && !rc && zip_close(z) != 0)
        rc = err_set(e, ERR_IO, "写不成 XLSX：%s", zip_strerror(z));
    else if (z && !rc)
        z = NULL;
    if (z)
        zip_discard(z);
    arena_release(&a);
    if (rc)
        unlink(to);
    return rc;
}
