/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The columns of all clues that lists filter, sort and count by, in memory: one pass over a million answers any mix of them in
 * some milliseconds, where no set of database indexes could. The database stays the truth: before each question the rows whose
 * change number is new are read (change numbers are given out in the order of commits), so that it is right however
 * many processes write.
 */
#ifndef HUJI_CASEWORK_CLUE_INDEX_H
#define HUJI_CASEWORK_CLUE_INDEX_H

#include "base/day.h"
#include "base/fen.h"
#include "casework/clue.h"

#define CLUE_PAGE 500

struct clue_index;
struct clue_index *clue_index_new(void); /* NULL out of memory. Owns: clue_index_free */
void clue_index_free(struct clue_index *x);
/* Reads what is new. Called by the others; first call reads everything. */
int clue_index_refresh(struct clue_index *x, struct cw *db, struct err *e);

enum clue_sort {
    SORT_EXPECTED,
    SORT_FUND,
    SORT_AMOUNT,
    SORT_DAY,
    SORT_DUE,
    SORT_ID,
    SORT_RULE,
    SORT_INST,
    SORT_STATE,
    SORT_CLASS,
    CLUE_SORTS
};
extern const char *const clue_sort_name[CLUE_SORTS]; /* as in ?sort= */

/* All conditions hold together; CLUE_FILTER_ALL = everything (but see `gone`). Texts borrowed. */
struct clue_filter {
    struct scope scope;
    uint32_t states, verdicts, classes,
        sources;          /* bit masks; 0 = any. verdicts: bit 0 = none yet */
    uint64_t natures;     /* likewise; bit 0 = none yet, bit i + 1 = natures[i] */
    const char *rules;    /* "B02,B07" */
    const char *insts;    /* fixmedins_code, "," between */
    const char *admdvs;   /* prefix */
    const char *assignee; /* login; "-" = nobody */
    const char *
        words; /* part of an institution's name or code, of a rule's id, or a whole number of clue, person, visit */
    day_t from, to;           /* of event_date; DAY_NONE = open */
    fen_t fund_min, fund_max; /* fund_max 0 = open */
    bool overdue, gone;       /* gone: also what the last run no longer finds */
    const int64_t *ids;       /* only these; NULL = any */
    size_t n_ids;
    /* An institution's people: only of these rules ("B02,B07"), or released to it (ascending). NULL = any. */
    const char *shown;
    const int64_t *released;
    size_t n_released;
};
#define CLUE_FILTER_ALL                                         \
    {                                                           \
        .from = DAY_NONE, .to = DAY_NONE, .fund_min = INT64_MIN \
    }

struct clue_order {
    enum clue_sort by;
    bool descending;
    bool after; /* continue behind (key, id) */
    int64_t key, id;
    size_t limit;
};

struct clue_totals {
    int64_t n, institutions, persons_unknown, amount, fund, expected, overdue;
    int64_t states[CLUE_STATES], verdicts[VERDICT_COUNT], classes[3];
};

struct clue_page {
    int64_t ids[CLUE_PAGE + 1], keys[CLUE_PAGE + 1];
    size_t n;
    bool more;
    struct clue_totals totals; /* of all that match, not of the page */
};

/* Errors: ERR_INPUT when `words` and so on make no sense, ERR_DB. */
int clue_index_page(struct clue_index *x, struct cw *db, const struct clue_filter *f,
                    const struct clue_order *o, struct clue_page *out, struct err *e);
/* All ids that match, by id. Owns: mem_free(*ids). */
int clue_index_ids(struct clue_index *x, struct cw *db, const struct clue_filter *f, int64_t **ids,
                   size_t *n, struct err *e);

enum clue_group {
    GROUP_RULE,
    GROUP_INST,
    GROUP_STATE,
    GROUP_CLASS,
    GROUP_MONTH,
    GROUP_ASSIGNEE,
    GROUP_ADMDVS,
    GROUP_NATURE,
    CLUE_GROUPS
};
extern const char *const clue_group_name[CLUE_GROUPS];
struct clue_sum {
    char key[64], name[128]; /* name: of an institution */
    int64_t n, amount, fund, expected, confirmed, rejected;
};
/* Sums by group, largest expected first. Owns: mem_free(*out). */
int clue_index_groups(struct clue_index *x, struct cw *db, const struct clue_filter *f,
                      enum clue_group by, struct clue_sum **out, size_t *n, struct err *e);

#endif
