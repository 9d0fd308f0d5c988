/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/yaml.h"

#include <libfyaml.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"

struct builder {
    struct arena *a;
    const char *file;
    struct err *e;
    size_t nodes;
};

static void place(struct ynode *n, struct fy_token *tok)
{
    const struct fy_mark *m = tok ? fy_token_start_mark(tok) : NULL;
    if (m) {
        n->line = m->line + 1;
        n->column = m->column + 1;
    }
}

static struct ynode *build(struct builder *b, struct fy_node *fn, int depth);

static int build_map(struct builder *b, struct fy_node *fn, struct ynode *n, int depth)
{
    void *it = NULL;
    struct ynode **tail = &n->child;
    struct fy_node_pair *pair;
    while ((pair = fy_node_mapping_iterate(fn, &it))) {
        struct fy_node *key = fy_node_pair_key(pair);
        if (!key || !fy_node_is_scalar(key))
            return err_set(b->e, ERR_INPUT, "映射的键必须是文字");
        size_t len;
        const char *k = fy_node_get_scalar(key, &len);
        struct ynode *c = build(b, fy_node_pair_value(pair), depth + 1);
        if (!c)
            return -1;
        place(c, fy_node_get_scalar_token(key));
        c->key = arena_span(b->a, (struct span){k, len});
        *tail = c;
        tail = &c->next;
    }
    return 0;
}

static int build_seq(struct builder *b, struct fy_node *fn, struct ynode *n, int depth)
{
    void *it = NULL;
    struct ynode **tail = &n->child;
    struct fy_node *item;
    while ((item = fy_node_sequence_iterate(fn, &it))) {
        struct ynode *c = build(b, item, depth + 1);
        if (!c)
            return -1;
        if (!c->line)
            c->line = c->child ? c->child->line : n->line;
        *tail = c;
        tail = &c->next;
    }
    return 0;
}

static struct ynode *build(struct builder *b, struct fy_node *fn, int depth)
{
    struct ynode *n = arena_calloc(b->a, sizeof *n);
    if (!n) {
        err_nomem(b->e);
        return NULL;
    }
    n->file = b->file;
    if (depth > MAX_YAML_DEPTH || ++b->nodes > MAX_YAML_NODES) {
        err_set(b->e, ERR_LIMIT, "嵌套超过 %d 层或内容超过 %d 项", MAX_YAML_DEPTH, MAX_YAML_NODES);
        return NULL;
    }
    if (!fn) {
        n->kind = Y_SCALAR;
        n->text = SPAN("");
        return n;
    }
    if (fy_node_is_alias(fn)) {
        err_set(b->e, ERR_INPUT, "不支持 YAML 别名（*名）");
        return NULL;
    }
    int rc = 0;
    switch (fy_node_get_type(fn)) {
    case FYNT_SCALAR: {
        size_t len;
        const char *s = fy_node_get_scalar(fn, &len);
        enum fy_node_style st = fy_node_get_style(fn);
        n->kind = Y_SCALAR;
        n->quoted = st == FYNS_SINGLE_QUOTED || st == FYNS_DOUBLE_QUOTED;
        n->text = arena_span(b->a, (struct span){s, s ? len : 0});
        place(n, fy_node_get_scalar_token(fn));
        break;
    }
    case FYNT_SEQUENCE:
        n->kind = Y_SEQ;
        rc = build_seq(b, fn, n, depth);
        break;
    case FYNT_MAPPING:
        n->kind = Y_MAP;
        rc = build_map(b, fn, n, depth);
        break;
    }
    return rc < 0 ? NULL : n;
}

static int report(struct fy_diag *diag, const char *file, struct err *e)
{
    void *it = NULL;
    struct fy_diag_error *de = fy_diag_errors_iterate(diag, &it);
    if (!de) {
        err_set(e, ERR_INPUT, "不是合规的 YAML");
        return err_where(e, "%s", file);
    }
    err_set(e, ERR_INPUT, "不是合规的 YAML：%s", de->msg);
    return err_where(e, "%s:%d:%d", file, de->line, de->column);
}

int yaml_parse(struct arena *a, struct span text, const char *file, struct ynode **out,
               struct err *e)
{
    if (text.n > MAX_YAML_BYTES)
        return err_set(e, ERR_LIMIT, "%s 超过 %u 字节", file, MAX_YAML_BYTES);
    size_t bad;
    if (!utf8_valid(text, &bad)) {
        err_set(e, ERR_INPUT, "不是 UTF-8 文本（第 %zu 字节）", bad + 1);
        err_hint(e, "规则文件请存为 UTF-8");
        return err_where(e, "%s", file);
    }
    struct fy_diag_cfg dc;
    fy_diag_cfg_default(&dc);
    dc.fp = NULL;
    struct fy_diag *diag = fy_diag_create(&dc);
    if (!diag)
        return err_nomem(e);
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_RESOLVE_DOCUMENT, .diag = diag};
    struct fy_document *doc = fy_document_build_from_string(&cfg, text.p, text.n);
    int rc = 0;
    if (!doc) {
        rc = report(diag, file, e);
    } else {
        struct builder b = {a, file, e, 0};
        struct ynode *root = build(&b, fy_document_root(doc), 0);
        if (root)
            *out = root;
        else
            rc = e ? err_where(e, "%s", file) : ERR_INPUT;
    }
    fy_document_destroy(doc);
    fy_diag_destroy(diag);
    return rc;
}

int file_read(struct arena *a, const char *path, size_t max, struct span *out, struct err *e)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return err_errno(e, "打不开 %s", path);
    struct buf b = BUF_INIT;
    char chunk[16384];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0 && b.n <= max)
        buf_add(&b, chunk, n);
    int rc = 0;
    if (ferror(f))
        rc = err_errno(e, "读不了 %s", path);
    else if (b.n > max)
        rc = err_set(e, ERR_LIMIT, "%s 超过 %zu 字节", path, max);
    else if (b.failed)
        rc = err_nomem(e);
    fclose(f);
    if (rc == 0) {
        *out = arena_span(a, (struct span){buf_cstr(&b), b.n});
        if (!out->p)
            rc = err_nomem(e);
    }
    buf_release(&b);
    return rc;
}

int yaml_load(struct arena *a, const char *path, struct ynode **out, struct err *e)
{
    struct span text;
    int rc = file_read(a, path, MAX_YAML_BYTES, &text, e);
    if (rc < 0)
        return rc;
    char *name = arena_dup(a, span_of(path));
    return name ? yaml_parse(a, text, name, out, e) : err_nomem(e);
}

struct ynode *ynode_get(const struct ynode *map, const char *key)
{
    if (!map || map->kind != Y_MAP)
        return NULL;
    for (struct ynode *c = map->child; c; c = c->next)
        if (span_is(c->key, key))
            return c;
    return NULL;
}

struct span ynode_text(const struct ynode *map, const char *key)
{
    struct ynode *n = ynode_get(map, key);
    return n && n->kind == Y_SCALAR ? n->text : (struct span){NULL, 0};
}

size_t ynode_count(const struct ynode *n)
{
    size_t k = 0;
    for (struct ynode *c = n ? n->child : NULL; c; c = c->next)
        k++;
    return k;
}

int ynode_bad(const struct ynode *n, struct err *e, const char *fmt, ...)
{
    char msg[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    if (n->key.n)
        err_set(e, ERR_INPUT, "%.*s：%s", (int)n->key.n, n->key.p, msg);
    else
        err_set(e, ERR_INPUT, "%s", msg);
    return err_where(e, "%s:%d", n->file ? n->file : "?", n->line);
}

int ynode_only(const struct ynode *map, const char *const *known, struct err *e)
{
    for (struct ynode *c = map->child; c; c = c->next) {
        bool ok = false;
        for (const char *const *k = known; *k && !ok; k++)
            ok = span_is(c->key, *k);
        if (ok)
            continue;
        ynode_bad(c, e, "不认识的字段");
        struct buf b = BUF_INIT;
        for (const char *const *k = known; *k; k++)
            buf_fmt(&b, "%s%s", k == known ? "" : " ", *k);
        err_hint(e, "可用：%s", buf_cstr(&b));
        buf_release(&b);
        return ERR_INPUT;
    }
    return 0;
}
