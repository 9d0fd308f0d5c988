/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Between the files of engine/sql. Texts made on the way live in the statement's arena. */
#ifndef HUJI_ENGINE_SQL_PRIV_H
#define HUJI_ENGINE_SQL_PRIV_H

#include "engine/sql/sql.h"

enum { SCOPE_JOINS = 48 };

struct sq { /* one statement */
    const struct huji_library *lib;
    const struct rule *r;
    struct arena a;
    struct err *e;
    int n_alias;
    struct { /* brief: how many of each name */
        const char *name;
        int n;
    } alias[SCOPE_JOINS];
    const char *fo,
        *mem;   /* names of what the kind found: not the last word where components follow */
    bool part;  /* the whole evidence is asked for besides */
    bool brief; /* to be read: the question alone, without money and evidence (brief_sql.c) */
    const char *
        parts; /* combine: its parts' rows lie in tables of this name and the rule's index; NULL: within it */
    int rc; /* first failure */
};

/* What the names of an expression mean: aliases of rows, and the joins that were needed on the way. */
struct scope {
    struct sq *q;
    struct scope *
        outer; /* of an inner event (a line of the visit): whose cur.x, value ... are the outer's */
    const char *cur; /* alias of the event's row */
    const char *kn;  /* alias of its joined knowledge row, or NULL */
    const char *
        found; /* alias of the finding (columns p_rid, p_cl, value, threshold, gf, gt, fid), or NULL */
    int clause;
    struct buf joins;
    struct {
        const char *key, *alias;
    } seen[SCOPE_JOINS];
    int n_seen;
};

void scope_init(struct scope *s, struct sq *q, const char *cur, int clause);
void scope_release(struct scope *s);
const char *sq_fmt(struct sq *q, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int sq_fail(struct sq *q, const char *what);
/* LEFT JOIN once per (table, condition); `@` in the condition is the alias, which is returned. */
const char *scope_join(struct scope *s, const char *table, const char *cond);

/* Alias of the row before (the other side), NULL where there is none. */
const char *scope_prev(struct scope *s, enum source_id src);

/* ---- expressions ---- */
void ex(struct scope *s, const struct expr *x, struct buf *b);
const char *ex_str(struct scope *s, const struct expr *x);
/* A code as its text, whatever it is; and whether ex() gives texts for it. */
void ex_text(struct scope *s, const struct expr *x, struct buf *b);
bool ex_is_text(const struct expr *x);
void ex_patterns(const struct code_pattern *set, const char *code, struct buf *b);
/* The same for reading: IN, LIKE and hj_within. */
void ex_patterns_brief(const struct code_pattern *set, const char *code, struct buf *b);
void ex_literal(struct span s, struct buf *b);
void ex_table(struct scope *s, const struct expr *x, struct buf *b);
void ex_any_dx(struct scope *s, const struct expr *x, struct buf *b);
void ex_dx_listed(struct scope *s, const struct expr *x, struct buf *b);
void ex_agg(struct scope *s, const struct expr *x, struct buf *b);
void ex_members(struct scope *s, const struct expr *x, struct buf *b);
/* SQL that prints a value `v` of expression x as findings spell it; joins dictionaries in `s`. */
void ex_print(struct scope *s, const struct expr *x, bool text, const char *v, struct buf *b);

/* ---- sources ---- */
const char *src_table(enum source_id s);
/* The column that identifies a row within its table: no, or rank. */
const char *src_rid(enum source_id s);
/* Column or NULL. */
const char *src_column(enum source_id s, const char *name);
/* `JOIN table alias ON alias.rid = E [JOIN k_T aliask ON ...]`; sets s->cur, s->kn. */
void src_join(struct scope *s, const char *alias, const char *rid, const char *kn, struct buf *b);

/* ---- the parts of a statement ---- */
bool key_is_text(const struct rule *r, int k);
bool slot_is_text(const struct rule *r, enum slot s);
/* `ev AS MATERIALIZED (...)`: all events with keys and numbers. */
void from_sql(struct sq *q, struct buf *out);
/* "k0, k1", with a prefix before each ("e.k0, e.k1"). */
void keys_list(const struct sq *q, const char *prefix, struct buf *b);
/* "a.k0 = b.k0 AND a.k1 = b.k1" */
void keys_equal(const struct sq *q, const char *a, const char *b, struct buf *out);
const char *keys_str(struct sq *q, const char *prefix);
const char *equal_str(struct sq *q, const char *a, const char *b);
/* Order of events. */
#define EV_ORDER "x NULLS FIRST, sr, t, rank, kn, cl"

/*
 * Each kind writes CTEs after ev, the last ones being
 *   fo  fid, cl, rid, kn, k0 .., p_cl, p_rid, p_kn, anchor_text, value, threshold, gf, gt, hit
 *   mem fid, cl, rid, kn, role, bad, of_, anc (1 anchor, 2 prev, 0 other)
 * value and threshold in 1e-6; p_* NULL without a predecessor.
 */
void forbid_sql(struct sq *q, struct buf *out);
void pair_sql(struct sq *q, struct buf *out);
void quota_sql(struct sq *q, struct buf *out);
void sliding_sql(struct sq *q, struct buf *out);
void gap_sql(struct sq *q, struct buf *out);
void level_sql(struct sq *q, struct buf *out);
/* ev from ev0, and gangs from pairs. */
void pairs_sql(struct sq *q, struct buf *out);
void components_sql(struct sq *q, struct buf *out);
void outlier_sql(struct sq *q, struct buf *out);
/* 10^n as text */
const char *ten(struct sq *q, int n);

/* The evidence with its money, as CTE m, of the findings in CTE a. mrole: as a member (0: is none), role: as evidence. */
void money_sql(struct sq *q, struct buf *out);
/* SQL of an event's id as findings spell it. */
void ex_event_id(struct scope *s, enum source_id src, const char *row, struct buf *b);
void finding_sql(struct sq *q, struct buf *out);
/* Everything up to fo and mem. */
void found_sql(struct sq *q, struct buf *out);
/* What a finding is called and when it is in force; shared with brief_sql.c. */
bool rule_anchors(const struct rule *r, int clause);
void finding_conditions(struct scope *s, const char *day, struct buf *b);
const char *finding_date(struct scope *s);
/* What finding_sql is for reading: the rows of fo that stand, with owner, event, value, threshold and class. */
void brief_sql(struct sq *q, struct buf *out);
void measure_body_sql(struct sq *q, const struct measure *m, struct buf *out);
/* The statement of a combine; `fo` of its findings takes the place of what a kind finds. */
void combine_sql(struct sq *q, struct buf *out);
/* A day as SQL: of 1970's count, or for reading as a date. */
const char *day_sql(struct sq *q, day_t day);
/* CASE ... END of the classes; the conditions that acquit or have ended. Shared with combine. */
void class_sql(struct scope *s, struct buf *b);

#endif
