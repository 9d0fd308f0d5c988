/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Between combine_sql.c and alike_sql.c. */
#ifndef HUJI_ENGINE_SQL_COMBINE_SQL_H
#define HUJI_ENGINE_SQL_COMBINE_SQL_H

#include "engine/sql/priv.h"

/* g of those that are like an owner of the list: t0, cz (the cosine), event_date, marked, pv0 ... */
void alike_sql(struct sq *q, struct buf *out);

#endif
