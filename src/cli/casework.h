/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The casework database from the command line. */
#ifndef HUJI_CLI_CASEWORK_H
#define HUJI_CLI_CASEWORK_H

#include "casework/audit.h"
#include "cli/command.h"

#define OPT_CASEWORK                                                                                                  \
    {                                                                                                                 \
        "casework", 0, ARG_TEXT, "URL", NULL, false,                                                                  \
            "业务库：postgresql://...（默认取 HUJI_CASEWORK，再默认数据目录里的 casework.sqlite）" \
    }

/* --casework or HUJI_CASEWORK; NULL: the file in the data directory. */
const char *casework_url(const struct args *a);
/* Opened and migrated. The data directory must be one. Owns: cw_close. */
int casework_for(const struct args *a, struct cw **out, struct err *e);
/* Who sits at the console: the login name of the operating system. */
struct actor console_actor(void);

#endif
