/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/confidence.h"

#include <math.h>

#include "base/mem.h"
#include "screen/csvfile.h"

static const struct {
    int64_t a, b;
} prior[CLASS_COUNT] = {[CLASS_SURE] = {9, 1}, [CLASS_HIGH] = {5, 5}, [CLASS_MAYBE] = {2, 8}};

int confidence_verdict(struct confidence *c, struct span rule, int64_t confirmed, int64_t rejected,
                       struct err *e)
{
    uint32_t before = c->rules.n, id = names_put(&c->rules, rule);

    if (id == NAME_NONE || mem_grow(&c->counts, &c->cap, c->rules.n, sizeof *c->counts))
        return err_nomem(e);
    if (c->rules.n > before)
        c->counts[id] = (struct verdict_count){0};
    c->counts[id].confirmed += confirmed;
    c->counts[id].rejected += rejected;
    return 0;
}

int confidence_read_csv(struct confidence *c, const char *path, struct err *e)
{
    struct csvfile f;
    int rule, confirmed, rejected, rc;

    rc = csvfile_read(&f, path, e);
    if (rc)
        return rc;
    rc = csvfile_need(&f, "rule_id", &rule, e);
    if (!rc)
        rc = csvfile_need(&f, "confirmed", &confirmed, e);
    if (!rc)
        rc = csvfile_need(&f, "rejected", &rejected, e);
    for (size_t r = 0; r < f.n_rows && !rc; r++) {
        int64_t yes, no;

        if (dec_parse(csvfile_cell(&f, r, confirmed), 0, false, &yes) && yes >= 0 &&
            yes < 1000000000 && dec_parse(csvfile_cell(&f, r, rejected), 0, false, &no) &&
            no >= 0 && no < 1000000000) {
            rc = confidence_verdict(c, csvfile_cell(&f, r, rule), yes, no, e);
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

int64_t confidence_rule(const struct confidence *c, struct span rule, enum finding_class cls)
{
    int64_t a = prior[cls].a, b = prior[cls].b;
    uint32_t id = c ? names_get(&c->rules, rule) : NAME_NONE;

    if (id != NAME_NONE) {
        a += c->counts[id].confirmed;
        b += c->counts[id].rejected;
    }
    return prorate(MICRO, a, a + b);
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

int64_t confidence_strength(const struct confidence *c, const struct finding *f)
{
    return prorate(confidence_rule(c, f->rule, f->cls), confidence_margin(f->value, f->threshold),
                   MICRO);
}
