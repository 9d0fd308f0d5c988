/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "synth/synth.h"

#include <stdlib.h>

#include "base/mem.h"
#include "synth/model.h"

#define PERSONS_A_COUNTY 100000u

static int check(const struct synth_options *o, struct err *e)
{
    if (o->persons < SYNTH_MIN_PERSONS || o->persons > SYNTH_MAX_PERSONS)
        return err_set(e, ERR_USAGE, "人数应在 %d 至 %d 之间", SYNTH_MIN_PERSONS,
                       SYNTH_MAX_PERSONS);
    if (o->year && (o->year < SYNTH_MIN_YEAR || o->year > SYNTH_MAX_YEAR))
        return err_set(e, ERR_USAGE, "年份应在 %d 至 %d 之间", SYNTH_MIN_YEAR, SYNTH_MAX_YEAR);
    if (o->months < 0 || o->months > 120)
        return err_set(e, ERR_USAGE, "月数应在 1 至 120 之间");
    if (o->plants > SYNTH_MAX_PLANTS)
        return err_set(e, ERR_USAGE, "每条规则埋的处数应在 1 至 %d 之间", SYNTH_MAX_PLANTS);
    if (!o->out || !o->out[0])
        return err_set(e, ERR_USAGE, "没有指定输出文件夹");
    return 0;
}

static int world_open(struct world *w, const struct synth_options *o, struct err *e)
{
    memset(w, 0, sizeof *w);
    w->o = o;
    w->e = e;
    w->seed = o->seed;
    w->n = o->persons;
    w->months = o->months ? o->months : 12;
    w->year = o->year ? o->year : 2023;
    w->from = day_from_ymd(w->year, 1, 1);
    w->to = day_from_ymd(w->year + w->months / 12, w->months % 12 + 1, 1) - 1;
    w->days = w->to - w->from + 1;
    w->n_county = (w->n + PERSONS_A_COUNTY / 2) / PERSONS_A_COUNTY;
    if (!w->n_county)
        w->n_county = 1;
    w->county_size = (w->n + w->n_county - 1) / w->n_county;
    uint32_t v = w->n / 250 / 12 * 12;
    w->village_size = v < 120 ? 120 : v > 480 ? 480 : v;
    w->variants = (int)(w->n / 150);
    w->variants = w->variants < 1 ? 1 : w->variants > 700 ? 700 : w->variants;
    items_open();
    int rc = places_open(w);
    if (rc)
        return rc;
    w->used = mem_calloc(w->n / 8 + 1, 1);
    w->sold = mem_calloc((size_t)w->of_kind[K_PHARM] * synth_n_items * (size_t)w->months,
                         sizeof *w->sold);
    if (!w->used || !w->sold)
        return err_nomem(e);
    return 0;
}

static void world_release(struct world *w)
{
    places_release(w);
    mem_free(w->used);
    mem_free(w->sold);
    mem_free(w->change);
    map_release(&w->changes);
    arena_release(&w->arena);
}

static int everybody(struct world *w, const struct progress *pg)
{
    struct person p;
    for (uint32_t i = 0; i < w->n; i++) {
        if (i % 1000 == 0) {
            progress_step(pg, "造人员与就诊", i, w->n);
            if (progress_cancelled(pg))
                return err_set(w->e, ERR_STATE, "已取消");
        }
        person_make(w, i, &p);
        person_write(w, &p);
        if (!person_used(w, i))
            care_person(w, &p);
        if (w->failed)
            return w->failed;
    }
    progress_step(pg, "造人员与就诊", w->n, w->n);
    return 0;
}

int synth_write(const struct synth_options *o, struct synth_counts *counts,
                const struct progress *pg, struct err *e)
{
    int rc = check(o, e);
    if (rc)
        return rc;
    struct world w;
    rc = world_open(&w, o, e);
    if (!rc)
        rc = writer_open(&w.out, o, e);
    if (!rc) {
        places_write(&w);
        if (!o->no_plants)
            rc = plants_run(&w);
        if (!rc)
            rc = everybody(&w, pg);
        if (!rc) {
            stock_write(&w);
            agency_write(&w);
        }
        int closed = writer_close(w.out, rc ? NULL : e);
        rc = rc ? rc : closed;
    }
    if (!rc && counts)
        *counts = (struct synth_counts){w.n,      w.n_inst,  w.n_visit, w.n_setl,
                                        w.n_line, w.n_plant, w.n_twin};
    world_release(&w);
    return rc;
}
