/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/casework.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "casework/backup.h"
#include "cli/common.h"
#include "server/server.h"

const char *casework_url(const struct args *a)
{
    const char *given = args_text(a, "casework");

    return given ? given : getenv("HUJI_CASEWORK");
}

int casework_for(const struct args *a, struct cw **out, struct err *e)
{
    char where[1200], yaml[1200], kept[1200] = "";
    const char *dir;
    struct cw *db = NULL;
    int rc = data_dir(a, &dir, e);

    if (rc)
        return rc;
    snprintf(yaml, sizeof yaml, "%s/huji.yaml", dir);
    if (access(yaml, R_OK) != 0) {
        err_set(e, ERR_STATE, "%s 不是数据目录", dir);
        return err_hint(e, "先运行 huji init %s", dir);
    }
    rc = casework_place(dir, casework_url(a), where, sizeof where, e);
    if (!rc)
        rc = cw_open(where, &db, e);
    if (!rc)
        rc = cw_upgrade(db, dir, kept, sizeof kept, e);
    if (!rc && kept[0])
        note("业务库已升级，升级前的在 %s", kept);
    if (rc) {
        cw_close(db);
        return rc;
    }
    *out = db;
    return 0;
}

struct actor console_actor(void)
{
    static char login[64];
    const struct passwd *p = getpwuid(getuid());

    snprintf(login, sizeof login, "console:%s", p ? p->pw_name : "?");
    return (struct actor){0, login, "", "", "console"};
}
