/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What persons a few places ahead will read is fetched meanwhile. Their rows lie together in each column, but there are dozens of
 * columns; and their visits' ids lead to places all over tables that are larger than the processor's memory.
 */
#include "engine/walk_priv.h"

/* How many persons ahead: columns of their rows; then what the ids there lead to; then the diagnoses. */
enum { AHEAD_ROWS = 6, AHEAD_IDS = 4, AHEAD_DX = 2 };

static const enum source_id fetched[] = {S_STAY, S_SETTLEMENT, S_SALE, S_ENROL, S_REG};

static bool rows_of(const struct walk *w, enum source_id s, int32_t psn, uint32_t *lo, uint32_t *hi)
{
    if (psn < 0 || (uint32_t)psn >= w->run->frame->dict[D_PERSON].n)
        return false;
    run_rows(w->run, s, (uint32_t)psn, lo, hi);
    return *lo < *hi;
}

static void fetch_rows(const struct walk *w, int32_t psn)
{
    uint32_t lo, hi;
    for (size_t i = 0; i < sizeof fetched / sizeof *fetched; i++) {
        enum source_id s = fetched[i];
        if (!rows_of(w, s, psn, &lo, &hi))
            continue;
        const struct huji_table *t = &w->run->frame->table[s];
        for (size_t f = 0; f < huji_sources[s].n_fields; f++)
            table_prefetch(t, huji_sources[s].fields[f].type, (int)f, lo);
    }
}

/* What stands behind an id of a person's rows. */
static void fetch_id(const struct walk *w, enum source_id s, int field, uint32_t row, bool dx)
{
    const struct huji_frame *f = w->run->frame;
    enum domain d = field < 0 ? D_PERSON : huji_sources[s].fields[field].domain;
    int64_t id = field < 0 ? HUJI_NONE64 : table_cell(&f->table[s], F_CODE, field, row);
    if (id < 0 || id >= f->dict[d].n)
        return;
    if (dx) {
        __builtin_prefetch(&f->diag[f->diag_at[id]]);
        return;
    }
    if (w->run->row_of[d])
        __builtin_prefetch(&w->run->row_of[d][id]);
    if (d == D_VISIT && f->diag_at)
        __builtin_prefetch(&f->diag_at[id]);
}

static void fetch_ids(const struct walk *w, int32_t psn)
{
    uint32_t lo, hi;
    if (rows_of(w, S_STAY, psn, &lo, &hi))
        for (uint32_t r = lo; r < hi; r++)
            fetch_id(w, S_STAY, w->run->known[S_STAY].visit, r, false);
    if (rows_of(w, S_SETTLEMENT, psn, &lo, &hi))
        for (uint32_t r = lo; r < hi; r++)
            fetch_id(w, S_SETTLEMENT, w->run->known[S_SETTLEMENT].id, r, false);
}

static void fetch_dx(const struct walk *w, int32_t psn)
{
    uint32_t lo, hi;
    if (w->run->frame->diag_at && rows_of(w, S_STAY, psn, &lo, &hi))
        for (uint32_t r = lo; r < hi; r++)
            fetch_id(w, S_STAY, w->run->known[S_STAY].visit, r, true);
}

void walk_ahead(const struct walk *w, int32_t psn)
{
    if (psn > INT32_MAX - AHEAD_ROWS)
        return;
    fetch_rows(w, psn + AHEAD_ROWS);
    fetch_ids(w, psn + AHEAD_IDS);
    fetch_dx(w, psn + AHEAD_DX);
}
