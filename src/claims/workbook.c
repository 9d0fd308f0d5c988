/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/workbook.h"

#include <stdio.h>

static int begin(const char *path, lxw_workbook_options *o, lxw_workbook **out, struct err *e)
{
    FILE *probe = fopen(path, "wbe");

    if (!probe)
        return err_errno(e, "写不了 %s", path);
    fclose(probe);
    *out = workbook_new_opt(path, o);
    return *out ? 0 : err_nomem(e);
}

int workbook_begin(const char *path, lxw_workbook **out, struct err *e)
{
    return begin(path, NULL, out, e);
}

int workbook_begin_rows(const char *path, char *tmpdir, lxw_workbook **out, struct err *e)
{
    lxw_workbook_options o = {.constant_memory = LXW_TRUE, .tmpdir = tmpdir};

    return begin(path, &o, out, e);
}
