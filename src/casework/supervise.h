/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * 监督视图: what the auditor, the stationed discipline group and the upper level look at. One table of sections, each one SQL text with
 * $1, $2 = first and last moment, $3 = prefix of the division; read only. What it shows is who let money go, not whose money.
 */
#ifndef HUJI_CASEWORK_SUPERVISE_H
#define HUJI_CASEWORK_SUPERVISE_H

#include "casework/db.h"

enum supervise_as { SUP_TEXT, SUP_INT, SUP_FEN, SUP_CLUE, SUP_VERDICT };
struct supervise_column {
    const char *name, *title; /* name NULL ends */
    enum supervise_as as;
};
struct supervise_section {
    const char *code, *title, *hint;
    const char *sql; /* NULL: the server has it from elsewhere (claims, the rules' history) */
    const struct supervise_column *columns;
};
extern const struct supervise_section supervise_sections[]; /* code NULL ends */

#endif
