/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A rule as loaded: its text, its bound expressions. Immutable after library_load. */
#ifndef HUJI_ENGINE_RULE_H
#define HUJI_ENGINE_RULE_H

#include "base/day.h"
#include "engine/expr.h"
#include "engine/knowledge.h"
#include "engine/lookup.h"
#include "engine/tags.h"
#include "engine/yaml.h"
#include "huji.h"

#define MAX_CLAUSES 6
#define MAX_CLASSES 4

enum rule_class { CLS_CERTAIN, CLS_STRONG, CLS_SUSPECT }; /* 明确 高疑 可疑 */
enum rule_state { ST_DRAFT, ST_TRIAL, ST_ACTIVE, ST_RETIRED };
enum rule_judged { J_AT_ONCE, J_DAY, J_SCOPE, J_BATCH };

/* What a kind evaluates per event or per pair of events. The first group is evaluated when the event is collected. */
enum slot {
    SL_START,
    SL_END,    /* axis: gap, burst, sliding, pair day */
    SL_QTY,    /* quota sum, level add, discount pric, pair cap side */
    SL_LIMIT,  /* quota limit */
    SL_GROUP,  /* distinct member, pair link, discount group */
    SL_SCOPE,  /* pair scope */
    SL_ABSENT, /* quota absent */
    SL_CAP,    /* pair conflict: cap at quantity of a */
    SL_LO,
    SL_HI, /* gap min/max, level min/max, per event */
    SL_TOLERANCE,
    SL_DECAY,
    SL_FLOOR,
    SL_RATIO,
    SL_PRICE, /* discount */
    SL_WINDOW,
    SL_SHARE,                /* burst */
    SL_PARTNER,              /* gap partner: other person */
    SL_COLLECTED,            /* end of the first group */
    SL_WHERE = SL_COLLECTED, /* gap where, burst where, forbid where */
    SL_VALUE,
    SL_ESCALATE,
    SL_CHAIN_WHERE,
    SL_COUNT
};

/* Modes of kinds. */
enum { PAIR_CONFLICT, PAIR_REQUIRES, PAIR_INSIDE, PAIR_DISCOUNT };
enum { QUOTA_BUCKET, QUOTA_SLIDING, QUOTA_BURST };
enum { COUNT_SUM, COUNT_DISTINCT, COUNT_ALL, COUNT_DIGITS };
#define MAX_BREAKS 16
enum { KEEP_FIRST, KEEP_LAST, KEEP_DEAREST, KEEP_FREQUENT };
enum { AXIS_DAYS, AXIS_SECONDS, AXIS_OTHER };

enum at_of { OF_CUR, OF_MEMBERS, OF_B, OF_SHORTER, OF_LINES };
enum at_amount { AMT_ALL, AMT_EXCESS, AMT_NONE, AMT_EXPR };

struct clause {
    enum source_id src;
    int side; /* pair: 0 a, 1 b */
    const struct knowledge *kn;
    int kn_column;
    struct expr *where; /* NULL = all */
    struct span text;
    int line;
};

struct measure {
    struct span name, title;
    int rule; /* pseudo-rule that collects it */
    int index;
    int n_owner;    /* keys that name the owner; the last key may be the period */
    bool share;     /* numerator/denominator pairs */
    bool by_person; /* its first key is the person whom the walk is at */
};

struct rule_kind;

/* combine: several answers about one owner. A part holds where one of its rules found something that `where` lets through. */
#define MAX_PARTS 24
#define MAX_PART_RULES 40
enum {
    PART_PERSON = -1,
    PART_INST = -2,
    PART_PERIOD = -3
}; /* where a key comes from, if no key of the rule */
struct combine_part {
    struct span name, title;
    int n_rules;
    int rule[MAX_PART_RULES]; /* index in the library */
    int8_t from[MAX_PART_RULES][HUJI_MAX_KEYS];
    bool need;          /* must hold, and does not count */
    struct expr *where; /* over value and threshold; NULL = all */
};
struct combine {
    int n_parts;
    int64_t at_least;
    /* alike: instead of counting parts, owners whose rates of the parts' findings are like those of an owner in `to` */
    const struct knowledge *to; /* NULL = no */
    const struct measure *per;  /* the volume that rates are of */
    int64_t least;              /* of that volume; others are not compared */
    int64_t cosine;             /* 1e-6 */
    int money; /* the part whose money is at issue; -1: all of them, each event once */
    struct combine_part part[MAX_PARTS];
};

/* keep_from: one parameter of the question, and how far it may be loosened. Findings between the parameter's own value and
 * `loosest` come out with hit = false. */
struct slider {
    struct span param; /* n = 0: the rule has none */
    enum { SLIDE_NONE, SLIDE_AT_MOST, SLIDE_BELOW, SLIDE_AT_LEAST, SLIDE_ABOVE } when;
    int64_t own, loosest; /* 1e-6, in the unit of `value` */
    /* A finding is a hit at p where `value` stands as `when` says to p. False: another p needs another fold. */
    bool stored;
};

/* The sentence of a finding: text, then a value, then text ... */
struct says_part {
    struct span text; /* literal, when expr is empty */
    struct span name; /* value threshold amount fund n, or an expression */
    struct span fmt;  /* behind the colon: min, h, 元 ... */
    struct expr *expr[MAX_CLAUSES];
    struct says_part *next;
};

/* derive: pair. Two persons' events meet where `same` (SL_SCOPE) is equal and two fields (SL_START, SL_END) are near. */
struct derive {
    bool on, seconds;  /* the first field is a time, not a day */
    int64_t near[2];   /* days or seconds */
    int64_t skip_over; /* more persons than this at one place and time: none of them counts */
    int64_t gang; /* then components: this many persons at least; 0: the pairs are the findings */
};

struct rule {
    int index, n_clauses, n_keys, line, version;
    int n_owner; /* keys that name the owner; a quota's bucket may be one more */
    struct span id, base_id, variant, name; /* id: A02 or A02.county */
    struct span common_name;                /* what the rule with all its variants is called */
    const char *file;
    const struct rule_kind *kind;
    const struct ynode *node;
    const struct ynode *base; /* as written, before the variant's keys took the place of its own */
    const struct rule
        *shipped; /* the rule before a profile or a trial changed a parameter; NULL = as written */
    enum rule_state state;
    bool decided; /* the state is the bureau's own decision (library_source.states) */
    enum rule_judged judged;
    int judged_days;
    struct span owner_type;
    struct tags tags;
    struct clause clause[MAX_CLAUSES];
    struct expr *key[MAX_CLAUSES][HUJI_MAX_KEYS];
    struct expr *slot[MAX_CLAUSES][SL_COUNT];
    struct expr *loose[MAX_CLAUSES][SL_COUNT]; /* the same with keep_from; NULL = no other */
    struct span slot_text[SL_COUNT];
    /* sets and conditions, bound per clause; lists end with NULL */
    struct expr **except[MAX_CLAUSES];
    struct expr **unless[MAX_CLAUSES];
    int n_except, n_unless;
    struct {
        enum rule_class cls;
        struct expr *when[MAX_CLAUSES]; /* NULL = always */
        struct span text;
    } cls[MAX_CLASSES];
    int n_cls;
    /* kind parameters that are not expressions */
    int mode, count, keep, axis;
    bool at_least;    /* limit is ">= k" instead of "> lim" */
    bool pred_before; /* gap: predecessor is the event just before */
    bool between;     /* gap: between days */
    bool new_minimum; /* level */
    bool counts_days; /* quota: count is `distinct day` */
    struct derive derive;
    bool at_reset; /* level: a stock-take is judged against the book, nothing else */
    bool own_past; /* outlier */
    int scale;     /* of value and threshold in the slots: quota, level, gap minutes ... */
    int chain_links;
    int64_t num[11];          /* outlier numbers etc., see kinds */
    day_t breaks[MAX_BREAKS]; /* outlier: days from which the past is another one */
    int n_breaks;
    const struct measure *measure;
    enum at_of at_of;
    enum at_amount at_amount;
    int64_t
        lawful; /* of an excess: this many events or members are free; -1 = the limit less one */
    struct expr *at_expr[MAX_CLAUSES];
    struct expr *at_where[MAX_CLAUSES];
    struct slider slider; /* keep_from */
    int64_t keep_num[11]; /* outlier numbers with keep_from */
    day_t from, to;       /* effective, inclusive; DAY_NONE = open */
    struct span says;
    struct says_part *says_parts; /* message.c */
    bool in_walk;                 /* folded within the walk by person */
    bool waits; /* forbid that asks for a measure: its events are kept and judged after the walk */
    bool late;  /* in_walk, but an `unless` asks for a measure */
    bool is_measure;
    bool
        hidden; /* no rule of its own: a measure, or a part of a combine that is asked for it alone */
    bool feeds;                    /* a part of some combine: its findings are kept whole */
    const struct combine *combine; /* ask: combine */
    unsigned needs_sources;        /* bit per source */
};

/* What a question may say. The loader refuses what is not in its kind's table, and the form for a new rule is made from it. */
enum param_as {
    PARAM_EXPR,    /* a number or a code, of the event */
    PARAM_COND,    /* a condition */
    PARAM_NUMBER,  /* a constant with its unit; may be a $parameter */
    PARAM_WORD,    /* one of `choices` */
    PARAM_COUNT,   /* "all" or "distinct EXPR" */
    PARAM_MEASURE, /* a name of rules/measures */
    PARAM_DAYS,    /* a list of days */
    PARAM_MAP,     /* a map of its own: written in the text */
};
struct kind_param {
    const char *name;
    enum param_as as;
    bool needed;
    const char *title;   /* Chinese */
    const char *unit;    /* "d", "%"; NULL: none */
    const char *def;     /* what holds when it is left out; NULL: nothing is asked */
    const char *choices; /* "word=标题|word=标题" */
    const char *modes;   /* only with these words of `mode` or `form`; NULL: always */
};

/* A kind is a struct of functions: open reads `ask`, fold answers for one owner's events. */
struct fold;
struct event;
struct glance;
struct sieve;
struct loader;
struct rule_kind {
    const char *name, *title;
    const char *question; /* in one sentence, for who writes a rule */
    const struct kind_param
        *params; /* what its question may say; name NULL ends. NULL: no form for it */
    int (*open)(struct loader *ld, struct rule *r, const struct ynode *ask);
    void (*fold)(struct fold *f, struct event *ev, size_t n);
    /* With fewer events of an owner the rule finds nothing; NULL: one may be enough. */
    size_t (*least)(const struct rule *r);
    /* What tells of a person's events before they are made that nothing will be found among them (fold.h); NULL, or false:
     * nothing does. */
    bool (*sieve)(const struct rule *r, struct sieve *s);
    /* May something be found among the events of a group, as many as the kind needs at least? */
    bool (*hopeful)(const struct rule *r, const struct sieve *s, const struct glance *at, size_t n);
};

extern const struct rule_kind kind_forbid, kind_pair, kind_quota, kind_gap, kind_level,
    kind_outlier, kind_measure, kind_combine;

struct named_set {
    struct span name, title, text;
    struct expr *raw;
    int line;
    const char *file;
};

/* memo.h: parts of expressions over one source whose answers a walk keeps. */
struct memo_plan {
    int n; /* numbers 1 .. n */
    size_t words;
    uint64_t fields; /* that answers hang on */
    uint64_t reads;  /* that rules ask of its rows: of themselves, or where they lead */
    uint64_t steady; /* codes, and the day */
    uint64_t *drop;  /* words a field: the answers that hang on it */
    uint64_t *loose; /* what hangs on any column that is not steady */
};

struct huji_library {
    struct arena a;
    struct memo_plan *memo; /* per source */
    struct rule **rules;
    int n_rules, cap_rules;
    struct knowledge *kn;
    int n_kn;
    struct named_set *sets;
    int n_sets;
    struct measure **measures;
    int n_measures;
    int n_nodes;         /* bound expressions that need per-run data */
    struct span version; /* 16 hex digits of a digest of all its texts and their paths */
    const char *dir;
    const struct ynode *instead; /* rules of library_source.file; NULL = none */
    const char *local;           /* a bureau's own folder, laid over; NULL = none */
    struct later {               /* rules that combine others: read when all are there */
        struct rule *rule;
        const struct ynode *node, *variant, *base;
    } * later;
    int n_later;
    size_t cap_later;
    const struct ynode *profile; /* regional parameters; NULL = none */
    struct span region;
};

/* Reads the folders library, knowledge and measures of `dir`. All or nothing; the first fault is reported. */
int library_load(const char *dir, struct huji_library **out, struct err *e);
/* The same with a bureau's own folder laid over (NULL or absent: nothing): library/ has rules of its own, a rule with an
 * id of `dir` stands in its place; knowledge/NAME.csv has rows of its own (knowledge_local). */
int library_load_local(const char *dir, const char *local, struct huji_library **out,
                       struct err *e);
/* Where a library comes from. Only `dir` must be there. */
struct library_source {
    const char *dir, *local;
    const char *file; /* its rules in place of those of their ids, or beside them */
    const char
        *profile; /* file of regional parameters (docs/engineer/rules-language.md); absent: none */
    const char *
        region; /* 2, 4 or 6 digits of the administrative division; needed when the profile is there */
    const char *states; /* file of decided states; absent: as the rules say */
};
int library_open(const struct library_source *from, struct huji_library **out, struct err *e);
void library_free(struct huji_library *lib);
/* NULL when there is none. `id` may be a base id with one variant only or a full id. */
const struct rule *library_rule(const struct huji_library *lib, struct span id);
/* Adds to the library, for each of the n values ("12 d"), what `r` would be with that value of its parameter: ids, name and
 * all stay those of `r`, keep_from goes. Not once a run is linked to the library. *first = index of the first of them.
 * Errors: ERR_USAGE when `r` has no such parameter; what the rule says to the value. */
int library_try(struct huji_library *lib, const struct rule *r, struct span param,
                const struct span *values, size_t n, int *first, struct err *e);
/* The parameter, or else the number in the question, as the rule writes it ("15 d"); n = 0: it has none of that name. */
struct span rule_param(const struct rule *r, struct span param);
/* Its place: a variant's own before the rule's; else a number of the question itself ("at_least"): *asked. NULL: none. */
const struct ynode *rule_param_node(const struct rule *r, struct span param, bool *asked);
/* What may be set of the rule, each name once: its own parameters, its base's, then the numbers of the question. At most cap
 * of them; the number is returned. */
size_t rule_param_names(const struct rule *r, struct span *names, size_t cap);
/* The parameter that one means who names none: the slider, or else the question's own bound; n = 0: there is none. */
struct span rule_bound(const struct rule *r);
/* Adds to an error which parameters the rule has. */
int rule_params_hint(const struct rule *r, struct err *e);
/* ERR_USAGE: the rule has no such parameter, with that hint. */
int rule_no_param(const struct rule *r, struct span param, struct err *e);
/* profile.c. 2, 4 or 6 digits? */
bool region_ok(struct span region);
/* The region whose value of the parameter is in force; n = 0: the rule's own. *at: where the profile says so. */
struct span profile_region(const struct huji_library *lib, const struct rule *r, struct span param,
                           const struct ynode **at);
/* Sources whose rows the rule reads, a bit each: its clauses, and what ops. and checks. count. */
unsigned rule_sources(const struct rule *r);
const struct knowledge *library_knowledge(const struct huji_library *lib, struct span name);
const char *class_name(int cls);
extern const char *const rule_state_name[];  /* draft trial active retired, NULL */
extern const char *const rule_state_title[]; /* 草稿 试运行 启用 停用, NULL */
/* 16 digits of what the rule says, its variants included, its state and what regions change not. */
int rule_digest(const struct rule *r, char out[17], struct err *e);

/* ---- while loading (kinds use these) ---- */
struct loader {
    struct huji_library *lib;
    struct arena *a;
    struct rule *rule;
    const struct ynode *params, *lets, *base_params, *base_lets;
    const struct ynode *keep; /* keep_from's parameter: its loosest value */
    bool loosen;              /* bind the parameter with it */
    int slid;                 /* how often the parameter was met with its own value */
    struct err *e;
};

/* Parses the scalar `n` and binds it for every clause (side: -1 all, else that pair side only) into the slot. `scale`
 * < 0: as it comes, else rescaled. flags: BIND_* of bind.h. */
int rule_slot(struct loader *ld, enum slot s, const struct ynode *n, int side, int scale,
              unsigned flags);
int rule_slot_text(struct loader *ld, enum slot s, struct span text, const struct ynode *at,
                   int side, int scale, unsigned flags);
/* The largest scale among the clauses of a slot (0 when empty). */
int rule_slot_scale(const struct rule *r, enum slot s);
int rule_rescale(struct loader *ld, enum slot s, int scale);
/* "15 d", "$max", "80 %": a constant. */
int rule_number(struct loader *ld, const struct ynode *n, int scale, int64_t *out);
/* One more key behind the owner's: a quota's bucket. */
int rule_add_key(struct loader *ld, const struct ynode *n);
/* Only keys of the kind's table. */
int kind_only(const struct rule_kind *k, const struct ynode *ask, struct err *e);
extern const struct rule_kind *const rule_kinds[]; /* that a rule may ask; NULL ends */
/* Words of at_issue, in the order of enum at_of and at_amount, and of judged; NULL ends. */
extern const char *const rule_at_of[], *const rule_at_amount[], *const rule_judged_word[];
bool rule_word(const struct ynode *n, const char *const *words, int *out);

#endif
