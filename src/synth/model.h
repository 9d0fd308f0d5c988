/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What a county is made of; shared by the files of src/synth only. */
#ifndef HUJI_SYNTH_MODEL_H
#define HUJI_SYNTH_MODEL_H

#include "base/arena.h"
#include "base/day.h"
#include "base/err.h"
#include "base/fen.h"
#include "base/map.h"
#include "synth/rng.h"
#include "synth/synth.h"
#include "synth/write.h"

/* --- items ------------------------------------------------------------------------------------ */

struct item {
    const char *code, *name, *list_type, *chrg, *lv, *cls;
    fen_t price;
};
extern const struct item synth_items[];
extern const unsigned synth_n_items;

void items_open(void);
const struct item *item_of(
    const char *cls); /* exact class, first of its brands; aborts if there is none */
const struct item *item_brand(const char *cls, unsigned k); /* k-th brand, modulo their number */
/* Items whose class begins with `prefix`: fills up to cap, returns how many. */
unsigned items_under(const char *prefix, const struct item **out, unsigned cap);
static inline bool item_is_drug(const struct item *i)
{
    return i->list_type[0] == '1';
}
static inline unsigned item_no(const struct item *i)
{
    return (unsigned)(i - synth_items);
}

/* --- places ----------------------------------------------------------------------------------- */

#define SPECIALS \
    13 /* of K_SPECIAL for the plants of one rule each; three more err as a whole (H09) */
enum inst_kind { K_H3, K_H2, K_PSY, K_PRIV, K_TOWN, K_SPECIAL, K_CLINIC, K_PHARM, K_FAR, K_RING };

enum dept_id {
    DP_MED,
    DP_CARD,
    DP_RESP,
    DP_NEUR,
    DP_ENDO,
    DP_KIDN,
    DP_SURG,
    DP_ORTH,
    DP_GYN,
    DP_PED,
    DP_EYE,
    DP_ONC,
    DP_ER,
    DP_REH,
    DP_PSY,
    DP_TCM,
    DP_ICU,
    DP_COUNT
};
struct dept {
    const char *code, *name;
};
extern const struct dept synth_depts[DP_COUNT];

struct inst {
    char code[13];
    char name[64];
    enum inst_kind kind;
    int level; /* 3 2 1 */
    const char *hosp_lv;
    bool pharmacy, private_;
    char place[7];
    uint32_t county;
    uint32_t dept_mask;
    int docs; /* per department */
    uint32_t first_doc;
    int beds;
    uint64_t *bed_days; /* beds x days bits */
    unsigned price_pct; /* of the reference price, services */
};

struct truth_row;

/* --- persons ---------------------------------------------------------------------------------- */

struct person {
    uint32_t idx, county, village, house;
    char psn_no[21], certno[19], name[16], tel[12], card[20], emp_no[20], house_no[24];
    char emp_name[64], addr[80], place[7];
    char gend;  /* '1' '2', 0 = missing in the tables */
    day_t born; /* what the tables say; DAY_NONE = missing */
    const char *insutype, *psn_type;
    char sp;  /* 0, '1' 特困 '2' 低保 '3' 返贫致贫 '4' 其他困难 */
    int role; /* 0 head, 1 spouse, 2.. */
    day_t die;
    int die_how; /* 0 alive, 1 in hospital, 2 list of the funeral office, 3 list of the police */
    day_t insured_from, insured_to; /* DAY_NONE = open */
    int staff_inst;                 /* -1 */
};

/* What a plant changes about its person. */
struct change {
    uint32_t idx;
    bool no_gend, no_born, has_born, has_die, has_until, has_from, maternity;
    day_t born, die, until, from;
    int die_how;
    int staff_inst;       /* -1 */
    char gend;            /* 0 = as born */
    const char *psn_card; /* another credential */
};

/* --- world ------------------------------------------------------------------------------------ */

struct world {
    const struct synth_options *o;
    uint64_t seed;
    uint32_t n;
    day_t from, to;         /* first and last day of the data */
    int days, months, year; /* year: of the first day */
    uint32_t village_size, n_county, county_size;
    struct inst *insts;
    uint32_t n_inst, n_doc;
    uint32_t at_kind[K_RING + 1], of_kind[K_RING + 1]; /* insts are grouped by kind */
    int variants;
    struct arena arena;
    struct writer *out;
    uint8_t *used;      /* bit: a plant's person, no background */
    struct map changes; /* person -> index */
    struct change *change;
    size_t n_change, cap_change;
    uint32_t *sold; /* pharmacy x stock item x month */
    uint64_t n_visit, n_setl, n_line, n_rx, n_diag, n_oprn, n_reg, n_check, n_sale, n_misc;
    uint64_t n_plant, n_twin;
    struct err *e;
    int failed;
};

int places_open(struct world *w);
void places_release(struct world *w);
void places_write(struct world *w);
void person_make(const struct world *w, uint32_t idx, struct person *p);
void person_write(struct world *w, const struct person *p);
void doctor_code(const struct world *w, uint32_t doc, char out[14]);
void doctor_name(const struct world *w, uint32_t doc, char out[16]);
uint32_t doctor_of(const struct world *w, uint32_t inst, enum dept_id d, uint32_t k);
bool inst_has(const struct inst *i, enum dept_id d);
/* Institution k (modulo) of a kind in a county; falls back to any county. */
uint32_t inst_of(const struct world *w, enum inst_kind k, uint32_t county, uint32_t n);
/* A bed free on every night begn..end-1 (one at least), taken; -1 = none. */
int bed_take(const struct world *w, uint32_t inst, day_t begn, day_t end);
struct change *change_of(struct world *w, uint32_t idx);

static inline bool person_used(const struct world *w, uint32_t idx)
{
    return (w->used[idx >> 3] >> (idx & 7)) & 1;
}
static inline void person_use(struct world *w, uint32_t idx)
{
    w->used[idx >> 3] = (uint8_t)(w->used[idx >> 3] | (1u << (idx & 7)));
}
static inline int age_at(const struct person *p, day_t d)
{
    return p->born == DAY_NONE ? 40 : day_age(p->born, d);
}

void care_person(struct world *w, const struct person *p);
void stock_write(struct world *w);
void agency_write(struct world *w);
/* A month's claim of an institution and when it was paid; DAY_NONE = not yet. Returns its number in `no`. */
void clearing_row(struct world *w, uint32_t inst, day_t declared, day_t paid, bool held,
                  char no[24]);
/* What a clerk did for a person or an institution (INST_NONE), checked by another (NULL = by nobody). */
#define INST_NONE UINT32_MAX
void act_row(struct world *w, const char *clerk, const char *checked, const char *type,
             const struct person *p, uint32_t inst, sec_t t, fen_t amount, char no[24]);
void clerk_row(struct world *w, const char *clerk, const struct person *p);
void stock_take(struct world *w, uint32_t inst, const struct item *it, day_t d, int packs);
void stock_buy(struct world *w, uint32_t inst, const struct item *it, day_t d, int packs);
void stock_buy_lot(struct world *w, uint32_t inst, const struct item *it, day_t d, int packs,
                   const char *lot);
void stock_sold(struct world *w, uint32_t inst, const struct item *it, day_t d, int packs);
int plants_run(struct world *w);

#endif
