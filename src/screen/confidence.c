/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/confidence.h"

#include <math.h>

#include "base/mem.h"
#include "screen/csvfile.h"

static const struct {
    int64_t a, b;
} prior[CLASS_COUNT] = {[CLASS_SURE] = {9, 1}, [CLASS_HIGH] = {5, 5}, [CLASS_MAYBE] = {2, 8}};

static int count_add(struct confidence *c, struct span key, int64_t confirmed, int64_t rejected,
                     struct err *e)
{
    uint32_t before = c->rules.n, id = names_put(&c->rules, key);

    if (id == NAME_NONE || mem_grow(&c->counts, &c->cap, c->rules.n, sizeof *c->counts))
        return err_nomem(e);
    if (c->rules.n > before)
        c->counts[id] = (struct verdict_count){0};
    c->counts[id].confirmed += confirmed;
    c->counts[id].rejected += rejected;
    return 0;
}

static struct span key_of(struct span rule, struct span kind, struct buf *b)
{
    buf_clear(b);
    buf_span(b, rule);
    buf_char(b, 0x1f);
    buf_span(b, kind);
    return (struct span){b->p, b->n};
}

int confidence_verdict(struct confidence *c, struct span rule, struct span kind, int64_t confirmed,
                       int64_t rejected, struct err *e)
{
    struct buf b = BUF_INIT;
    int rc = count_add(c, rule, confirmed, rejected, e);

    if (!rc && kind.n) {
        struct span key = key_of(rule, kind, &b);

        rc = b.failed ? err_nomem(e) : count_add(c, key, confirmed, rejected, e);
    }
    buf_release(&b);
    return rc;
}

void confidence_class_verdict(struct confidence *c, enum finding_class cls, int64_t confirmed,
                              int64_t rejected)
{
    c->of_class[cls].confirmed += confirmed;
    c->of_class[cls].rejected += rejected;
}

struct verdict_count confidence_count(const struct confidence *c, struct span rule,
                                      struct span kind)
{
    struct buf b = BUF_INIT;
    struct span key = kind.n ? key_of(rule, kind, &b) : rule;
    uint32_t id = b.failed ? NAME_NONE : names_get(&c->rules, key);

    buf_release(&b);
    return id == NAME_NONE ? (struct verdict_count){0} : c->counts[id];
}

int confidence_read_csv(struct confidence *c, const char *path, struct err *e)
{
    struct csvfile f;
    int rule, confirmed, rejected, kind, rc;

    rc = csvfile_read(&f, path, e);
    if (rc)
        return rc;
    rc = csvfile_need(&f, "rule_id", &rule, e);
    if (!rc)
        rc = csvfile_need(&f, "confirmed", &confirmed, e);
    if (!rc)
        rc = csvfile_need(&f, "rejected", &rejected, e);
    kind = rc ? -1 : csvfile_column(&f, "inst_kind");
    for (size_t r = 0; r < f.n_rows && !rc; r++) {
        int64_t yes, no;

        if (dec_parse(csvfile_cell(&f, r, confirmed), 0, false, &yes) && yes >= 0 &&
            yes < 1000000000 && dec_parse(csvfile_cell(&f, r, rejected), 0, false, &no) &&
            no >= 0 && no < 1000000000) {
            rc = confidence_verdict(c, csvfile_cell(&f, r, rule), csvfile_cell(&f, r, kind), yes,
                                    no, e);
        } else {
            err_set(e, ERR_INPUT, "confirmed 和 rejected 要是 0 以上的整数");
            rc = err_where(e, "%s:%zu", path, f.lines[r + 1]);
        }
    }
    csvfile_release(&f);
    return rc;
}

void confidence_release(struct confidence *c)
{
    names_release(&c->rules);
    mem_free(c->counts);
    *c = (struct confidence){0};
}

int64_t confidence_rule(const struct confidence *c, struct span rule, struct span kind,
                        enum finding_class cls)
{
    int64_t a = prior[cls].a, weight = a + prior[cls].b, start = prorate(MICRO, a, weight);
    struct verdict_count v = {0}, k = {0};

    if (!c)
        return start;
    v = c->of_class[cls];
    start = prorate(MICRO, a + v.confirmed, weight + v.confirmed + v.rejected);
    v = confidence_count(c, rule, SPAN(""));
    if (kind.n)
        k = confidence_count(c, rule, kind);
    if (k.confirmed + k.rejected >= KIND_VERDICTS)
        v = k;
    return prorate(start * weight + MICRO * v.confirmed, 1, weight + v.confirmed + v.rejected);
}

/* Below the threshold counts as above it: a gap is worse the shorter it is. */
int64_t confidence_margin(int64_t value, int64_t threshold)
{
    double v, lim, m;

    if (value == VALUE_NONE || threshold == VALUE_NONE)
        return MICRO;
    v = (double)value / 1e6;
    lim = (double)threshold / 1e6;
    m = 0.5 + 0.5 * (1 - exp(-fabs(v - lim) / fmax(fabs(lim), 1)));
    return (int64_t)(m * 1e6 + 0.5);
}

int64_t confidence_chance(const struct confidence *c, const struct finding *f)
{
    if (f->verdict == VERDICT_CONFIRMED)
        return MICRO;
    return f->verdict == VERDICT_REJECTED ? 0 : confidence_rule(c, f->rule, f->kind, f->cls);
}

int64_t confidence_strength(const struct confidence *c, const struct finding *f)
{
    int64_t p = confidence_chance(c, f);

    return f->verdict == VERDICT_CONFIRMED
               ? p
               : prorate(p, confidence_margin(f->value, f->threshold), MICRO);
}

void wilson(int64_t yes, int64_t n, int64_t *lo, int64_t *hi)
{
    const double z = 1.959963984540054;
    double p, nn = (double)n, mid, half;

    *lo = 0;
    *hi = MICRO;
    if (n <= 0)
        return;
    p = (double)yes / nn;
    mid = (p + z * z / (2 * nn)) / (1 + z * z / nn);
    half = z / (1 + z * z / nn) * sqrt(p * (1 - p) / nn + z * z / (4 * nn * nn));
    *lo = yes == 0 ? 0 : (int64_t)((mid - half) * 1e6 + 0.5);
    *hi = yes == n ? MICRO : (int64_t)((mid + half) * 1e6 + 0.5);
}
