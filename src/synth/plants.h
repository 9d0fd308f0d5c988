/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Plants and twins: built from the text of the catalogue alone, on persons that have nothing else. Each plant_* file
 * holds the rules of a group; a function plants violation or twin number `k` of its rule and writes its row of truth.
 */
#ifndef HUJI_SYNTH_PLANTS_H
#define HUJI_SYNTH_PLANTS_H

#include "synth/care.h"

struct plan {
    struct world *w;
    struct rng r;
    uint32_t count;  /* of violations per rule, and of twins */
    uint32_t cursor; /* where the search for persons goes on */
    uint32_t k;      /* number of this plant, from 0 */
    bool bad;        /* violation, else twin */
    const char *rule;
    uint32_t *crowd; /* persons of the plants that need a crowd; on days of their own */
    uint32_t n_crowd;
    int crowd_day;
    uint32_t crowd_stay;  /* next of the crowd to go to hospital, where persons are few */
    uint32_t patients[8]; /* on dialysis, of F03 */
    int n_patients;
};

enum pick {
    PICK_ANY,
    PICK_MALE,
    PICK_FEMALE,
    PICK_CHILD,
    PICK_OLD,
    PICK_RESIDENT,
    PICK_MOTHER,
    PICK_WORKER
};

/* A person nobody has used, made ready; false: there is none left. */
bool pick(struct plan *g, enum pick how, struct person *p);
/* n persons of one village, of different households. */
bool pick_village(struct plan *g, uint32_t n, struct person *p);
/* n persons over 20 of one household. */
bool pick_household(struct plan *g, uint32_t n, struct person *p);
void again(struct plan *g, struct person *p); /* after a change */
/* One of many who lie in hospital: of the crowd in a small county, whose other days end on CROWD_FREE. */
#define CROWD_FREE 75
bool pick_herd(struct plan *g, struct person *p);
struct person *crowd_person(struct plan *g, uint32_t i, struct person *p);
day_t a_day(struct plan *g, int before, int after); /* with so many days of data before and after */
uint32_t some(struct plan *g, enum inst_kind kind, uint32_t county);
/* A few tests of sixteen, by chance: or stays of one operation were a template (B16). */
void vary(struct plan *g, struct episode *ep);
#define RING_HABITS 17 /* hospitals with one habit each; two more are the surgeons' */
uint32_t special(struct plan *g, uint32_t n); /* institutions without any other traffic */

/* An ordinary stay (illness by dx), dates exact; not emitted. No bed number. */
void quiet_stay(struct plan *g, struct episode *ep, const struct person *p, uint32_t inst,
                const char *dx, day_t from, int los);
/* An empty visit of med_type at a time; add lines, then emit. */
void quiet_visit(struct plan *g, struct episode *ep, const struct person *p, uint32_t inst,
                 const char *med_type, day_t d, int h, int m);
void chronic_visit(struct plan *g, struct episode *ep, const struct person *p, uint32_t inst,
                   const char *code, const char *drugs, day_t d, int days);

struct ids {
    struct buf b;
};
void ids_add(struct ids *i, const char *kind, const char *id); /* "line", bkkp_sn ... */
/* One row of truth. owner NULL = p->psn_no; ep gives the visit and institution, NULL = none. Releases ids. */
void truth(struct plan *g, const char *cls, const char *owner, const struct person *p,
           const struct episode *ep, struct ids *ids, const char *note);
void truth_line(struct plan *g, const char *cls, const struct person *p, const struct episode *ep,
                int line, const char *note);
void truth_visit(struct plan *g, const char *cls, const char *owner, const struct person *p,
                 const struct episode *ep, const char *note);

typedef void plant_fn(struct plan *g);
struct planting {
    const char *rule;
    plant_fn *fn;
    /* At most so many of each kind; 0 = as planned; negative: from 5,000 persons on as many as it has forms. */
    int8_t most;
};
extern const struct planting plants_a[], plants_b[], plants_b2[], plants_herd[], plants_herd2[],
    plants_c[], plants_c2[], plants_d[], plants_d2[], plants_e[], plants_e2[], plants_e3[],
    plants_f[], plants_f2[], plants_g[], plants_i[], plants_ring[], plants_ring2[], plants_data[],
    plants_alike[], plants_more[]; /* end: {NULL} */
void plant_outliers(
    struct plan *g); /* truth of what care.c does to two township hospitals (A06, B19) */

#endif
