/* SPDX-License-Identifier: MulanPSL-2.0 */
#ifndef HUJI_LIFE_PACK_H
#define HUJI_LIFE_PACK_H

#include "life/change.h"

/* change_make of a pack. */
int pack_lay(struct change *c, struct err *e);

#endif
