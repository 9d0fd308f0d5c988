/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What tells one body from another, kept with the decision. Poly1305 under a key drawn once by each process, seven times as fast as
 * SHA-256: two bodies that somebody sends have the same tag with a chance of some 2^-90, whatever he tries, for he learns neither
 * the key nor a tag. The key stands with the tag in the mark, so that who has the line and the body can check it later. It is no
 * proof against somebody who has read the line before he makes up a body.
 */
#ifndef HUJI_CHECK_BODY_MARK_H
#define HUJI_CHECK_BODY_MARK_H

#include "base/span.h"

enum { BODY_MARK = 64 }; /* hex digits: half of the key (the other is 0), the tag */

void body_mark(struct span body, char out[BODY_MARK + 1]);
/* Is it the body of the mark? Any process's. */
bool body_has_mark(struct span body, const char *mark);
/* The same of what was kept before: 64 digits of its SHA-256. */
bool body_has_sha(struct span body, const char *sha);

#endif
