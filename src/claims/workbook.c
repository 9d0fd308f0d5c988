/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/workbook.h"

#include <stdio.h>

int workbook_begin(const char *path, lxw_workbook **out, struct err *e)
{
    FILE *probe = fopen(path, "wbe");

    if (!probe)
        return err_errno(e, "写不了 %s", path);
    fclose(probe);
    *out = workbook_new(path);
    return *out ? 0 : err_nomem(e);
}
