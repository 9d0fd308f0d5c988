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
/* Sixteen at a time: these are short, and a call of memcmp costs more. */
static inline bool same_bytes(const char *p, const char *q, size_t n)
{
    typedef uint64_t sixteen __attribute__((vector_size(16)));
    sixteen a, b, differ = {0, 0};
    if (n < 16)
        return memcmp(p, q, n) == 0;
    for (size_t i = 0; i + 16 < n; i += 16) {
        memcpy(&a, p + i, 16);
        memcpy(&b, q + i, 16);
        differ |= a ^ b;
    }
    memcpy(&a, p + n - 16, 16);
    memcpy(&b, q + n - 16, 16);
    differ |= a ^ b;
    return !(differ[0] | differ[1]);
}
/* Is what stands here, byte for byte, what was read before (a comma, a member's name, the colon)? Then it is behind us. Programs write one
 * order after another in the same way, so that names need not be read again. */
static inline bool pull_again(struct pull *j, struct span before)
{
    if (!before.n || (size_t)(j->end - j->p) < before.n || !same_bytes(j->p, before.p, before.n))
        return false;
    j->p += before.n;
    return true;
}
/* A text, a number's digits, "true", "false"; n = 0 for null, "" and an empty bracket. */
int pull_scalar(struct pull *j, struct span *out);
int pull_skip(struct pull *j);
/* Nothing may follow. */
int pull_end(struct pull *j);
int pull_bad(struct pull *j, const char *what);

#endif
