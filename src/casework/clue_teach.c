/* SPDX-License-Identifier: MulanPSL-2.0 */
/* From the casework back to the rules: verdicts into the store's table, where ranking learns from them. */
#include "base/arena.h"
#include "base/mem.h"
#include "casework/clue.h"
#include "run/verdicts.h"

struct lesson {
    struct verdict_row *at;
    size_t n, cap;
    struct arena text;
};

static int read_one(struct lesson *l, const struct cw_rows *rows, struct err *e)
{
    struct verdict_row v = {
        .finding = arena_span(&l->text, cw_text(rows, 0)),
        .rule = arena_span(&l->text, cw_text(rows, 1)),
        .inst = arena_span(&l->text, cw_text(rows, 2)),
        .fund = VERDICT_NO_FUND,
        .by = arena_span(&l->text, cw_text(rows, 5)),
        .reason = arena_span(&l->text, cw_text(rows, 6)),
    };

    if (!verdict_parse(cw_text(rows, 3), &v.verdict) || !day_parse(cw_text(rows, 4), &v.day))
        return 0;
    if (mem_grow(&l->at, &l->cap, l->n + 1, sizeof *l->at))
        return err_nomem(e);
    l->at[l->n++] = v;
    return 0;
}

int clues_teach(struct cw *db, struct store *s, struct err *e)
{
    struct lesson l = {0};
    struct verdict_report report;
    struct cw_rows rows;
    int rc = cw_query(
            db, &rows, e,
            "select finding_id, rule_id, coalesce(fixmedins_code, ''), verdict, verdict_at, verdict_by,"
            " coalesce(verdict_reason, '') from clue where verdict is not null and finding_id is not null"
            " order by verdict_at, id",
            CW_NONE),
        more;

    if (rc)
        return rc;
    while (!rc && (more = cw_next(&rows, e)) != 0)
        rc = more < 0 ? more : read_one(&l, &rows, e);
    cw_done(&rows);
    if (!rc && l.n)
        rc = verdicts_add(s, l.at, l.n, &report, e);
    mem_free(l.at);
    arena_release(&l.text);
    return rc;
}
