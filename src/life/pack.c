/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "life/pack.h"

int pack_lay(struct change *c, struct err *e)
{
    return err_set(e, ERR_STATE, "%s", change_text(c, "file"));
}
