/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Evidence ids turned into what people read: when, what, from which file and row. */
#ifndef HUJI_SCREEN_EVIDENCE_H
#define HUJI_SCREEN_EVIDENCE_H

#include "screen/explain.h"

struct store;

/* One explained event per piece of evidence, in its order; ids the store does not know keep their id alone. Texts and
 * array live in `a`. */
int evidence_explain(struct store *s, const struct finding *f, struct arena *a,
                     struct explained_event **out, struct err *e);
/* "住院 2023-03-01 至 2023-03-08，I10.x00 高血压" of a visit; nothing when unknown. */
int visit_explain(struct store *s, struct span mdtrt_id, struct buf *out, struct err *e);
/* Name and certificate of a person, masked unless asked for. */
int person_explain(struct store *s, struct span psn_no, bool unmask, struct buf *out,
                   struct err *e);

#endif
