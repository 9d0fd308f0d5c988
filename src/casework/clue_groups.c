/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "casework/clue_index_priv.h"
#include "screen/nature.h"

static uint32_t group_of(const struct clue_index *x, size_t i, enum clue_group by)
{
    int y, m, d;

    switch (by) {
    case GROUP_RULE: return x->rule[i];
    case GROUP_INST: return x->inst[i];
    case GROUP_STATE: return kind_state(x->kind[i]);
    case GROUP_CLASS: return kind_class(x->kind[i]);
    case GROUP_ASSIGNEE: return x->assignee[i];
    case GROUP_ADMDVS: return x->division[i];
    case GROUP_NATURE: return x->nature[i];
    case GROUP_MONTH:
        if (x->day[i] == DAY_NONE)
            return 0;
        day_to_ymd(x->day[i], &y, &m, &d);
        return (uint32_t)((y - 1900) * 12 + m);
    case CLUE_GROUPS: break;
    }
    return 0;
}

static void group_key(const struct clue_index *x, enum clue_group by, uint32_t g, char out[64])
{
    const struct names *t = by == GROUP_RULE       ? &x->rules
                            : by == GROUP_INST     ? &x->insts
                            : by == GROUP_ASSIGNEE ? &x->assignees
                                                   : &x->divisions;

    if (by == GROUP_STATE)
        snprintf(out, 64, "%s", clue_states[g].code);
    else if (by == GROUP_CLASS)
        snprintf(out, 64, "%s", clue_class_name[g]);
    else if (by == GROUP_NATURE)
        snprintf(out, 64, "%s", g ? natures[g - 1].code : "");
    else if (by == GROUP_MONTH && g)
        snprintf(out, 64, "%04u-%02u", 1900 + (g - 1) / 12, (g - 1) % 12 + 1);
    else if (by == GROUP_MONTH)
        out[0] = 0;
    else
        snprintf(out, 64, "%.*s", (int)t->at[g].n, t->at[g].p);
}

static int by_expected(const void *a, const void *b)
{
    const struct clue_sum *x = a, *y = b;

    if (x->expected != y->expected)
        return x->expected > y->expected ? -1 : 1;
    return strcmp(x->key, y->key);
}

#define MONTHS (300 * 12 + 1)

static size_t groups(const struct clue_index *x, enum clue_group by)
{
    switch (by) {
    case GROUP_RULE: return x->rules.n;
    case GROUP_INST: return x->insts.n;
    case GROUP_STATE: return CLUE_STATES;
    case GROUP_CLASS: return 3;
    case GROUP_ASSIGNEE: return x->assignees.n;
    case GROUP_ADMDVS: return x->divisions.n;
    case GROUP_NATURE: return NATURES_MOST + 1;
    case GROUP_MONTH: return MONTHS;
    case CLUE_GROUPS: break;
    }
    return 0;
}

static void group_add(const struct clue_index *x, size_t i, struct clue_sum *s)
{
    uint32_t verdict = kind_verdict(x->kind[i]);

    s->n++;
    s->amount += x->amount[i];
    s->fund += x->fund[i];
    s->expected += x->expected[i];
    s->confirmed += verdict == VERDICT_CONFIRMED;
    s->rejected += verdict == VERDICT_REJECTED;
}

int clue_index_groups(struct clue_index *x, struct cw *db, const struct clue_filter *f,
                      enum clue_group by, struct clue_sum **out, size_t *n, struct err *e)
{
    struct work {
        struct question q;
        uint32_t sel[CLUE_BLOCK];
    } *w = mem_calloc(1, sizeof *w);
    struct clue_sum *sums = NULL;
    size_t all, kept = 0;
    int rc = w ? clue_index_refresh(x, db, e) : err_nomem(e);

    if (rc) {
        mem_free(w);
        return rc;
    }
    pthread_rwlock_rdlock(&x->lock);
    all = groups(x, by);
    sums = mem_calloc(all + 1, sizeof *sums);
    rc = sums ? question_make(&w->q, x, db, f, e) : err_nomem(e);
    for (size_t b = 0; b < clue_blocks(x) && !rc; b++) {
        size_t k = question_block(&w->q, x, b, w->sel);

        for (size_t j = 0; j < k; j++)
            group_add(x, w->sel[j], &sums[group_of(x, w->sel[j], by)]);
    }
    for (size_t g = 0; g < all && !rc; g++) {
        if (!sums[g].n)
            continue;
        group_key(x, by, (uint32_t)g, sums[g].key);
        if (by == GROUP_INST)
            snprintf(sums[g].name, sizeof sums[g].name, "%.*s", (int)x->inst_names[g].n,
                     x->inst_names[g].p);
        sums[kept++] = sums[g];
    }
    pthread_rwlock_unlock(&x->lock);
    question_release(&w->q);
    mem_free(w);
    if (rc) {
        mem_free(sums);
        return rc;
    }
    qsort(sums, kept, sizeof *sums, by_expected);
    *out = sums;
    *n = kept;
    return 0;
}
