/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Clues whose evidence went with an import that was taken back: kept, marked, and said so. */
#include <stdio.h>

#include "base/map.h"
#include "base/mem.h"
#include "casework/clue.h"
#include "claims/store.h"

struct hurt {
    int64_t clue, lines;
};

struct withdraw {
    struct names events;
    struct hurt *at;
    size_t n, cap;
};

static int load_events(struct withdraw *w, struct store *s, struct err *e)
{
    struct db_rows rows;
    int rc = 0;

    if (!store_has(s, "withdrawn"))
        return 0;
    rc = db_open(s->con, "select event from withdrawn where event is not null", &rows, e);
    if (rc)
        return rc;
    while (!rc && db_next(&rows))
        if (names_put(&w->events, db_text(&rows, 0)) == NAME_NONE)
            rc = err_nomem(e);
    db_close(&rows);
    return rc;
}

static int find_clues(struct withdraw *w, struct cw *db, struct err *e)
{
    struct cw_rows rows;
    int rc = cw_query(
            db, &rows, e,
            "select l.clue, l.event from clue_line l join clue c on c.id = l.clue"
            " where l.gone = 0 and c.found = 1 and c.finding_id is not null order by l.clue",
            CW_NONE),
        more;

    if (rc)
        return rc;
    while (!rc && (more = cw_next(&rows, e)) != 0) {
        if (more < 0) {
            rc = more;
        } else if (names_get(&w->events, cw_text(&rows, 1)) != NAME_NONE) {
            int64_t id = cw_int(&rows, 0);

            if (w->n && w->at[w->n - 1].clue == id)
                w->at[w->n - 1].lines++;
            else if (mem_grow(&w->at, &w->cap, w->n + 1, sizeof *w->at))
                rc = err_nomem(e);
            else
                w->at[w->n++] = (struct hurt){id, 1};
        }
    }
    cw_done(&rows);
    return rc;
}

/* Who works on it should not go to a hospital with it. */
static int tell_assignee(struct cw *db, int64_t clue, const char *note, struct err *e)
{
    int64_t account = 0;
    int rc = cw_get_int(
        db, 0, &account, e,
        "select a.id from clue c join account a on a.login = c.assignee where c.id = $1",
        CW_ARGS(cw_i(clue)));

    return rc || !account ? rc : notice_add(db, account, "withdrawn", clue, note, e);
}

static int mark(struct cw *db, const struct hurt *h, const struct actor *who, int64_t import,
                int64_t change, struct err *e)
{
    char now[CW_TIME], note[200];
    int rc;

    cw_now(now);
    snprintf(note, sizeof note,
             "所据的 %lld 条记录已随第 %lld 次导入的撤回而不在库中，请重新筛查后再定",
             (long long)h->lines, (long long)import);
    rc = cw_exec(
        db, e,
        "update clue set found = 0, updated_at = $2, change = $3, version = version + 1 where id = $1",
        CW_ARGS(cw_i(h->clue), cw_t(now), cw_i(change)));
    if (!rc)
        rc = clue_history(db, h->clue, who, "withdrawn", note, "{}", e);
    return rc ? rc : tell_assignee(db, h->clue, note, e);
}

int clues_withdraw(struct cw *db, struct store *s, const struct actor *who, int64_t import,
                   int64_t *clues, struct err *e)
{
    struct withdraw w = {0};
    char object[48], detail[96];
    int64_t change = 0;
    int rc = load_events(&w, s, e);

    if (!rc)
        rc = find_clues(&w, db, e);
    if (!rc)
        rc = cw_begin(db, e);
    if (!rc) {
        rc = clue_next_change(db, &change, e);
        for (size_t i = 0; i < w.n && !rc; i++)
            rc = mark(db, &w.at[i], who, import, change, e);
        snprintf(object, sizeof object, "import:%lld", (long long)import);
        snprintf(detail, sizeof detail, "{\"clues\":%zu,\"records\":%u}", w.n, w.events.n);
        if (!rc)
            rc = audit_append(
                db, who, &(struct act){.act = "import.undo", .object = object, .detail = detail},
                e);
        rc = cw_end(db, rc, e);
    }
    if (!rc)
        *clues = (int64_t)w.n;
    names_release(&w.events);
    mem_free(w.at);
    return rc;
}
