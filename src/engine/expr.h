/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The expression language (docs/engineer/rules-language.md), in two steps: text -> raw tree (expr_parse; names are
 * only names) -> bound tree (bind.h; names are fields, types are known). Both live in the library's arena.
 */
#ifndef HUJI_ENGINE_EXPR_H
#define HUJI_ENGINE_EXPR_H

#include "base/arena.h"
#include "base/err.h"
#include "engine/source.h"

enum xop {
    /* raw and bound */
    X_AND,
    X_OR,
    X_NOT,
    X_EQ,
    X_NE,
    X_LT,
    X_LE,
    X_GT,
    X_GE,
    X_ADD,
    X_SUB,
    X_MUL,
    X_DIV,
    X_NEG,
    X_KNOWN,
    X_MISSING,
    X_IN,    /* a in set b */
    X_RANGE, /* a in b .. c */
    X_NUM,   /* num, scale */
    /* raw only */
    X_STR,
    X_SET,
    X_NAME,
    X_PARAM,
    X_CALL,
    /* bound only */
    X_CODE,  /* text as a code of `domain` */
    X_FIELD, /* a column of an event or of what hangs on it */
    X_KN,    /* a column of the joined knowledge row */
    X_VALUE,
    X_THRESHOLD,
    X_FUND,
    X_GAP_FROM,
    X_GAP_TO,  /* the ends of a gap on its axis */
    X_INFLOW,  /* level: all that came in so far */
    X_RESCALE, /* a to `scale`: up exact, down half-up */
    X_DAY,
    X_MONTH,
    X_QUARTER,
    X_YEAR,
    X_HOUR,
    X_WEEKDAY,
    X_AGE,
    X_LEFT,
    X_CAT3,
    X_RELATED,
    X_CHAPTER,
    X_ANYDX,    /* any diagnosis of the visit in set */
    X_DXLISTED, /* any_dx_listed(TABLE, key) */
    X_HAS,
    X_COVERED,
    X_LOOK,
    X_IF,
    X_MIN,
    X_MAX,
    X_ABS,
    X_COALESCE,
    X_CEILDIV,
    X_AGG,     /* lines./ops./checks. */
    X_MEMBERS, /* m. */
    X_MEASURE,
    X_PART, /* part(NAME): a combine's part: the largest value it found, unknown where it does not hold */
    X_KEY, /* key(n): the n-th key of the finding's owner, from 0 */
    X_COUNT
};

enum agg {
    AGG_SUM,
    AGG_COUNT,
    AGG_DISTINCT,
    AGG_ANY,
    AGG_ALL,
    AGG_MIN,
    AGG_MAX,
    AGG_MODE_SHARE,
    AGG_DIGEST
};

enum vtype { V_NUM, V_BOOL, V_CODE };
/* How a number is printed, and what it is. */
enum vfmt { VF_NUM, VF_DAY, VF_SEC, VF_MONTH, VF_QUARTER, VF_YEAR };

enum via { VIA_SELF, VIA_VISIT, VIA_SETL, VIA_PERSON, VIA_INST, VIA_DOCTOR };
enum base { BASE_CUR, BASE_PREV };

#define X_ARGS 5

struct code_pattern { /* one element of {..}: exact, prefix, or range on the first lo.n bytes */
    struct span lo, hi;
    bool prefix;
    bool listed; /* a row of knowledge/dx_set.csv */
    struct code_pattern *next;
};

struct knowledge;
struct lookup_def;
struct measure;

/* A column of the row itself that is looked at: of the event, or of the inner event that is counted. */
enum own_row { OWN_NOT, OWN_CUR, OWN_INNER };

struct expr {
    /* what evaluation touches lies together, in two cache lines */
    enum xop op;
    int id; /* bound: index of per-run data (linked codes, bitmaps); -1 = none */
    int field;
    uint8_t own;   /* X_FIELD: enum own_row */
    bool wide;     /* X_FIELD: a cell has 8 bytes, else 4 */
    uint16_t memo; /* number of the answer in its source's memo (memo.h); 0 = it is not kept */
    int64_t num;
    int n_arg;
    int scale;
    struct expr *arg[X_ARGS];
    enum base base;
    enum via via;
    enum source_id src;  /* source whose column `field` is */
    enum source_id from; /* source of the event it hangs on */
    int fk; /* VIA_*: column of `from` (or of the visit, when fk_visit) that leads there */
    enum agg agg;
    const struct knowledge *kn;
    const struct lookup_def *lookup;
    /* what only loading, linking and messages look at */
    struct span text; /* X_STR, X_NAME, X_PARAM, X_CALL name, X_CODE, X_NUM as written */
    int column;       /* of the start in its text, for messages */
    struct code_pattern *set;
    enum vtype type;
    enum vfmt fmt;
    enum domain domain;
    bool fk_visit; /* the key is a column of the event's visit */
    const struct measure *measure;
    unsigned dep; /* DEP_* */
};

enum dep {
    DEP_ITEM = 1,
    DEP_EVENT = 2,
    DEP_PERSON = 4,
    DEP_VISIT = 8,
    DEP_PREV = 16,
    DEP_AFTER = 32,
    DEP_LINES = 64
};

/* Do two bound trees ask the same? */
bool expr_same(const struct expr *a, const struct expr *b);
/* Does the bound tree hold a node of this kind? */
bool expr_has(const struct expr *x, enum xop op);

/* `text` must outlive the tree. Errors name the column within the text. */
int expr_parse(struct arena *a, struct span text, struct expr **out, struct err *e);

#endif
