/* SPDX-License-Identifier: MulanPSL-2.0 */
/* How the files of the schema write a column: TEXT kept as it is, DATA of a kind, CODE of a domain, NEED whose lack rejects the row. */
#ifndef HUJI_CLAIMS_SCHEMA_COLUMNS_H
#define HUJI_CLAIMS_SCHEMA_COLUMNS_H

#include "claims/schema.h"

#define TEXT(n, t)                                  \
    {                                               \
        n, t, COL_TEXT, D_NONE, NEED_NO, NULL, NULL \
    }
#define DATA(n, t, k)                        \
    {                                        \
        n, t, k, D_NONE, NEED_NO, NULL, NULL \
    }
#define CODE(n, t, k, d)                \
    {                                   \
        n, t, k, d, NEED_NO, NULL, NULL \
    }
#define NEED(n, t, k, d, need)       \
    {                                \
        n, t, k, d, need, NULL, NULL \
    }

#endif
