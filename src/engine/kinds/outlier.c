/* SPDX-License-Identifier: MulanPSL-2.0 */
/* outlier: is a measure of the owner far from its reference: its peers, or its own past? Asked of measures only. */
#include "engine/measure.h"

#include <stdlib.h>

#include "base/fen.h"
#include "base/mem.h"
#include "engine/bind.h"

/* rule->num: */
enum {
    N_TAU,
    N_MIN_N,
    N_MIN_PEERS,
    N_SHRINK,
    N_RATIO,
    N_MIN_ABS,
    N_HISTORY,
    N_PAST,
    N_LEAST,
    N_SEASON,
    N_WIDEN
};

/* Where a measure keeps what makes peers. */
static const enum slot peer_slot[] = {SL_CAP, SL_HI, SL_SCOPE};

static int find_measure(struct loader *ld, struct rule *r, const struct ynode *n)
{
    for (int i = 0; n && i < ld->lib->n_measures; i++)
        if (span_eq(ld->lib->measures[i]->name, n->text)) {
            const struct rule *m = ld->lib->rules[ld->lib->measures[i]->rule];
            r->measure = ld->lib->measures[i];
            r->n_clauses = m->n_clauses;
            r->n_keys = r->n_owner = m->n_keys;
            memcpy(r->clause, m->clause, sizeof r->clause);
            memcpy(r->key, m->key, sizeof r->key);
            r->owner_type = m->owner_type;
            r->needs_sources = m->needs_sources;
            return 0;
        }
    return ynode_bad(n ? n : r->node, ld->e, "没有这个指标（rules/measures）");
}

/* The rule's own `of` names the owner; the period stands in the anchor. */
static void own_owner(struct loader *ld, struct rule *r)
{
    struct span of = ynode_text(r->node, "of");
    struct buf b = BUF_INIT;
    int terms = 0;
    while (of.n) {
        const char *slash = memmem(of.p, of.n, " / ", 3);
        struct span term = span_trim((struct span){of.p, slash ? (size_t)(slash - of.p) : of.n});
        buf_fmt(&b, "%s%.*s", terms++ ? "/" : "", (int)term.n, term.p);
        of = slash ? (struct span){slash + 3, of.n - (size_t)(slash - of.p) - 3}
                   : (struct span){NULL, 0};
    }
    if (terms && terms <= r->n_keys) {
        r->n_owner = terms;
        r->owner_type = arena_span(ld->a, (struct span){buf_cstr(&b), b.n});
    }
    buf_release(&b);
}

/* Days on which policy changed: what came before is no past of what comes after. */
static int parse_breaks(struct loader *ld, struct rule *r, const struct ynode *list)
{
    for (const struct ynode *n = list ? list->child : NULL; n; n = n->next) {
        if (r->n_breaks == MAX_BREAKS)
            return ynode_bad(n, ld->e, "breaks 最多 %d 个日期", MAX_BREAKS);
        if (n->kind != Y_SCALAR || !day_parse(n->text, &r->breaks[r->n_breaks]))
            return ynode_bad(n, ld->e, "应为日期，如 2024-01-01");
        r->n_breaks++;
    }
    return 0;
}

static const struct kind_param params[] = {
    {.name = "measure", .as = PARAM_MEASURE, .needed = true, .title = "看哪个指标"},
    {.name = "against",
     .as = PARAM_WORD,
     .needed = true,
     .title = "跟谁比",
     .choices = "peers=同类机构|own_past 12=自己过去 12 期"},
    {.name = "tau", .as = PARAM_NUMBER, .title = "偏离几个（稳健）标准差", .def = "3.5"},
    {.name = "ratio", .as = PARAM_NUMBER, .title = "至少是参照的几倍"},
    {.name = "factor", .as = PARAM_NUMBER, .title = "至少是自己过去的几倍"},
    {.name = "at_least", .as = PARAM_NUMBER, .title = "指标至少"},
    {.name = "at_least_by", .as = PARAM_NUMBER, .title = "至少高出"},
    {.name = "min_n", .as = PARAM_NUMBER, .title = "业务量至少"},
    {.name = "min_peers", .as = PARAM_NUMBER, .title = "同类至少几家", .def = "8"},
    {.name = "widen", .as = PARAM_NUMBER, .title = "同类不足时，去掉最后几项条件再比"},
    {.name = "shrink", .as = PARAM_NUMBER, .title = "向同类收缩的分量"},
    {.name = "history", .as = PARAM_NUMBER, .title = "自己的过去至少几期", .def = "6"},
    {.name = "season", .as = PARAM_NUMBER, .title = "同期是几期之前"},
    {.name = "breaks", .as = PARAM_DAYS, .title = "政策变化的日子"},
    {0},
};

/* The number that the form shows is the one that holds. */
static int default_of(struct loader *ld, const char *name, int scale, int64_t *out)
{
    for (const struct kind_param *p = params; p->name; p++)
        if (strcmp(p->name, name) == 0 && p->def) {
            struct ynode n = {.kind = Y_SCALAR, .text = span_of(p->def)};

            return rule_number(ld, &n, scale, out);
        }
    *out = 0;
    return 0;
}

static int open(struct loader *ld, struct rule *r, const struct ynode *ask)
{
    static const struct {
        const char *name;
        int at, scale;
    } nums[] = {
        {"tau", N_TAU, 6},
        {"min_n", N_MIN_N, 0},
        {"min_peers", N_MIN_PEERS, 0},
        {"shrink", N_SHRINK, 0},
        {"factor", N_RATIO, 4},
        {"ratio", N_RATIO, 4},
        {"at_least_by", N_MIN_ABS, 6},
        {"history", N_HISTORY, 0},
        {"at_least", N_LEAST, 6},
        {"season", N_SEASON, 0},
        {"widen", N_WIDEN, 0},
    };
    int rc = ask->kind == Y_MAP ? kind_only(r->kind, ask, ld->e)
                                : ynode_bad(ask, ld->e, "应为 {measure: ...}");
    if (rc < 0 || (rc = find_measure(ld, r, ynode_get(ask, "measure"))) < 0)
        return rc;
    own_owner(ld, r);
    const struct ynode *against = ynode_get(ask, "against");
    if (!against || (!span_is(against->text, "peers") && !span_starts(against->text, "own_past")))
        return ynode_bad(against ? against : ask, ld->e, "against 应为 peers 或 own_past 12");
    r->own_past = !span_is(against->text, "peers");
    for (size_t i = 0; i < sizeof nums / sizeof *nums; i++) {
        const struct ynode *n = ynode_get(ask, nums[i].name);
        if (n) {
            rc = rule_number(ld, n, nums[i].scale, &r->num[nums[i].at]);
            ld->loosen = ld->keep != NULL;
            if (rc == 0)
                rc = rule_number(ld, n, nums[i].scale, &r->keep_num[nums[i].at]);
            ld->loosen = false;
        } else if (!r->num[nums[i].at]) {
            rc = default_of(ld, nums[i].name, nums[i].scale, &r->num[nums[i].at]);
            r->keep_num[nums[i].at] = r->num[nums[i].at];
        }
        if (rc < 0)
            return rc;
    }
    r->num[N_PAST] = r->keep_num[N_PAST] = 12;
    if (r->own_past && against->text.n > 9) {
        struct ynode n = *against;
        n.text = span_trim((struct span){against->text.p + 8, against->text.n - 8});
        rc = rule_number(ld, &n, 0, &r->num[N_PAST]);
        r->keep_num[N_PAST] = r->num[N_PAST];
    }
    return rc < 0 ? rc : parse_breaks(ld, r, ynode_get(ask, "breaks"));
}

static int cmp_i64(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The lower middle one, index (n - 1) / 2: never an interpolation. */
static int64_t median(int64_t *v, size_t n)
{
    qsort(v, n, sizeof *v, cmp_i64);
    return v[(n - 1) / 2];
}

/* What an owner's number was found to be. */
struct far {
    int64_t value, threshold, base;
    size_t n;   /* peers, or periods of the past */
    int left;   /* terms of `peers` that were left out for want of peers */
    size_t few; /* then: peers with all terms */
    bool hit;
};

/* How many terms the measure's peers have. */
static int peer_terms(const struct fold *f, const struct measure_case *m)
{
    const struct rule *of = f->env->run->lib->rules[f->rule->measure->rule];
    int n = 0;
    while (n < 3 && of->slot[m->clause][peer_slot[n]])
        n++;
    return n;
}

/* The first `terms` of what makes peers, as people read them. */
static void print_peers(struct fold *f, const struct measure_case *m, int terms, struct buf *b)
{
    const struct rule *of = f->env->run->lib->rules[f->rule->measure->rule];
    for (int i = 0; i < terms; i++) {
        buf_str(b, i ? "、" : " ");
        print_value(f->env->run, b, of->slot[m->clause][peer_slot[i]], m->peer[i]);
    }
}

/* What the owner was held against, and how much there was of both. */
static void reference(struct fold *f, const struct measure_case *m, const struct far *far,
                      struct buf *b)
{
    if (f->rule->own_past) {
        buf_fmt(b, "（对照：自身此前 %zu 期，中位数 ", far->n);
    } else {
        int terms = peer_terms(f, m);
        buf_str(b, "（对照：同组");
        print_peers(f, m, terms, b);
        if (far->left) {
            buf_fmt(b, " 仅 %zu 个，放宽到", far->few);
            if (far->left == terms)
                buf_str(b, "全部");
            print_peers(f, m, terms - far->left, b);
        }
        buf_fmt(b, " %zu 个，中位数 ", far->n);
    }
    dec_print(b, div_round(far->base, 100, 0), 4);
    buf_str(b, "；本期 ");
    dec_print(b, div_round(m->value, 100, 0), 4);
    buf_fmt(b, "，n=%lld）", (long long)m->n);
}

static void found_row(struct fold *f, const struct measure_case *m, const struct far *far)
{
    struct event *ev = &(struct event){
        .row = m->ev_row, .kn = -1, .src = m->src, .clause = m->clause, .t = m->t};
    memcpy(ev->key, m->key, (size_t)f->rule->n_keys * sizeof *ev->key);
    struct buf name = BUF_INIT;
    print_value(f->env->run, &name, f->rule->key[m->clause][f->rule->n_keys - 1],
                m->key[f->rule->n_keys - 1]);
    struct buf ref = BUF_INIT;
    reference(f, m, far, &ref);
    struct found w = {.anchor = ev,
                      .anchor_text = buf_cstr(&name),
                      .reference = buf_cstr(&ref),
                      .hit = far->hit,
                      .value = far->value,
                      .threshold = far->threshold,
                      .gap_from = far->base,
                      .gap_to = m->value};
    f->failed = f->failed || name.failed || ref.failed;
    emit(f, &w);
    buf_release(&name);
    buf_release(&ref);
}

/* As for the first `terms` of what makes peers. */
static bool same_peers(const struct measure_case *a, const struct measure_case *b, int terms)
{
    return a->period == b->period && memcmp(a->peer, b->peer, (size_t)terms * sizeof *a->peer) == 0;
}

/* As far from the base as the numbers want it: z, times the base, more than the base. */
static bool is_far(const int64_t *num, int64_t z, int64_t x, int64_t base)
{
    return z >= num[N_TAU] &&
           (!num[N_RATIO] || (__int128)x * 10000 >= (__int128)base * num[N_RATIO]) &&
           x - base >= num[N_MIN_ABS];
}

/* Of n peers those from lo to hi - 1 are judged: all, or the few whose own group, `left` terms more, was too small. */
static void judge_peers(struct fold *f, const struct measure_case *const *at, size_t n, size_t lo,
                        size_t hi, int left)
{
    const int64_t *num = f->rule->num;
    int64_t *v = mem_alloc(3 * (n + 1) * sizeof *v), *ms = v + n + 1, *dev = ms + n + 1;
    f->failed = f->failed || !v;
    if (!v)
        return;
    for (size_t i = 0; i < n; i++)
        v[i] = at[i]->value;
    int64_t med = median(v, n);
    __int128 sum = 0;
    for (size_t i = 0; i < n; i++) {
        __int128 k = at[i]->n + num[N_SHRINK];
        __int128 s = (__int128)at[i]->n * at[i]->value + (__int128)num[N_SHRINK] * med;
        ms[i] = (int64_t)((2 * s + k) / (2 * k));
        dev[i] = at[i]->value > med ? at[i]->value - med : med - at[i]->value;
    }
    for (size_t i = 0; i < n; i++)
        sum += dev[i];
    int64_t mad = median(dev, n);
    for (size_t i = lo; i < hi; i++) {
        double z = mad > 0   ? 0.6745 * (double)(ms[i] - med) / (double)mad
                   : sum > 0 ? (double)(ms[i] - med) / (1.253314 * ((double)sum / (double)n))
                             : 0;
        int64_t zi = (int64_t)(z * 1e6 + (z < 0 ? -0.5 : 0.5));
        if (at[i]->value < num[N_LEAST])
            continue;
        struct far far = {zi, num[N_TAU], med, n, left, hi - lo, is_far(num, zi, ms[i], med)};
        if (far.hit || is_far(f->rule->keep_num, zi, ms[i], med))
            found_row(f, at[i], &far);
    }
    mem_free(v);
}

static int64_t period_of(const struct fold *f, const struct measure_case *m, day_t d)
{
    int y, month, k;
    day_to_ymd(d, &y, &month, &k);
    switch (f->rule->key[m->clause][f->rule->n_keys - 1]->fmt) {
    case VF_MONTH: return y * 12 + month - 1;
    case VF_QUARTER: return y * 4 + (month - 1) / 3;
    case VF_YEAR: return y;
    default: return d;
    }
}

/* The first period of which the past may be asked: N_PAST back, or the last break before. */
static int64_t past_from(const struct fold *f, const struct measure_case *m)
{
    int64_t from = m->period - f->rule->num[N_PAST];
    for (int i = 0; i < f->rule->n_breaks; i++) {
        int64_t p = period_of(f, m, f->rule->breaks[i]);
        if (p <= m->period && p > from)
            from = p;
    }
    return from;
}

static void judge_past(struct fold *f, const struct measure_case *const *at, size_t n)
{
    const int64_t *num = f->rule->num;
    int64_t *v = mem_alloc((n + 1) * sizeof *v);
    if (!v) {
        f->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        size_t m = 0; /* the calendar's periods before this one, as far as the owner has them */
        int64_t from = past_from(f, at[i]), season = HUJI_NONE64;
        for (size_t k = i; k-- > 0 && at[k]->period >= from;) {
            v[m++] = at[k]->value;
            if (num[N_SEASON] && at[k]->period == at[i]->period - num[N_SEASON])
                season = at[k]->value;
        }
        if ((int64_t)m < num[N_HISTORY] || !m || at[i]->n < num[N_MIN_N])
            continue;
        int64_t base = median(v, m), x = at[i]->value;
        if (season > base) /* NONE is the smallest number: as much as in that season is no news */
            base = season;
        if (x < num[N_LEAST])
            continue;
        struct far far = {base > 0 ? div_round(x, base, 6) : HUJI_NONE64,
                          num[N_RATIO] * 100,
                          base,
                          m,
                          0,
                          0,
                          is_far(num, INT64_MAX, x, base)};
        if (far.hit || is_far(f->rule->keep_num, INT64_MAX, x, base))
            found_row(f, at[i], &far);
    }
    mem_free(v);
}

/* The group at[i..j) of k: among itself, or, where it is too small and may, in the wider group around it. */
static void judge_group(struct fold *f, const struct measure_case *const *at, size_t k, size_t i,
                        size_t j)
{
    size_t lo = i, hi = j;
    int terms = peer_terms(f, at[i]), left = 0;
    while ((int64_t)(hi - lo) < f->rule->num[N_MIN_PEERS]) {
        if (left == terms || left == f->rule->num[N_WIDEN])
            return;
        left++;
        while (lo > 0 && same_peers(at[lo - 1], at[i], terms - left))
            lo--;
        while (hi < k && same_peers(at[hi], at[i], terms - left))
            hi++;
    }
    judge_peers(f, at + lo, hi - lo, i - lo, j - lo, left);
}

void outlier_judge(struct fold *f, const struct measure_table *t)
{
    const struct measure_case *const *order = f->rule->own_past ? t->by_owner : t->by_peers;
    size_t k = 0;
    if (!order) /* no row */
        return;
    const struct measure_case **at = mem_alloc((t->n + 1) * sizeof *at);
    if (!at) {
        f->failed = true;
        return;
    }
    for (size_t i = 0; i < t->n; i++)
        if (order[i]->n > 0 &&
            (f->rule->own_past || order[i]->n >= f->rule->num[N_MIN_N])) /* n = 0: value unknown */
            at[k++] = order[i];
    for (size_t i = 0, j; i < k; i = j) {
        for (j = i + 1; j < k && (f->rule->own_past ? at[j]->owner == at[i]->owner
                                                    : same_peers(at[j], at[i], 3));
             j++)
            ;
        if (f->rule->own_past)
            judge_past(f, at + i, j - i);
        else
            judge_group(f, at, k, i, j);
    }
    mem_free(at);
}

const struct rule_kind kind_outlier = {"outlier", "离群", "跟同类、跟自己的过去比，是不是太高？",
                                       params,    open,   NULL,
                                       NULL,      NULL,   NULL};
const struct rule_kind kind_measure = {"measure", "指标", NULL, NULL, NULL, NULL, NULL, NULL, NULL};
