/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Netting of refunds: definitions.md part 3, N0-N5, over one person's lines in stored order. */
#ifndef HUJI_ENGINE_NET_H
#define HUJI_ENGINE_NET_H

#include "base/map.h"

/* Columns of the person's lines; all arrays index from 0. cnt and the five amounts are rewritten to net; live[i] is 1
 * where an event is left. */
struct net_lines {
    size_t n;
    const int64_t *no, *pric, *init_no;
    const int32_t *visit, *item, *voided;
    int64_t *cnt;
    int64_t *amount[5]; /* det_item, inscp, fulamt, overlmt, preself; NULL = not delivered */
    uint8_t *live;
};

/* N5: what no positive line could take: qty > 0 of a visit's item at a price. `row`: the last line that asked for it; it is
 * not live. */
struct net_rest {
    int32_t visit, item;
    int64_t pric, qty;
    size_t row;
};

/* `pool` is scratch, kept between calls; on return its first n_pool entries are the rest (those with qty > 0). */
struct net_scratch {
    struct net_rest *pool;
    size_t n_pool, cap_pool;
    int64_t *taken;
    size_t cap_taken;
    struct map by_no;
};
/* 0, or -1 when out of memory. */
int net_person(const struct net_lines *l, struct net_scratch *s);
/* Writes the rest into its lines: cnt, and cnt * pric as the amount; other amounts are unknown. After everybody has seen the
 * lines that are live. */
void net_write_rest(const struct net_lines *l, const struct net_scratch *s);
void net_release(struct net_scratch *s);

#endif
