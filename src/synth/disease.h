/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What people fall ill with, and what is done about it. */
#ifndef HUJI_SYNTH_DISEASE_H
#define HUJI_SYNTH_DISEASE_H

#include "synth/model.h"

enum season { SEASON_NONE, SEASON_WINTER, SEASON_SUMMER, SEASON_FLU };

/* Stays. Weights are relative to each other. */
struct illness {
    const char *dx, *dx2; /* main and a second diagnosis */
    char gend;            /* 0 both */
    uint8_t age_lo, age_hi, weight;
    uint8_t season, dept, los_lo, los_hi;
    uint8_t level;                      /* least level of the hospital */
    const char *drugs;                  /* classes, separated by blanks: given daily */
    const char *exams;                  /* on admission */
    const char *surgery;                /* class of the operation's fee, NULL = none */
    const char *oprn, *oprn_name, *mat; /* its code, name, and materials */
};
extern const struct illness synth_stays[];
extern const unsigned synth_n_stays;

/* Out-patient visits and what the pharmacy sells for them. */
struct ailment {
    const char *dx;
    char gend;
    uint8_t age_lo, age_hi, weight, season, dept;
    const char *drugs, *exams;
};
extern const struct ailment synth_visits[];
extern const unsigned synth_n_visits;

/* Chronic out-patient benefit. */
struct chronic {
    const char *code, *name, *dx;
    uint8_t age_lo;
    uint32_t per_million; /* of those of age, doubled from 70 on */
    uint8_t level;        /* least level of the institution that treats it */
    uint8_t dept;
    const char *drugs[4]; /* one of the classes of each, chosen once per person */
};
extern const struct chronic synth_chronic[];
extern const unsigned synth_n_chronic;

const char *dx_name(const char *code);
/* k-th class of a blank-separated list, copied into out; false when there is none. */
bool list_at(const char *list, unsigned k, char out[48]);
unsigned list_len(const char *list);

#endif
