/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/net.h"

#include "base/fen.h"
#include "base/mem.h"
#include "engine/source.h"

/* N0, N1: may this line take part at all? */
static bool plain(const struct net_lines *l, size_t i)
{
    int64_t q = l->cnt[i], a = l->amount[0] ? l->amount[0][i] : 0;
    if (l->voided && l->voided[i] == 1)
        return false;
    if (q == HUJI_NONE64 || q == 0 || (l->pric[i] != HUJI_NONE64 && l->pric[i] < 0))
        return false;
    return !(a != HUJI_NONE64 && ((q > 0 && a < 0) || (q < 0 && a > 0)));
}

static int to_pool(const struct net_lines *l, size_t i, int64_t q, struct net_scratch *s)
{
    for (size_t k = 0; k < s->n_pool; k++) {
        struct net_rest *p = &s->pool[k];
        if (p->visit == l->visit[i] && p->item == l->item[i] && p->pric == l->pric[i]) {
            p->qty += q;
            p->row = i > p->row ? i : p->row;
            return 0;
        }
    }
    if (mem_grow(&s->pool, &s->cap_pool, s->n_pool + 1, sizeof *s->pool) < 0)
        return -1;
    s->pool[s->n_pool++] = (struct net_rest){l->visit[i], l->item[i], l->pric[i], q, i};
    return 0;
}

/* N2: negatives that name a positive line of the same visit. taken[i] = what they want of line i. */
static int name_by_name(const struct net_lines *l, struct net_scratch *s)
{
    map_clear(&s->by_no);
    for (size_t i = 0; i < l->n; i++)
        if (l->live[i] && map_put(&s->by_no, (uint64_t)l->no[i], (uint32_t)i) < 0)
            return -1;
    for (size_t i = 0; i < l->n; i++) {
        if (l->cnt[i] >= 0 || !plain(l, i))
            continue;
        int64_t init = l->init_no ? l->init_no[i] : HUJI_NONE64;
        uint32_t at = init == HUJI_NONE64 || init < 0 ? MAP_NONE
                                                      : map_get(&s->by_no, (uint64_t)init);
        if (at != MAP_NONE && l->visit[at] == l->visit[i])
            s->taken[at] += -l->cnt[i];
        else if (to_pool(l, i, -l->cnt[i], s) < 0)
            return -1;
    }
    for (size_t i = 0; i < l->n; i++)
        if (l->live[i] && s->taken[i] > l->cnt[i]) {
            if (to_pool(l, i, s->taken[i] - l->cnt[i], s) < 0)
                return -1;
            s->taken[i] = l->cnt[i];
        }
    return 0;
}

/* N4 */
static void shrink(const struct net_lines *l, size_t i, int64_t net)
{
    int64_t cnt = l->cnt[i];
    for (int k = 0; k < 5; k++) {
        int64_t *a = l->amount[k];
        if (!a || a[i] == HUJI_NONE64)
            continue;
        a[i] = a[i] >= 0 ? prorate(a[i], net, cnt) : -prorate(-a[i], net, cnt);
    }
    l->cnt[i] = net;
    l->live[i] = net > 0;
}

int net_person(const struct net_lines *l, struct net_scratch *s)
{
    bool negative = false;
    s->n_pool = 0;
    for (size_t i = 0; i < l->n; i++) {
        l->live[i] = l->cnt[i] > 0 && plain(l, i);
        negative = negative || (l->cnt[i] < 0 && l->cnt[i] != HUJI_NONE64);
    }
    if (!negative)
        return 0;
    if (mem_grow(&s->taken, &s->cap_taken, l->n + 1, sizeof *s->taken) < 0)
        return -1;
    memset(s->taken, 0, l->n * sizeof *s->taken);
    if (name_by_name(l, s) < 0)
        return -1;
    for (size_t i = l->n; i-- > 0;) /* N3: from the last line backwards */
        for (size_t k = 0; l->live[i] && k < s->n_pool; k++) {
            struct net_rest *p = &s->pool[k];
            if (!p->qty || p->visit != l->visit[i] || p->item != l->item[i] ||
                p->pric != l->pric[i])
                continue;
            int64_t room = l->cnt[i] - s->taken[i], q = p->qty < room ? p->qty : room;
            s->taken[i] += q;
            p->qty -= q;
        }
    for (size_t i = 0; i < l->n; i++)
        if (l->live[i] && s->taken[i])
            shrink(l, i, l->cnt[i] - s->taken[i]);
    return 0;
}

void net_write_rest(const struct net_lines *l, const struct net_scratch *s)
{
    for (size_t k = 0; k < s->n_pool; k++) {
        const struct net_rest *p = &s->pool[k];
        if (!p->qty)
            continue;
        l->cnt[p->row] = p->qty;
        for (int a = 0; a < 5; a++)
            if (l->amount[a])
                l->amount[a][p->row] = a || p->pric == HUJI_NONE64
                                           ? HUJI_NONE64
                                           : prorate(p->pric, p->qty, 100000000);
    }
}

void net_release(struct net_scratch *s)
{
    mem_free(s->pool);
    mem_free(s->taken);
    map_release(&s->by_no);
}
