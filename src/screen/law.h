/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The gist of the articles that rules cite, for people: what the article is about and what it leads to. Not its text. */
#ifndef HUJI_SCREEN_LAW_H
#define HUJI_SCREEN_LAW_H

#include "base/span.h"

struct law {
    const char *ref; /* as rules write it: "条例 38(1)" */
    const char *gist;
    const char *leads_to;
};

/* The article as cited, else the article without its item. NULL: not known here. */
const struct law *law_find(struct span ref);
/* All that are known, in the order of the regulation; ref NULL ends. */
const struct law *law_all(void);

#endif
