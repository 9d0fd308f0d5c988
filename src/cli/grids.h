/* SPDX-License-Identifier: MulanPSL-2.0 */
#ifndef HUJI_CLI_GRIDS_H
#define HUJI_CLI_GRIDS_H

#include "claims/grid.h"
#include "cli/command.h"

/* One grid in the format asked for; as a table its title stands above it. An empty grid says `nothing` instead. */
int grid_print(const struct args *a, const struct grid *g, const char *nothing, struct err *e);

#endif
