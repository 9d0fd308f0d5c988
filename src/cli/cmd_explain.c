/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "screen/clues.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "screen/evidence.h"
#include "cli/library.h"
#include "cli/store.h"
#include "screen/explain.h"

struct job {
    const struct args *args;
    struct store *store;
    struct arena text;
    struct rule_names rules;
    struct finding_set found; /* the one asked for */
    struct clues group;       /* all of its clue */
    struct weighing weighing;
    struct buf inst, person, visit, question, sql;
};

/* The finding, by its whole id or the first 8 digits and more. */
static int find(struct job *j, struct span id, struct err *e)
{
    struct buf where = BUF_INIT;
    int rc;

    buf_str(&where, "starts_with(f.finding_id, ");
    buf_sql(&where, id);
    buf_str(&where, ")");
    rc = where.failed ? err_nomem(e) : finding_set_load(&j->found, j->store, buf_cstr(&where), e);
    buf_release(&where);
    if (rc)
        return rc;
    if (id.n >= 8 && j->found.n == 1)
        return 0;
    for (size_t i = 0; i < j->found.n; i++)
        if (span_eq(j->found.at[i].id, id)) {
            j->found.at[0] = j->found.at[i];
            return 0;
        }
    err_set(e, ERR_USAGE,
            j->found.n && id.n >= 8 ? "编号以 %.*s 开头的疑点不止一条" : "没有编号为 %.*s 的疑点",
            (int)id.n, id.p);
    err_hint(e, "编号要写全，或至少前 8 位；huji rank --by clue 列出编号");
    return ERR_USAGE;
}

static int load_group(struct job *j, struct err *e)
{
    const struct finding *f = &j->found.at[0];
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
    rc = where.failed ? err_nomem(e) : clues_load(&j->group, j->store, buf_cstr(&where), e);
    buf_release(&where);
    if (!rc)
        rc = weighing_build(&j->weighing, &j->group.findings, NULL, 0, &j->group.ledger,
                            &j->group.confidence, e);
    for (size_t i = 0; i < j->weighing.n && !rc; i++)
        j->weighing.at[i].name = rule_name(&j->rules, j->weighing.at[i].rule);
    return rc;
}

static int texts(struct job *j, struct explanation *x, struct err *e)
{
    const struct finding *f = &j->found.at[0];
    struct explained_event *events = NULL;
    int rc = evidence_explain(j->store, f, &j->text, &events, e);

    if (!rc && f->inst.n)
        rc = clue_name(j->store, "inst", f->inst, &j->inst, e);
    if (!rc && f->person.n)
        rc = person_explain(j->store, f->person, args_has(j->args, "unmask"), &j->person, e);
    if (!rc && f->visit.n)
        rc = visit_explain(j->store, f->visit, &j->visit, e);
    if (rc)
        return rc;
    x->finding = f;
    x->events = events;
    x->n_events = f->n_evidence;
    x->inst_name = (struct span){buf_cstr(&j->inst), j->inst.n};
    x->person = (struct span){buf_cstr(&j->person), j->person.n};
    x->visit = (struct span){buf_cstr(&j->visit), j->visit.n};
    x->rule_name = rule_name(&j->rules, f->rule);
    x->weighing = &j->weighing;
    rule_question(&j->rules, f->rule, &j->question);
    x->question = (struct span){buf_cstr(&j->question), j->question.n};
    if (args_has(j->args, "sql"))
        rule_statement(&j->rules, f->rule, &j->sql);
    x->sql = (struct span){buf_cstr(&j->sql), j->sql.n};
    x->library_version = library_digest(&j->rules);
    rule_list(&j->rules, f->rule, "law", &j->text, &x->laws, &x->n_laws);
    rule_list(&j->rules, f->rule, "official", &j->text, &x->officials, &x->n_officials);
    rule_list(&j->rules, f->rule, "clears", &j->text, &x->clears, &x->n_clears);
    rule_list(&j->rules, f->rule, "false_positives", &j->text, &x->false_positives,
              &x->n_false_positives);
    return 0;
}

static int run(const struct args *a, struct err *e)
{
    struct job j = {.args = a};
    struct explanation x = {0};
    struct buf out = BUF_INIT;
    int rc = store_for(a, STORE_READ, &j.store, e);

    if (!rc)
        rc = rule_names_load(&j.rules, a, e);
    if (!rc)
        rc = find(&j, span_of(a->operands[0]), e);
    if (!rc)
        rc = load_group(&j, e);
    if (!rc)
        rc = texts(&j, &x, e);
    if (!rc) {
        if (strcmp(args_text(a, "format"), "json") == 0)
            explain_json(&out, &x);
        else
            explain_text(&out, &x);
        if (out.failed)
            rc = err_nomem(e);
        else
            fwrite(out.p, 1, out.n, stdout);
    }
    buf_release(&out);
    buf_release(&j.inst);
    buf_release(&j.person);
    buf_release(&j.visit);
    buf_release(&j.question);
    buf_release(&j.sql);
    weighing_release(&j.weighing);
    clues_release(&j.group);
    finding_set_release(&j.found);
    rule_names_release(&j.rules);
    arena_release(&j.text);
    store_close(j.store);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"format", 'f', ARG_CHOICE, "text|json", "text", false, "给人看的文字，或一个 JSON 对象"},
    {"unmask", 0, ARG_FLAG, NULL, NULL, false, "不遮盖姓名和证件号"},
    {"sql", 0, ARG_FLAG, NULL, NULL, false, "加上规则的 SQL：huji verify 拿来与引擎核对的那一句"},
    OPT_RULES,
    OPT_END,
};
static const struct example examples[] = {
    {"explain --data 我的县 3f9a2c1b", "编号写前 8 位就行"},
    EXAMPLE_END,
};
const struct command cmd_explain = {
    .name = "explain",
    .title = "一条疑点的来龙去脉：数字、证据、法条、分量、SQL",
    .operands = "FINDING",
    .options = options,
    .examples = examples,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
