/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Everything that can be said of one finding of the last run, fetched and put together: what `huji explain` prints and the page shows. */
#ifndef HUJI_SCREEN_STORY_H
#define HUJI_SCREEN_STORY_H

#include "screen/clues.h"
#include "screen/explain.h"
#include "screen/rule_names.h"

struct story {
    struct explanation x; /* borrows from the rest */
    struct arena text;
    struct finding_set found; /* the one asked for */
    struct clues group;       /* all of its visit or owner */
    struct weighing weighing;
    struct buf inst, person, visit, question, sql;
};

enum story_flags { STORY_UNMASK = 1, STORY_SQL = 2 };

/* `id`: the whole id, or its first 8 digits and more. Errors: ERR_USAGE when there is no such finding or several.
 * Owns: story_release, in any case. */
int story_load(struct story *y, struct store *s, const struct rule_names *names, struct span id,
               int flags, struct err *e);
void story_release(struct story *y);

#endif
