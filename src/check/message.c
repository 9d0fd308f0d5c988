/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "check/message.h"

#include <iconv.h>
#include <stddef.h>

#include "base/fen.h"
#include "check/pull.h"

/* ---- fields ---- */

/* Of a number, in its own unit. */
#define MOST INT64_C(1000000000000000)

enum how { TEXT, FEN, QTY, PRICE, TIME, DAY, YES };

struct want {
    struct span name; /* n = 0 ends a list */
    enum how how;
    size_t at;
};

static int bad_value(struct pull *j, const struct want *f, struct span s, const char *right)
{
    err_set(j->e, ERR_INPUT, "字段 %s 的值「%.*s」不对", f->name.p, s.n > 60 ? 60 : (int)s.n, s.p);
    err_where(j->e, "%s", f->name.p);
    err_hint(j->e, "%s", right);
    return ERR_INPUT;
}

/* Java's BigDecimal writes 10 as 1E+1 and nothing as 0E-8: numbers of JSON as well. */
static bool number(struct span s, int scale, int64_t *out)
{
    enum { MOST_SHIFT = 12, SPARE = 6 };
    if (dec_parse(s, scale, true, out))
        return true;
    struct span much = s;
    int64_t shift, v, unit = 1;
    for (much.n = 0; much.n < s.n && (s.p[much.n] | 0x20) != 'e';)
        much.n++;
    if (much.n == s.n ||
        !dec_parse((struct span){s.p + much.n + 1, s.n - much.n - 1}, 0, false, &shift) ||
        shift > MOST_SHIFT || shift < -MOST_SHIFT)
        return false;
    int by = scale + (int)shift;
    if (by >= 0)
        return dec_parse(much, by, true, out);
    if (!dec_parse(much, SPARE, true, &v))
        return false;
    for (int i = 0; i < SPARE - by; i++)
        unit *= 10;
    *out = (v + (v < 0 ? -unit : unit) / 2) / unit;
    return true;
}

static int store_value(struct pull *j, const struct want *f, struct span s, void *base)
{
    void *at = (char *)base + f->at;
    s = span_trim(s);
    if (f->how == TEXT) {
        *(struct span *)at = s;
        return 0;
    }
    if (f->how == YES) {
        *(bool *)at = span_is(s, "1") || span_is(s, "true") || span_is(s, "是");
        return 0;
    }
    if (!s.n || span_is(s, "-"))
        return 0;
    if (f->how == TIME || f->how == DAY) {
        bool ok = f->how == TIME ? sec_parse(s, at) : day_parse(s, at);
        return ok || span_starts(s, "9999") ? 0 : bad_value(j, f, s, "如 2024-03-08 09:30:00");
    }
    int scale = f->how == FEN ? 2 : f->how == QTY ? 4 : 6;
    int64_t v;
    if (!number(s, scale, &v) || v > MOST || v < -MOST)
        return bad_value(j, f, s, "应是一个数，如 12.50");
    *(int64_t *)at = v;
    return 0;
}

static const struct want *find(const struct want *list, struct span key)
{
    for (const struct want *f = list; f->name.n; f++)
        if (f->name.n == key.n && memcmp(f->name.p, key.p, key.n) == 0)
            return f;
    return NULL;
}

/* *taken: the key was one of the list. */
static int take(struct pull *j, struct span key, const struct want *list, void *base, bool *taken)
{
    struct span s;
    const struct want *f = find(list, key);
    *taken = f != NULL;
    int rc = f ? pull_scalar(j, &s) : 0;
    return f && rc == 0 ? store_value(j, f, s, base) : rc;
}

/* What is neither an object nor an array holds nothing ("" null -): orders in it would be answered as judged. */
static int nothing(struct pull *j)
{
    const char *from = j->p;
    struct span s;
    int rc = pull_scalar(j, &s);
    s = span_trim(s);
    if (rc < 0 || !s.n || span_is(s, "-"))
        return rc;
    j->p = from;
    return pull_bad(j, "这里应是对象或数组");
}

/* One element after another: an array of objects, one object, or nothing. */
typedef int element_fn(struct pull *j, void *ctx);
static int each(struct pull *j, element_fn *fn, void *ctx)
{
    char c = pull_peek(j);
    struct span none;
    bool first = true, more;
    if (c == '{')
        return fn(j, ctx);
    if (c != '[')
        return nothing(j);
    int rc = pull_open(j, '[');
    while (rc == 0 && (rc = pull_next(j, '[', &first, &none, &more)) == 0 && more)
        rc = each(j, fn, ctx);
    return rc;
}

/* fsi_order_dtos, order_dtos or orderDtos */
static bool node_is(struct span key, struct span name, struct span camel)
{
    if (key.n > 4 && memcmp(key.p, "fsi_", 4) == 0)
        key = (struct span){key.p + 4, key.n - 4};
    return span_eq(key, name) || span_eq(key, camel);
}

/* Room for one more in an array that lives in the arena. */
static void *one_more(struct pull *j, void *array, size_t *n, size_t *cap, size_t size)
{
    void **at = array;
    if (*n >= MSG_MAX_ROWS) {
        err_set(j->e, ERR_LIMIT, "一条报文里最多 %d 条明细", MSG_MAX_ROWS);
        return NULL;
    }
    if (*n == *cap) {
        size_t more = *cap ? *cap * 2 : size < 100 ? 16 : 32;
        void *p = arena_alloc(j->a, more * size); /* who asked fills it */
        if (!p) {
            err_nomem(j->e);
            return NULL;
        }
        if (*n)
            memcpy(p, *at, *n * size);
        *at = p;
        *cap = more;
    }
    return (char *)*at + (*n)++ * size;
}

/* ---- nodes ---- */

/* One order after another has the same names in the same sequence, and half of its values are those of the one before: what that had at
 * this place is looked at first. */
enum { MEMBERS_KEPT = 64 };
struct member_before {
    struct span name;        /* from behind the value before to behind the colon */
    struct span value;       /* right behind it */
    const struct want *want; /* NULL: stepped over */
    bool stays;              /* the value was that of the order before it */
};
struct order_before {
    struct member_before at[MEMBERS_KEPT];
    size_t n;
    bool twice; /* some order had a member twice: what was made of it does not tell of which */
    const void *read; /* what was made of it; NULL: there is none */
};

struct place { /* where in the message a node's function is */
    struct message *m;
    struct patient *p;
    size_t visit;
    size_t cap_diag;
    bool any_flag;
    struct order_before *before;
};

#define V(f) offsetof(struct new_visit, f)
static const struct want visit_fields[] = {
    {{"mdtrt_id", sizeof "mdtrt_id" - 1}, TEXT, V(mdtrt_id)},
    {{"medins_id", sizeof "medins_id" - 1}, TEXT, V(fixmedins_code)},
    {{"med_type", sizeof "med_type" - 1}, TEXT, V(med_type)},
    {{"dscg_main_dise_codg", sizeof "dscg_main_dise_codg" - 1}, TEXT, V(dx)},
    {{"dr_codg", sizeof "dr_codg" - 1}, TEXT, V(chfpdr_code)},
    {{"adm_dept_codg", sizeof "adm_dept_codg" - 1}, TEXT, V(adm_dept_codg)},
    {{"dscg_dept_codg", sizeof "dscg_dept_codg" - 1}, TEXT, V(dscg_dept_codg)},
    {{"insutype", sizeof "insutype" - 1}, TEXT, V(insutype)},
    {{"adm_date", sizeof "adm_date" - 1}, TIME, V(begntime)},
    {{"dscg_date", sizeof "dscg_date" - 1}, TIME, V(endtime)},
    {{"medfee_sumamt", sizeof "medfee_sumamt" - 1}, FEN, V(medfee_sumamt)},
    {{"hifp_payamt", sizeof "hifp_payamt" - 1}, FEN, V(fund_pay_sumamt)},
    {{"acct_payamt", sizeof "acct_payamt" - 1}, FEN, V(acct_pay)},
    {{"ma_amt", sizeof "ma_amt" - 1}, FEN, V(maf_pay)},
    {.name = {NULL, 0}},
};
#undef V
#define L(f) offsetof(struct new_line, f)
static const struct want line_fields[] = {
    {{"rx_id", sizeof "rx_id" - 1}, TEXT, L(id)},
    {{"rxno", sizeof "rxno" - 1}, TEXT, L(rxno)},
    {{"hilist_code", sizeof "hilist_code" - 1}, TEXT, L(hilist_code)},
    {{"hilist_type", sizeof "hilist_type" - 1}, TEXT, L(list_type)},
    {{"chrg_type", sizeof "chrg_type" - 1}, TEXT, L(med_chrgitm_type)},
    {{"hilist_lv", sizeof "hilist_lv" - 1}, TEXT, L(chrgitm_lv)},
    {{"drord_dr_codg", sizeof "drord_dr_codg" - 1}, TEXT, L(dr_code)},
    {{"drord_dept_codg", sizeof "drord_dept_codg" - 1}, TEXT, L(dept_codg)},
    {{"drord_begn_date", sizeof "drord_begn_date" - 1}, TIME, L(t)},
    {{"cnt", sizeof "cnt" - 1}, QTY, L(cnt)},
    {{"pric", sizeof "pric" - 1}, PRICE, L(pric)},
    {{"sumamt", sizeof "sumamt" - 1}, FEN, L(sum)},
    {{"ownpay_amt", sizeof "ownpay_amt" - 1}, FEN, L(ownpay)},
    {{"selfpay_amt", sizeof "selfpay_amt" - 1}, FEN, L(selfpay)},
    {{"drord_bhvr", sizeof "drord_bhvr" - 1}, YES, L(take_home)},
    {{"curr_drord_flag", sizeof "curr_drord_flag" - 1}, YES, L(fresh)},
    {.name = {NULL, 0}},
};
#undef L
#define O(f) offsetof(struct new_oprn, f)
static const struct want oprn_fields[] = {
    {{"setl_list_oprn_id", sizeof "setl_list_oprn_id" - 1}, TEXT, O(id)},
    {{"oprn_code", sizeof "oprn_code" - 1}, TEXT, O(oprn_code)},
    {{"oper_dr_code", sizeof "oper_dr_code" - 1}, TEXT, O(oper_dr_code)},
    {{"anst_dr_code", sizeof "anst_dr_code" - 1}, TEXT, O(anst_dr_code)},
    {{"oprn_date", sizeof "oprn_date" - 1}, TIME, O(t)},
    {.name = {NULL, 0}},
};
#undef O

static bool ends_value(char c)
{
    return c == ',' || c == '}' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* A member as the order before had it, name and value: what was made of that serves again. */
static bool stays(struct pull *j, const struct order_before *before, const struct member_before *m,
                  void *base)
{
    static const size_t size[] = {
        [TEXT] = sizeof(struct span), [FEN] = sizeof(int64_t), [QTY] = sizeof(int64_t),
        [PRICE] = sizeof(int64_t),    [TIME] = sizeof(sec_t),  [DAY] = sizeof(day_t),
        [YES] = sizeof(bool)};
    const char *from = j->p;
    if (!m->stays || !before->read || before->twice ||
        !pull_again(j, (struct span){m->name.p, m->name.n + m->value.n}))
        return false;
    if (j->p == j->end || !ends_value(*j->p)) { /* "1" where there is 12 */
        j->p = from;
        return false;
    }
    const struct want *f = m->want;
    if (f)
        memcpy((char *)base + f->at, (const char *)before->read + f->at, size[f->how]);
    return true;
}

static int read_value(struct pull *j, const struct want *f, void *base)
{
    struct span s;
    int rc = f ? pull_scalar(j, &s) : pull_skip(j);
    return f && rc == 0 ? store_value(j, f, s, base) : rc;
}

static void note(struct member_before *m, const struct want *f, const char *from, const char *value,
                 const char *end)
{
    struct span was = m->value;
    m->name = (struct span){from, (size_t)(value - from)};
    m->value = (struct span){value, (size_t)(end - value)};
    m->stays = f == m->want && span_eq(was, m->value);
    m->want = f;
}

static bool had(const struct order_before *before, size_t n, const struct want *f)
{
    for (size_t i = 0; f && i < n; i++)
        if (before->at[i].want == f)
            return true;
    return false;
}

/* An object of scalars alone. `before`: what the one before it in the array had; then what this one has. */
static int flat(struct pull *j, const struct want *list, struct order_before *before, void *base)
{
    struct span key;
    bool first = true, more;
    size_t i = 0;
    int rc = pull_open(j, '{');
    for (; rc == 0; i++) {
        struct member_before *m = before && i < MEMBERS_KEPT ? &before->at[i] : NULL;
        bool known = m && i < before->n;
        const char *from = j->p;
        const struct want *f = known ? m->want : NULL;
        if (known && stays(j, before, m, base)) {
            first = false;
            continue;
        }
        if (known && pull_again(j, m->name)) {
            first = false;
        } else {
            if ((rc = pull_next(j, '{', &first, &key, &more)) < 0 || !more)
                break;
            f = find(list, key);
            if (before)
                before->twice = before->twice ||
                                had(before, i < MEMBERS_KEPT ? i : MEMBERS_KEPT, f);
        }
        const char *value = j->p;
        rc = read_value(j, f, base);
        if (!m)
            continue;
        if (i >= before->n)
            before->at[before->n++] = (struct member_before){.stays = false};
        note(m, f, from, value, j->p);
    }
    if (before && i < before->n)
        before->n = i; /* what is behind is of an order further back */
    return rc;
}

static int read_line(struct pull *j, void *ctx)
{
    struct place *x = ctx;
    struct new_events *ev = &x->p->ev;
    struct new_line *l = one_more(j, &ev->line, &ev->n_line, &x->p->cap_line, sizeof *l);
    if (!l)
        return j->e ? j->e->code : ERR_LIMIT;
    *l = (struct new_line){.visit = x->visit,
                           .t = SEC_NONE,
                           .cnt = HUJI_NONE64,
                           .pric = HUJI_NONE64,
                           .sum = HUJI_NONE64,
                           .ownpay = HUJI_NONE64,
                           .selfpay = HUJI_NONE64};
    x->before->read = l > ev->line ? l - 1 : NULL; /* the array may have been moved */
    int rc = flat(j, line_fields, x->before, l);
    x->any_flag = x->any_flag || l->fresh;
    return rc;
}

static int read_oprn(struct pull *j, void *ctx)
{
    struct place *x = ctx;
    struct new_events *ev = &x->p->ev;
    struct new_oprn *o = one_more(j, &ev->oprn, &ev->n_oprn, &x->p->cap_oprn, sizeof *o);
    if (!o)
        return j->e ? j->e->code : ERR_LIMIT;
    *o = (struct new_oprn){.visit = x->visit, .t = SEC_NONE};
    return flat(j, oprn_fields, NULL, o);
}

static int read_diag(struct pull *j, void *ctx)
{
    struct place *x = ctx;
    struct {
        struct span dise_codg;
    } d = {{"", 0}};
    static const struct want fields[] = {{{"dise_codg", sizeof "dise_codg" - 1}, TEXT, 0},
                                         {.name = {NULL, 0}}};
    int rc = flat(j, fields, NULL, &d);
    if (rc < 0 || !d.dise_codg.n)
        return rc;
    struct new_visit *v = &x->p->ev.visit[x->visit];
    struct span *s = one_more(j, &v->diag, &v->n_diag, &x->cap_diag, sizeof *s);
    if (!s)
        return j->e ? j->e->code : ERR_LIMIT;
    *s = d.dise_codg;
    return 0;
}

static int read_visit(struct pull *j, void *ctx)
{
    struct place *x = ctx;
    struct new_events *ev = &x->p->ev;
    struct span key;
    bool first = true, more, taken;
    struct new_visit *v = one_more(j, &ev->visit, &ev->n_visit, &x->p->cap_visit, sizeof *v);
    if (!v)
        return j->e ? j->e->code : ERR_LIMIT;
    *v = (struct new_visit){.begntime = SEC_NONE,
                            .endtime = SEC_NONE,
                            .medfee_sumamt = HUJI_NONE64,
                            .inscp_amt = HUJI_NONE64,
                            .fund_pay_sumamt = HUJI_NONE64,
                            .acct_pay = HUJI_NONE64,
                            .maf_pay = HUJI_NONE64};
    x->visit = ev->n_visit - 1;
    x->cap_diag = 0;
    int rc = pull_open(j, '{');
    while (rc == 0 && (rc = pull_next(j, '{', &first, &key, &more)) == 0 && more) {
        if (node_is(key, SPAN("order_dtos"), SPAN("orderDtos")))
            rc = each(j, read_line, x);
        else if (node_is(key, SPAN("diagnose_dtos"), SPAN("diagnoseDtos")))
            rc = each(j, read_diag, x);
        else if (node_is(key, SPAN("operation_dtos"), SPAN("operationDtos")))
            rc = each(j, read_oprn, x);
        else if ((rc = take(j, key, visit_fields, v, &taken)) == 0 && !taken)
            rc = pull_skip(j);
    }
    return rc;
}

/* ---- what follows from the parts ---- */

static bool is_current(const struct patient *p, size_t visit)
{
    return p->ev.n_visit == 1 || !p->curr_mdtrt_id.n ||
           span_eq(p->curr_mdtrt_id, p->ev.visit[visit].mdtrt_id);
}

static int settle_visits(struct pull *j, struct place *x)
{
    struct new_events *ev = &x->p->ev;
    bool any = false;
    for (size_t i = 0; i < ev->n_visit; i++) {
        struct new_visit *v = &ev->visit[i];
        if (!v->mdtrt_id.n)
            v->mdtrt_id = is_current(x->p, i) && x->p->curr_mdtrt_id.n
                              ? x->p->curr_mdtrt_id
                              : span_of(arena_fmt(j->a, "（未编号 %zu）", i + 1));
        v->current = is_current(x->p, i);
        any = any || v->current;
    }
    if (!any) {
        err_set(j->e, ERR_INPUT, "curr_mdtrt_id「%.*s」不在 fsi_encounter_dtos 里",
                x->p->curr_mdtrt_id.n > 60 ? 60 : (int)x->p->curr_mdtrt_id.n,
                x->p->curr_mdtrt_id.p);
        return err_where(j->e, "curr_mdtrt_id");
    }
    return 0;
}

static int settle_lines(struct pull *j, struct place *x)
{
    struct new_events *ev = &x->p->ev;
    for (size_t i = 0; i < ev->n_line; i++) {
        struct new_line *l = &ev->line[i];
        const struct new_visit *v = &ev->visit[l->visit];
        /* without any flag, all orders of the current visit are new */
        l->fresh = v->current && (l->fresh || !x->any_flag);
        if (!l->id.n)
            l->id = span_of(arena_fmt(j->a, "第%zu条", i + 1));
        if (l->t == SEC_NONE)
            l->t = v->begntime;
        if (l->t == SEC_NONE) {
            err_set(j->e, ERR_INPUT, "医嘱「%.*s」没有 drord_begn_date，就诊也没有 adm_date",
                    l->id.n > 60 ? 60 : (int)l->id.n, l->id.p);
            return err_where(j->e, "drord_begn_date");
        }
        if (l->sum == HUJI_NONE64 && l->pric != HUJI_NONE64) {
            int64_t cnt = l->cnt == HUJI_NONE64 ? QTY_ONE : l->cnt;
            __int128 product = (__int128)cnt * l->pric, half = product < 0 ? -50000000 : 50000000;
            __int128 fen = (product + half) / 100000000;
            l->sum = fen > MOST ? MOST : fen < -MOST ? -MOST : (int64_t)fen;
        }
        if (l->sum == HUJI_NONE64)
            l->sum = 0;
    }
    return 0;
}

/* They may be told without a date, and whether there was one is asked of orders all the same. */
static int settle_oprns(struct pull *j, struct place *x)
{
    struct new_events *ev = &x->p->ev;
    for (size_t i = 0; i < ev->n_oprn; i++) {
        struct new_oprn *o = &ev->oprn[i];
        if (o->t == SEC_NONE)
            o->t = ev->visit[o->visit].begntime;
        if (o->t == SEC_NONE) {
            err_set(j->e, ERR_INPUT, "手术「%.*s」没有 oprn_date，就诊也没有 adm_date",
                    o->id.n > 60 ? 60 : (int)o->id.n, o->id.p);
            return err_where(j->e, "oprn_date");
        }
    }
    return 0;
}

static int read_patient(struct pull *j, void *ctx)
{
    struct message *m = ctx;
    struct patient *p = one_more(j, &m->patient, &m->n_patient, &m->cap_patient, sizeof *p);
    struct span key;
    bool first = true, more, taken;
    if (!p)
        return j->e ? j->e->code : ERR_LIMIT;
    *p = (struct patient){.ev = {.brdy = DAY_NONE, .until = SEC_NONE}};
    struct order_before before;
    before.n = 0;
    before.twice = false;
    struct place x = {.m = m, .p = p, .before = &before};
    static const struct want fields[] = {
        {{"patn_id", sizeof "patn_id" - 1}, TEXT, offsetof(struct patient, ev.psn_no)},
        {{"psn_no", sizeof "psn_no" - 1}, TEXT, offsetof(struct patient, ev.psn_no)},
        {{"gend", sizeof "gend" - 1}, TEXT, offsetof(struct patient, ev.gend)},
        {{"brdy", sizeof "brdy" - 1}, DAY, offsetof(struct patient, ev.brdy)},
        {{"curr_mdtrt_id", sizeof "curr_mdtrt_id" - 1},
         TEXT,
         offsetof(struct patient, curr_mdtrt_id)},
        {.name = {NULL, 0}},
    };
    int rc = pull_open(j, '{');
    while (rc == 0 && (rc = pull_next(j, '{', &first, &key, &more)) == 0 && more) {
        if (node_is(key, SPAN("encounter_dtos"), SPAN("encounterDtos")))
            rc = each(j, read_visit, &x);
        else if ((rc = take(j, key, fields, p, &taken)) == 0 && !taken)
            rc = pull_skip(j);
    }
    if (rc == 0 && !p->ev.psn_no.n) {
        err_set(j->e, ERR_INPUT, "参保人没有 patn_id");
        return err_where(j->e, "patn_id");
    }
    if (rc == 0 && !p->ev.n_visit) {
        err_set(j->e, ERR_INPUT, "参保人「%.*s」没有就诊信息",
                p->ev.psn_no.n > 60 ? 60 : (int)p->ev.psn_no.n, p->ev.psn_no.p);
        return err_where(j->e, "fsi_encounter_dtos");
    }
    if (rc == 0)
        rc = settle_visits(j, &x);
    if (rc == 0)
        rc = settle_lines(j, &x);
    return rc == 0 ? settle_oprns(j, &x) : rc;
}

static int read_warn(struct pull *j, void *ctx)
{
    struct message *m = ctx;
    struct warn *w = one_more(j, &m->warn, &m->n_warn, &m->cap_warn, sizeof *w);
    static const struct want fields[] = {
        {{"warn_rslt_id", sizeof "warn_rslt_id" - 1}, TEXT, offsetof(struct warn, warn_rslt_id)},
        {{"dspo_way", sizeof "dspo_way" - 1}, TEXT, offsetof(struct warn, dspo_way)},
        {{"dspo_way_rea", sizeof "dspo_way_rea" - 1}, TEXT, offsetof(struct warn, dspo_way_rea)},
        {.name = {NULL, 0}},
    };
    if (!w)
        return j->e ? j->e->code : ERR_LIMIT;
    *w = (struct warn){.warn_rslt_id = {"", 0}};
    return flat(j, fields, NULL, w);
}

static int read_data(struct pull *j, void *ctx)
{
    struct message *m = ctx;
    struct span key;
    bool first = true, more, taken;
    static const struct want fields[] = {
        {{"task_id", sizeof "task_id" - 1}, TEXT, offsetof(struct message, task_id)},
        {{"trig_scen", sizeof "trig_scen" - 1}, TEXT, offsetof(struct message, trig_scen)},
        {{"warn_type", sizeof "warn_type" - 1}, TEXT, offsetof(struct message, warn_type)},
        {.name = {NULL, 0}},
    };
    int rc = pull_open(j, '{');
    while (rc == 0 && (rc = pull_next(j, '{', &first, &key, &more)) == 0 && more) {
        if (node_is(key, SPAN("patient_dtos"), SPAN("patientDtos")))
            rc = each(j, read_patient, m);
        else if (span_is(key, "warns"))
            rc = each(j, read_warn, m);
        else if ((rc = take(j, key, fields, m, &taken)) == 0 && !taken)
            rc = pull_skip(j);
    }
    return rc;
}

static int read_input(struct pull *j, struct message *m)
{
    struct span key, s;
    bool first = true, more;
    if (pull_peek(j) == '"') { /* some deliver the node as a text */
        int rc = pull_scalar(j, &s);
        if (rc < 0 || !s.n)
            return rc;
        struct pull in = {.begin = s.p,
                          .p = s.p,
                          .end = s.p + s.n,
                          .depth = j->depth,
                          .max_depth = j->max_depth,
                          .a = j->a,
                          .e = j->e};
        if (pull_peek(&in) == '"')
            return pull_bad(&in, "input 应是 JSON 对象");
        rc = read_input(&in, m);
        return rc == 0 ? pull_end(&in) : rc;
    }
    int rc = pull_open(j, '{');
    while (rc == 0 && (rc = pull_next(j, '{', &first, &key, &more)) == 0 && more)
        rc = span_is(key, "data") ? each(j, read_data, m) : pull_skip(j);
    return rc;
}

static int read_all(struct pull *j, struct message *m)
{
    struct span key;
    bool first = true, more, taken;
    static const struct want fields[] = {
        {{"infno", sizeof "infno" - 1}, TEXT, offsetof(struct message, infno)},
        {{"msgid", sizeof "msgid" - 1}, TEXT, offsetof(struct message, msgid)},
        {{"fixmedins_code", sizeof "fixmedins_code" - 1},
         TEXT,
         offsetof(struct message, fixmedins_code)},
        {{"mdtrtarea_admvs", sizeof "mdtrtarea_admvs" - 1},
         TEXT,
         offsetof(struct message, mdtrtarea_admvs)},
        {{"opter", sizeof "opter" - 1}, TEXT, offsetof(struct message, opter)},
        {{"inf_time", sizeof "inf_time" - 1}, TEXT, offsetof(struct message, inf_time)},
        {{"sign_no", sizeof "sign_no" - 1}, TEXT, offsetof(struct message, sign_no)},
        {.name = {NULL, 0}},
    };
    int rc = pull_open(j, '{');
    while (rc == 0 && (rc = pull_next(j, '{', &first, &key, &more)) == 0 && more) {
        if (span_is(key, "input"))
            rc = read_input(j, m);
        else if ((rc = take(j, key, fields, m, &taken)) == 0 && !taken)
            rc = pull_skip(j);
    }
    return rc == 0 ? pull_end(j) : rc;
}

static int missing(struct err *e, const char *name, const char *title)
{
    err_set(e, ERR_INPUT, "报文缺少 %s（%s）", name, title);
    err_where(e, "%s", name);
    return ERR_INPUT;
}

/* Before settlement programs write 0 for totals that nobody knows yet. */
static void settle_visit(struct new_visit *v, const struct message *m)
{
    if (!v->fixmedins_code.n)
        v->fixmedins_code = m->fixmedins_code;
    if (span_is(m->infno, "3102") && v->medfee_sumamt != 0)
        return;
    v->medfee_sumamt = v->inscp_amt = v->fund_pay_sumamt = HUJI_NONE64;
    v->acct_pay = v->maf_pay = HUJI_NONE64;
}

static int whole(struct message *m, struct err *e)
{
    if (!m->infno.n)
        return missing(e, "infno", "交易编号");
    if (!m->msgid.n)
        return missing(e, "msgid", "发送方报文ID");
    if (m->msgid.n > 64) {
        err_set(e, ERR_INPUT, "msgid 有 %zu 字节，最长 64 字节", m->msgid.n);
        return err_where(e, "msgid");
    }
    if (!m->fixmedins_code.n)
        return missing(e, "fixmedins_code", "定点医药机构编号");
    if ((span_is(m->infno, "3101") || span_is(m->infno, "3102")) && !m->n_patient)
        return missing(e, "patient_dtos", "参保人信息");
    if (span_is(m->infno, "3103") && !m->n_warn)
        return missing(e, "warns", "处理数据集合");
    for (size_t i = 0; i < m->n_patient; i++)
        for (size_t k = 0; k < m->patient[i].ev.n_visit; k++)
            settle_visit(&m->patient[i].ev.visit[k], m);
    return 0;
}

/* Chinese systems that are not UTF-8 are GBK or GB18030, which holds it. */
static int to_utf8(struct span *body, struct arena *a, struct err *e)
{
    size_t bad, left = body->n, cap = body->n * 3 + 16, room = cap;
    if (utf8_valid(*body, &bad))
        return 0;
    char *to = arena_alloc(a, cap), *at = to;
    char *from = arena_alloc(a, body->n + 1), *in = from;
    if (!to || !from)
        return err_nomem(e);
    memcpy(from, body->p, body->n);
    iconv_t cd = iconv_open("UTF-8", "GB18030");
    if (cd == (iconv_t)-1)
        return err_set(e, ERR_IO, "本机不能转换 GB18030");
    size_t n = iconv(cd, &in, &left, &at, &room);
    iconv_close(cd);
    if (n == (size_t)-1) {
        err_set(e, ERR_INPUT, "报文既不是 UTF-8，也不是 GBK/GB18030");
        return err_where(e, "第 %zu 个字节", bad + 1);
    }
    *body = (struct span){to, (size_t)(at - to)};
    return 0;
}

int message_read(struct span body, struct arena *a, struct message *out, struct err *e)
{
    struct err mine = {0};
    *out = (struct message){.infno = {"", 0}};
    if (body.n > MSG_MAX_BYTES)
        return err_set(e, ERR_LIMIT, "报文超过 %d MB", MSG_MAX_BYTES >> 20);
    if (body.n >= 3 && memcmp(body.p, "\xef\xbb\xbf", 3) == 0)
        body = (struct span){body.p + 3, body.n - 3};
    int rc = to_utf8(&body, a, &mine);
    struct pull j = {.begin = body.p,
                     .p = body.p,
                     .end = body.p + body.n,
                     .max_depth = MSG_MAX_DEPTH,
                     .a = a,
                     .e = &mine};
    if (rc == 0)
        rc = read_all(&j, out);
    if (rc == 0)
        rc = whole(out, &mine);
    if (rc < 0 && e)
        *e = mine;
    return rc;
}
