/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 定性 of a clue as the machine would propose it, and as it is told to the institution. */
#ifndef HUJI_SERVER_CLUE_NATURE_H
#define HUJI_SERVER_CLUE_NATURE_H

#include "base/span.h"
#include "screen/nature.h"
#include "server/request.h"

/* What it most likely is, so that an officer confirms and does not search: by its rule, by its words when it has none. NULL: nothing
 * fits. */
const struct nature *clue_nature_proposed(struct request *r, struct span rule, struct span title);

/*
 * What a list says to the institution: "分解住院（条例第三十八条第一项）", as the officer named it; as the rule proposes it, with
 * "涉嫌" before it; nothing of a rule that institutions don't see.
 */
void clue_nature_told(struct request *r, struct span rule, struct span title, struct span named,
                      bool intent, struct buf *out);

#endif
