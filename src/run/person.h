/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * One person judged while he is being treated: the rows that the store has of him, and what a message adds, walked by the
 * same engine that screens everybody. A library is linked once to the store's dictionaries; only the person's rows
 * are read for each question. Not thread-safe: one at a time.
 *
 * Only rules are asked whose owner lies within a person and which ask for no measure of others.
 */
#ifndef HUJI_RUN_PERSON_H
#define HUJI_RUN_PERSON_H

#include "base/day.h"
#include "claims/store.h"
#include "engine/finish.h"

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
    sec_t until; /* what the store has from here on is not seen; SEC_NONE = all is */
};

struct person_bench;

/* Links the rules `wanted` (per library index) that can be asked of one person; asked[i] then says which. The store must
 * stay open and unchanged. Owns: person_bench_close. */
int person_bench_open(struct store *s, const struct huji_library *lib, const bool *wanted,
                      struct person_bench **out, struct err *e);
void person_bench_close(struct person_bench *b);
const bool *person_bench_asked(const struct person_bench *b);

enum { PERSON_KNOWN = 1, PERSON_INST_KNOWN = 2, PERSON_VISIT_KNOWN = 4 };

/* A finding in which something fresh takes part. `involved` lists the members: index into new_events.line, or -1. */
struct live_member {
    struct span id; /* with its prefix: "line:..." */
    int role;       /* 1 what is at fault, 2 what it stands against */
    int line;       /* index into new_events.line; -1: from the store, or no line */
    int64_t amount;
};
struct live_finding {
    const struct huji_finding *h;
    struct finished f;
    struct live_member *member;
    size_t n_member;
};
/* Findings and all their texts live in `a`. *known: PERSON_* bits. */
int person_judge(struct person_bench *b, const struct new_events *ev, struct arena *a,
                 struct live_finding **out, size_t *n, int *known, struct err *e);

#endif
