/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/diff.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "engine/finish.h"
#include "run/screen.h"

const char *const diff_kind_name[DIFF_COUNT] = {"新增", "消失", "变化", "不变"};

struct taking {
    struct diff *d;
    struct names ids;
    int side;
};

static struct span keep(struct diff *d, struct span s, bool *failed)
{
    struct span t = s.n ? arena_span(&d->text, s) : (struct span){"", 0};
    *failed |= !t.p;
    return t;
}

/* The row of a finding; of an id that comes for the first time a new one. */
static struct diff_row *row_of(struct taking *t, const struct finished *f)
{
    struct diff *d = t->d;
    uint32_t before = t->ids.n, id = names_put(&t->ids, span_of(f->finding_id));
    if (id == NAME_NONE || mem_grow(&d->at, &d->cap, t->ids.n, sizeof *d->at) < 0)
        return NULL;
    if (t->ids.n > before)
        d->at[d->n++] = (struct diff_row){.cls = {-1, -1}};
    return &d->at[id];
}

static int take(void *ctx, const struct finished *f, const struct huji_finding *h, struct err *e)
{
    struct taking *t = ctx;
    bool failed = false;
    if (!h->hit)
        return 0;
    struct diff_row *r = row_of(t, f);
    if (!r)
        return err_nomem(e);
    memcpy(r->id, f->finding_id, sizeof r->id);
    r->rule = keep(t->d, f->rule_id, &failed);
    r->inst = keep(t->d, f->fixmedins_code, &failed);
    r->person = keep(t->d, f->psn_no, &failed);
    r->visit = keep(t->d, f->mdtrt_id, &failed);
    r->message = keep(t->d, f->message, &failed);
    r->day = h->day;
    r->cls[t->side] = h->cls;
    r->amount[t->side] = h->amount;
    r->fund[t->side] = h->fund;
    return failed ? err_nomem(e) : 0;
}

static void tell_apart(struct diff_row *r)
{
    if (r->cls[0] < 0)
        r->kind = DIFF_NEW;
    else if (r->cls[1] < 0)
        r->kind = DIFF_LOST;
    else if (r->cls[0] != r->cls[1] || r->amount[0] != r->amount[1] || r->fund[0] != r->fund[1])
        r->kind = DIFF_CHANGED;
    else
        r->kind = DIFF_SAME;
}

static int by_place(const void *pa, const void *pb)
{
    const struct diff_row *a = pa, *b = pb;
    int d = span_cmp(a->rule, b->rule);
    if (d == 0)
        d = span_cmp(a->inst, b->inst);
    return d ? d : strcmp(a->id, b->id);
}

int diff_run(struct store *s, const struct diff_side side[2], day_t from, day_t to, int threads,
             const struct progress *p, struct diff *out, struct err *e)
{
    struct diff d = {0};
    struct taking t = {.d = &d};
    int rc = 0;
    for (int i = 0; i < 2 && rc == 0; i++) {
        struct screen_report report = {0};
        struct screen_options o = {.wanted = side[i].wanted,
                                   .from = from,
                                   .to = to,
                                   .threads = threads,
                                   .lean = side[i].wanted != NULL,
                                   .found = take,
                                   .ctx = &t};
        t.side = i;
        rc = screen_run(s, side[i].lib, &o, p, &report, e);
        screen_report_release(&report);
    }
    names_release(&t.ids);
    if (rc < 0) {
        diff_release(&d);
        return rc;
    }
    for (size_t i = 0; i < d.n; i++)
        tell_apart(&d.at[i]);
    if (d.n)
        qsort(d.at, d.n, sizeof *d.at, by_place);
    *out = d;
    return 0;
}

void diff_release(struct diff *d)
{
    mem_free(d->at);
    arena_release(&d->text);
    *d = (struct diff){0};
}

static int by_key(const void *a, const void *b)
{
    return span_cmp(((const struct diff_sum *)a)->key, ((const struct diff_sum *)b)->key);
}

int diff_sums(const struct diff *d, bool by_inst, struct diff_sum **out, size_t *n, struct err *e)
{
    struct names keys = NAMES_INIT;
    struct diff_sum *sums = mem_calloc(d->n + 1, sizeof *sums);
    int rc = sums ? 0 : err_nomem(e);
    for (size_t i = 0; i < d->n && rc == 0; i++) {
        const struct diff_row *r = &d->at[i];
        struct span key = by_inst ? r->inst : r->rule;
        uint32_t k = names_put(&keys, key);
        if (k == NAME_NONE) {
            rc = err_nomem(e);
            break;
        }
        sums[k].key = key;
        sums[k].n[r->kind]++;
        sums[k].fund[0] += r->fund[0];
        sums[k].fund[1] += r->fund[1];
    }
    *n = keys.n;
    names_release(&keys);
    if (rc < 0) {
        mem_free(sums);
        return rc;
    }
    qsort(sums, *n, sizeof *sums, by_key);
    *out = sums;
    return 0;
}
