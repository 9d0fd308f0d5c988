/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * 检查计划: which institutions are to be checked, by whom, when; how far it is, and what it brought. Proposed from the ledger's open clues by
 * expected money a working day (screen/plan.h), with a part drawn at random, then kept and changed by people.
 */
#ifndef HUJI_CASEWORK_VISITS_H
#define HUJI_CASEWORK_VISITS_H

#include "casework/audit.h"
#include "casework/money.h"
#include "casework/scope.h"

extern const struct code_name visit_states[]; /* planned, doing, checked */
extern const struct code_name visit_kinds[]; /* full, spot, tip: 全面核查, 重点抽查, 举报复查 */
extern const struct code_name visit_hows[]; /* why it is in the plan: clues, random, hand */

struct plan_new {
    const char *title, *from_day, *to_day;
    const char *names;     /* inspectors, "、" or "," between; at least two (条例 art. 29) */
    int64_t days, per_day; /* working days; clues an inspector looks at a day */
    int64_t random;        /* percent of the working time for institutions drawn at random */
    int64_t seed;          /* of the draw: the same seed draws the same institutions */
};
struct plan_made {
    int64_t id, by_clues, by_draw;
};
/* Only institutions of `scope` that the claims know (inst_known). Errors: ERR_INPUT naming the field, ERR_STATE when none is known. */
int plan_make(struct cw *db, const struct actor *who, const struct scope *scope,
              const struct plan_new *p, struct plan_made *out, struct err *e);

/* One institution of a plan. `version` is the plan's as it was seen: ERR_STATE when it is another by now. */
struct visit_hand {
    struct cw *db;
    const struct actor *who;
    const struct scope *scope;
    int64_t plan, version;
    const char *code;
};
int visit_add(const struct visit_hand *h, const char *kind, struct err *e);
/* Only one that nobody has begun. */
int visit_drop(const struct visit_hand *h, struct err *e);
struct visit_set {
    const char *state, *kind, *inspectors, *checked_on, *note; /* NULL: as it is */
};
/* 已查 needs the day, not in the future, and inspectors. */
int visit_set(const struct visit_hand *h, const struct visit_set *s, struct err *e);

#endif
