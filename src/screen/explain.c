/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/explain.h"

#include "screen/law.h"

#define BAR_CELLS 20

/* --- text ---------------------------------------------------------------------------------------- */

void micro_print(struct buf *b, int64_t v)
{
    int64_t cents = (v + 5000) / 10000;

    buf_fmt(b, "%d.%02d", (int)(cents / 100), (int)(cents % 100));
}

static void yuan(struct buf *b, fen_t v)
{
    fen_print(b, v);
    buf_str(b, " 元");
}

static void list(struct buf *b, const char *title, const struct span *at, size_t n)
{
    if (!n)
        return;
    buf_str(b, title);
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_str(b, "；");
        buf_span(b, at[i]);
    }
    buf_char(b, '\n');
}

static void head_text(struct buf *b, const struct explanation *x)
{
    const struct finding *f = x->finding;

    buf_fmt(b, "疑点 %.*s\n", (int)f->id.n, f->id.p);
    buf_fmt(b, "  %.*s %.*s（%s%s%.*s，规则第 %d 版）\n\n", (int)f->rule.n, f->rule.p,
            (int)x->rule_name.n, x->rule_name.p, finding_class_name[f->cls], f->phase.n ? "，" : "",
            (int)f->phase.n, f->phase.p, f->rule_version);
    buf_fmt(b, "  %.*s\n\n", (int)f->message.n, f->message.p);
    buf_str(b, "涉及金额  ");
    yuan(b, f->amount);
    buf_str(b, "，其中基金 ");
    yuan(b, f->fund);
    buf_char(b, '\n');
    if (f->value != VALUE_NONE) {
        buf_str(b, "测得      ");
        dec_print(b, f->value, VALUE_SCALE);
        if (f->threshold != VALUE_NONE) {
            buf_str(b, "（阈值 ");
            dec_print(b, f->threshold, VALUE_SCALE);
            buf_str(b, "）");
        }
        buf_char(b, '\n');
    }
}

static void who_text(struct buf *b, const struct explanation *x)
{
    const struct finding *f = x->finding;

    if (f->inst.n)
        buf_fmt(b, "机构      %.*s %.*s\n", (int)f->inst.n, f->inst.p, (int)x->inst_name.n,
                x->inst_name.p);
    if (f->person.n)
        buf_fmt(b, "参保人    %.*s %.*s\n", (int)f->person.n, f->person.p, (int)x->person.n,
                x->person.p);
    if (f->visit.n)
        buf_fmt(b, "就诊      %.*s %.*s\n", (int)f->visit.n, f->visit.p, (int)x->visit.n,
                x->visit.p);
    buf_fmt(b, "问的对象  %.*s = %.*s\n", (int)f->owner_type.n, f->owner_type.p, (int)f->owner.n,
            f->owner.p);
    if (f->marked)
        buf_str(b, "注意      有证据行被标记（代码、金额或就诊存疑），见 huji quality\n");
}

static void events_text(struct buf *b, const struct explanation *x)
{
    for (int role = 1; role <= 2; role++) {
        int shown = 0;

        for (size_t i = 0; i < x->n_events; i++) {
            const struct explained_event *v = &x->events[i];

            if (v->role != role)
                continue;
            if (!shown++)
                buf_fmt(b, "\n%s\n", role == 1 ? "违规项" : "涉及项（作为对照）");
            buf_fmt(b, "  %.*s  %.*s", (int)v->when.n, v->when.p, (int)v->what.n, v->what.p);
            if (v->amount || v->fund) {
                buf_str(b, "  ");
                yuan(b, v->amount);
                buf_str(b, "（基金 ");
                fen_print(b, v->fund);
                buf_str(b, "）");
            }
            buf_fmt(b, "\n      %.*s", (int)v->id.n, v->id.p);
            if (v->lineage.n)
                buf_fmt(b, "  ← %.*s", (int)v->lineage.n, v->lineage.p);
            buf_char(b, '\n');
        }
    }
    if (x->finding->more > 0)
        buf_fmt(b, "  另有 %lld 项未列出，金额已全部计入\n", (long long)x->finding->more);
}

static void law_text(struct buf *b, const struct explanation *x)
{
    if (x->n_laws)
        buf_str(b, "\n依据\n");
    for (size_t i = 0; i < x->n_laws; i++) {
        const struct law *l = law_find(x->laws[i]);

        buf_fmt(b, "  %.*s", (int)x->laws[i].n, x->laws[i].p);
        if (l)
            buf_fmt(b, "  %s\n      处理：%s", l->gist, l->leads_to);
        buf_char(b, '\n');
    }
    list(b, "国家规则编码  ", x->officials, x->n_officials);
}

static void bar(struct buf *b, int64_t micro)
{
    int full = (int)((micro * BAR_CELLS + MICRO / 2) / MICRO);

    for (int i = 0; i < BAR_CELLS; i++)
        buf_char(b, i < full ? '#' : '.');
}

void weighing_text(struct buf *b, const struct weighing *w)
{
    buf_str(b, "\n这条线索的分量\n  可信度 S = ");
    micro_print(b, w->score);
    buf_str(b, "，预计可追回 E = ");
    yuan(b, w->expected);
    buf_char(b, '\n');
    for (int f = 0; f < FAMILY_COUNT; f++) {
        if (!w->strengths.max[f])
            continue;
        buf_str(b, "  ");
        bar(b, w->strengths.max[f]);
        buf_char(b, ' ');
        micro_print(b, w->strengths.max[f]);
        buf_fmt(b, "  %s：", family_name[f]);
        for (size_t i = 0, n = 0; i < w->n; i++)
            if ((int)w->at[i].family == f)
                buf_fmt(b, "%s%.*s %.*s", n++ ? "、" : "", (int)w->at[i].rule.n, w->at[i].rule.p,
                        (int)w->at[i].name.n, w->at[i].name.p);
        buf_char(b, '\n');
    }
    for (size_t i = 0; w->n > 1 && i < w->n; i++) {
        buf_fmt(b, "  若无 %.*s：S = ", (int)w->at[i].rule.n, w->at[i].rule.p);
        micro_print(b, w->at[i].score_without);
        buf_str(b, "，E = ");
        yuan(b, w->at[i].expected_without);
        buf_char(b, '\n');
    }
}

void explain_text(struct buf *b, const struct explanation *x)
{
    head_text(b, x);
    who_text(b, x);
    events_text(b, x);
    law_text(b, x);
    if (x->n_clears || x->n_false_positives)
        buf_char(b, '\n');
    list(b, "什么能说明它不是  ", x->clears, x->n_clears);
    list(b, "常见的误会        ", x->false_positives, x->n_false_positives);
    if (x->weighing)
        weighing_text(b, x->weighing);
    if (x->question.n)
        buf_fmt(b, "\n规则原文\n%.*s\n", (int)x->question.n, x->question.p);
    if (x->sql.n)
        buf_fmt(b, "\n可自行运行的 SQL\n%.*s\n", (int)x->sql.n, x->sql.p);
    if (x->library_version.n)
        buf_fmt(b, "\n规则库 %.*s\n", (int)x->library_version.n, x->library_version.p);
}

/* --- json ---------------------------------------------------------------------------------------- */

static void key(struct buf *b, const char *name)
{
    if (b->n && b->p[b->n - 1] != '{')
        buf_char(b, ',');
    buf_json(b, span_of(name));
    buf_char(b, ':');
}

static void text_of(struct buf *b, const char *name, struct span s)
{
    key(b, name);
    buf_json(b, s);
}

static void money_of(struct buf *b, const char *name, fen_t v)
{
    key(b, name);
    fen_print(b, v);
}

static void number_of(struct buf *b, const char *name, int64_t v)
{
    key(b, name);
    if (v == VALUE_NONE)
        buf_str(b, "null");
    else
        dec_print(b, v, VALUE_SCALE);
}

static void texts_of(struct buf *b, const char *name, const struct span *at, size_t n)
{
    key(b, name);
    buf_char(b, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(b, ',');
        buf_json(b, at[i]);
    }
    buf_char(b, ']');
}

static void events_json(struct buf *b, const struct explanation *x)
{
    key(b, "evidence");
    buf_char(b, '[');
    for (size_t i = 0; i < x->n_events; i++) {
        const struct explained_event *v = &x->events[i];

        buf_str(b, i ? ",{" : "{");
        text_of(b, "id", v->id);
        key(b, "role");
        buf_i64(b, v->role);
        text_of(b, "when", v->when);
        text_of(b, "what", v->what);
        text_of(b, "lineage", v->lineage);
        money_of(b, "amount_yuan", v->amount);
        money_of(b, "fund_yuan", v->fund);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

static void weighing_json(struct buf *b, const struct weighing *w)
{
    number_of(b, "score", w->score);
    money_of(b, "expected_yuan", w->expected);
    key(b, "weights");
    buf_char(b, '[');
    for (size_t i = 0; i < w->n; i++) {
        buf_str(b, i ? ",{" : "{");
        text_of(b, "rule_id", w->at[i].rule);
        text_of(b, "family", span_of(family_name[w->at[i].family]));
        number_of(b, "strength", w->at[i].strength);
        number_of(b, "score_without", w->at[i].score_without);
        money_of(b, "expected_yuan_without", w->at[i].expected_without);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

void explain_json(struct buf *b, const struct explanation *x)
{
    const struct finding *f = x->finding;

    buf_char(b, '{');
    text_of(b, "finding_id", f->id);
    text_of(b, "rule_id", f->rule);
    text_of(b, "rule_name", x->rule_name);
    key(b, "rule_version");
    buf_i64(b, f->rule_version);
    text_of(b, "class", span_of(finding_class_name[f->cls]));
    text_of(b, "phase", f->phase);
    text_of(b, "message", f->message);
    text_of(b, "owner_type", f->owner_type);
    text_of(b, "owner_id", f->owner);
    text_of(b, "psn_no", f->person);
    text_of(b, "person", x->person);
    text_of(b, "mdtrt_id", f->visit);
    text_of(b, "visit", x->visit);
    text_of(b, "fixmedins_code", f->inst);
    text_of(b, "fixmedins_name", x->inst_name);
    number_of(b, "value", f->value);
    number_of(b, "threshold", f->threshold);
    money_of(b, "amount_yuan", f->amount);
    money_of(b, "fund_yuan", f->fund);
    texts_of(b, "law", x->laws, x->n_laws);
    texts_of(b, "official", x->officials, x->n_officials);
    texts_of(b, "clears", x->clears, x->n_clears);
    texts_of(b, "false_positives", x->false_positives, x->n_false_positives);
    events_json(b, x);
    if (x->weighing)
        weighing_json(b, x->weighing);
    text_of(b, "ask", x->question);
    text_of(b, "sql", x->sql);
    text_of(b, "library_version", x->library_version);
    buf_str(b, "}\n");
}
