/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * 应检查机构名册: which institutions a bureau has to check, what 应检查机构数 and 覆盖率 of 附件2 stand on and what plans draw from. Each
 * raising adds what the claims know; people add those without claims (newly contracted ones) and take off, with a reason, those that need no
 * checking any more (contract ended, closed). A row taken off stays, and can be put back.
 */
#ifndef HUJI_CASEWORK_REGISTER_H
#define HUJI_CASEWORK_REGISTER_H

#include "casework/audit.h"
#include "casework/scope.h"

struct register_new {
    const char *code, *name, *admdvs;
};
/* Errors: ERR_INPUT with the field's name, ERR_STATE when it is there. */
int register_add(struct cw *db, const struct actor *who, const struct scope *scope,
                 const struct register_new *n, struct err *e);
/* Off (`why` said), or back (NULL). Errors: ERR_USAGE when it is not there or out of scope, ERR_STATE when it is so already. */
int register_off(struct cw *db, const struct actor *who, const struct scope *scope,
                 const char *code, const char *why, struct err *e);

#endif
