/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/store.h"

#include <stdio.h>

#include "base/limits.h"
#include "cli/common.h"

int store_for(const struct args *a, enum store_mode mode, struct store **out, struct err *e)
{
    char who[80];
    struct store_options o = {.threads = (int)args_count(a, "threads", 0), .command = who};
    const char *dir;
    int rc = data_dir(a, &dir, e);

    if (rc)
        return rc;
    if (o.threads > MAX_THREADS)
        return err_set(e, ERR_USAGE, "--threads 最多 %d", MAX_THREADS);
    snprintf(who, sizeof who, "huji %s", a->cmd->name);
    return store_open(dir, mode, &o, out, e);
}
