/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "papers/xmltree.h"

#include <expat.h>

#define DEPTH_MAX 200

struct parse {
    struct arena *a;
    XML_Parser x;
    struct xnode *root, *at;
    int depth;
    const char *bad;
};

struct xnode *xnode_new(struct arena *a, const char *name)
{
    struct xnode *n = arena_calloc(a, sizeof *n);

    if (n)
        n->name = name;
    return n;
}

struct xnode *xnode_text(struct arena *a, struct span text)
{
    struct xnode *n = xnode_new(a, NULL);

    if (n)
        n->text = arena_span(a, text);
    return n;
}

void xnode_append(struct xnode *parent, struct xnode *child)
{
    child->parent = parent;
    child->next = NULL;
    if (parent->last)
        parent->last->next = child;
    else
        parent->child = child;
    parent->last = child;
}

bool xnode_is(const struct xnode *n, const char *name)
{
    return n && n->name && !strcmp(n->name, name);
}

static void stop(struct parse *p, const char *why)
{
    p->bad = why;
    XML_StopParser(p->x, XML_FALSE);
}

static void on_start(void *ctx, const char *name, const char **attr)
{
    struct parse *p = ctx;
    struct xnode *n = xnode_new(p->a, arena_dup(p->a, span_of(name)));
    int k = 0;

    while (attr[k])
        k++;
    if (!n || !n->name || !(n->attr = arena_calloc(p->a, ((size_t)k + 1) * sizeof *n->attr))) {
        stop(p, "内存不足");
        return;
    }
    for (int i = 0; i < k; i++)
        n->attr[i] = arena_dup(p->a, span_of(attr[i]));
    if (p->at)
        xnode_append(p->at, n);
    else
        p->root = n;
    p->at = n;
    if (++p->depth > DEPTH_MAX)
        stop(p, "嵌套太深");
}

static void on_end(void *ctx, const char *name)
{
    struct parse *p = ctx;

    (void)name;
    p->depth--;
    p->at = p->at->parent;
}

static void on_text(void *ctx, const char *s, int n)
{
    struct parse *p = ctx;

    if (!p->at)
        return;
    struct xnode *last = p->at->last;

    if (last && !last->name) { /* expat cuts texts at entities and line ends */
        struct buf b = BUF_INIT;

        buf_span(&b, last->text);
        buf_add(&b, s, (size_t)n);
        last->text = arena_span(p->a, (struct span){buf_cstr(&b), b.n});
        buf_release(&b);
        return;
    }
    struct xnode *t = xnode_text(p->a, (struct span){s, (size_t)n});

    if (t)
        xnode_append(p->at, t);
    else
        stop(p, "内存不足");
}

static void on_doctype(void *ctx, const char *name, const char *sys, const char *pub, int internal)
{
    (void)name;
    (void)sys;
    (void)pub;
    (void)internal;
    stop(ctx, "模板里有 DTD");
}

int xtree_parse(struct arena *a, struct span xml, struct xnode **root, struct err *e)
{
    struct parse p = {.a = a, .x = XML_ParserCreate("UTF-8")};

    if (!p.x)
        return err_nomem(e);
    XML_SetUserData(p.x, &p);
    XML_SetElementHandler(p.x, on_start, on_end);
    XML_SetCharacterDataHandler(p.x, on_text);
    XML_SetStartDoctypeDeclHandler(p.x, on_doctype);
    if (xml.n > (size_t)64 << 20)
        p.bad = "文件太大";
    else if (XML_Parse(p.x, xml.p, (int)xml.n, 1) != XML_STATUS_OK && !p.bad)
        p.bad = XML_ErrorString(XML_GetErrorCode(p.x));
    unsigned long line = XML_GetCurrentLineNumber(p.x);

    XML_ParserFree(p.x);
    if (p.bad)
        return err_set(e, ERR_INPUT, "XML 第 %lu 行读不懂：%s", line, p.bad);
    *root = p.root;
    return 0;
}

static void escaped(struct span s, bool quotes, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c == '&')
            buf_str(out, "&amp;");
        else if (c == '<')
            buf_str(out, "&lt;");
        else if (c == '>')
            buf_str(out, "&gt;");
        else if (c == '"' && quotes)
            buf_str(out, "&quot;");
        else if (c >= ' ' || c == '\t' || c == '\n')
            buf_char(out, (char)c); /* other control characters can't stand in XML */
    }
}

static void write_node(const struct xnode *n, struct buf *out)
{
    if (!n->name) {
        escaped(n->text, false, out);
        return;
    }
    buf_char(out, '<');
    buf_str(out, n->name);
    for (int i = 0; n->attr && n->attr[i]; i += 2) {
        buf_char(out, ' ');
        buf_str(out, n->attr[i]);
        buf_str(out, "=\"");
        escaped(span_of(n->attr[i + 1]), true, out);
        buf_char(out, '"');
    }
    if (!n->child) {
        buf_str(out, "/>");
        return;
    }
    buf_char(out, '>');
    for (const struct xnode *c = n->child; c; c = c->next)
        write_node(c, out);
    buf_str(out, "</");
    buf_str(out, n->name);
    buf_char(out, '>');
}

void xtree_write(const struct xnode *root, struct buf *out)
{
    buf_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
    write_node(root, out);
}

struct xnode *xnode_copy(struct arena *a, const struct xnode *n)
{
    struct xnode *m = arena_alloc(a, sizeof *m);

    if (!m)
        return NULL;
    *m = *n;
    m->child = m->last = m->next = m->parent = NULL;
    for (const struct xnode *c = n->child; c; c = c->next) {
        struct xnode *k = xnode_copy(a, c);

        if (!k)
            return NULL;
        xnode_append(m, k);
    }
    return m;
}

void xnode_insert_before(struct xnode *at, struct xnode *fresh)
{
    struct xnode **to = &at->parent->child;

    while (*to != at)
        to = &(*to)->next;
    fresh->parent = at->parent;
    fresh->next = at;
    *to = fresh;
}

void xnode_replace(struct xnode *old, struct xnode *fresh)
{
    struct xnode *p = old->parent, *before = NULL;

    if (fresh)
        xnode_insert_before(old, fresh);
    for (struct xnode *c = p->child; c && c != old; c = c->next)
        before = c;
    if (before)
        before->next = old->next;
    else
        p->child = old->next;
    if (p->last == old)
        p->last = before;
    old->parent = old->next = NULL;
}
