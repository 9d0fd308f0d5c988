/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "papers/docx.h"

#include <stdio.h>
#include <stdlib.h>
#include <zip.h>

#include "papers/xmltree.h"

struct fill {
    struct arena a;
    const json_t *values;
    const json_t *row; /* of the list that is being repeated */
    const char *list;  /* its name */
    int unknown;
    bool failed;
};

static void value_text(const json_t *v, struct buf *out)
{
    if (json_is_string(v))
        buf_add(out, json_string_value(v), json_string_length(v));
    else if (json_is_integer(v))
        buf_i64(out, json_integer_value(v));
    else if (json_is_real(v))
        buf_fmt(out, "%.10g", json_real_value(v));
    else if (json_is_true(v))
        buf_str(out, "是");
    else if (json_is_false(v))
        buf_str(out, "否");
}

/* "清单.列" within the list's row, or a plain name. */
static const json_t *look_up(const struct fill *f, struct span name)
{
    char key[200];
    size_t n = f->list ? strlen(f->list) : 0;

    snprintf(key, sizeof key, "%.*s", (int)name.n, name.p);
    if (f->row && name.n > n + 1 && !memcmp(name.p, f->list, n) && name.p[n] == '.')
        return json_object_get(f->row, key + n + 1);
    return json_object_get(f->values, key);
}

/* The text of the paragraph with its names replaced. False: there is none in it. */
static bool replaced(struct fill *f, struct span text, struct buf *out)
{
    bool any = false;

    while (text.n) {
        const char *open = memmem(text.p, text.n, "{{", 2);
        const char *close = open ? memmem(open, text.n - (size_t)(open - text.p), "}}", 2) : NULL;

        if (!close)
            break;
        struct span name = span_trim((struct span){open + 2, (size_t)(close - open) - 2});
        const json_t *v = look_up(f, name);

        buf_add(out, text.p, (size_t)(open - text.p));
        if (v)
            value_text(v, out);
        else
            f->unknown++;
        text.n -= (size_t)(close + 2 - text.p);
        text.p = close + 2;
        any = true;
    }
    buf_span(out, text);
    return any;
}

static void texts(struct xnode *n, struct xnode **out, size_t max, size_t *count)
{
    for (struct xnode *c = n->child; c; c = c->next) {
        if (xnode_is(c, "w:t") && *count < max)
            out[(*count)++] = c;
        else if (c->name && !xnode_is(c, "w:p")) /* a text box holds paragraphs of its own */
            texts(c, out, max, count);
    }
}

static void joined(struct xnode *n, struct buf *out)
{
    for (struct xnode *c = n->child; c; c = c->next) {
        if (!c->name && xnode_is(n, "w:t"))
            buf_span(out, c->text);
        else if (c->name)
            joined(c, out);
    }
}

static void set_text(struct fill *f, struct xnode *t, struct span s)
{
    static const char *const keep[] = {"xml:space", "preserve", NULL};
    struct xnode *x = xnode_text(&f->a, s);
    const char **attr = arena_alloc(&f->a, sizeof keep);

    if (!x || !attr) {
        f->failed = true;
        return;
    }
    memcpy(attr, keep, sizeof keep);
    t->child = t->last = NULL;
    t->attr = attr;
    xnode_append(t, x);
}

/* Lines behind the first: <w:br/><w:t> after the text, within its run. */
static void set_lines(struct fill *f, struct xnode *t, struct span s)
{
    struct xnode *at = t;

    set_text(f, t, span_cut(&s, '\n'));
    while (s.n && !f->failed) {
        struct xnode *br = xnode_new(&f->a, "w:br"), *more = xnode_new(&f->a, "w:t");

        if (!br || !more) {
            f->failed = true;
            return;
        }
        br->next = more;
        more->next = at->next;
        br->parent = more->parent = at->parent;
        at->next = br;
        if (at->parent->last == at)
            at->parent->last = more;
        set_text(f, more, span_cut(&s, '\n'));
        at = more;
    }
}

static void fill_paragraph(struct fill *f, struct xnode *p)
{
    struct xnode *t[256];
    struct buf all = BUF_INIT, out = BUF_INIT;
    size_t n = 0;

    texts(p, t, 256, &n);
    for (size_t i = 0; i < n; i++)
        joined(t[i], &all);
    if (n && replaced(f, (struct span){buf_cstr(&all), all.n}, &out)) {
        set_lines(f, t[0], (struct span){buf_cstr(&out), out.n});
        for (size_t i = 1; i < n; i++)
            set_text(f, t[i], SPAN(""));
    }
    f->failed = f->failed || all.failed || out.failed;
    buf_release(&all);
    buf_release(&out);
}

static void fill_all(struct fill *f, struct xnode *n)
{
    for (struct xnode *c = n->child; c; c = c->next) {
        if (xnode_is(c, "w:p"))
            fill_paragraph(f, c);
        if (c->name)
            fill_all(f, c);
    }
}

/* The list that a row's or paragraph's names belong to: "{{清单.列}}". NULL: none. */
static const char *list_of(struct fill *f, struct xnode *n)
{
    struct buf b = BUF_INIT;
    const char *found = NULL;

    joined(n, &b);
    struct span s = {buf_cstr(&b), b.n};

    while (!found && s.n) {
        const char *open = memmem(s.p, s.n, "{{", 2);
        const char *close = open ? memmem(open, s.n - (size_t)(open - s.p), "}}", 2) : NULL;
        const char *dot = close ? memchr(open, '.', (size_t)(close - open)) : NULL;

        if (!close)
            break;
        if (dot) {
            struct span name = span_trim((struct span){open + 2, (size_t)(dot - open) - 2});
            char *key = arena_dup(&f->a, name);

            if (key && json_is_array(json_object_get(f->values, key)))
                found = key;
        }
        s.n -= (size_t)(close + 2 - s.p);
        s.p = close + 2;
    }
    buf_release(&b);
    return found;
}

/* Rows of tables first, then paragraphs outside of them: each is copied for every row of its list. */
static void repeat(struct fill *f, struct xnode *n, const char *what)
{
    for (struct xnode *c = n->child, *next; c && !f->failed; c = next) {
        next = c->next;
        const char *list = xnode_is(c, what) ? list_of(f, c) : NULL;

        if (!list) {
            if (c->name)
                repeat(f, c, what);
            continue;
        }
        const json_t *rows = json_object_get(f->values, list);

        if (!json_array_size(rows) && xnode_is(c->parent, "w:tc"))
            continue; /* a cell must hold a paragraph: its names are blanked later */
        for (size_t i = 0; i < json_array_size(rows); i++) {
            struct xnode *copy = xnode_copy(&f->a, c);

            if (!copy) {
                f->failed = true;
                return;
            }
            f->row = json_array_get(rows, i);
            f->list = list;
            if (xnode_is(copy, "w:p"))
                fill_paragraph(f, copy);
            fill_all(f, copy);
            xnode_insert_before(c, copy);
        }
        f->row = NULL;
        f->list = NULL;
        xnode_replace(c, NULL);
    }
}

static int fill_part(struct fill *f, struct span xml, struct buf *out, struct err *e)
{
    struct xnode *root;
    int rc = xtree_parse(&f->a, xml, &root, e);

    if (rc < 0)
        return rc;
    repeat(f, root, "w:tr");
    repeat(f, root, "w:p");
    fill_all(f, root);
    xtree_write(root, out);
    return f->failed || out->failed ? err_nomem(e) : 0;
}

static bool has_text(const char *name)
{
    return !strcmp(name, "word/document.xml") || !strncmp(name, "word/header", 11) ||
           !strncmp(name, "word/footer", 11);
}

static int read_entry(zip_t *z, zip_uint64_t i, struct buf *out, struct err *e)
{
    char part[65536];
    zip_file_t *f = zip_fopen_index(z, i, 0);
    zip_int64_t n = 0;

    while (f && (n = zip_fread(f, part, sizeof part)) > 0 && out->n < (size_t)64 << 20)
        buf_add(out, part, (size_t)n);
    if (f)
        zip_fclose(f);
    return f && n == 0 && !out->failed ? 0 : err_set(e, ERR_INPUT, "模板读不出来：不是完好的 DOCX");
}

static int copy_parts(zip_t *in, zip_t *to, struct fill *f, struct err *e)
{
    bool document = false;
    int rc = 0;

    for (zip_uint64_t i = 0; rc == 0 && i < (zip_uint64_t)zip_get_num_entries(in, 0); i++) {
        const char *name = zip_get_name(in, i, 0);
        struct buf raw = BUF_INIT, done = BUF_INIT;
        struct buf *b = &raw;

        rc = name ? read_entry(in, i, &raw, e) : err_set(e, ERR_INPUT, "模板里有没名字的文件");
        if (rc == 0 && has_text(name)) {
            document = document || !strcmp(name, "word/document.xml");
            rc = fill_part(f, (struct span){buf_cstr(&raw), raw.n}, &done, e);
            b = &done;
        }
        if (rc == 0) {
            void *own = malloc(b->n ? b->n : 1);
            zip_source_t *s = own ? zip_source_buffer(to, memcpy(own, buf_cstr(b), b->n), b->n, 1)
                                  : NULL;

            if (!s || zip_file_add(to, name, s, ZIP_FL_ENC_UTF_8) < 0) {
                if (s)
                    zip_source_free(s);
                else
                    free(own);
                rc = err_set(e, ERR_IO, "写不成 DOCX");
            }
        }
        buf_release(&raw);
        buf_release(&done);
    }
    if (rc == 0 && !document)
        rc = err_set(e, ERR_INPUT, "模板不是 DOCX：里面没有 word/document.xml");
    return rc;
}

static int take_bytes(zip_source_t *s, struct buf *out, struct err *e)
{
    char part[65536];
    zip_int64_t n = -1;

    if (zip_source_open(s) == 0) {
        while ((n = zip_source_read(s, part, sizeof part)) > 0)
            buf_add(out, part, (size_t)n);
        zip_source_close(s);
    }
    return n == 0 && !out->failed ? 0 : err_set(e, ERR_IO, "写不成 DOCX");
}

int docx_fill_mem(struct span docx, const json_t *values, struct buf *out, int *unknown,
                  struct err *e)
{
    struct fill f = {.values = values};
    zip_error_t ze;
    zip_error_init(&ze);
    zip_source_t *from = zip_source_buffer_create(docx.p, docx.n, 0, &ze);
    zip_t *in = from ? zip_open_from_source(from, ZIP_RDONLY, &ze) : NULL;
    zip_source_t *made = in ? zip_source_buffer_create(NULL, 0, 0, &ze) : NULL;
    zip_t *to = NULL;
    int rc;

    if (made) {
        zip_source_keep(made);
        to = zip_open_from_source(made, ZIP_TRUNCATE, &ze);
        if (!to)
            zip_source_free(made);
    }
    rc = to ? copy_parts(in, to, &f, e) : err_set(e, ERR_INPUT, "模板不是 DOCX（打不开）");
    if (to && rc == 0 && zip_close(to) != 0)
        rc = err_set(e, ERR_IO, "写不成 DOCX：%s", zip_strerror(to));
    else if (to && rc < 0)
        zip_discard(to);
    if (rc == 0)
        rc = take_bytes(made, out, e);
    if (made)
        zip_source_free(made);
    if (in)
        zip_close(in);
    else if (from)
        zip_source_free(from);
    zip_error_fini(&ze);
    if (unknown)
        *unknown = f.unknown;
    arena_release(&f.a);
    return rc;
}
