/* SPDX-License-Identifier: MulanPSL-2.0 */
/* huji.yaml of a data directory: a few settings, one a line, remarks kept. */
#ifndef HUJI_CLAIMS_CONFIG_H
#define HUJI_CLAIMS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/span.h"

struct config_key {
    const char *name, *title, *like; /* "region", what it is, what a value looks like */
    const char *form;                /* what a value must be, in words */
    bool (*ok)(struct span value);
};
extern const struct config_key config_keys[]; /* ends with a NULL name */

/* The value into `out`, "" when it is not set. Errors: ERR_STATE no data directory, ERR_INPUT a value that can't be (its
 * line), ERR_USAGE no such key. */
int config_get(const char *dir, const char *key, char *out, size_t cap, struct err *e);
/* Puts the line in place of the old one, or at the end. Whole or not at all. Errors as above. */
int config_set(const char *dir, const char *key, const char *value, struct err *e);
/* memory_limit in MB, 0 when it is not set. Errors as config_get. */
int config_memory_mb(const char *dir, long long *out, struct err *e);

#endif
