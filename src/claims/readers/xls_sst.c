/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A string may be cut by the end of a record anywhere between its characters; the next CONTINUE then begins with a
 * new flag byte (one or two bytes a character from there on). Counts and lengths are never cut.
 */
#include "claims/readers/xls_sst.h"

#include "base/mem.h"

struct cursor {
    const struct xls_book *book;
    struct span left; /* of the current record */
    size_t next;      /* record behind it */
};

static bool next_piece(struct cursor *c)
{
    struct biff_record r;
    if (!biff_next(c->book, c->next, &r) || r.type != BIFF_CONTINUE)
        return false;
    c->left = r.data;
    c->next = r.next;
    return true;
}

/* `n` bytes that are never cut (n <= left of a record). */
static const char *take(struct cursor *c, size_t n)
{
    while (!c->left.n)
        if (!next_piece(c))
            return NULL;
    if (c->left.n < n)
        return NULL;
    const char *p = c->left.p;
    c->left = (struct span){p + n, c->left.n - n};
    return p;
}

static bool skip(struct cursor *c, size_t n)
{
    while (n) {
        if (!c->left.n && !next_piece(c))
            return false;
        size_t k = n < c->left.n ? n : c->left.n;
        c->left = (struct span){c->left.p + k, c->left.n - k};
        n -= k;
    }
    return true;
}

static bool characters(struct cursor *c, size_t n, bool wide, struct buf *out)
{
    while (n) {
        if (!c->left.n) {
            if (!next_piece(c) || !c->left.n)
                return false;
            wide = c->left.p[0] & 1;
            c->left = (struct span){c->left.p + 1, c->left.n - 1};
            continue;
        }
        size_t fit = wide ? c->left.n / 2 : c->left.n;
        size_t k = n < fit ? n : fit;
        if (!k || !biff_text(&c->left, k, wide, out))
            return false;
        n -= k;
    }
    return true;
}

static bool one_string(struct cursor *c, struct buf *out)
{
    const char *head = take(c, 3);
    if (!head)
        return false;
    size_t n = le16(head), runs = 0, ext = 0;
    unsigned flags = (unsigned char)head[2];
    if (flags & 8) {
        const char *p = take(c, 2);
        if (!p)
            return false;
        runs = le16(p);
    }
    if (flags & 4) {
        const char *p = take(c, 4);
        if (!p)
            return false;
        ext = le32(p);
    }
    return characters(c, n, flags & 1, out) && skip(c, runs * 4) && skip(c, ext);
}

int xls_sst_read(struct xls_book *b, size_t at, struct err *e)
{
    struct biff_record r;
    if (!biff_next(b, at, &r) || r.data.n < 8)
        return err_set(e, ERR_INPUT, "XLS 文件损坏：共享字符串表不全");
    uint32_t count = le32(r.data.p + 4);
    struct cursor c = {b, {r.data.p + 8, r.data.n - 8}, r.next};
    struct buf text = BUF_INIT;
    int rc = 0;
    for (uint32_t i = 0; i < count && rc == 0; i++) {
        buf_clear(&text);
        if (!one_string(&c, &text)) {
            rc = err_set(e, ERR_INPUT, "XLS 文件损坏：共享字符串表在第 %u 条处断了", i + 1);
            break;
        }
        struct span kept = arena_span(&b->text, (struct span){buf_cstr(&text), text.n});
        if (text.failed || !kept.p ||
            mem_grow(&b->strings, &b->strings_cap, b->n_strings + 1, sizeof *b->strings))
            rc = err_nomem(e);
        else
            b->strings[b->n_strings++] = kept;
    }
    buf_release(&text);
    return rc;
}
