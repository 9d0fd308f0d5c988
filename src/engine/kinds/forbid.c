/* SPDX-License-Identifier: MulanPSL-2.0 */
/* forbid: may this event exist, given what is known of its owner now? No memory. */
#include "engine/bind.h"
#include "engine/fold.h"

static const struct kind_param params[] = {
    {.name = "where", .as = PARAM_COND, .needed = true, .title = "什么情形不该发生"},
    {.name = "value", .as = PARAM_EXPR, .title = "说出的数"},
    {.name = "limit", .as = PARAM_EXPR, .title = "说出的阈值"},
    {0},
};

static int open(struct loader *ld, struct rule *r, const struct ynode *ask)
{
    int rc;
    if (ask->kind == Y_SCALAR)
        return rule_slot(ld, SL_WHERE, ask, -1, -1, 0);
    if ((rc = kind_only(r->kind, ask, ld->e)) < 0)
        return rc;
    if (!ynode_get(ask, "where"))
        return ynode_bad(ask, ld->e, "缺少 where");
    if ((rc = rule_slot(ld, SL_WHERE, ynode_get(ask, "where"), -1, -1, 0)) < 0 ||
        (rc = rule_slot(ld, SL_VALUE, ynode_get(ask, "value"), -1, 6, 0)) < 0 ||
        (rc = rule_slot(ld, SL_LIMIT, ynode_get(ask, "limit"), -1, 6, 0)) < 0)
        return rc;
    for (int i = 0; i < r->n_clauses; i++)
        if (r->slot[i][SL_WHERE]->type != V_BOOL)
            return ynode_bad(ask, ld->e, "where 应为是非条件");
    return 0;
}

static void fold(struct fold *f, struct event *ev, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool hit = fold_slot(f, SL_WHERE, &ev[i], NULL) == 1;
        if (!hit &&
            (f->only_hits || !f->rule->slider.param.n || fold_keep(f, SL_WHERE, &ev[i], NULL) != 1))
            continue;
        fold_clear(f);
        fold_member(f, &ev[i], 1, 0, 0);
        struct found w = {
            .anchor = &ev[i], .hit = hit, .members = f->members, .n_members = f->n_members};
        w.value = fold_slot(f, SL_VALUE, &ev[i], NULL);
        w.threshold = ev[i].lim;
        emit(f, &w);
    }
}

const struct rule_kind kind_forbid = {
    "forbid", "不得发生", "这样的一笔、一次就诊，能不能有？", params, open, fold, NULL, NULL, NULL};
