/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A message judged for someone who sits at the page: everything shown, nothing kept, audited. */
#ifndef HUJI_SERVER_PRECHECK_H
#define HUJI_SERVER_PRECHECK_H

#include "server/request.h"

/* {results: [{rule_id, rule_name, message, law, sev_deg, amount_fen, members: [...]}], note, known, orders, answer}. `psn_no` lies
 * in `body`, or in the request's arena. Errors: ERR_INPUT: no 3101 or 3102, not one person, another institution's. */
int precheck_judge(struct request *r, struct span body, json_t **out, struct span *psn_no,
                   struct err *e);

#endif
