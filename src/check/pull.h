/* SPDX-License-Identifier: MulanPSL-2.0 */
/* JSON pulled value by value out of a text, no tree: what is not asked for is stepped over. */
#ifndef HUJI_CHECK_PULL_H
#define HUJI_CHECK_PULL_H

#include "base/arena.h"
#include "base/err.h"

struct pull {
    const char *begin, *p, *end;
    int depth, max_depth;
    struct arena *a; /* texts with escapes are copied here */
    struct err *e;
};

/* All return 0, or ERR_INPUT with *e filled. */
/* The character that the next value begins with; 0 = the end. */
char pull_peek(struct pull *j);
/* Steps into { or [. */
int pull_open(struct pull *j, char bracket);
/* Next member or element: *more false when the bracket closed. `key` is for objects (NULL: an array). `first` is the
 * caller's, true before the first call. */
int pull_next(struct pull *j, char bracket, bool *first, struct span *key, bool *more);
/* A text, a number's digits, "true", "false"; n = 0 for null, "" and an empty bracket. */
int pull_scalar(struct pull *j, struct span *out);
int pull_skip(struct pull *j);
/* Nothing may follow. */
int pull_end(struct pull *j);
int pull_bad(struct pull *j, const char *what);

#endif
