/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Decisions as they were kept, read on from where the last reading ended, into fsi_flag. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/fen.h"
#include "check/pull.h"
#include "check/volumes.h"
#include "server/traffic.h"

/* In one transaction: others who write wait for it. */
#define LINES_AT_ONCE 500

/* What a decision says that is counted: one finding, or what a doctor did with one. */
struct told {
    struct span jr_id, rule_id, finding_id, mdtrt_id, mode, message; /* of findings */
    struct span sev_deg, dspo_rqmt, amount_fen;
    struct span warn_rslt_id, dspo_way, dspo_way_rea; /* of warns */
};
struct line {
    struct cw *db;
    const char *day;
    struct span inst, infno;
};

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

static struct cw_val number(struct span s)
{
    int64_t v;

    return cw_i(dec_parse(s, 0, false, &v) ? v : 0);
}

static int flag(const struct line *l, const struct told *f, struct err *e)
{
    return cw_exec(
        l->db, e,
        "insert into fsi_flag(jr_id, fixmedins_code, day, infno, rule_id, finding_id, mdtrt_id, sev, mode,"
        " dspo, amount_fen, message) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        " on conflict (jr_id) do nothing",
        CW_ARGS(cw_s(f->jr_id), cw_s(l->inst), cw_t(l->day), cw_s(l->infno), cw_s(f->rule_id),
                cw_s(f->finding_id), cw_s(f->mdtrt_id), number(f->sev_deg), cw_s(f->mode),
                number(f->dspo_rqmt), number(f->amount_fen), cw_s(f->message)));
}

/* 3103: of the same institution only. */
static int way(const struct line *l, const struct told *w, struct err *e)
{
    return cw_exec(
        l->db, e,
        "update fsi_flag set way = $1, reason = $2, way_day = $3 where jr_id = $4 and fixmedins_code = $5",
        CW_ARGS(cw_s(w->dspo_way), cw_s(w->dspo_way_rea), cw_t(l->day), cw_s(w->warn_rslt_id),
                cw_s(l->inst)));
}

static int read_told(struct pull *j, struct told *t)
{
    static const struct {
        const char *name;
        size_t at;
    } want[] = {{"jr_id", offsetof(struct told, jr_id)},
                {"finding_id", offsetof(struct told, finding_id)},
                {"rule_id", offsetof(struct told, rule_id)},
                {"mdtrt_id", offsetof(struct told, mdtrt_id)},
                {"sev_deg", offsetof(struct told, sev_deg)},
                {"mode", offsetof(struct told, mode)},
                {"dspo_rqmt", offsetof(struct told, dspo_rqmt)},
                {"amount_fen", offsetof(struct told, amount_fen)},
                {"message", offsetof(struct told, message)},
                {"warn_rslt_id", offsetof(struct told, warn_rslt_id)},
                {"dspo_way", offsetof(struct told, dspo_way)},
                {"dspo_way_rea", offsetof(struct told, dspo_way_rea)}};
    struct span key, skipped;
    bool first = true, more;
    int rc = pull_open(j, '{');

    *t = (struct told){.jr_id = {"", 0}};
    while (!rc && !(rc = pull_next(j, '{', &first, &key, &more)) && more) {
        struct span *to = &skipped;

        for (size_t i = 0; i < sizeof want / sizeof *want; i++)
            if (span_is(key, want[i].name))
                to = (struct span *)(void *)((char *)t + want[i].at);
        rc = pull_scalar(j, to);
    }
    return rc;
}

/* *rc: of the database; returns that of reading. */
static int read_list(struct pull *j, const struct line *l,
                     int (*one)(const struct line *, const struct told *, struct err *), int *rc,
                     struct err *e)
{
    struct span none;
    struct told t;
    bool first = true, more;
    int bad = pull_open(j, '[');

    while (!bad && !(bad = pull_next(j, '[', &first, &none, &more)) && more)
        if (!(bad = read_told(j, &t)) && !*rc)
            *rc = one(l, &t, e);
    return bad;
}

static int one_line(struct cw *db, struct arena *a, const char *at, size_t n, struct err *e)
{
    static const char mark[] = ", \"answer\": "; /* decisions.c: the answer is the last member */
    const char *answer = memmem(at, n, mark, sizeof mark - 1);
    struct err bad = {0}; /* decisions.c complains of such a line when it opens the file */
    struct line l = {.db = db, .inst = {"", 0}, .infno = {"", 0}};
    struct span key, other;
    char day[11];
    bool first = true, more;
    int rc = 0;

    if (!answer || memmem(at, (size_t)(answer - at), "\"findings\": []", 14)) /* most of them */
        return 0;
    day_of(answer + 1, n - (size_t)(answer + 1 - at), day);
    l.day = day;
    /* The answer, which is most of the line, is of no interest: it ends before it. */
    struct pull j = {.begin = at, .p = at, .end = answer, .max_depth = 16, .a = a, .e = &bad};

    if (pull_open(&j, '{'))
        return 0;
    while (pull_peek(&j) && !pull_next(&j, '{', &first, &key, &more) && more) {
        bool inst = span_is(key, "fixmedins_code");

        if (inst || span_is(key, "infno") ? pull_scalar(&j, inst ? &l.inst : &l.infno)
            : span_is(key, "findings")    ? read_list(&j, &l, flag, &rc, e)
            : span_is(key, "warns")       ? read_list(&j, &l, way, &rc, e)
                                          : pull_scalar(&j, &other))
            break;
    }
    return rc;
}

/* So far it has been read: byte `at` of volume `number` (check/volumes.h). */
struct place {
    int64_t number, at;
};

static int get_place(struct cw *db, struct place *p, struct err *e)
{
    static const char sql[] = "select bytes from fsi_read where name = $1";
    int rc = cw_get_int(db, 0, &p->at, e, sql, CW_ARGS(cw_t("decisions")));

    return rc < 0 ? rc : cw_get_int(db, 0, &p->number, e, sql, CW_ARGS(cw_t("decisions_volume")));
}

static int put_place(struct cw *db, const struct place *p, struct err *e)
{
    static const char sql[] = "insert into fsi_read(name, bytes) values ($1, $2)"
                              " on conflict (name) do update set bytes = excluded.bytes";
    int rc = cw_exec(db, e, sql, CW_ARGS(cw_t("decisions"), cw_i(p->at)));

    return rc ? rc : cw_exec(db, e, sql, CW_ARGS(cw_t("decisions_volume"), cw_i(p->number)));
}

/* Some lines in one transaction, with how far it came. *more: there may be others. `aside`: nobody adds to it any more, behind its end comes
 * the next volume. */
static int some_lines(FILE *f, bool aside, struct cw *db, struct place *p, bool *more,
                      struct err *e)
{
    struct arena a = ARENA_INIT;
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    int lines = 0, rc = cw_begin(db, e);

    if (rc)
        return rc;
    while (!rc && lines < LINES_AT_ONCE && (n = getline(&line, &cap, f)) > 0 &&
           line[n - 1] == '\n') {
        rc = one_line(db, &a, line, (size_t)n, e);
        arena_reset(&a);
        p->at += n;
        lines++;
    }
    if (!rc && lines < LINES_AT_ONCE && n < 0 && !feof(f)) /* not the end of a volume */
        rc = err_errno(e, "读不了审核记录");
    free(line);
    arena_release(&a);
    *more = lines == LINES_AT_ONCE || aside;
    if (lines < LINES_AT_ONCE && aside)
        *p = (struct place){.number = p->number + 1};
    if (!rc)
        rc = put_place(db, p, e);
    return cw_end(db, rc, e);
}

/* From p on; `moved`: p is not what is stored. A crash may have cut off what was never acknowledged: then from the end. */
static int read_on(FILE *f, bool aside, bool moved, struct cw *db, struct place *p, bool *more,
                   struct err *e)
{
    off_t size = fseeko(f, 0, SEEK_END) < 0 ? -1 : ftello(f);

    if (p->at > size)
        p->at = size;
    if (size < 0 || fseeko(f, (off_t)p->at, SEEK_SET) < 0)
        return err_errno(e, "读不了审核记录");
    return size > p->at || aside || moved ? some_lines(f, aside, db, p, more, e) : 0;
}

/* The volume to read from: p->number, or the next one that was not moved away. *out NULL: there is none yet. */
static int open_volume(const char *dir, struct place *p, bool *aside, FILE **out, struct err *e)
{
    char path[VOLUME_PATH];

    snprintf(path, sizeof path, "%.1000s/check/decisions.jsonl", dir);
    /* Before the number is asked: when it is the one that was read last time, this file is that one, whatever is set aside now. */
    *out = fopen(path, "re");
    if (!*out && errno != ENOENT)
        return err_errno(e, "打不开 %s", path);

    int64_t now = volumes_number(dir);

    if (p->number > now) /* these files are older than the casework database: they were read */
        *p = (struct place){now, INT64_MAX};
    *aside = p->number < now;
    if (*aside && *out)
        fclose(*out);
    while (p->number < now) {
        volumes_path(dir, p->number, "jsonl", path);
        *out = fopen(path, "re");
        if (*out)
            return 0;
        if (errno != ENOENT)
            return err_errno(e, "打不开 %s", path);
        *p = (struct place){.number = p->number + 1};
        if (p->number ==
            now) /* that one is opened again: what was open may have been set aside meanwhile */
            return open_volume(dir, p, aside, out, e);
    }
    return 0;
}

int traffic_read_some(const char *dir, struct cw *db, bool *more, struct err *e)
{
    struct place was, p;
    bool aside;
    FILE *f;
    int rc = get_place(db, &was, e);

    *more = false;
    if (rc < 0)
        return rc;
    p = was;
    if (!p.number) /* nothing was read, or by a version that knew no volumes */
        p.number = 1;
    rc = open_volume(dir, &p, &aside, &f, e);
    if (rc || !f)
        return rc;
    rc = read_on(f, aside, p.number != was.number, db, &p, more, e);
    fclose(f);
    return rc;
}

int traffic_read_decisions(const char *dir, struct cw *db, struct err *e)
{
    bool more = true;
    int rc = 0;

    while (!rc && more)
        rc = traffic_read_some(dir, db, &more, e);
    return rc;
}
