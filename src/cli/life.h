/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A change of rules at the command line: shown with its effect; kept when an approver who saw that effect is named. */
#ifndef HUJI_CLI_LIFE_H
#define HUJI_CLI_LIFE_H

#include <jansson.h>

#include "cli/command.h"

#define OPT_BECAUSE                                           \
    {                                                         \
        "because", 0, ARG_TEXT, "TEXT", NULL, false, "理由" \
    }
#define OPT_BY                                              \
    {                                                       \
        "by", 0, ARG_TEXT, "NAME", NULL, false, "提出人" \
    }
#define OPT_APPROVER                                                                                        \
    {                                                                                                       \
        "approver", 0, ARG_TEXT, "NAME", NULL, false, "批准人，须是另一人；不写就只看影响" \
    }
#define OPT_SEEN                                                                 \
    {                                                                            \
        "seen", 0, ARG_TEXT, "CODE", NULL, false,                                \
            "批准人看过的影响的编号（不写 --approver 时印出）" \
    }

/* Takes `what`. */
int life_run(const struct args *a, json_t *what, struct err *e);

#endif
