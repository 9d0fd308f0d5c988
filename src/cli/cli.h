/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The whole command line but for main(): what tests call. */
#ifndef HUJI_CLI_CLI_H
#define HUJI_CLI_CLI_H

#include "base/err.h"

int cli_main(int argc, char **argv); /* the exit status: 0 done, 1 failed, 2 wrong use */

#endif
