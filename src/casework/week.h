/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * 周报 (law.md D2): figures counted from casework by when a thing was entered here, 本周 and 累计; frozen at the cut-off, with the
 * rows each consists of; a figure typed over stands beside the counted one.
 */
#ifndef HUJI_CASEWORK_WEEK_H
#define HUJI_CASEWORK_WEEK_H

#include "casework/audit.h"

struct week_kind {
    const char *key, *title; /* title: as in the template's 本周.. and 累计.. */
    const char *unit; /* 家 人 条 件, 万元 for money in fen, % for hundredths of a percent */
    const char *
        object; /* what a row is: "clue", "inst" (CODE, CODE/.. or clue:ID), "doctor", "row" (of a list), "refund" */
    /* rows (object, amount, at) within $1 (from), $2 (to), $3, $4 (division codes); NULL: nothing here says it, an entry of
     * people's (hand_week, hand_total), whose 累计 goes on from report to report */
    const char *sql;
};
extern const struct week_kind week_kinds[]; /* key NULL ends */

struct week_span {
    char since[CW_TIME], from[CW_TIME], to[CW_TIME]; /* first and last second */
    const char *prefix;                              /* of the division code */
};
struct week_count {
    int64_t week, total;
};
/* Days as YYYY-MM-DD. Errors: ERR_INPUT naming the field. */
int week_span_of(struct week_span *s, const char *since, const char *from, const char *to,
                 const char *prefix, struct err *e);
int week_count(struct cw *db, const struct week_kind *k, const struct week_span *s,
               struct week_count *out, struct err *e);
/* The select of the rows behind a figure: (object, amount, at, in_week), with $1..$4 as above, $5 the week's first second. */
void week_rows_sql(struct buf *out, const struct week_kind *k);

/* Its $4: behind all codes of the span's division. */
void week_high(const struct week_span *s, char out[16]);

/* A draft; texts are carried over from the one before. */
int week_make(struct cw *db, const struct actor *who, const struct week_span *s, const char *since,
              const char *from, const char *to, int64_t *id, struct err *e);
/* Counts, keeps figures and rows, ties the report to the audit chain by its code. ERR_STATE when frozen before or `version` is old. */
int week_freeze(struct cw *db, const struct actor *who, int64_t id, int64_t version,
                const struct week_span *s, struct err *e);
/* 签发, once, of what is frozen. ERR_STATE else. */
int week_sign(struct cw *db, const struct actor *who, int64_t id, int64_t version, struct err *e);
int week_texts(struct cw *db, const struct actor *who, int64_t id, int64_t version,
               const char *json, struct err *e);
struct week_hand {
    const char *key, *note;
    bool has_week, has_total; /* false: the counted one stands again */
    int64_t week, total;
};
int week_type_over(struct cw *db, const struct actor *who, int64_t id, int64_t version,
                   const struct week_hand *h, struct err *e);

#endif
