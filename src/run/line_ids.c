/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/line_ids.h"

#include <stdlib.h>

#include "base/mem.h"
#include "claims/chosen.h"

int line_ids_want(struct line_ids *ids, const int64_t *no, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (id_set_add(&ids->asked, no[i]) < 0)
            return -1;
    return 0;
}

/* ---- reading ---- */

static int add_all(struct id_set *to, const struct id_set *from, const struct id_set *except)
{
    for (int64_t no = id_set_next(from, 0); no >= 0; no = id_set_next(from, no + 1))
        if (!(except && id_set_has(except, no)) && id_set_add(to, no) < 0)
            return -1;
    return id_set_count(to);
}

/* The texts of what was asked: of what was read before, and of what is fresh. */
static int put_together(struct line_ids *ids, const struct id_set *fresh, const struct span *text,
                        struct err *e)
{
    struct id_set all = {0};
    struct span *at = mem_alloc((ids->asked.n + 1) * sizeof *at);
    int rc = at && add_all(&all, &ids->asked, NULL) == 0 ? 0 : err_nomem(e);
    size_t k = 0;
    for (int64_t no = id_set_next(&all, 0); rc == 0 && no >= 0; no = id_set_next(&all, no + 1)) {
        bool old = id_set_has(&ids->read, no);
        at[k] = old ? ids->text[id_set_place(&ids->read, no)] : text[id_set_place(fresh, no)];
        if (!at[k++].p)
            rc = err_set(e, ERR_STATE, "费用明细 %lld 没有原文", (long long)no);
    }
    if (rc < 0) {
        mem_free(at);
        id_set_release(&all);
        return rc;
    }
    mem_free(ids->text);
    id_set_release(&ids->read);
    ids->text = at;
    ids->read = all;
    return 0;
}

int line_ids_read(struct store *s, struct line_ids *ids, struct err *e)
{
    struct id_set fresh = {0};
    if (ids->read.n == ids->asked.n)
        return 0;
    struct span *text = mem_calloc(ids->asked.n - ids->read.n + 1, sizeof *text);
    int rc = text && add_all(&fresh, &ids->asked, &ids->read) == 0 ? 0 : err_nomem(e);
    if (rc == 0)
        rc = chosen_texts(s, "line_text", "no", "bkkp_sn", &fresh, &ids->a, text, e);
    if (rc == 0)
        rc = put_together(ids, &fresh, text, e);
    id_set_release(&fresh);
    mem_free(text);
    return rc;
}

struct span line_ids_get(void *ids, int64_t no)
{
    const struct line_ids *l = ids;
    return id_set_has(&l->read, no) ? l->text[id_set_place(&l->read, no)] : SPAN("?");
}

void line_ids_release(struct line_ids *ids)
{
    id_set_release(&ids->asked);
    id_set_release(&ids->read);
    mem_free(ids->text);
    arena_release(&ids->a);
    *ids = (struct line_ids){0};
}

/* ---- their order ---- */

/* Numbers of one county begin alike: eight bytes behind that decide nearly always. */
struct ranked {
    uint64_t key;
    uint32_t i, text;
};

static int by_id(const void *pa, const void *pb, void *texts)
{
    const struct ranked *a = pa, *b = pb;
    const struct span *at = texts;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    int c = span_cmp(at[a->text], at[b->text]);
    return c ? c : (a->i > b->i) - (a->i < b->i);
}

/* How many bytes all of them have in common. */
static size_t common(const struct line_ids *ids, const struct ranked *r, size_t n)
{
    struct span s = n ? ids->text[r[0].text] : (struct span){"", 0};
    for (size_t i = 1; i < n && s.n; i++) {
        struct span t = ids->text[r[i].text];
        size_t k = 0;
        while (k < s.n && k < t.n && s.p[k] == t.p[k])
            k++;
        s.n = k;
    }
    return s.n;
}

/* What sorts as the text behind `from` does, as far as eight bytes go: what ends before is before all that go on. */
static uint64_t key_of(struct span s, size_t from)
{
    uint64_t key = 0;
    for (size_t i = from; i < from + 8; i++)
        key = key << 8 | (i < s.n ? (unsigned char)s.p[i] : 0);
    return key;
}

enum { DIGIT = 16, KEY_BITS = 64, FEW = 256 };

/* By the key alone, a digit at a time; those that agree in it stay as they were. -1: no memory. */
static int sort_keys(struct ranked *r, size_t n)
{
    struct ranked *spare = mem_alloc((n + 1) * sizeof *spare), *from = r, *to = spare;
    uint32_t *first = mem_alloc(((size_t)1 << DIGIT) * sizeof *first);
    for (int shift = 0; spare && first && shift < KEY_BITS; shift += DIGIT) {
        uint32_t at = 0;
        memset(first, 0, ((size_t)1 << DIGIT) * sizeof *first);
        for (size_t i = 0; i < n; i++)
            first[(uint16_t)(from[i].key >> shift)]++;
        if (first[(uint16_t)(from[0].key >> shift)] == n)
            continue;
        for (size_t d = 0; d < (size_t)1 << DIGIT; d++) {
            uint32_t here = first[d];
            first[d] = at;
            at += here;
        }
        for (size_t i = 0; i < n; i++)
            to[first[(uint16_t)(from[i].key >> shift)]++] = from[i];
        struct ranked *t = from;
        from = to;
        to = t;
    }
    if (from != r)
        memcpy(r, from, n * sizeof *r);
    bool had = spare && first;
    mem_free(spare);
    mem_free(first);
    return had ? 0 : -1;
}

static int sort(const struct line_ids *ids, struct ranked *r, size_t n)
{
    void *texts = ids->text;
    if (n <= FEW) {
        qsort_r(r, n, sizeof *r, by_id, texts);
        return 0;
    }
    if (sort_keys(r, n) < 0)
        return -1;
    for (size_t i = 0, j; i < n; i = j) { /* what the key does not tell apart */
        for (j = i + 1; j < n && r[j].key == r[i].key; j++)
            ;
        if (j - i > 1)
            qsort_r(r + i, j - i, sizeof *r, by_id, texts);
    }
    return 0;
}

int line_ids_rank(const struct line_ids *ids, const int64_t *no, size_t n, uint32_t *rank,
                  struct err *e)
{
    struct ranked *r = mem_alloc((n + 1) * sizeof *r);
    if (!r)
        return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        if (!id_set_has(&ids->read, no[i])) {
            mem_free(r);
            return err_set(e, ERR_STATE, "费用明细 %lld 的原文没有读入", (long long)no[i]);
        }
        r[i].i = (uint32_t)i;
        r[i].text = (uint32_t)id_set_place(&ids->read, no[i]);
    }
    size_t from = common(ids, r, n);
    for (size_t i = 0; i < n; i++)
        r[i].key = key_of(ids->text[r[i].text], from);
    int rc = sort(ids, r, n);
    for (size_t i = 0; i < n && rc == 0; i++)
        rank[r[i].i] = (uint32_t)i;
    mem_free(r);
    return rc < 0 ? err_nomem(e) : 0;
}
