/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/file.h"

#include <stdio.h>
#include <unistd.h>

static int put(const char *path, const char *mode, struct span text, struct err *e)
{
    FILE *f = fopen(path, mode);
    bool ok;

    if (!f)
        return err_errno(e, "写不了 %s", path);
    ok = fwrite(text.p, 1, text.n, f) == text.n && fflush(f) == 0 && fsync(fileno(f)) == 0;
    ok = fclose(f) == 0 && ok;
    return ok ? 0 : err_errno(e, "写不了 %s", path);
}

int file_write_whole(const char *path, struct span text, struct err *e)
{
    char fresh[4300];
    int n = snprintf(fresh, sizeof fresh, "%s.new", path), rc;

    if (n < 0 || (size_t)n >= sizeof fresh)
        return err_set(e, ERR_USAGE, "路径太长：%.200s", path);
    rc = put(fresh, "wb", text, e);
    if (rc == 0 && rename(fresh, path) != 0)
        rc = err_errno(e, "写不了 %s", path);
    if (rc < 0)
        unlink(fresh);
    return rc;
}

int file_append(const char *path, struct span text, struct err *e)
{
    return put(path, "ab", text, e);
}
