/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A message of the national interface (3101, 3102, 3103, 9001, 9002), read in one pass into fixed structs. What programs
 * of hospitals send differs: an array or its one element, numbers as texts, nodes missing, names without fsi_, GBK.
 * All of that is taken; what is told is told by national names (the reference: part 1 of the national interface).
 */
#ifndef HUJI_CHECK_MESSAGE_H
#define HUJI_CHECK_MESSAGE_H

#include "base/arena.h"
#include "run/person.h"

enum { MSG_MAX_BYTES = 4 << 20, MSG_MAX_ROWS = 20000, MSG_MAX_DEPTH = 24 };

struct warn { /* 3103: what the doctor did with one result */
    struct span warn_rslt_id, dspo_way, dspo_way_rea;
};

struct patient {
    struct new_events ev;
    struct span curr_mdtrt_id;
    size_t cap_visit, cap_line, cap_oprn;
};

struct message {
    struct span infno, msgid, fixmedins_code, mdtrtarea_admvs, opter, inf_time, sign_no;
    struct span task_id, trig_scen, warn_type;
    struct patient *patient;
    size_t n_patient, cap_patient;
    struct warn *warn;
    size_t n_warn, cap_warn;
};

/* Texts live in `a` or in `body`, which must live as long. Errors: ERR_INPUT, where names the node and field. */
int message_read(struct span body, struct arena *a, struct message *out, struct err *e);

#endif
