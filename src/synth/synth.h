/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A believable county from a seed: persons, institutions, a year (or more) of care, and on top of it, for every rule,
 * planted violations and as many twins that must not fire. `truth.csv` in the same folder says which is which; an
 * import passes over it. The same options give the same bytes, on any machine. Written person by person: memory does
 * not grow with the lines. Nothing here knows how a rule is evaluated; the plants follow the text of the catalogue.
 */
#ifndef HUJI_SYNTH_SYNTH_H
#define HUJI_SYNTH_SYNTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"

enum synth_form {
    SYNTH_CSV, /* UTF-8, national names */
    SYNTH_GBK, /* the same in GBK */
    SYNTH_EXCEL, /* what an officer has: XLSX with Chinese headings, a flat sheet, HTML and text named .xls */
};

#define SYNTH_MIN_PERSONS 1000
#define SYNTH_MAX_PERSONS 5000000
#define SYNTH_MAX_PLANTS 300
#define SYNTH_MIN_YEAR 2022 /* the regulation holds from May 2021, and last year is asked for too */
#define SYNTH_MAX_YEAR 2033 /* until then there are contracts */

struct synth_options {
    uint32_t persons; /* SYNTH_MIN_PERSONS .. SYNTH_MAX_PERSONS */
    uint64_t seed;
    int year;        /* its first month is January of this one; 0 = 2023 */
    int months;      /* 1..120; 0 = 12 */
    const char *out; /* folder, made if missing */
    enum synth_form as;
    bool no_truth;  /* leave truth.csv out */
    bool no_plants; /* background only */
    uint32_t
        plants; /* violations per rule, and as many twins, 1..SYNTH_MAX_PLANTS; 0 = by persons */
};

struct synth_counts {
    uint64_t persons, institutions, visits, settlements, lines, plants, twins;
};

/* Writes the county. `counts` may be NULL. Errors: ERR_USAGE for options out of range, ERR_IO, ERR_NOMEM,
 * ERR_STATE when cancelled. */
int synth_write(const struct synth_options *o, struct synth_counts *counts,
                const struct progress *p, struct err *e);

#endif
