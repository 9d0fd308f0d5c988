/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/timer.h"

#include <stdio.h>

#include "casework/param.h"
#include "casework/third.h"
#include "server/job.h"

static const struct actor clock_actor = {0, "timer", "定时", "", "timer"};

/* Nothing of `kind` waits or runs, and the last one began before `oldest` (a failed one counts for ten minutes). */
static int is_due(struct cw *db, const char *kind, const char *oldest, bool *due, struct err *e)
{
    char recent[CW_TIME];
    int64_t n = 0;
    int rc;

    cw_later(-600, recent);
    rc = cw_get_int(
        db, 0, &n, e,
        "select count(*) from job where kind = $1 and (state in ('queued', 'running')"
        " or (state = 'done' and created_at >= $2) or (state <> 'done' and created_at >= $3))",
        CW_ARGS(cw_t(kind), cw_t(oldest), cw_t(recent)));
    *due = !rc && n == 0;
    return rc;
}

static int backup_due(struct cw *db, struct err *e)
{
    struct buf dir = BUF_INIT;
    char oldest[CW_TIME];
    int64_t hours = 0, id = 0;
    bool due = false;
    int rc = param_int(db, "backup_hours", &hours, e);

    if (rc || !hours)
        return rc;
    cw_later(-hours * 3600, oldest);
    rc = param_text(db, "backup_dir", &dir, e);
    if (!rc && dir.n)
        rc = is_due(db, "backup", oldest, &due, e);
    buf_release(&dir);
    return rc || !due ? rc : job_queue(db, &clock_actor, "backup", json_object(), &id, e);
}

void timer_tick(struct server *s, struct cw *db)
{
    struct err e = {0};

    int ended = 0;

    (void)s;
    if (batch_expire(db, &clock_actor, &ended, &e))
        fprintf(stderr, "level=error timer=batch text=\"%s\"\n", e.message);
    if (backup_due(db, &e))
        fprintf(stderr, "level=error timer=backup text=\"%s\"\n", e.message);
}
