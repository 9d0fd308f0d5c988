/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/cards.h"

#include <stdio.h>

#include "cli/common.h"
#include "screen/evidence.h"
#include "cli/width.h"
#include "screen/law.h"

#define EVIDENCE_SHOWN 3

struct deck {
    const struct ranking *ranking;
    const struct clues *clues;
    const struct rule_names *rules;
    struct store *store;
    struct arena text;
    struct explained_event *events; /* EVIDENCE_SHOWN for each row, role 1 first */
    struct buf out;
};

/* Up to EVIDENCE_SHOWN of each row's best finding are asked for together: a query costs a scan. */
static int gather(struct deck *d, size_t top, struct err *e)
{
    struct finding all = {0};

    all.evidence = arena_calloc(&d->text, top * EVIDENCE_SHOWN * sizeof *all.evidence + 1);
    if (!all.evidence)
        return err_nomem(e);
    for (size_t i = 0; i < top; i++) {
        const struct finding *f = &d->clues->findings.at[d->ranking->at[i].best];

        for (uint32_t k = 0; k < EVIDENCE_SHOWN; k++, all.n_evidence++)
            all.evidence[all.n_evidence] = k < f->n_evidence ? f->evidence[k]
                                                             : (struct evidence){.id = {"", 0}};
    }
    return evidence_explain(d->store, &all, &d->text, &d->events, e);
}

static void name_of(struct deck *d, const char *domain, struct span code)
{
    size_t before = d->out.n;

    if (d->store && code.n)
        clue_name(d->store, domain, code, &d->out, NULL);
    if (d->out.n == before)
        buf_span(&d->out, code);
}

static void law_lines(struct deck *d, struct span rule)
{
    const struct span *laws;
    size_t n;

    rule_list(d->rules, rule, "law", &d->text, &laws, &n);
    for (size_t i = 0; i < n; i++) {
        const struct law *l = law_find(laws[i]);

        buf_str(&d->out, i ? "；" : "   依据  ");
        buf_span(&d->out, laws[i]);
        if (l)
            buf_fmt(&d->out, " %s", l->gist);
    }
    if (n)
        buf_char(&d->out, '\n');
}

static void evidence_lines(struct deck *d, size_t row, const struct finding *f)
{
    for (uint32_t k = 0; k < EVIDENCE_SHOWN && k < f->n_evidence && d->events; k++) {
        const struct explained_event *v = &d->events[row * EVIDENCE_SHOWN + k];

        buf_fmt(&d->out, "   %s  ", k ? "    " : "证据");
        if (v->when.n)
            buf_fmt(&d->out, "%.*s  ", (int)v->when.n, v->when.p);
        buf_span(&d->out, v->what.n ? v->what : v->id);
        buf_str(&d->out, v->role == 1 ? "" : "（对照）");
        if (v->lineage.n)
            buf_fmt(&d->out, "  ← %.*s", (int)v->lineage.n, v->lineage.p);
        buf_char(&d->out, '\n');
    }
    if (f->n_evidence > EVIDENCE_SHOWN)
        buf_fmt(&d->out, "         …… 共 %lld 项\n", (long long)f->n_evidence + (long long)f->more);
}

static void money(struct deck *d, const struct ranked *g)
{
    buf_str(&d->out, "   预计可追回 ");
    buf_yuan(&d->out, g->expected);
    buf_str(&d->out, "，涉及基金 ");
    buf_yuan(&d->out, g->fund);
}

static void clue_card(struct deck *d, size_t row)
{
    const struct ranked *g = &d->ranking->at[row];
    const struct finding *f = &d->clues->findings.at[g->best];
    struct span title = rule_name(d->rules, f->rule);

    buf_fmt(&d->out, "%zu. %.*s %.*s（%s）  ", row + 1, (int)f->rule.n, f->rule.p, (int)title.n,
            title.p, finding_class_name[f->cls]);
    name_of(d, "inst", f->inst);
    if (f->day != DAY_NONE) {
        buf_str(&d->out, "  ");
        day_print(&d->out, f->day);
    }
    buf_fmt(&d->out, "\n   %.*s\n", (int)f->message.n, f->message.p);
    money(d, g);
    buf_str(&d->out, "，可信度 ");
    micro_print(&d->out, g->score);
    if (g->n_rules > 1)
        buf_fmt(&d->out, "，%lld 条规则指向它", (long long)g->n_rules);
    buf_char(&d->out, '\n');
    law_lines(d, f->rule);
    evidence_lines(d, row, f);
    buf_fmt(&d->out, "   疑点  %.*s\n\n", (int)f->id.n, f->id.p);
}

static void group_card(struct deck *d, size_t row)
{
    const struct ranked *g = &d->ranking->at[row];
    const struct finding *f = &d->clues->findings.at[g->best];
    struct span title = rule_name(d->rules, f->rule);
    enum rank_by by = d->ranking->by;

    buf_fmt(&d->out, "%zu. %.*s", row + 1, (int)g->key.n, g->key.p);
    if (by == RANK_INSTITUTION || by == RANK_DOCTOR) {
        buf_char(&d->out, ' ');
        name_of(d, by == RANK_DOCTOR ? "doctor" : "inst", g->key);
    } else if (by == RANK_RULE) {
        buf_fmt(&d->out, " %.*s", (int)title.n, title.p);
    }
    buf_char(&d->out, '\n');
    money(d, g);
    buf_fmt(&d->out, "\n   疑点 %lld 条（明确 %lld，高疑 %lld，可疑 %lld），%lld 人，%lld 条规则\n",
            (long long)g->n_findings, (long long)g->n_class[CLASS_SURE],
            (long long)g->n_class[CLASS_HIGH], (long long)g->n_class[CLASS_MAYBE],
            (long long)g->n_persons, (long long)g->n_rules);
    buf_fmt(&d->out, "   分量最重的一条：%.*s %.*s，%.*s\n", (int)f->rule.n, f->rule.p,
            (int)title.n, title.p, (int)f->message.n, f->message.p);
    law_lines(d, f->rule);
    evidence_lines(d, row, f);
    buf_fmt(&d->out, "   疑点  %.*s\n\n", (int)f->id.n, f->id.p);
}

int cards_print(const struct ranking *r, const struct clues *c, const struct rule_names *rules,
                struct store *s, size_t top, struct err *e)
{
    struct deck d = {.ranking = r, .clues = c, .rules = rules, .store = s};
    struct buf clean = BUF_INIT;
    int rc = s ? gather(&d, top, e) : 0;

    for (size_t i = 0; i < top && !rc; i++) {
        struct span rest;

        buf_clear(&d.out);
        if (r->by == RANK_CLUE)
            clue_card(&d, i);
        else
            group_card(&d, i);
        rest = (struct span){d.out.p, d.out.n};
        while (rest.p &&
               rest.n) { /* line by line: names come from files, and files may hold anything */
            buf_clear(&clean);
            text_clean(&clean, span_cut(&rest, '\n'));
            buf_char(&clean, '\n');
            fwrite(clean.p, 1, clean.n, stdout);
        }
        if (d.out.failed || clean.failed)
            rc = err_nomem(e);
    }
    buf_release(&d.out);
    buf_release(&clean);
    arena_release(&d.text);
    return rc;
}
