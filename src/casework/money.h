/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The money of a clue (law.md C13, D3): what was found line by line, what was ordered back, what came back with which voucher, and
 * what else was done. All amounts are fen of the fund.
 */
#ifndef HUJI_CASEWORK_MONEY_H
#define HUJI_CASEWORK_MONEY_H

#include "casework/clue.h"
#include "screen/nature.h"

/* Why less was found than was suspected; what was done about it (处理方式). `code` NULL ends. */
struct code_name {
    const char *code, *title;
};
extern const struct code_name less_reasons[];
extern const struct code_name measure_codes[];
const char *code_title(const struct code_name *list, struct span code); /* NULL: none */

struct found {
    struct span event; /* of clue_line */
    int64_t found_fen;
    struct span reason, note;
};
/* 认定金额 of these lines, the others stay. Refuses: an event that the clue has not, an amount below 0 or above the line's, one less
 * than the suspected fund without a reason, and a sum over all clues about a line above the line's amount. */
int clue_money(struct clue_hand *h, const struct found *f, size_t n, struct err *e);
/* All violating lines at their suspected fund, as far as no other clue has found it; `total` >= 0: that sum shared out over them
 * (reason "agreed" where it is less). For lists that came back. `inside` a write transaction. */
int clue_money_whole(struct clue_hand *h, int64_t total, bool inside, struct err *e);

struct disposal {
    const char *measures; /* codes, "," between; at least one */
    int64_t ordered_fen, fine_fen, penalty_fen;
    const char *doc_no, *decided_on, *transferred_to, *note; /* NULL = none */
    const char *nature; /* 定性 with it; NULL = as it stands */
    bool intent;
};
/* ordered_fen may not be above what was found, nor below what came back; a transfer names where to; the verdict must be there. */
int clue_dispose(struct clue_hand *h, const struct disposal *d, struct err *e);
/* 定性 of a clue judged 查实 (nature.h); `intent`: done in order to defraud. Errors: ERR_INPUT for a code that isn't, or an act that has no
 * such paragraph. */
int clue_qualify(struct clue_hand *h, const char *nature, bool intent, struct err *e);
/* `amount` negative takes back a wrong one; the sum stays between 0 and what was ordered. Also of a closed clue. */
int clue_refund(struct clue_hand *h, int64_t amount, const char *voucher, const char *paid_on,
                const char *note, struct err *e);
/* 办结: needs a verdict of 查实 or 误报 and a disposal code; 查实 also its 定性 and 认定金额 of each violating line. */
int clue_close(struct clue_hand *h, const char *note, struct err *e);

/* A clue made by hand. Basis and amount are mandatory. */
struct hand_clue {
    const char *source; /* of clue_sources, not "screen" */
    const char *title, *basis, *received_on;
    const char *admdvs, *fixmedins_code, *fixmedins_name, *psn_no, *mdtrt_id, *event_date;
    int64_t amount_fen, fund_fen;
};
int clue_make(struct cw *db, const struct actor *who, const struct scope *scope,
              const struct hand_clue *c, int64_t *id, struct err *e);
/* The same inside a write transaction. */
int clue_make_inside(struct cw *db, const struct actor *who, const struct scope *scope,
                     const struct hand_clue *c, int64_t *id, struct err *e);
/* Several, all or none; ids[i] is list[i]'s. Errors: where says rows[i]. */
int clue_make_all(struct cw *db, const struct actor *who, const struct scope *scope,
                  const struct hand_clue *list, size_t n, int64_t *ids, struct err *e);

#endif
