/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The person's rows: what the history has, and the message's behind them. */
#include "base/mem.h"
#include "run/person_priv.h"

/* ---- fields by name, found once ---- */

#define F(s, name) known_field(s, name, __COUNTER__)
enum { NAMED = 160 };

/* Each place of the source asks for one name: found the first time, then kept. */
static int known_field(enum source_id s, const char *name, int place)
{
    static _Thread_local int16_t at[NAMED];
    if (!at[place])
        at[place] = (int16_t)(source_field(s, span_of(name)) + 2);
    return at[place] - 2;
}

/* ---- rows of the message ---- */

struct row {
    int64_t v[HUJI_MAX_FIELDS];
};

static struct row row_empty(void)
{
    struct row r;
    for (int i = 0; i < HUJI_MAX_FIELDS; i++)
        r.v[i] = HUJI_NONE64;
    return r;
}

static void put(struct row *r, int f, int64_t v)
{
    if (f >= 0 && v != HUJI_NONE64)
        r->v[f] = v;
}

/* By both ends of a code, which is cheap. */
static size_t place_of(struct span s)
{
    uint64_t a = 0, z = 0;
    if (s.n >= 8) {
        memcpy(&a, s.p, 8);
        memcpy(&z, s.p + s.n - 8, 8);
    } else if (s.n) {
        a = (uint8_t)s.p[0] | (uint64_t)(uint8_t)s.p[s.n / 2] << 8 |
            (uint64_t)(uint8_t)s.p[s.n - 1] << 16;
    }
    return (size_t)((a ^ (z << 29 | z >> 35) ^ s.n) * UINT64_C(0x9e3779b97f4a7c15) >> 32) %
           MET_CODES;
}

/* A code that the link does not know is noted: another link may learn it. */
static int64_t code_of(struct person_bench *b, enum domain d, struct span text)
{
    struct met_code *met = &b->met[place_of(text)];
    if (met->n && met->n == text.n && met->domain == (int8_t)d &&
        memcmp(met->text, text.p, text.n) == 0)
        return met->id;
    int64_t id = link_code(b->link, d, text);
    if (id != HUJI_NONE64 && text.n <= MET_BYTES) {
        *met = (struct met_code){.id = (int32_t)id, .domain = (int8_t)d, .n = (uint8_t)text.n};
        memcpy(met->text, text.p, text.n);
    }
    if (id == HUJI_NONE64 && text.n && !own_numbers(d))
        b->strange = true;
    return id;
}

static void put_code(struct person_bench *b, struct row *r, enum source_id s, int f,
                     struct span text)
{
    if (f >= 0 && text.n)
        put(r, f, code_of(b, huji_sources[s].fields[f].domain, text));
}

static void put_day(struct row *r, int f, sec_t t)
{
    put(r, f, t == SEC_NONE ? HUJI_NONE64 : sec_day(t));
}

/* Writes what the row says into row `at` of the columns; `over`: only that, the rest stays. */
static void write_row(const struct row *r, enum source_id s, void *const *col, size_t at, bool over)
{
    for (size_t f = 0; f < huji_sources[s].n_fields; f++) {
        if (!col[f] || (over && r->v[f] == HUJI_NONE64))
            continue;
        if (ftype_width(huji_sources[s].fields[f].type) == 8)
            ((int64_t *)col[f])[at] = r->v[f];
        else
            ((int32_t *)col[f])[at] = r->v[f] == HUJI_NONE64 ? HUJI_NONE32 : (int32_t)r->v[f];
    }
}

/* ---- tables ---- */

/* Persons of a column: the store's numbers become the bench's. */
static void number_persons(struct person_bench *b, enum source_id s, size_t n)
{
    const struct source *src = &huji_sources[s];
    for (size_t f = 0; f < src->n_fields; f++) {
        int32_t *col = b->past.table[s].col[f];
        if (!col || src->fields[f].domain != D_PERSON)
            continue;
        bool patient = span_is(span_of(src->fields[f].name), "psn_no");
        for (size_t i = 0; i < n; i++) {
            uint32_t k = 0;
            if (patient || col[i] == b->person) {
                col[i] = b->psn;
                continue;
            }
            if (col[i] == HUJI_NONE32)
                continue;
            uint32_t doctor = map_get(&b->link->doctors, (uint64_t)col[i]);
            if (doctor != MAP_NONE) {
                col[i] = (int32_t)doctor;
                continue;
            }
            while (k < b->n_others && b->others[k] != col[i])
                k++;
            if (k == b->n_others && k < OTHERS)
                b->others[b->n_others++] = col[i];
            col[i] = (int32_t)(b->link->n_doctors + 1 + (k < OTHERS ? k : OTHERS - 1));
        }
    }
}

static void deliver_table(struct person_bench *b, enum source_id s, size_t n)
{
    struct huji_table *t = &b->frame.table[s];
    uint64_t fields = b->link->needs.fields[s];
    t->n = n; /* nothing else of it was ever set */
    for (size_t f = 0; f < huji_sources[s].n_fields; f++)
        t->col[f] = fields >> f & 1 ? b->past.table[s].col[f] : NULL;
    if (b->first[s]) {
        b->first[s][b->psn] = 0;
        b->first[s][b->psn + 1] = (uint32_t)n;
    }
}

/* Row `from` becomes row `to` of all columns. */
static void move_row(enum source_id s, void *const *col, size_t from, size_t to)
{
    for (size_t f = 0; f < huji_sources[s].n_fields; f++)
        if (col[f] && ftype_width(huji_sources[s].fields[f].type) == 8)
            ((int64_t *)col[f])[to] = ((const int64_t *)col[f])[from];
        else if (col[f])
            ((int32_t *)col[f])[to] = ((const int32_t *)col[f])[from];
}

static bool of_message(const struct person_bench *b, int32_t visit)
{
    for (size_t i = 0; i < b->n_visit; i++)
        if (b->visit[i] == visit)
            return true;
    return false;
}

/* What is registered beforehand (rank 0) is known whatever day it bears; the visits of the message are known too. */
static void forget_rows(struct person_bench *b, enum source_id s, sec_t until)
{
    const struct source *src = &huji_sources[s];
    struct past_table *t = &b->past.table[s];
    if (until == SEC_NONE || !src->time_field || !src->rank)
        return;
    const int64_t *time = t->col[source_field(s, span_of(src->time_field))];
    const int32_t *visit = s == S_STAY ? t->col[F(S_STAY, "mdtrt_id")] : NULL;
    size_t k = 0;
    for (size_t i = 0; i < t->n; i++) {
        if ((time[i] == HUJI_NONE64 || time[i] >= until) && !(visit && of_message(b, visit[i])))
            continue;
        if (k != i)
            move_row(s, t->col, i, k);
        k++;
    }
    t->n = k;
}

/* Row maps for numbers 0 .. n - 1. */
static int map_room(int32_t **map, size_t *cap, size_t n, struct err *e)
{
    if (mem_grow(map, cap, n + 1, sizeof **map) < 0)
        return err_nomem(e);
    memset(*map, 0xff, (n + 1) * sizeof **map);
    return 0;
}

static bool is_stay(struct span med_type)
{
    static const char *const two[] = {"21", "22", "23", "24", "25", "26", "27", "52"};
    for (size_t i = 0; i < sizeof two / sizeof *two; i++)
        if (span_starts(med_type, two[i]))
            return true;
    return false;
}

static struct row visit_row(struct person_bench *b, const struct new_events *ev, size_t i)
{
    const struct new_visit *v = &ev->visit[i];
    struct row r = row_empty();
    put(&r, F(S_STAY, "mdtrt_id"), b->visit[i]);
    put(&r, F(S_STAY, "psn_no"), b->psn);
    put_code(b, &r, S_STAY, F(S_STAY, "fixmedins_code"), v->fixmedins_code);
    put_code(b, &r, S_STAY, F(S_STAY, "med_type"), v->med_type);
    put_code(b, &r, S_STAY, F(S_STAY, "dx"), v->dx);
    put_code(b, &r, S_STAY, F(S_STAY, "chfpdr_code"), v->chfpdr_code);
    put_code(b, &r, S_STAY, F(S_STAY, "adm_dept_codg"), v->adm_dept_codg);
    put_code(b, &r, S_STAY, F(S_STAY, "dscg_dept_codg"), v->dscg_dept_codg);
    put_code(b, &r, S_STAY, F(S_STAY, "insutype"), v->insutype);
    put(&r, F(S_STAY, "begntime"), v->begntime);
    put(&r, F(S_STAY, "endtime"), v->endtime);
    put_day(&r, F(S_STAY, "begndate"), v->begntime);
    put_day(&r, F(S_STAY, "enddate"), v->endtime);
    put(&r, F(S_STAY, "medfee_sumamt"), v->medfee_sumamt);
    put(&r, F(S_STAY, "inscp_amt"), v->inscp_amt);
    put(&r, F(S_STAY, "fund_pay_sumamt"), v->fund_pay_sumamt);
    put(&r, F(S_STAY, "acct_pay"), v->acct_pay);
    put(&r, F(S_STAY, "maf_pay"), v->maf_pay);
    put(&r, F(S_STAY, "kind"), is_stay(v->med_type) ? 1 : 2);
    return r;
}

/* What only settlement tells of a visit, and what comes after it. */
static void forget_later(void *const *col, size_t at)
{
    static const char *const later[] = {"medfee_sumamt", "fund_pay_sumamt", "inscp_amt",
                                        "acct_pay",      "cash_payamt",     "maf_pay",
                                        "setl_cnt",      "first_setl_time", "next_adm"};
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        int f = source_field(S_STAY, span_of(later[i]));
        if (!col[f])
            continue;
        if (ftype_width(huji_sources[S_STAY].fields[f].type) == 8)
            ((int64_t *)col[f])[at] = HUJI_NONE64;
        else
            ((int32_t *)col[f])[at] = HUJI_NONE32;
    }
}

static int add_visits(struct person_bench *b, const struct new_events *ev, struct err *e)
{
    struct past_table *t = &b->past.table[S_STAY];
    size_t visits = (size_t)b->past.n_visit + ev->n_visit;
    int rc = map_room(&b->row_of_visit, &b->cap_visit, visits, e);
    if (rc < 0)
        return rc;
    b->run.row_of[D_VISIT] = b->row_of_visit;
    b->frame.dict[D_VISIT].n = (uint32_t)visits;
    forget_rows(b, S_STAY, ev->until);
    size_t n = t->n;
    const int32_t *id = t->col[F(S_STAY, "mdtrt_id")];
    int32_t *next = t->col[F(S_STAY, "next_adm")];
    for (size_t i = 0; i < n; i++) {
        b->row_of_visit[id[i]] = (int32_t)i;
        if (ev->until != SEC_NONE && next)
            next[i] = HUJI_NONE32;
    }
    for (size_t i = 0; i < ev->n_visit; i++) {
        struct row r = visit_row(b, ev, i);
        int32_t at = b->row_of_visit[b->visit[i]];
        if (at >= 0 && ev->until != SEC_NONE)
            forget_later(t->col, (size_t)at);
        if (at >= 0) {
            write_row(&r, S_STAY, t->col, (size_t)at, true);
            continue;
        }
        put(&r, F(S_STAY, "rank"), INT32_MAX - (int64_t)ev->n_visit + (int64_t)i);
        put(&r, F(S_STAY, "marks"), 0);
        b->row_of_visit[b->visit[i]] = (int32_t)n;
        write_row(&r, S_STAY, t->col, n++, false);
    }
    deliver_table(b, S_STAY, n);
    return 0;
}

static void add_person(struct person_bench *b, const struct new_events *ev)
{
    struct past_table *t = &b->past.table[S_PERSON];
    size_t n = t->n;
    if (!b->link->needs.fields[S_PERSON])
        return;
    if (!n) {
        struct row r = row_empty();
        put(&r, F(S_PERSON, "psn_no"), b->psn);
        put_code(b, &r, S_PERSON, F(S_PERSON, "gend"), ev->gend);
        put(&r, F(S_PERSON, "brdy"), ev->brdy == DAY_NONE ? HUJI_NONE64 : ev->brdy);
        write_row(&r, S_PERSON, t->col, 0, false);
        n = 1;
    }
    deliver_table(b, S_PERSON, n);
    b->row_of_person[b->psn] = 0;
}

static void add_oprns(struct person_bench *b, const struct new_events *ev)
{
    struct past_table *t = &b->past.table[S_OPERATION];
    if (!b->link->needs.fields[S_OPERATION])
        return;
    forget_rows(b, S_OPERATION, ev->until);
    const int32_t *of = t->col[F(S_OPERATION, "mdtrt_id")];
    size_t n = t->n;
    for (size_t i = 0; i < ev->n_oprn; i++) {
        const struct new_oprn *o = &ev->oprn[i];
        bool there = false; /* the history has this visit's operations */
        for (size_t k = 0; k < t->n && !there; k++)
            there = of && of[k] == b->visit[o->visit];
        if (there)
            continue;
        struct row r = row_empty();
        put(&r, F(S_OPERATION, "setl_list_oprn_id"), (int64_t)b->past.n_text + (int64_t)i);
        put(&r, F(S_OPERATION, "mdtrt_id"), b->visit[o->visit]);
        put(&r, F(S_OPERATION, "psn_no"), b->psn);
        put_code(b, &r, S_OPERATION, F(S_OPERATION, "fixmedins_code"),
                 ev->visit[o->visit].fixmedins_code);
        put_code(b, &r, S_OPERATION, F(S_OPERATION, "oprn_oprt_code"), o->oprn_code);
        put_code(b, &r, S_OPERATION, F(S_OPERATION, "oper_dr_code"), o->oper_dr_code);
        put_code(b, &r, S_OPERATION, F(S_OPERATION, "anst_dr_code"), o->anst_dr_code);
        put(&r, F(S_OPERATION, "oprn_oprt_begntime"), o->t);
        put(&r, F(S_OPERATION, "rank"), INT32_MAX - (int64_t)ev->n_oprn + (int64_t)i);
        write_row(&r, S_OPERATION, t->col, n++, false);
    }
    deliver_table(b, S_OPERATION, n);
}

static int add_settlements(struct person_bench *b, const struct new_events *ev, struct err *e)
{
    struct past_table *t = &b->past.table[S_SETTLEMENT];
    int rc = map_room(&b->row_of_setl, &b->cap_setl, b->past.n_setl, e);
    if (rc < 0)
        return rc;
    b->run.row_of[D_SETL] = b->row_of_setl;
    b->frame.dict[D_SETL].n = b->past.n_setl;
    forget_rows(b, S_SETTLEMENT, ev->until);
    const int32_t *id = t->col[F(S_SETTLEMENT, "setl_id")];
    for (size_t i = 0; id && i < t->n; i++)
        if (id[i] >= 0)
            b->row_of_setl[id[i]] = (int32_t)i;
    deliver_table(b, S_SETTLEMENT, t->n);
    return 0;
}

/* ---- diagnoses, lookups ---- */

static int add_diagnosis(struct person_bench *b, size_t from, int64_t dx, struct err *e)
{
    if (mem_grow(&b->diag, &b->cap_diag, b->n_diag + 1, sizeof *b->diag) < 0)
        return err_nomem(e);
    if (dx == HUJI_NONE64)
        return 0;
    for (size_t k = from; k < b->n_diag; k++)
        if (b->diag[k] == dx)
            return 0;
    b->diag[b->n_diag++] = (int32_t)dx;
    return 0;
}

static int add_diagnoses(struct person_bench *b, const struct new_events *ev, struct err *e)
{
    const struct past_table *t = &b->past.diag;
    const int32_t *of = t->col[0], *dx = t->col[1];
    size_t visits = b->frame.dict[D_VISIT].n, at = 0;
    int rc = 0;
    if (!b->link->needs.diag)
        return 0;
    if (mem_grow(&b->diag_at, &b->cap_diag_at, visits + 2, sizeof *b->diag_at) < 0)
        return err_nomem(e);
    b->n_diag = 0;
    for (size_t v = 0; v < visits && rc == 0; v++) {
        size_t from = b->n_diag;
        bool there = b->row_of_visit[v] >= 0;
        b->diag_at[v] = (uint32_t)from;
        while (at < t->n && (size_t)of[at] < v)
            at++;
        for (; at < t->n && (size_t)of[at] == v && rc == 0; at++)
            rc = there ? add_diagnosis(b, from, dx[at], e) : 0;
        for (size_t k = 0; k < ev->n_visit && rc == 0; k++) {
            const struct new_visit *n = &ev->visit[k];
            if (b->visit[k] != (int32_t)v)
                continue;
            rc = add_diagnosis(b, from, code_of(b, D_DX, n->dx), e);
            for (size_t j = 0; j < n->n_diag && rc == 0; j++)
                rc = add_diagnosis(b, from, code_of(b, D_DX, n->diag[j]), e);
        }
    }
    b->diag_at[visits] = b->diag_at[visits + 1] = (uint32_t)b->n_diag;
    b->frame.diag_at = b->diag_at;
    b->frame.diag = b->diag;
    return rc;
}

static int add_lookups(struct person_bench *b, struct err *e)
{
    for (int l = 0; l < LOOKUP_COUNT; l++) {
        if (!lookup_of_person((enum lookup_id)l) || !b->link->needs.lookup[l])
            continue;
        const struct lookup_def *d = &huji_lookups[l];
        const struct past_table *t = &b->past.lookup[l];
        struct huji_lookup *to = &b->frame.lookup[l];
        size_t k = 0;
        if (t->n + 1 > b->n_identity) {
            int32_t *more = mem_realloc(b->identity, (t->n + 64) * sizeof *more);
            if (!more)
                return err_nomem(e);
            b->identity = more;
            for (; b->n_identity < t->n + 64; b->n_identity++)
                more[b->n_identity] = (int32_t)b->n_identity;
        }
        to->n = t->n;
        for (int i = 1; i < d->n_key; i++)
            to->key[i] = t->col[k++];
        to->b = t->col[k++];
        to->e = t->col[k++];
        for (int i = 0; i < d->n_value; i++)
            to->value[i] = t->col[k++];
        b->index[l].at[b->psn + 1] = (uint32_t)t->n;
    }
    for (int l = 0; l < LOOKUP_COUNT; l++) /* it may have moved */
        b->index[l].rows = b->identity;
    return 0;
}

/* ---- fee lines ---- */

/* What gives a column of a message's lines. */
enum gives {
    G_NOTHING,
    G_NO,
    G_PERSON,
    G_VISIT,
    G_CODE,
    G_VISIT_CODE,
    G_NUMBER,
    G_ZERO,
    G_INSCP,
    G_OWN,
    G_SELF,
    G_RX,
    G_HOME
};

#define OF_LINE(kind, field) kind, offsetof(struct new_line, field)
#define OF_VISIT(kind, field) kind, offsetof(struct new_visit, field)
static const struct giver {
    const char *name;
    enum gives gives;
    size_t at; /* in new_line or new_visit */
} givers[] = {
    {"no", G_NO, 0},
    {"psn_no", G_PERSON, 0},
    {"mdtrt_id", G_VISIT, 0},
    {"fixmedins_code", OF_VISIT(G_VISIT_CODE, fixmedins_code)},
    {"med_type", OF_VISIT(G_VISIT_CODE, med_type)},
    {"fee_ocur_time", OF_LINE(G_NUMBER, t)},
    {"hilist_code", OF_LINE(G_CODE, hilist_code)},
    {"cnt", OF_LINE(G_NUMBER, cnt)},
    {"pric", OF_LINE(G_NUMBER, pric)},
    {"det_item_fee_sumamt", OF_LINE(G_NUMBER, sum)},
    {"inscp_amt", G_INSCP, 0},
    {"fulamt_ownpay_amt", G_OWN, 0},
    {"overlmt_selfpay", G_ZERO, 0},
    {"preselfpay_amt", G_SELF, 0},
    {"med_chrgitm_type", OF_LINE(G_CODE, med_chrgitm_type)},
    {"chrgitm_lv", OF_LINE(G_CODE, chrgitm_lv)},
    {"list_type", OF_LINE(G_CODE, list_type)},
    {"bilg_dr_code", OF_LINE(G_CODE, dr_code)},
    {"bilg_dept_codg", OF_LINE(G_CODE, dept_codg)},
    {"rx_drord_no", G_RX, 0},
    {"dscg_tkdrug_flag", G_HOME, 0},
    {"void", G_ZERO, 0},
    {"marks", G_ZERO, 0},
};
#undef OF_LINE
#undef OF_VISIT

static const struct giver *giver_of(int field)
{
    for (size_t i = 0; i < sizeof givers / sizeof *givers; i++)
        if (span_is(span_of(huji_sources[S_LINE].fields[field].name), givers[i].name))
            return &givers[i];
    return NULL;
}

int bench_givers(struct person_bench *b, struct err *e)
{
    b->giver = mem_calloc(huji_sources[S_LINE].n_fields, sizeof *b->giver);
    b->met = mem_calloc(MET_CODES, sizeof *b->met);
    if (!b->giver || !b->met)
        return err_nomem(e);
    for (size_t f = 0; f < huji_sources[S_LINE].n_fields; f++)
        b->giver[f] = giver_of((int)f);
    return 0;
}

static int64_t told(int64_t v)
{
    return v == HUJI_NONE64 ? 0 : v;
}

/* Codes of 8 to 16 bytes: two looks at each tell more cheaply than a call. */
static bool same_text(const char *a, const char *b, size_t n)
{
    uint64_t a0, b0, a1, b1;
    if (n < 8 || n > 16)
        return !n || memcmp(a, b, n) == 0;
    memcpy(&a0, a, 8);
    memcpy(&b0, b, 8);
    memcpy(&a1, a + n - 8, 8);
    memcpy(&b1, b + n - 8, 8);
    return !((a0 ^ b0) | (a1 ^ b1));
}

/* Where the order before says the same text, its number serves again. */
static void give_codes(struct person_bench *b, const struct giver *g, enum domain d,
                       const struct new_events *ev, const uint32_t *of, size_t n, int64_t *to)
{
    struct span before = {"", 0};
    int64_t id = HUJI_NONE64;
    for (size_t i = 0; i < n; i++) {
        const struct new_line *l = &ev->line[of[i]];
        const char *from = g->gives == G_CODE ? (const char *)l
                                              : (const char *)&ev->visit[l->visit];
        const struct span *text = (const struct span *)(const void *)(from + g->at);
        if (text->n != before.n || (text->p != before.p && !same_text(text->p, before.p, text->n)))
            id = text->n ? code_of(b, d, *text) : HUJI_NONE64;
        before = *text;
        to[i] = id;
    }
}

/* As claims/functions.c hashes it. */
static int64_t number_of_rx(struct span rx)
{
    rx = span_trim(rx);
    return (int64_t)hash_bytes(rx.p, rx.n);
}

/* Amounts that the order itself does not tell. */
static int64_t amount_of(enum gives gives, const struct new_line *l)
{
    switch (gives) {
    case G_INSCP: return l->sum - told(l->ownpay) - told(l->selfpay);
    case G_OWN: return told(l->ownpay);
    default: return told(l->selfpay);
    }
}

static void give_same(int64_t *to, size_t n, int64_t v)
{
    for (size_t i = 0; i < n; i++)
        to[i] = v;
}

static void give_home(struct person_bench *b, enum domain d, const struct new_events *ev,
                      const uint32_t *of, size_t n, int64_t *to)
{
    int64_t home = HUJI_NONE64;
    for (size_t i = 0; i < n; i++) {
        bool take = ev->line[of[i]].take_home;
        if (take && home == HUJI_NONE64)
            home = code_of(b, d, SPAN("1"));
        to[i] = take ? home : HUJI_NONE64;
    }
}

static void give_rx(const struct new_events *ev, const uint32_t *of, size_t n, int64_t *to)
{
    struct span before = {"", 0};
    int64_t v = HUJI_NONE64;
    for (size_t i = 0; i < n; i++) {
        struct span rx = ev->line[of[i]].rxno;
        if (!span_eq(rx, before))
            v = rx.n ? number_of_rx(rx) : HUJI_NONE64;
        before = rx;
        to[i] = v;
    }
}

/* The message's lines `of` into one column, behind the history's. */
static void give_column(struct person_bench *b, int field, const struct new_events *ev,
                        const uint32_t *of, size_t n, int64_t *scratch)
{
    struct past_table *t = &b->past.table[S_LINE];
    const struct field *f = &huji_sources[S_LINE].fields[field];
    const struct giver *g = b->giver[field];
    enum gives gives = g ? g->gives : G_NOTHING;
    bool wide = ftype_width(f->type) == 8;
    int64_t *to = wide ? (int64_t *)t->col[field] + t->n : scratch;
    switch (gives) { /* a column is told by one of them: the loops stand inside */
    case G_NOTHING: give_same(to, n, HUJI_NONE64); break;
    case G_PERSON: give_same(to, n, b->psn); break;
    case G_ZERO: give_same(to, n, 0); break;
    case G_CODE:
    case G_VISIT_CODE: give_codes(b, g, f->domain, ev, of, n, to); break;
    case G_RX: give_rx(ev, of, n, to); break;
    case G_HOME: give_home(b, f->domain, ev, of, n, to); break;
    case G_NO:
        for (size_t i = 0; i < n; i++)
            to[i] = LINE_NEW + (int64_t)of[i];
        break;
    case G_VISIT:
        for (size_t i = 0; i < n; i++)
            to[i] = b->visit[ev->line[of[i]].visit];
        break;
    case G_NUMBER:
        for (size_t i = 0; i < n; i++)
            memcpy(&to[i], (const char *)&ev->line[of[i]] + g->at, sizeof to[i]);
        break;
    default:
        for (size_t i = 0; i < n; i++)
            to[i] = amount_of(gives, &ev->line[of[i]]);
        break;
    }
    int32_t *narrow = wide ? NULL : (int32_t *)t->col[field] + t->n;
    for (size_t i = 0; narrow && i < n; i++)
        narrow[i] = to[i] == HUJI_NONE64 ? HUJI_NONE32 : (int32_t)to[i];
}

static bool visit_has_lines(const struct past_table *t, int32_t visit)
{
    const int32_t *of = t->col[F(S_LINE, "mdtrt_id")];
    for (size_t i = 0; of && i < t->n; i++)
        if (of[i] == visit)
            return true;
    return false;
}

/* One line, as far as both say: an order often bears its day alone, and seldom the number that its fee has. */
static bool same_line(const struct past_table *t, size_t past, size_t told)
{
    const int32_t *visit = t->col[F(S_LINE, "mdtrt_id")], *item = t->col[F(S_LINE, "hilist_code")];
    const int64_t *cnt = t->col[F(S_LINE, "cnt")], *sum = t->col[F(S_LINE, "det_item_fee_sumamt")],
                  *time = t->col[F(S_LINE, "fee_ocur_time")];
    if (!visit || !item || !cnt || !sum || !time || visit[past] != visit[told] ||
        item[past] != item[told] || cnt[past] != cnt[told] || sum[past] != sum[told])
        return false;
    bool day_alone = time[told] % DAY_SECS == 0;
    return time[past] == time[told] ||
           (day_alone && time[past] != HUJI_NONE64 && sec_day(time[past]) == sec_day(time[told]));
}

/* Orders whose fees were imported meanwhile would count twice: of the n lines of the message behind the history's each takes the place
 * of one that says the same. */
static int forget_told_again(struct person_bench *b, size_t n, struct err *e)
{
    struct past_table *t = &b->past.table[S_LINE];
    bool known = false, *taken;
    size_t k = 0;
    for (size_t i = 0; i < b->n_visit; i++)
        known |= b->visit[i] < (int32_t)b->past.n_visit;
    if (!known)
        return 0;
    taken = arena_calloc(&b->a, n + 1);
    if (!taken)
        return err_nomem(e);
    for (size_t i = 0; i < t->n; i++) {
        size_t j = 0;
        while (j < n && (taken[j] || !same_line(t, i, t->n + j)))
            j++;
        if (j < n)
            taken[j] = true;
        else if (k++ != i)
            move_row(S_LINE, t->col, i, k - 1);
    }
    for (size_t j = 0; k < t->n && j < n; j++)
        move_row(S_LINE, t->col, t->n + j, k + j);
    t->n = k;
    return 0;
}

static int add_lines(struct person_bench *b, const struct new_events *ev, struct err *e)
{
    struct past_table *t = &b->past.table[S_LINE];
    int64_t *no = t->col[F(S_LINE, "no")];
    uint32_t *of = arena_alloc(&b->a, (ev->n_line + 1) * sizeof *of);
    int64_t *scratch = arena_alloc(&b->a, (ev->n_line + 1) * sizeof *scratch);
    size_t n = 0;
    if (!of || !scratch)
        return err_nomem(e);
    for (size_t i = 0; i < t->n; i++)
        no[i] = (int64_t)i;
    forget_rows(b, S_LINE, ev->until);
    /* what the sender tells of the past counts where the history has nothing of that visit */
    for (size_t i = 0; i < ev->n_line; i++)
        if (ev->line[i].fresh || !visit_has_lines(t, b->visit[ev->line[i].visit]))
            of[n++] = (uint32_t)i;
    for (size_t f = 0; f < huji_sources[S_LINE].n_fields; f++)
        if (t->col[f])
            give_column(b, (int)f, ev, of, n, scratch);
    int rc = forget_told_again(b, n, e);
    b->n_past_line = t->n;
    b->n_line = t->n + n;
    return rc;
}

/* ---- all of it ---- */

static int find_ids(struct person_bench *b, const struct new_events *ev, bool alone, int *known,
                    struct err *e)
{
    const struct records *h = b->link->history;
    b->person = alone ? -1 : records_find(h, ev->psn_no);
    *known |= b->person >= 0 ? PERSON_KNOWN : 0;
    uint32_t doctor = b->person >= 0 ? map_get(&b->link->doctors, (uint64_t)b->person) : MAP_NONE;
    b->psn = doctor == MAP_NONE ? 0 : (int32_t)doctor;
    b->n_others = 0;
    b->visit = arena_alloc(&b->a, (ev->n_visit + 1) * sizeof *b->visit);
    if (!b->visit)
        return err_nomem(e);
    b->n_visit = ev->n_visit;
    int rc = records_visits(h, b->person, ev, b->visit, e);
    for (size_t i = 0; i < ev->n_visit && rc == 0; i++) {
        if (ev->visit[i].current && b->visit[i] >= 0 && ev->until == SEC_NONE)
            *known |= PERSON_VISIT_KNOWN;
        int64_t inst = code_of(b, D_INST, ev->visit[i].fixmedins_code);
        if (ev->visit[i].current && inst >= 0 && inst < b->link->own[D_INST])
            *known |= PERSON_INST_KNOWN;
    }
    return rc;
}

int bench_rows(struct person_bench *b, const struct new_events *ev, bool alone, int *known,
               struct err *e)
{
    static const enum source_id rest[] = {S_SALE, S_TRACE, S_CHECK, S_REFUND,
                                          S_REG,  S_ENROL, S_LAB,   S_ACT};
    const struct run_needs *needs = &b->link->needs;
    struct past_needs want = {
        .fields = needs->fields, .lookup = needs->lookup, .diag = needs->diag};
    want.spare[S_STAY] = ev->n_visit;
    want.spare[S_LINE] = ev->n_line;
    want.spare[S_OPERATION] = ev->n_oprn;
    want.spare[S_PERSON] = 1;
    int rc = find_ids(b, ev, alone, known, e);
    if (rc == 0)
        rc = records_read(b->link->history, b->person, &want, &b->past, e);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < ev->n_visit; i++) /* behind the history's */
        if (b->visit[i] < 0) {
            size_t k = 0; /* the same visit told twice is one */
            while (k < i && !span_eq(ev->visit[k].mdtrt_id, ev->visit[i].mdtrt_id))
                k++;
            b->visit[i] = k < i ? b->visit[k] : (int32_t)(b->past.n_visit + i);
        }
    b->frame.dict[D_TEXT].n = b->past.n_text +
                              (uint32_t)ev->n_oprn; /* theirs, then the operations' */
    for (int i = 0; i < SOURCE_COUNT; i++)
        if (b->past.table[i].n)
            number_persons(b, (enum source_id)i, b->past.table[i].n);
    add_person(b, ev);
    if ((rc = add_visits(b, ev, e)) < 0 || (rc = add_settlements(b, ev, e)) < 0)
        return rc;
    add_oprns(b, ev);
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        if (!needs->fields[rest[i]])
            continue;
        forget_rows(b, rest[i], ev->until);
        deliver_table(b, rest[i], b->past.table[rest[i]].n);
    }
    if ((rc = add_diagnoses(b, ev, e)) < 0 || (rc = add_lookups(b, e)) < 0)
        return rc;
    return add_lines(b, ev, e);
}

void bench_clear(struct person_bench *b)
{
    for (int s = 0; s < HUJI_SOURCES && b->psn >= 0; s++)
        if (b->first[s])
            b->first[s][b->psn] = b->first[s][b->psn + 1] = 0;
    for (int l = 0; l < LOOKUP_COUNT && b->psn >= 0; l++)
        if (b->index_at[l])
            b->index_at[l][b->psn + 1] = 0;
    for (int t = 0; t < SOURCE_COUNT; t++)
        if (t != S_INST && t != S_DOCTOR)
            b->frame.table[t].n = 0;
    for (int d = 0; d < DOMAIN_COUNT; d++)
        if (own_numbers((enum domain)d))
            b->frame.dict[d].code = NULL;
    if (b->psn >= 0) {
        b->row_of_person[b->psn] = -1;
        b->person_text[b->psn] = (struct huji_text){NULL, 0};
    }
    b->n_visit = b->n_line = b->n_past_line = 0;
    b->strange = false;
    b->psn = -1;
    arena_reset(&b->a);
}
