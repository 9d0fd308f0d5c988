/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "check/answer.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/fen.h"
#include "base/sha.h"
#include "screen/law.h"

int answer_dspo(enum check_mode mode, int cls)
{
    if (mode == MODE_STOP && cls == CLS_CERTAIN)
        return DSPO_STOP;
    return cls == CLS_SUSPECT ? DSPO_GO : DSPO_REASON;
}

/* The time with milliseconds, 17 digits; what a second is called is asked once. */
static void now17(char out[32])
{
    static _Thread_local time_t second = -1;
    static _Thread_local char text[32];
    struct timespec t;
    clock_wall(&t);
    if (t.tv_sec != second) {
        struct tm tm;
        gmtime_r(&t.tv_sec, &tm);
        strftime(text, sizeof text, "%Y%m%d%H%M%S", &tm);
        second = t.tv_sec;
    }
    snprintf(out, 32, "%.14s%03d", text, (int)(t.tv_nsec / 1000000));
}

/* No printf where thousands of answers a second are written; of a member what stands before its value. */
#define MEMBER(name) SPAN(", \"" name "\": ")

/* What needs no escaping. */
static void quoted(struct buf *b, struct span name, struct span s)
{
    buf_span(b, name);
    buf_char(b, '"');
    buf_span(b, s);
    buf_char(b, '"');
}

void answer_head(struct buf *b, const struct message *m, int infcode, struct span err_msg,
                 struct span warn_msg)
{
    static atomic_uint serial;
    char now[32], ref[64];
    struct span at = m->mdtrtarea_admvs;
    now17(now);
    bool six = at.n == 6;
    for (size_t i = 0; six && i < 6; i++)
        six = at.p[i] >= '0' && at.p[i] <= '9';
    snprintf(ref, sizeof ref, "%.6s%.14s%010u", six ? at.p : "000000", now,
             atomic_fetch_add(&serial, 1) + 1);
    buf_str(b, "{\"infcode\": ");
    buf_i64(b, infcode);
    quoted(b, MEMBER("inf_refmsgid"), span_of(ref));
    quoted(b, MEMBER("refmsg_time"), span_of(now));
    quoted(b, MEMBER("respond_time"), span_of(now));
    buf_span(b, MEMBER("err_msg"));
    err_msg.n ? buf_json(b, err_msg) : buf_str(b, "null");
    buf_span(b, MEMBER("warn_msg"));
    warn_msg.n ? buf_json(b, warn_msg) : buf_str(b, "null");
    buf_str(b, ", \"cainfo\": null, \"signtype\": null, \"output\": ");
}

void answer_jr_id(const struct message *m, const struct live_finding *f, size_t nth, char out[33])
{
    struct buf b = BUF_INIT;
    buf_span(&b, m->fixmedins_code);
    buf_char(&b, 0x1f);
    buf_span(&b, m->infno); /* some programs count msgid for each transaction anew */
    buf_char(&b, 0x1f);
    buf_span(&b, m->msgid);
    buf_char(&b, 0x1f);
    buf_str(&b, f->f.finding_id); /* the same of two orders with one rx_id */
    buf_char(&b, 0x1f);
    buf_i64(&b, (int64_t)nth);
    sha256_hex((struct span){buf_cstr(&b), b.n}, 16, out);
    buf_release(&b);
}

static void text(struct buf *b, struct span name, struct span s)
{
    buf_span(b, name);
    buf_json(b, s);
}

static void money(struct buf *b, struct span name, int64_t fen)
{
    buf_span(b, name);
    fen_print(b, fen);
}

static void digit(struct buf *b, struct span name, int64_t v)
{
    buf_span(b, name);
    buf_char(b, '"');
    buf_i64(b, v);
    buf_char(b, '"');
}

/* At most n bytes, whole characters. */
static struct span cut(struct span s, size_t n)
{
    if (s.n <= n)
        return s;
    while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return (struct span){s.p, n};
}

/* 条例 38(2)：过度诊疗 ...；... */
static void law_text(struct buf *b, const struct rule *r)
{
    const struct ynode *list = ynode_get(r->node, "law");
    for (const struct ynode *c = list ? (list->child ? list->child : list) : NULL; c;
         c = list->child ? c->next : NULL) {
        const struct law *l = law_find(c->text);
        if (b->n)
            buf_str(b, "；");
        buf_span(b, c->text);
        if (l) {
            buf_str(b, "：");
            buf_str(b, l->gist);
        }
    }
}

static struct span visit_of(const struct patient *p, const struct live_member *m)
{
    if (m->line >= 0)
        return p->ev.visit[p->ev.line[m->line].visit].mdtrt_id;
    if (span_starts(m->id, "mdtrt:"))
        return (struct span){m->id.p + 6, m->id.n - 6};
    return (struct span){"", 0};
}

static void details(struct buf *b, const struct patient *p, const struct live_finding *f,
                    const char *jr_id)
{
    buf_str(b, ", \"judge_result_detail_dtos\": [");
    for (size_t i = 0; i < f->n_member; i++) {
        const struct live_member *m = &f->member[i];
        struct span id = m->id, prefix = span_cut(&id, ':');
        buf_str(b, i ? ", {\"jrd_id\": \"" : "{\"jrd_id\": \"");
        buf_str(b, jr_id);
        buf_char(b, '-');
        buf_i64(b, (int64_t)i + 1);
        buf_char(b, '"');
        text(b, MEMBER("patn_id"), p->ev.psn_no);
        text(b, MEMBER("mdtrt_id"), visit_of(p, m));
        text(b, MEMBER("rx_id"), span_is(prefix, "line") ? id : (struct span){"", 0});
        text(b, MEMBER("vola_item_type"), m->role == 1 ? SPAN("1") : SPAN("2"));
        money(b, MEMBER("vola_amt"), m->role == 1 ? m->amount : 0);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

void answer_result(struct buf *b, const struct message *m, const struct patient *p,
                   const struct live_finding *f, const char *jr_id, int dspo)
{
    const struct rule *r = f->f.rule;
    struct buf law = BUF_INIT;
    law_text(&law, r);
    buf_str(b, "{\"jr_id\": \"");
    buf_str(b, jr_id);
    buf_char(b, '"');
    text(b, MEMBER("rule_id"), r->id);
    text(b, MEMBER("rule_name"), r->name);
    text(b, MEMBER("vola_cont"), cut(f->f.message, 1500)); /* 500 characters */
    text(b, MEMBER("patn_id"), p->ev.psn_no);
    text(b, MEMBER("mdtrt_id"), f->f.mdtrt_id.n ? f->f.mdtrt_id : p->curr_mdtrt_id);
    details(b, p, f, jr_id);
    money(b, MEMBER("vola_amt"), f->h->amount);
    text(b, MEMBER("vola_amt_stas"), SPAN("1"));
    digit(b, MEMBER("sev_deg"), f->h->cls + 1);
    text(b, MEMBER("vola_evid"), cut((struct span){buf_cstr(&law), law.n}, 1500));
    text(b, MEMBER("vola_bhvr_type"),
         source_is_line((enum source_id)f->h->anchor.source) ? SPAN("2") : SPAN("1"));
    text(b, MEMBER("task_id"), m->task_id);
    digit(b, MEMBER("dspo_rqmt"), dspo);
    digit(b, MEMBER("rule_ver"), r->version);
    buf_char(b, '}');
    buf_release(&law);
}
