/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The table `verdict` of a store: what reviews said of findings, who, when and why. Rows are only ever added; of one
 * finding the latest one stands (view `verdict_now`: by checked_on, then in the order of adding). A verdict outlives the
 * finding: the rule and the institution are kept with it.
 *
 * Who feeds it: `huji verdict import`, and the casework by verdicts_add.
 */
#ifndef HUJI_RUN_VERDICTS_H
#define HUJI_RUN_VERDICTS_H

#include "base/day.h"
#include "base/fen.h"
#include "claims/store.h"
#include "run/verdict.h"

#define VERDICT_NO_FUND INT64_MIN

struct verdict_row {
    struct span
        finding; /* whole id, or its first 8 digits and more when the last run has just one such */
    struct span rule, inst; /* may be empty when the last run has the finding */
    enum verdict verdict;
    fen_t fund; /* fen of the fund that was found to be wrong; VERDICT_NO_FUND = not said */
    day_t day;
    struct span by, reason;
    const char *file; /* for messages and lineage; NULL = made by the system */
    uint64_t row;     /* in the file, from 1 */
};

struct verdict_report {
    int64_t added, repeated,
        unknown; /* unknown: not among the findings of the last run, kept all the same */
    int64_t by[VERDICT_COUNT]; /* of those added */
};

/* Adds them in one transaction, all or none; a row that is there already word for word is counted as repeated.
 * Errors: ERR_INPUT naming file, row, field, value; ERR_DB. */
int verdicts_add(struct store *s, const struct verdict_row *rows, size_t n,
                 struct verdict_report *out, struct err *e);
/* Adds all rows of a CSV or XLSX file: 疑点编号, 结论, 核查人, 核查日期, 理由, and where the finding is of an older run
 * 规则编号, 机构编号; 查实基金 in yuan. `by`: who, where the file has no column (NULL = it must have one). */
int verdicts_import(struct store *s, const char *path, const char *by, struct verdict_report *out,
                    struct err *e);
/* True when the store has verdicts: the view verdict_now may be used. */
bool verdicts_any(struct store *s);

/* SQL of an institution's kind for peers and posteriors: 零售药店, 三级医疗机构 ...; `i` is its row of s_inst. */
#define INST_KIND_SQL(i)                                                                            \
    "case when (select code from d_code where id = " i ".fixmedins_type) = '2' then '零售药店'" \
    " when " i ".level = 3 then '三级医疗机构' when " i ".level = 2 then '二级医疗机构'"      \
    " when " i ".level = 1 then '一级及以下医疗机构' else '未定级医疗机构' end"

#endif
