/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/story.h"

#include "screen/evidence.h"

/* The finding, by its whole id or the first 8 digits and more. */
static int find(struct story *y, struct store *s, struct span id, struct err *e)
{
    struct buf where = BUF_INIT;
    int rc;

    buf_str(&where, "starts_with(f.finding_id, ");
    buf_sql(&where, id);
    buf_str(&where, ")");
    rc = where.failed ? err_nomem(e) : finding_set_load(&y->found, s, buf_cstr(&where), e);
    buf_release(&where);
    if (rc)
        return rc;
    if (id.n >= 8 && y->found.n == 1)
        return 0;
    for (size_t i = 0; i < y->found.n; i++)
        if (span_eq(y->found.at[i].id, id)) {
            y->found.at[0] = y->found.at[i];
            return 0;
        }
    err_set(e, ERR_USAGE,
            y->found.n && id.n >= 8 ? "编号以 %.*s 开头的疑点不止一条" : "没有编号为 %.*s 的疑点",
            (int)id.n, id.p);
    err_hint(e, "编号要写全，或至少前 8 位；huji rank --by clue 列出编号");
    return ERR_USAGE;
}

static int load_group(struct story *y, struct store *s, const struct rule_names *names,
                      struct err *e)
{
    const struct finding *f = &y->found.at[0];
    struct buf where = BUF_INIT;
    int rc;

    buf_str(&where, "f.hit and ");
    if (f->visit.n) {
        buf_str(&where, "f.mdtrt_id = ");
        buf_sql(&where, f->visit);
    } else {
        buf_str(&where, "f.mdtrt_id is null and f.owner_type = ");
        buf_sql(&where, f->owner_type);
        buf_str(&where, " and f.owner_id = ");
        buf_sql(&where, f->owner);
    }
    rc = where.failed ? err_nomem(e) : clues_load(&y->group, s, buf_cstr(&where), e);
    buf_release(&where);
    if (!rc)
        rc = weighing_build(&y->weighing, &y->group.findings, NULL, 0, &y->group.ledger,
                            &y->group.confidence, e);
    for (size_t i = 0; i < y->weighing.n && !rc; i++)
        y->weighing.at[i].name = rule_name(names, y->weighing.at[i].rule);
    return rc;
}

static int texts(struct story *y, struct store *s, const struct rule_names *names, int flags,
                 struct err *e)
{
    struct explanation *x = &y->x;
    const struct finding *f = &y->found.at[0];
    struct explained_event *events = NULL;
    int rc = evidence_explain(s, f, &y->text, &events, e);

    if (!rc && f->inst.n)
        rc = clue_name(s, "inst", f->inst, &y->inst, e);
    if (!rc && f->person.n)
        rc = person_explain(s, f->person, flags & STORY_UNMASK, &y->person, e);
    if (!rc && f->visit.n)
        rc = visit_explain(s, f->visit, &y->visit, e);
    if (rc)
        return rc;
    x->finding = f;
    x->events = events;
    x->n_events = f->n_evidence;
    x->inst_name = (struct span){buf_cstr(&y->inst), y->inst.n};
    x->person = (struct span){buf_cstr(&y->person), y->person.n};
    x->visit = (struct span){buf_cstr(&y->visit), y->visit.n};
    x->rule_name = rule_name(names, f->rule);
    x->weighing = &y->weighing;
    rule_question(names, f->rule, &y->question);
    x->question = (struct span){buf_cstr(&y->question), y->question.n};
    if (flags & STORY_SQL)
        rule_statement(names, f->rule, &y->sql);
    x->sql = (struct span){buf_cstr(&y->sql), y->sql.n};
    x->library_version = library_digest(names);
    rule_list(names, f->rule, "law", &y->text, &x->laws, &x->n_laws);
    rule_list(names, f->rule, "official", &y->text, &x->officials, &x->n_officials);
    rule_list(names, f->rule, "clears", &y->text, &x->clears, &x->n_clears);
    rule_list(names, f->rule, "false_positives", &y->text, &x->false_positives,
              &x->n_false_positives);
    return 0;
}

int story_load(struct story *y, struct store *s, const struct rule_names *names, struct span id,
               int flags, struct err *e)
{
    int rc;

    *y = (struct story){0};
    rc = find(y, s, id, e);
    if (!rc)
        rc = load_group(y, s, names, e);
    return rc ? rc : texts(y, s, names, flags, e);
}

void story_release(struct story *y)
{
    buf_release(&y->inst);
    buf_release(&y->person);
    buf_release(&y->visit);
    buf_release(&y->question);
    buf_release(&y->sql);
    weighing_release(&y->weighing);
    clues_release(&y->group);
    finding_set_release(&y->found);
    arena_release(&y->text);
}
