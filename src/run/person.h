/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * One person judged while he is being treated: the rows that the history has of him, and what a message adds, walked by the
 * same engine that screens everybody. A link (a library linked to a history's dictionaries) is read-only and shared; a bench
 * holds one person at a time, for one thread.
 *
 * Only rules are asked whose owner lies within a person, which ask for no measure of others, and which compare no texts of
 * persons, visits, settlements or of things that have no dictionary here.
 */
#ifndef HUJI_RUN_PERSON_H
#define HUJI_RUN_PERSON_H

#include "base/day.h"
#include "engine/finish.h"
#include "run/records.h"

#define SEC_NONE INT64_MIN

/* Texts as they came (n = 0: not told), numbers in the store's units, HUJI_NONE64 = not told. */
struct new_visit {
    struct span mdtrt_id, fixmedins_code, med_type, dx, chfpdr_code, adm_dept_codg, dscg_dept_codg,
        insutype;
    sec_t begntime, endtime;
    int64_t medfee_sumamt, inscp_amt, fund_pay_sumamt, acct_pay, maf_pay;
    struct span *diag;
    size_t n_diag;
    bool current;
};
struct new_line {
    size_t visit; /* index */
    struct span id, hilist_code, rxno, dr_code, dept_codg, med_chrgitm_type, chrgitm_lv, list_type;
    sec_t t;
    int64_t cnt, pric, sum, ownpay, selfpay;
    bool take_home, fresh; /* fresh: this is what is being judged */
};
struct new_oprn {
    size_t visit;
    struct span id, oprn_code, oper_dr_code, anst_dr_code;
    sec_t t;
};
struct new_events {
    struct span psn_no, gend;
    day_t brdy;
    struct new_visit *visit;
    size_t n_visit;
    struct new_line *line;
    size_t n_line;
    struct new_oprn *oprn;
    size_t n_oprn;
    bool oprn_fresh; /* operations of the current visit are being judged too */
    sec_t until;     /* what the history has from here on is not seen; SEC_NONE = all is */
};

struct person_link;

/* Links the rules `wanted` (per library index) that can be asked of one person; person_link_asked then says which. Both
 * must live as long. Owns: person_link_free. */
int person_link_new(const struct records *h, const struct huji_library *lib, const bool *wanted,
                    struct person_link **out, struct err *e);
void person_link_free(struct person_link *l); /* NULL allowed */
const bool *person_link_asked(const struct person_link *l);
/* Are all codes of the message known to the link? If not: another link that knows them too (up to 20,000 that are in no
 * dictionary; more are as if not told), so that patterns (`C04*`) hold for them. */
bool person_link_knows(const struct person_link *l, const struct new_events *ev);
int person_link_grow(const struct person_link *l, const struct new_events *ev,
                     struct person_link **out, struct err *e);

struct person_bench;
/* Owns: person_bench_free, before its link. */
int person_bench_new(const struct person_link *l, struct person_bench **out, struct err *e);
void person_bench_free(struct person_bench *b); /* NULL allowed */

enum { PERSON_KNOWN = 1, PERSON_INST_KNOWN = 2, PERSON_VISIT_KNOWN = 4 };

/* A finding in which something fresh takes part. `involved` lists the members: index into new_events.line, or -1. */
struct live_member {
    struct span id; /* with its prefix: "line:..." */
    int role;       /* 1 what is at fault, 2 what it stands against */
    int line;       /* index into new_events.line; -1: from the history, or no line */
    int64_t amount;
    struct span item, dept; /* of a line */
};
struct live_finding {
    const struct huji_finding *h;
    struct finished f;
    struct live_member *member;
    size_t n_member;
    struct span dept; /* of its visit: where it left, else where it came in */
};
/* `asked`: which of the link's rules. Findings and all their texts live in `a`. *known: PERSON_* bits. `alone`: the history
 * is not looked at. PERSON_STRANGE: nothing was judged, the link does not know all codes of the message. */
enum { PERSON_STRANGE = 1 };
int person_judge(struct person_bench *b, const struct new_events *ev, const bool *asked, bool alone,
                 struct arena *a, struct live_finding **out, size_t *n, int *known, struct err *e);

#endif
