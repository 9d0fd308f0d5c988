/* SPDX-License-Identifier: MulanPSL-2.0 */
/* derive: pair, then: components, as rule text. */
#include "engine/bind.h"
#include "engine/load.h"

/* near: {begndate: 1 d, enddate: 1 d}: one or two fields, days or times, each with how far apart two events may be. */
static int parse_near(struct loader *ld, const struct ynode *n)
{
    static const enum slot slots[] = {SL_START, SL_END};
    struct rule *r = ld->rule;
    int k = 0, rc = 0;
    if (!n || n->kind != Y_MAP || !n->child)
        return ynode_bad(n ? n : r->node, ld->e, "缺少 near：{字段: 相差多少}");
    for (const struct ynode *c = n->child; c && rc == 0; c = c->next, k++) {
        if (k == 2)
            return ynode_bad(c, ld->e, "near 最多两个字段");
        if ((rc = rule_slot_text(ld, slots[k], c->key, c, -1, -1, 0)) < 0 ||
            (rc = rule_number(ld, c, 0, &r->derive.near[k])) < 0)
            return rc;
        for (int i = 0; i < r->n_clauses; i++) {
            enum vfmt f = r->slot[i][slots[k]]->fmt;
            if (f != VF_DAY && f != VF_SEC)
                return ynode_bad(c, ld->e, "near 的字段应为日期或时间");
            if (k == 0)
                r->derive.seconds = f == VF_SEC;
        }
    }
    if (k == 1)
        r->derive.near[1] = r->derive.near[0];
    return rc;
}

static int parse_then(struct loader *ld, const struct ynode *n)
{
    static const char *const known[] = {"min", "owner", NULL};
    struct rule *r = ld->rule;
    const struct ynode *c = ynode_get(n, "components");
    int rc;
    if (!n)
        return 0;
    if (!c || c->kind != Y_MAP)
        return ynode_bad(n, ld->e, "then 应为 {components: {min: 人数, owner: 名}}");
    if ((rc = ynode_only(c, known, ld->e)) < 0 ||
        (rc = rule_number(ld, ynode_get(c, "min"), 0, &r->derive.gang)) < 0)
        return rc;
    if (r->derive.gang < 2)
        return ynode_bad(c, ld->e, "min 至少为 2");
    r->n_owner = 1;
    r->owner_type = ynode_text(c, "owner");
    return r->owner_type.n ? 0 : ynode_bad(c, ld->e, "缺少 owner（团伙主体的名称）");
}

int derive_parse(struct loader *ld, const struct ynode *n, const struct ynode *then)
{
    static const char *const known[] = {"pair", NULL};
    static const char *const keys[] = {"same", "near", "skip_groups_over", NULL};
    struct rule *r = ld->rule;
    const struct ynode *p = ynode_get(n, "pair"), *same = ynode_get(p, "same"), *skip;
    int rc;
    if (!n)
        return then ? ynode_bad(then, ld->e, "then 只与 derive 同用") : 0;
    if (n->kind != Y_MAP || !p || p->kind != Y_MAP || !same)
        return ynode_bad(n, ld->e, "derive 应为 {pair: {same: ..., near: {...}}}");
    if ((rc = ynode_only(n, known, ld->e)) < 0 || (rc = ynode_only(p, keys, ld->e)) < 0)
        return rc;
    if (!span_is(r->owner_type, "pair"))
        return ynode_bad(n, ld->e, "derive: pair 的主体（of）应为 pair");
    if (r->kind != &kind_quota || r->mode != QUOTA_BURST || r->axis != AXIS_DAYS ||
        r->count != COUNT_DISTINCT || !r->counts_days || r->slot_text[SL_WHERE].n)
        return ynode_bad(
            n, ld->e,
            "两人结伴只能问 quota: {form: burst, axis: days, count: distinct day}，没有 where");
    r->derive.on = true;
    r->derive.skip_over = 50;
    if ((rc = rule_slot(ld, SL_SCOPE, same, -1, -1, 0)) < 0 ||
        (rc = parse_near(ld, ynode_get(p, "near"))) < 0)
        return rc;
    if ((skip = ynode_get(p, "skip_groups_over")) &&
        (rc = rule_number(ld, skip, 0, &r->derive.skip_over)) < 0)
        return rc;
    for (int i = 0; i < r->n_clauses; i++)
        r->key[i][1] = r->key[i][0];
    r->n_keys = r->n_owner = 2;
    return parse_then(ld, then);
}
