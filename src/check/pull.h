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
/* Is what stands here, byte for byte, what was read before (a comma, a member's name, the colon)? Then it is behind us. Programs write one
 * order after another in the same way, so that names need not be read again. */
static inline bool pull_again(struct pull *j, struct span before)
{
    const char *p = j->p, *q = before.p;
    size_t n = before.n;
    uint64_t a, b, differ = 0;
    if (!n || (size_t)(j->end - p) < n)
        return false;
    if (n < 8) {
        differ = memcmp(p, q, n) != 0;
    } else {
        for (size_t i = 0; i + 8 < n; i += 8) {
            memcpy(&a, p + i, 8);
            memcpy(&b, q + i, 8);
            differ |= a ^ b;
        }
        memcpy(&a, p + n - 8, 8);
        memcpy(&b, q + n - 8, 8);
        differ |= a ^ b;
    }
    if (differ)
        return false;
    j->p += n;
    return true;
}
/* A text, a number's digits, "true", "false"; n = 0 for null, "" and an empty bracket. */
int pull_scalar(struct pull *j, struct span *out);
int pull_skip(struct pull *j);
/* Nothing may follow. */
int pull_end(struct pull *j);
int pull_bad(struct pull *j, const char *what);

#endif
