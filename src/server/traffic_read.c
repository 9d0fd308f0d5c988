/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Decisions as they were kept, read on from where the last reading ended, into fsi_flag. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/traffic.h"

#define LINES_AT_ONCE 2000

static const char *text(const json_t *o, const char *name)
{
    const char *s = json_string_value(json_object_get(o, name));

    return s ? s : "";
}

/* "refmsg_time": "20261201093000123" of the answer -> "2026-12-01"; today when there is none. */
static void day_of(const char *answer, size_t n, char out[11])
{
    static const char name[] = "\"refmsg_time\": \"";
    const char *t = memmem(answer, n, name, sizeof name - 1);
    char now[CW_TIME];

    cw_now(now);
    t = t ? t + sizeof name - 1 : NULL;
    if (t && (size_t)(answer + n - t) >= 8)
        snprintf(out, 11, "%.4s-%.2s-%.2s", t, t + 4, t + 6);
    else
        snprintf(out, 11, "%.10s", now);
}

static int flags(struct cw *db, const json_t *line, const char *day, struct err *e)
{
    const json_t *f;
    size_t i;
    int rc = 0;

    json_array_foreach(json_object_get(line, "findings"), i, f) if (!rc) rc = cw_exec(
        db, e,
        "insert into fsi_flag(jr_id, fixmedins_code, day, infno, rule_id, finding_id, mdtrt_id, sev, mode,"
        " dspo, amount_fen, message) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        " on conflict (jr_id) do nothing",
        CW_ARGS(cw_t(text(f, "jr_id")), cw_t(text(line, "fixmedins_code")), cw_t(day),
                cw_t(text(line, "infno")), cw_t(text(f, "rule_id")), cw_t(text(f, "finding_id")),
                cw_t(text(f, "mdtrt_id")), cw_i(json_integer_value(json_object_get(f, "sev_deg"))),
                cw_t(text(f, "mode")), cw_i(json_integer_value(json_object_get(f, "dspo_rqmt"))),
                cw_i(json_integer_value(json_object_get(f, "amount_fen"))),
                cw_t(text(f, "message"))));
    return rc;
}

/* 3103: of the same institution only. */
static int ways(struct cw *db, const json_t *line, const char *day, struct err *e)
{
    const json_t *w;
    size_t i;
    int rc = 0;

    json_array_foreach(json_object_get(line, "warns"), i, w) if (!rc) rc = cw_exec(
        db, e,
        "update fsi_flag set way = $1, reason = $2, way_day = $3 where jr_id = $4 and fixmedins_code = $5",
        CW_ARGS(cw_t(text(w, "dspo_way")), cw_t(text(w, "dspo_way_rea")), cw_t(day),
                cw_t(text(w, "warn_rslt_id")), cw_t(text(line, "fixmedins_code"))));
    return rc;
}

/* `at` may be written into. */
static int one_line(struct cw *db, char *at, size_t n, struct err *e)
{
    static const char mark[] = ", \"answer\": "; /* decisions.c: the answer is the last member */
    json_t *line;
    char day[11], *answer = memmem(at, n, mark, sizeof mark - 1);
    int rc = 0;

    if (!answer || memmem(at, (size_t)(answer - at), "\"findings\": []", 14)) /* most of them */
        return 0;
    day_of(answer + 1, n - (size_t)(answer + 1 - at), day);
    *answer = '}'; /* the answer, which is most of the line, is of no interest */
    line = json_loadb(at, (size_t)(answer + 1 - at), 0, NULL);
    if (!line) /* decisions.c complains of it when it opens the file */
        return 0;
    rc = flags(db, line, day, e);
    if (!rc)
        rc = ways(db, line, day, e);
    json_decref(line);
    return rc;
}

/* Some lines in one transaction, with how far it came. *more: there may be others. */
static int some_lines(FILE *f, struct cw *db, int64_t *at, bool *more, struct err *e)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    int lines = 0, rc = cw_begin(db, e);

    *more = false;
    if (rc)
        return rc;
    while (!rc && lines < LINES_AT_ONCE && (n = getline(&line, &cap, f)) > 0 &&
           line[n - 1] == '\n') {
        rc = one_line(db, line, (size_t)n, e);
        *at += n;
        lines++;
    }
    free(line);
    *more = lines == LINES_AT_ONCE;
    if (!rc)
        rc = cw_exec(db, e,
                     "insert into fsi_read(name, bytes) values ('decisions', $1)"
                     " on conflict (name) do update set bytes = excluded.bytes",
                     CW_ARGS(cw_i(*at)));
    return cw_end(db, rc, e);
}

int traffic_read_decisions(const char *dir, struct cw *db, struct err *e)
{
    char path[1024];
    int64_t at = 0;
    bool more = true;
    FILE *f;
    int rc = cw_get_int(db, 0, &at, e, "select bytes from fsi_read where name = 'decisions'",
                        CW_NONE);

    if (rc < 0)
        return rc;
    snprintf(path, sizeof path, "%s/check/decisions.jsonl", dir);
    f = fopen(path, "re");
    if (!f)
        return errno == ENOENT ? 0 : err_errno(e, "打不开 %s", path);
    rc = fseeko(f, 0, SEEK_END) < 0 ? err_errno(e, "读不了 %s", path) : 0;
    /* A crash may have cut off what was never acknowledged. */
    if (!rc && ftello(f) < at)
        at = ftello(f);
    if (!rc && ftello(f) == at)
        more = false;
    if (!rc && more && fseeko(f, (off_t)at, SEEK_SET) < 0)
        rc = err_errno(e, "读不了 %s", path);
    while (!rc && more)
        rc = some_lines(f, db, &at, &more, e);
    fclose(f);
    return rc;
}
