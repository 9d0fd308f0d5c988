/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "papers/mark.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "papers/xmltree.h"

#define FOOTER "huji-footer.xml"
#define FOOTER_ID "rIdHujiFooter"
#define WORD "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#define RELATIONS "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define MAX_PART ((zip_uint64_t)64 << 20)

/* --- workbooks ------------------------------------------------------------------------------------- */

void sheet_mark(lxw_worksheet *sheet, const char *text)
{
    char line[255] = "&L&8";
    size_t n = strlen(line);

    if (!text || !*text)
        return;
    /* A single & begins a code of the header; cut between characters. */
    for (const char *c = text; *c && n < sizeof line - 6;) {
        size_t k = 1;

        while (((unsigned char)c[k] & 0xc0) == 0x80)
            k++;
        if (*c == '&')
            line[n++] = '&';
        memcpy(line + n, c, k);
        n += k;
        c += k;
    }
    line[n] = 0;
    worksheet_set_header(sheet, line);
    worksheet_set_footer(sheet, "&C&8第 &P 页 / 共 &N 页");
}

/* --- documents ------------------------------------------------------------------------------------- */

struct marking {
    struct arena a;
    zip_t *zip;
    const char *text;
};

static int read_part(struct marking *m, const char *name, struct buf *out)
{
    zip_file_t *f = zip_fopen(m->zip, name, 0);
    char part[65536];
    zip_int64_t n = -1;

    if (!f)
        return -1;
    while ((n = zip_fread(f, part, sizeof part)) > 0 && out->n < MAX_PART)
        buf_add(out, part, (size_t)n);
    zip_fclose(f);
    return n == 0 && !out->failed ? 0 : -1;
}

static int write_part(struct marking *m, const char *name, struct span text, struct err *e)
{
    void *own = malloc(text.n + 1);
    zip_source_t *s = own ? zip_source_buffer(m->zip, memcpy(own, text.p, text.n), text.n, 1)
                          : NULL;

    if (s && zip_file_add(m->zip, name, s, ZIP_FL_OVERWRITE | ZIP_FL_ENC_UTF_8) >= 0)
        return 0;
    if (s)
        zip_source_free(s);
    else
        free(own);
    return err_nomem(e);
}

static struct xnode *tree_of(struct marking *m, const char *name, struct err *e)
{
    struct buf b = BUF_INIT;
    struct xnode *root = NULL;

    if (read_part(m, name, &b) < 0)
        err_set(e, ERR_INPUT, "DOCX 里没有 %s", name);
    else if (xtree_parse(&m->a, (struct span){b.p, b.n}, &root, e) < 0)
        root = NULL;
    buf_release(&b);
    return root;
}

static int put_tree(struct marking *m, const char *name, const struct xnode *root, struct err *e)
{
    struct buf b = BUF_INIT;
    int rc;

    xtree_write(root, &b);
    rc = b.failed ? err_nomem(e) : write_part(m, name, (struct span){b.p, b.n}, e);
    buf_release(&b);
    return rc;
}

static const char *attr_of(const struct xnode *n, const char *name)
{
    for (const char **a = n->attr; a && a[0]; a += 2)
        if (strcmp(a[0], name) == 0)
            return a[1];
    return NULL;
}

/* `pairs`: name, value, ..., NULL; borrowed texts. */
static struct xnode *element(struct marking *m, const char *name, const char *const pairs[])
{
    struct xnode *n = xnode_new(&m->a, name);
    size_t k = 0;

    while (pairs && pairs[k])
        k++;
    if (n && pairs) {
        n->attr = arena_calloc(&m->a, (k + 1) * sizeof *n->attr);
        if (!n->attr)
            return NULL;
        memcpy(n->attr, pairs, k * sizeof *n->attr);
    }
    return n;
}

/* <w:p> with the text in small grey print. */
static struct xnode *line(struct marking *m)
{
    static const char *const eight[] = {"w:val", "14", NULL}, *const grey[] = {"w:val", "7F7F7F",
                                                                               NULL};
    struct xnode *p = element(m, "w:p", NULL), *r = element(m, "w:r", NULL),
                 *f = element(m, "w:rPr", NULL), *t = element(m, "w:t", NULL),
                 *s = element(m, "w:sz", eight), *c = element(m, "w:color", grey),
                 *x = xnode_text(&m->a, span_of(m->text));

    if (!p || !r || !f || !t || !s || !c || !x)
        return NULL;
    xnode_append(f, c);
    xnode_append(f, s);
    xnode_append(r, f);
    xnode_append(t, x);
    xnode_append(r, t);
    xnode_append(p, r);
    return p;
}

/* The id of the footer that the template has for its pages, or NULL. */
static const char *own_footer(const struct xnode *n)
{
    const char *found = NULL;

    for (const struct xnode *c = n->child; c && !found; c = c->next) {
        const char *type = xnode_is(c, "w:footerReference") ? attr_of(c, "w:type") : NULL;

        found = type && strcmp(type, "default") == 0 ? attr_of(c, "r:id")
                : c->name                            ? own_footer(c)
                                                     : NULL;
    }
    return found;
}

static const char *target_of(const struct xnode *relations, const char *id)
{
    for (const struct xnode *c = relations->child; c; c = c->next) {
        const char *mine = c->name ? attr_of(c, "Id") : NULL;

        if (mine && strcmp(mine, id) == 0)
            return attr_of(c, "Target");
    }
    return NULL;
}

/* Every section without a footer of its own shows ours; the body gets a section when it has none. */
static int refer(struct marking *m, struct xnode *n, int *count, struct err *e)
{
    static const char *const pairs[] = {"xmlns:r", RELATIONS, "w:type", "default",
                                        "r:id",    FOOTER_ID, NULL};

    for (struct xnode *c = n->child; c; c = c->next) {
        struct xnode *ref;

        if (!xnode_is(c, "w:sectPr")) {
            if (c->name && refer(m, c, count, e))
                return ERR_NOMEM;
            continue;
        }
        ref = element(m, "w:footerReference", pairs);
        if (!ref)
            return err_nomem(e);
        if (c->child)
            xnode_insert_before(c->child, ref);
        else
            xnode_append(c, ref);
        ++*count;
    }
    return 0;
}

static int add_footer_part(struct marking *m, struct xnode *relations, struct err *e)
{
    static const char *const kind[] =
        {"PartName", "/word/" FOOTER, "ContentType",
         "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml", NULL},
                             *const rel[] = {"Id",     FOOTER_ID, "Type", RELATIONS "/footer",
                                             "Target", FOOTER,    NULL},
                             *const ns[] = {"xmlns:w", WORD, NULL};
    struct xnode *types = tree_of(m, "[Content_Types].xml", e), *footer = element(m, "w:ftr", ns),
                 *one = element(m, "Override", kind), *two = element(m, "Relationship", rel),
                 *p = line(m);
    int rc;

    if (!types)
        return ERR_INPUT;
    if (!footer || !one || !two || !p)
        return err_nomem(e);
    xnode_append(footer, p);
    xnode_append(types, one);
    xnode_append(relations, two);
    rc = put_tree(m, "word/" FOOTER, footer, e);
    if (!rc)
        rc = put_tree(m, "[Content_Types].xml", types, e);
    return rc ? rc : put_tree(m, "word/_rels/document.xml.rels", relations, e);
}

/* A last line of the footer that the template's author made. */
static int add_line(struct marking *m, const char *target, struct err *e)
{
    char name[300];
    struct xnode *footer, *p = line(m);

    snprintf(name, sizeof name, "%s%s", *target == '/' ? "" : "word/",
             *target == '/' ? target + 1 : target);
    footer = tree_of(m, name, e);
    if (!footer)
        return ERR_INPUT;
    if (!p)
        return err_nomem(e);
    xnode_append(footer, p);
    return put_tree(m, name, footer, e);
}

static int mark_all(struct marking *m, struct err *e)
{
    static const char *const ns[] = {
        "xmlns", "http://schemas.openxmlformats.org/package/2006/relationships", NULL};
    struct xnode *document = tree_of(m, "word/document.xml", e), *relations, *body, *section;
    const char *id, *target;
    int count = 0, rc;

    if (!document)
        return ERR_INPUT;
    relations = tree_of(m, "word/_rels/document.xml.rels", NULL);
    if (!relations)
        relations = element(m, "Relationships", ns);
    if (!relations)
        return err_nomem(e);
    id = own_footer(document);
    target = id ? target_of(relations, id) : NULL;
    if (target)
        return add_line(m, target, e);
    rc = add_footer_part(m, relations, e);
    if (!rc)
        rc = refer(m, document, &count, e);
    for (body = document->child; !rc && !count && body; body = body->next)
        if (xnode_is(body, "w:body")) {
            section = element(m, "w:sectPr", NULL);
            if (!section)
                return err_nomem(e);
            xnode_append(body, section);
            rc = refer(m, document, &count, e);
        }
    return rc ? rc : put_tree(m, "word/document.xml", document, e);
}

static int take(zip_source_t *s, struct buf *out, struct err *e)
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

int docx_mark(struct span docx, const char *text, struct buf *out, struct err *e)
{
    struct marking m = {.text = text};
    zip_error_t ze;
    zip_source_t *s;
    void *copy = malloc(docx.n + 1);
    int rc;

    if (!copy)
        return err_nomem(e);
    zip_error_init(&ze);
    s = zip_source_buffer_create(memcpy(copy, docx.p, docx.n), docx.n, 1, &ze);
    if (!s)
        free(copy);
    else
        zip_source_keep(s);
    m.zip = s ? zip_open_from_source(s, 0, &ze) : NULL;
    if (s && !m.zip)
        zip_source_free(s);
    rc = m.zip ? mark_all(&m, e) : err_set(e, ERR_INPUT, "不是 DOCX（打不开）");
    if (m.zip && !rc && zip_close(m.zip) != 0) {
        rc = err_set(e, ERR_IO, "写不成 DOCX：%s", zip_strerror(m.zip));
        zip_discard(m.zip);
    } else if (m.zip && rc) {
        zip_discard(m.zip);
    }
    if (!rc)
        rc = take(s, out, e);
    if (s)
        zip_source_free(s);
    zip_error_fini(&ze);
    arena_release(&m.a);
    return rc;
}
