/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Rows of the resident tables: by id, and by person. */
#include "engine/run.h"

#include <string.h>

static int map_rows(struct huji_run *run, enum source_id s, const char *id_field)
{
    const struct huji_table *t = &run->frame->table[s];
    int f = source_field(s, span_of(id_field));
    enum domain d = huji_sources[s].fields[f].domain;
    uint32_t n = run->frame->dict[d].n;
    int32_t *rows = arena_alloc(&run->a, ((size_t)n + 1) * sizeof *rows);
    if (!rows)
        return -1;
    memset(rows, 0xff, ((size_t)n + 1) * sizeof *rows);
    for (size_t r = 0; r < t->n; r++) {
        int64_t id = table_cell(t, F_CODE, f, r);
        if (id >= 0 && id < n)
            rows[id] = (int32_t)r;
    }
    run->row_of[d] = rows;
    return 0;
}

static uint32_t owner_of(const struct huji_table *t, int f, size_t row, uint32_t persons)
{
    int64_t psn = f >= 0 ? table_cell(t, F_CODE, f, row) : HUJI_NONE64;
    return psn >= 0 && psn < persons ? (uint32_t)psn : persons;
}

/* A number a person. */
static int dense_ranges(struct huji_run *run, enum source_id s, int f, uint32_t n)
{
    const struct huji_table *t = &run->frame->table[s];
    uint32_t *first = arena_alloc(&run->a, ((size_t)n + 3) * sizeof *first);
    uint32_t p = 0;
    if (!first)
        return -1;
    for (size_t r = 0; r < t->n; r++)
        for (uint32_t own = owner_of(t, f, r, n); p <= own;)
            first[p++] = (uint32_t)r;
    while (p <= n + 1)
        first[p++] = (uint32_t)t->n;
    run->first[s] = first;
    return 0;
}

/* A bit a person, and a number for each of the `owners` that have rows. */
static int few_ranges(struct huji_run *run, enum source_id s, int f, uint32_t n, size_t owners)
{
    const struct huji_table *t = &run->frame->table[s];
    size_t words = (size_t)(n + 1) / 64 + 1;
    struct few_rows few = {.some = arena_calloc(&run->a, words * sizeof *few.some),
                           .before = arena_alloc(&run->a, words * sizeof *few.before),
                           .at = arena_alloc(&run->a, (owners + 1) * sizeof *few.at)};
    size_t k = 0;
    if (!few.some || !few.before || !few.at)
        return -1;
    for (size_t r = 0; r < t->n; r++) {
        uint32_t own = owner_of(t, f, r, n);
        if (few.some[own / 64] >> (own & 63) & 1)
            continue;
        few.some[own / 64] |= UINT64_C(1) << (own & 63);
        few.at[k++] = (uint32_t)r;
    }
    few.at[k] = (uint32_t)t->n;
    uint32_t before = 0;
    for (size_t i = 0; i < words; i++) {
        few.before[i] = before;
        before += (uint32_t)__builtin_popcountll(few.some[i]);
    }
    run->few[s] = few;
    return 0;
}

/* Of a county's million persons few were operated on: a number each is for tables that most have rows of. */
enum { FEW_PERSONS = 256, FEW_PART = 4 };

static int person_ranges(struct huji_run *run, enum source_id s, struct err *e)
{
    const struct huji_table *t = &run->frame->table[s];
    int f = source_field(s, SPAN("psn_no"));
    uint32_t n = run->frame->dict[D_PERSON].n, last = 0;
    size_t owners = 0;
    for (size_t r = 0; r < t->n; r++) {
        uint32_t own = owner_of(t, f, r, n);
        if (own < last)
            return err_set(e, ERR_STATE, "表 %s 没有按人员排序", huji_sources[s].table);
        owners += r == 0 || own != last;
        last = own;
    }
    bool few = n >= FEW_PERSONS && owners * FEW_PART < n;
    int rc = few ? few_ranges(run, s, f, n, owners) : dense_ranges(run, s, f, n);
    return rc < 0 ? err_nomem(e) : 0;
}

int run_link_rows(struct huji_run *run, struct err *e)
{
    static const enum source_id by_person[] = {S_STAY,  S_SETTLEMENT, S_OPERATION, S_SALE,  S_TRACE,
                                               S_CHECK, S_REFUND,     S_REG,       S_STOCK, S_ENROL,
                                               S_LAB,   S_ACT,        S_CLEARING};
    if (map_rows(run, S_STAY, "mdtrt_id") < 0 || map_rows(run, S_SETTLEMENT, "setl_id") < 0 ||
        map_rows(run, S_PERSON, "psn_no") < 0 || map_rows(run, S_INST, "fixmedins_code") < 0 ||
        map_rows(run, S_DOCTOR, "dr_code") < 0)
        return err_nomem(e);
    for (size_t i = 0; i < sizeof by_person / sizeof *by_person; i++) {
        int rc = person_ranges(run, by_person[i], e);
        if (rc < 0)
            return rc;
    }
    run->first[S_VISIT] = run->first[S_STAY];
    run->few[S_VISIT] = run->few[S_STAY];
    return 0;
}
