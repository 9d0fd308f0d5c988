/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "check/check.h"

#include <pthread.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/sha.h"
#include "check/answer.h"
#include "check/benches.h"
#include "run/exceptions.h"

struct checker {
    const struct huji_library *lib;
    struct benches *benches;
    struct arena a;
    pthread_rwlock_t modes_lock;
    char *dir; /* in `a` */
    struct arena modes_a;
    struct check_modes modes;
    struct exceptions exceptions;
    bool *before, *during; /* per rule */
};

static bool has_phase(const struct rule *r, const char *phase)
{
    const struct ynode *list = ynode_get(r->node, "phases");
    for (const struct ynode *c = list ? list->child : NULL; c; c = c->next)
        if (span_is(c->text, phase))
            return true;
    return false;
}

static int choose(struct checker *c, bool **wanted, struct err *e)
{
    size_t n = (size_t)c->lib->n_rules + 1;
    c->before = arena_calloc(&c->a, n);
    c->during = arena_calloc(&c->a, n);
    *wanted = arena_calloc(&c->a, n);
    if (!c->before || !c->during || !*wanted)
        return err_nomem(e);
    for (int i = 0; i < c->lib->n_rules; i++) {
        const struct rule *r = c->lib->rules[i];
        bool on = !r->hidden && r->state == ST_ACTIVE; /* a trial tells no hospital anything */
        c->before[i] = on && has_phase(r, "事前");
        c->during[i] = on && has_phase(r, "事中");
        (*wanted)[i] = c->before[i] || c->during[i];
    }
    return 0;
}

int checker_open(const char *dir, const struct records *h, const struct huji_library *lib,
                 struct checker **out, struct err *e)
{
    struct checker *c = mem_calloc(1, sizeof *c);
    bool *wanted;
    if (!c)
        return err_nomem(e);
    c->lib = lib;
    pthread_rwlock_init(&c->modes_lock, NULL);
    int rc = choose(c, &wanted, e);
    c->dir = arena_dup(&c->a, span_of(dir));
    if (rc == 0)
        rc = c->dir ? checker_read_modes(c, e) : err_nomem(e);
    if (rc == 0)
        rc = exceptions_load(dir, NULL, &c->exceptions, e);
    if (rc == 0)
        rc = benches_open(h, lib, wanted, &c->benches, e);
    if (rc < 0) {
        checker_close(c);
        return rc;
    }
    for (int i = 0; i < lib->n_rules; i++) {
        bool asked = benches_asked(c->benches)[i];
        c->before[i] = c->before[i] && asked;
        c->during[i] = c->during[i] && asked;
    }
    *out = c;
    return 0;
}

void checker_close(struct checker *c)
{
    if (!c)
        return;
    benches_close(c->benches);
    exceptions_release(&c->exceptions);
    pthread_rwlock_destroy(&c->modes_lock);
    arena_release(&c->modes_a);
    arena_release(&c->a);
    mem_free(c);
}

int checker_read_modes(struct checker *c, struct err *e)
{
    struct arena a = ARENA_INIT, old;
    struct check_modes fresh;
    int rc = modes_read(c->dir, &a, &fresh, e);
    if (rc < 0) {
        arena_release(&a);
        return rc;
    }
    pthread_rwlock_wrlock(&c->modes_lock);
    old = c->modes_a;
    c->modes_a = a;
    c->modes = fresh;
    pthread_rwlock_unlock(&c->modes_lock);
    arena_release(&old);
    return 0;
}

bool checker_asks(const struct checker *c, int rule, const char *infno)
{
    return strcmp(infno, "3101") == 0 ? c->before[rule] : c->during[rule];
}

void checker_counts(const struct checker *c, int *before, int *during)
{
    *before = *during = 0;
    for (int i = 0; i < c->lib->n_rules; i++) {
        *before += c->before[i];
        *during += c->during[i];
    }
}

/* ---- what the answer says beside the results ---- */

static void add_note(struct buf *b, const char *text)
{
    if (b->n)
        buf_str(b, "；");
    buf_str(b, text);
}

static void say_known(struct buf *b, int known)
{
    if (!(known & PERSON_KNOWN))
        add_note(b, "本系统没有这个人的记录，只按本次报文判断");
    if (!(known & PERSON_INST_KNOWN))
        add_note(b, "本系统没有这家机构的记录，按机构等级判断的规则没有问");
}

/* What a hospital's engineer looks up in the guide: HJ and two digits. */
static const char *code_of(const struct err *why)
{
    if (strncmp(why->message, "HJ", 2) == 0)
        return "";
    switch (why->code) {
    case ERR_INPUT: return "HJ21 ";
    case ERR_LIMIT: return "HJ22 ";
    case ERR_STATE: return "HJ31 ";
    default: return "HJ32 ";
    }
}

void check_refusal(struct buf *answer, const struct message *m, const struct err *why)
{
    struct buf text = BUF_INIT;
    buf_str(&text, code_of(why));
    buf_str(&text, why->message);
    if (why->where[0])
        buf_fmt(&text, "（%s）", why->where);
    if (why->hint[0])
        buf_fmt(&text, "，%s", why->hint);
    answer_head(answer, m, -1, (struct span){buf_cstr(&text), text.n}, (struct span){"", 0});
    buf_str(answer, "null}");
    buf_release(&text);
}

void check_go_on(struct buf *answer)
{
    const struct message nobody = {.n_patient = 0};
    answer_head(answer, &nobody, 0, (struct span){"", 0},
                SPAN("HJ41 系统繁忙，这一条没有审核，请继续"));
    buf_str(answer, "{\"result\": []}}");
}

/* ---- judging ---- */

void checker_ahead(const struct checker *c, const struct message *m, enum records_step step)
{
    for (size_t i = 0; i < m->n_patient; i++)
        benches_ahead(c->benches, m->patient[i].ev.psn_no, step);
}

struct one { /* a patient's findings */
    const struct patient *p;
    struct live_finding *f;
    size_t n;
};

static enum check_mode mode_of(struct checker *c, const struct check_options *o,
                               const struct message *m, const struct rule *r)
{
    if (o->force_mode)
        return o->mode;
    pthread_rwlock_rdlock(&c->modes_lock);
    enum check_mode mode = modes_find(&c->modes, m->fixmedins_code, r->base_id);
    pthread_rwlock_unlock(&c->modes_lock);
    return mode;
}

static bool at_fault_are(const struct live_finding *f, struct span item, struct span dept)
{
    bool any = false;
    for (size_t i = 0; i < f->n_member; i++) {
        const struct live_member *m = &f->member[i];
        if (m->role != 1)
            continue;
        any = true;
        if (!span_starts(m->id, "line:") || (item.n && !span_eq(item, m->item)) ||
            (dept.n && !span_eq(dept, m->dept)))
            return false;
    }
    return any;
}

static bool any_line(const struct live_finding *f)
{
    for (size_t i = 0; i < f->n_member; i++)
        if (f->member[i].role == 1 && span_starts(f->member[i].id, "line:"))
            return true;
    return false;
}

/* The number of the exception that suppresses it, as exceptions_apply has it for the table of findings; 0: none. */
static int64_t excepted(const struct checker *c, const struct live_finding *f)
{
    const struct span none = {"", 0};
    for (size_t i = 0; i < c->exceptions.n; i++) {
        const struct exception *x = &c->exceptions.at[i];
        const struct span *s = x->subject;
        if (f->h->day < x->from || f->h->day > x->to || !exception_names(x, f->f.rule) ||
            (s[EXC_INST].n && !span_eq(s[EXC_INST], f->f.fixmedins_code)) ||
            (s[EXC_PERSON].n && !span_eq(s[EXC_PERSON], f->f.psn_no)) ||
            (s[EXC_ITEM].n && !at_fault_are(f, s[EXC_ITEM], none)))
            continue;
        if (s[EXC_DEPT].n && !at_fault_are(f, none, s[EXC_DEPT]) &&
            (any_line(f) || !span_eq(s[EXC_DEPT], f->dept)))
            continue;
        return x->no;
    }
    return 0;
}

static void put_text(struct buf *b, const char *name, struct span s)
{
    buf_str(b, name);
    buf_json(b, s);
}

static void put_int(struct buf *b, const char *name, int64_t v)
{
    buf_str(b, name);
    buf_i64(b, v);
}

static void record_finding(struct buf *b, const struct live_finding *f, const char *jr_id,
                           enum check_mode mode, int64_t exception)
{
    put_text(b, "{\"jr_id\": ", span_of(jr_id));
    put_text(b, ", \"finding_id\": ", span_of(f->f.finding_id));
    put_text(b, ", \"rule_id\": ", f->f.rule_id);
    put_int(b, ", \"rule_ver\": ", f->f.rule->version);
    put_text(b, ", \"anchor\": ", f->f.anchor);
    put_text(b, ", \"mdtrt_id\": ", f->f.mdtrt_id);
    put_int(b, ", \"sev_deg\": ", f->h->cls + 1);
    put_text(b, ", \"mode\": ", span_of(mode_name(mode)));
    put_int(b, ", \"dspo_rqmt\": ", mode == MODE_RECORD ? 0 : answer_dspo(mode, f->h->cls));
    put_int(b, ", \"amount_fen\": ", f->h->amount);
    if (exception)
        put_int(b, ", \"exception\": ", exception);
    put_text(b, ", \"message\": ", f->f.message);
    buf_char(b, '}');
}

static void record_head(struct buf *b, const struct checker *c, const struct message *m, int known)
{
    put_text(b, "{\"infno\": ", m->infno);
    put_text(b, ", \"fixmedins_code\": ", m->fixmedins_code);
    put_text(b, ", \"msgid\": ", m->msgid);
    put_text(b, ", \"library\": ", c->lib->version);
    buf_str(b, known & PERSON_KNOWN ? ", \"psn_known\": true" : ", \"psn_known\": false");
}

static size_t count_new(const struct new_events *ev)
{
    size_t n = 0;
    for (size_t i = 0; i < ev->n_line; i++)
        n += ev->line[i].fresh;
    return n;
}

static sec_t first_new(const struct new_events *ev)
{
    sec_t t = SEC_NONE;
    for (size_t i = 0; i < ev->n_line; i++)
        if (ev->line[i].fresh && (t == SEC_NONE || ev->line[i].t < t))
            t = ev->line[i].t;
    return t;
}

static int judge_all(struct checker *c, const struct check_options *o, struct arena *a,
                     struct check_result *out, struct one *ones, struct err *e)
{
    const bool *asked = span_is(out->msg.infno, "3101") ? c->before : c->during;
    size_t all = 0;
    int rc = 0;
    out->known = PERSON_KNOWN | PERSON_INST_KNOWN | PERSON_VISIT_KNOWN;
    for (size_t i = 0; i < out->msg.n_patient && rc == 0; i++) {
        struct patient *p = &out->msg.patient[i];
        int known = 0;
        p->ev.until = o->replay ? first_new(&p->ev) : SEC_NONE;
        p->ev.oprn_fresh = span_is(out->msg.infno, "3102");
        out->n_orders += count_new(&p->ev);
        rc = benches_judge(c->benches, &p->ev, asked, o->alone, a, &ones[i].f, &ones[i].n, &known,
                           e);
        out->known &= known;
        ones[i].n = rc == 0 ? ones[i].n : 0;
        ones[i].p = p;
        all += ones[i].n;
    }
    out->found = rc == 0 ? arena_alloc(a, (all + 1) * sizeof *out->found) : NULL;
    for (size_t i = 0; out->found && i < out->msg.n_patient; i++)
        for (size_t f = 0; f < ones[i].n; f++)
            out->found[out->n_found++] = ones[i].f[f];
    return rc == 0 && !out->found ? err_nomem(e) : rc;
}

static int judged(struct checker *c, const struct check_options *o, struct arena *a,
                  struct check_result *out, struct buf *answer, struct buf *record, struct err *e)
{
    const struct message *m = &out->msg;
    struct one *ones = arena_calloc(a, (m->n_patient + 1) * sizeof *ones);
    struct buf note = BUF_INIT;
    size_t nth = 0;
    bool first = true;
    int rc = ones ? judge_all(c, o, a, out, ones, e) : err_nomem(e);
    if (rc < 0)
        return rc;
    if (o->alone)
        add_note(&note, "测试：只按本次报文判断，不看历史，不留记录");
    else
        say_known(&note, out->known);
    answer_head(answer, m, 0, (struct span){"", 0}, (struct span){buf_cstr(&note), note.n});
    buf_release(&note);
    buf_str(answer, "{\"result\": [");
    if (record) {
        record_head(record, c, m, out->known);
        buf_str(record, ", \"findings\": [");
    }
    for (size_t i = 0; i < m->n_patient; i++)
        for (size_t f = 0; f < ones[i].n; f++) {
            const struct live_finding *l = &ones[i].f[f];
            int64_t exception = excepted(c, l);
            enum check_mode mode = exception ? MODE_RECORD : mode_of(c, o, m, l->f.rule);
            char jr_id[33];
            answer_jr_id(m, l, nth, jr_id);
            if (record) {
                buf_str(record, nth ? ", " : "");
                record_finding(record, l, jr_id, mode, exception);
            }
            nth++;
            if (mode == MODE_RECORD)
                continue;
            buf_str(answer, first ? "" : ", ");
            answer_result(answer, m, ones[i].p, l, jr_id, answer_dspo(mode, l->h->cls));
            out->n_shown++;
            first = false;
        }
    buf_str(answer, "]}}");
    if (record)
        buf_str(record, "]}");
    out->must_keep = true;
    return answer->failed || (record && record->failed) ? err_nomem(e) : 0;
}

/* 3103: what the doctor did. Checked here, kept by the caller. */
static int feedback(struct checker *c, struct check_result *out, struct buf *answer,
                    struct buf *record, struct err *e)
{
    const struct message *m = &out->msg;
    for (size_t i = 0; i < m->n_warn; i++) {
        const struct warn *w = &m->warn[i];
        bool go_on = span_is(w->dspo_way, "1");
        if (!w->warn_rslt_id.n || (!go_on && !span_is(w->dspo_way, "2")))
            return err_set(
                e, ERR_INPUT,
                "第 %zu 条处理数据：warn_rslt_id 不能空，dspo_way 是 1（继续）或 2（返回修改）",
                i + 1);
        if (go_on && !w->dspo_way_rea.n)
            return err_set(e, ERR_INPUT, "第 %zu 条处理数据：继续执行须在 dspo_way_rea 写明原因",
                           i + 1);
    }
    answer_head(answer, m, 0, (struct span){"", 0}, (struct span){"", 0});
    buf_str(answer, "{}}");
    if (record) {
        record_head(record, c, m, 0);
        buf_str(record, ", \"warns\": [");
        for (size_t i = 0; i < m->n_warn; i++) {
            buf_str(record, i ? ", {\"warn_rslt_id\": " : "{\"warn_rslt_id\": ");
            buf_json(record, m->warn[i].warn_rslt_id);
            buf_str(record, ", \"dspo_way\": ");
            buf_json(record, m->warn[i].dspo_way);
            buf_str(record, ", \"dspo_way_rea\": ");
            buf_json(record, m->warn[i].dspo_way_rea);
            buf_char(record, '}');
        }
        buf_str(record, "]}");
    }
    out->must_keep = true;
    return answer->failed ? err_nomem(e) : 0;
}

/* 9001, 9002: hospitals' programs sign in and out around their work; nothing hangs on it here. */
static int signed_in(const struct check_result *out, struct buf *answer, struct err *e)
{
    char at[CLOCK_TEXT], no[33];
    struct buf b = BUF_INIT;
    bool in = span_is(out->msg.infno, "9001");
    clock_now_text(at);
    buf_span(&b, out->msg.fixmedins_code);
    buf_char(&b, 0x1f);
    buf_span(&b, out->msg.msgid);
    sha256_hex((struct span){buf_cstr(&b), b.n}, 15, no);
    buf_release(&b);
    answer_head(answer, &out->msg, 0, (struct span){"", 0}, (struct span){"", 0});
    if (in)
        buf_fmt(answer, "{\"signinoutb\": {\"sign_time\": \"%s\", \"sign_no\": \"%s\"}}}", at, no);
    else
        buf_fmt(answer, "{\"signoutoutb\": {\"sign_time\": \"%s\"}}}", at);
    return answer->failed ? err_nomem(e) : 0;
}

static int by_kind(struct checker *c, const struct check_options *o, struct arena *a,
                   struct check_result *out, struct buf *answer, struct buf *record, struct err *e)
{
    struct span infno = out->msg.infno;
    if (span_is(infno, "3101") || span_is(infno, "3102"))
        return judged(c, o, a, out, answer, record, e);
    if (span_is(infno, "3103"))
        return feedback(c, out, answer, record, e);
    if (span_is(infno, "9001") || span_is(infno, "9002"))
        return signed_in(out, answer, e);
    err_set(e, ERR_INPUT, "没有交易 %.*s", infno.n > 20 ? 20 : (int)infno.n, infno.p);
    err_hint(e, "这里答 3101、3102、3103、9001、9002");
    return ERR_INPUT;
}

int checker_judge(struct checker *c, const struct message *m, const struct check_options *o,
                  struct arena *a, struct check_result *out, struct buf *answer, struct buf *record,
                  struct err *e)
{
    struct err why = {0};
    *out = (struct check_result){.msg = *m};
    int rc = by_kind(c, o, a, out, answer, record, &why);
    if (rc == ERR_INPUT || rc == ERR_LIMIT) {
        out->infcode = -1;
        out->err = why;
        buf_clear(answer);
        if (record)
            buf_clear(record);
        check_refusal(answer, &out->msg, &why);
        rc = answer->failed ? ERR_NOMEM : 0;
    }
    if (rc < 0 && e)
        *e = why;
    return rc;
}

int checker_answer(struct checker *c, struct span body, const struct check_options *o,
                   struct arena *a, struct check_result *out, struct buf *answer,
                   struct buf *record, struct err *e)
{
    struct message m;
    struct err why = {0};
    int rc = message_read(body, a, &m, &why);
    if (rc == 0)
        return checker_judge(c, &m, o, a, out, answer, record, e);
    *out = (struct check_result){.infcode = -1, .msg = m, .err = why};
    if (rc == ERR_INPUT || rc == ERR_LIMIT) {
        check_refusal(answer, &out->msg, &why);
        return answer->failed ? err_nomem(e) : 0;
    }
    if (e)
        *e = why;
    return rc;
}
