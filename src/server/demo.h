/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A practice county: made by synth/, imported, and marked in the store for good (meta `demo`), so that no page and no paper of this
 * data directory is taken for real: the page's banner, the names and the first lines of what is exported.
 */
#ifndef HUJI_SERVER_DEMO_H
#define HUJI_SERVER_DEMO_H

#include <stdbool.h>

#include "base/progress.h"
#include "claims/intake.h"

#define DEMO_PERSONS 2000
#define DEMO_MARK "【演示数据】"
#define DEMO_WORDS "演示数据：人、机构和金额都是编造的，不得当作真实线索使用"

/* Errors: ERR_STATE when the store holds files already. Owns: import_report_release, in any case. */
int demo_fill(struct store *s, uint32_t persons, uint64_t seed, const struct progress *p,
              struct import_report *out, struct err *e);
int demo_is(struct store *s, bool *out, struct err *e);
/* ERR_STATE when real files are about to go into a practice county. */
int demo_refuse(struct store *s, struct err *e);

#endif
