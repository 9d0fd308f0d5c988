/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The store as commands open it: from --data or HUJI_DATA, with --threads. */
#ifndef HUJI_CLI_STORE_H
#define HUJI_CLI_STORE_H

#include "claims/store.h"
#include "cli/command.h"

/* Owns: store_close(*out). */
int store_for(const struct args *a, enum store_mode mode, struct store **out, struct err *e);

#endif
