/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <string.h>

#include "base/mem.h"
#include "casework/clue_index_priv.h"
#include "screen/nature.h"

_Static_assert(CLUE_STATES <= 8 && VERDICT_COUNT <= 4, "kind_of packs them");

const char *const clue_class_name[3] = {"明确", "高疑", "可疑"};

struct clue_index *clue_index_new(void)
{
    struct clue_index *x = mem_calloc(1, sizeof *x);

    if (x)
        pthread_rwlock_init(&x->lock, NULL);
    return x;
}

void clue_index_free(struct clue_index *x)
{
    if (!x)
        return;
    mem_free(x->id);
    mem_free(x->fund);
    mem_free(x->amount);
    mem_free(x->expected);
    mem_free(x->day);
    mem_free(x->due);
    mem_free(x->rule);
    mem_free(x->inst);
    mem_free(x->division);
    mem_free(x->assignee);
    mem_free(x->kind);
    mem_free(x->nature);
    map_release(&x->place);
    names_release(&x->rules);
    names_release(&x->insts);
    names_release(&x->divisions);
    names_release(&x->assignees);
    mem_free(x->inst_names);
    arena_release(&x->text);
    pthread_rwlock_destroy(&x->lock);
    mem_free(x);
}

/* --- reading in ---------------------------------------------------------------------------------- */

static day_t day_at(const struct cw_rows *rows, int col)
{
    day_t d;

    return day_parse(cw_text(rows, col), &d) ? d : DAY_NONE;
}

static uint8_t class_of(struct span s)
{
    for (uint8_t i = 0; i < 3; i++)
        if (span_is(s, clue_class_name[i]))
            return i;
    return 2;
}

static uint8_t verdict_of(struct span s)
{
    for (uint8_t i = 1; i < VERDICT_COUNT; i++)
        if (span_is(s, verdict_code[i]))
            return i;
    return VERDICT_NONE;
}

static bool keep_inst_name(struct clue_index *x, uint32_t inst, struct span name)
{
    if (inst == NAME_NONE)
        return false;
    if (inst >= x->cap_inst_names) {
        size_t was = x->cap_inst_names;

        if (mem_grow(&x->inst_names, &x->cap_inst_names, inst + 1, sizeof *x->inst_names))
            return false;
        memset(x->inst_names + was, 0, (x->cap_inst_names - was) * sizeof *x->inst_names);
    }
    if (!span_eq(x->inst_names[inst], name))
        x->inst_names[inst] = arena_span(&x->text, name);
    return true;
}

static const char select_rows[] =
    "select id, change, state, coalesce(verdict, ''), class, source, rule_id, coalesce(fixmedins_code, ''), admdvs,"
    " coalesce(assignee, ''), coalesce(event_date, ''), coalesce(due, ''), fund_fen, amount_fen, expected_fen, found,"
    " fixmedins_name, nature from clue where change > $1 order by change, id";

/* Room for one more row in every column. */
static int grow(struct clue_index *x)
{
    static const size_t more = 1u << 16;
    size_t want = x->n + 1;

    if (want <= x->cap)
        return 0;
    want = x->cap + x->cap / 4 + (x->cap < more ? 1024 : more);
    size_t caps[12];

    for (size_t i = 0; i < 12; i++)
        caps[i] = x->cap;
    if (mem_grow(&x->id, &caps[0], want, sizeof *x->id) ||
        mem_grow(&x->fund, &caps[1], want, sizeof *x->fund) ||
        mem_grow(&x->amount, &caps[2], want, sizeof *x->amount) ||
        mem_grow(&x->expected, &caps[3], want, sizeof *x->expected) ||
        mem_grow(&x->day, &caps[4], want, sizeof *x->day) ||
        mem_grow(&x->due, &caps[5], want, sizeof *x->due) ||
        mem_grow(&x->rule, &caps[6], want, sizeof *x->rule) ||
        mem_grow(&x->inst, &caps[7], want, sizeof *x->inst) ||
        mem_grow(&x->division, &caps[8], want, sizeof *x->division) ||
        mem_grow(&x->assignee, &caps[9], want, sizeof *x->assignee) ||
        mem_grow(&x->kind, &caps[10], want, sizeof *x->kind) ||
        mem_grow(&x->nature, &caps[11], want, sizeof *x->nature))
        return -1;
    x->cap = want;
    return 0;
}

static int take(struct clue_index *x, const struct cw_rows *rows, struct err *e)
{
    int state = clue_state_find(cw_text(rows, 2));
    uint64_t id = (uint64_t)cw_int(rows, 0);
    uint32_t at = map_get(&x->place, id);
    uint32_t rule = names_put(&x->rules, cw_text(rows, 6)),
             inst = names_put(&x->insts, cw_text(rows, 7)),
             division = names_put(&x->divisions, cw_text(rows, 8)),
             assignee = names_put(&x->assignees, cw_text(rows, 9));
    day_t due = day_at(rows, 11);

    if (rule == NAME_NONE || division == NAME_NONE || assignee == NAME_NONE ||
        !keep_inst_name(x, inst, cw_text(rows, 16)))
        return err_nomem(e);
    if (at == MAP_NONE) {
        if (grow(x) || map_put(&x->place, id, (uint32_t)x->n))
            return err_nomem(e);
        at = (uint32_t)x->n++;
    }
    x->id[at] = (int64_t)id;
    x->kind[at] = kind_of((uint32_t)(state < 0 ? CLUE_NEW : state), verdict_of(cw_text(rows, 3)),
                          class_of(cw_text(rows, 4)), (uint32_t)clue_source_find(cw_text(rows, 5)),
                          cw_int(rows, 15) != 0);
    x->nature[at] = (uint8_t)(nature_find(cw_text(rows, 17)) + 1);
    x->rule[at] = rule;
    x->inst[at] = inst;
    x->division[at] = division;
    x->assignee[at] = assignee;
    x->day[at] = day_at(rows, 10);
    x->due[at] = due == DAY_NONE ? INT32_MAX : due;
    x->fund[at] = cw_int(rows, 12);
    x->amount[at] = cw_int(rows, 13);
    x->expected[at] = cw_int(rows, 14);
    x->change = cw_int(rows, 1);
    return 0;
}

int clue_index_refresh(struct clue_index *x, struct cw *db, struct err *e)
{
    struct cw_rows rows;
    int64_t newest = 0, known;
    int rc = cw_get_int(db, 0, &newest, e, "select n from counter where name = 'clue'", CW_NONE),
        more;

    if (rc)
        return rc;
    pthread_rwlock_rdlock(&x->lock);
    known = x->change;
    pthread_rwlock_unlock(&x->lock);
    if (known >= newest)
        return 0;
    pthread_rwlock_wrlock(&x->lock);
    rc = cw_query(db, &rows, e, select_rows, CW_ARGS(cw_i(x->change)));
    if (!rc) {
        int64_t from = x->change;

        while (!rc && (more = cw_next(&rows, e)) != 0)
            rc = more < 0 ? more : take(x, &rows, e);
        cw_done(&rows);
        /* What was read in part is read again. */
        if (rc)
            x->change = from;
        else if (x->change < newest)
            x->change = newest;
    }
    pthread_rwlock_unlock(&x->lock);
    return rc;
}
