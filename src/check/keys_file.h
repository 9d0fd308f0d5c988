/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Keys and places of decisions beside them (decisions.keys), so that who opens a file of years need not read it: 32 bytes a decision
 * instead of thousands. Nothing depends on it: it is not synced, and where it is missing, damaged or of another file the
 * decisions are read.
 */
#ifndef HUJI_CHECK_KEYS_FILE_H
#define HUJI_CHECK_KEYS_FILE_H

#include <sys/types.h>

#include "base/err.h"
#include "check/keys.h"

struct keys_file;
/* Puts into k what the file says of the beginning of `log`, whose first byte is the place `base`; *end: so far, in the log's file. What it can't vouch for is cut off. A file that can't be had is
 * not an error: what is added then goes nowhere. Errors: ERR_NOMEM. Owns: keys_file_close. */
int keys_file_open(const char *path, int log, off_t base, struct keys *k, struct keys_file **out,
                   off_t *end, struct err *e);
/* The next decision of the log, durable there or ahead of it. */
void keys_file_add(struct keys_file *f, const struct key_place *p);
void keys_file_close(struct keys_file *f);

#endif
