/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Rules that ask the same thing belong to one family: within it the strongest counts, between families noisy-or. */
#ifndef HUJI_SCREEN_FAMILY_H
#define HUJI_SCREEN_FAMILY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

enum family {
    FAMILY_IDENTITY,
    FAMILY_PRESENCE,
    FAMILY_SPLITTING,
    FAMILY_INDICATION,
    FAMILY_GANG,
    FAMILY_STAY,
    FAMILY_CHARGING,
    FAMILY_SCOPE,
    FAMILY_DRUGS,
    FAMILY_CHRONIC,
    FAMILY_SOURCE,
    FAMILY_PAPER,
    FAMILY_CAPACITY,
    FAMILY_DATA,
    FAMILY_AGENCY,
    FAMILY_OTHER,
    FAMILY_COUNT
};

extern const char *const family_name[FAMILY_COUNT]; /* Chinese */
/* Of a rule id or a variant's ("A02.county"), by rules.md 5.1 no. 3. */
enum family family_of(struct span rule);
/* Does the family belong to the fraud list (presence, gang, paper, source of goods; 条例 40)? */
bool family_fraud(enum family f);

/* The strongest hit of each family, 1e-6. */
struct strengths {
    int32_t max[FAMILY_COUNT];
};
void strengths_add(struct strengths *s, enum family f, int64_t strength);
int strengths_count(const struct strengths *s); /* families hit */
/* S = 1 - prod(1 - max), in 1e-6; only the fraud families if `fraud`. Exact in integers, rounded once at the end. */
int64_t strengths_score(const struct strengths *s, bool fraud);

#endif
