/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * How far an institution has come with a rule: 记录 (only written down) -> 提醒 (shown) -> 拦截 (what is certain is refused).
 * DATA/check-modes.csv: fixmedins_code,rule_id,mode; * stands for all. What is not listed is 记录.
 */
#ifndef HUJI_CHECK_MODES_H
#define HUJI_CHECK_MODES_H

#include "base/arena.h"
#include "base/err.h"

enum check_mode { MODE_RECORD, MODE_REMIND, MODE_STOP };

struct mode_row {
    struct span inst, rule; /* "*" = all */
    enum check_mode mode;
};
struct check_modes {
    struct mode_row *row;
    size_t n;
};

const char *mode_name(enum check_mode m);
bool mode_parse(struct span s, enum check_mode *out);
/* No file: an empty list. Errors: ERR_INPUT with file and line. Texts live in `a`. */
int modes_read(const char *dir, struct arena *a, struct check_modes *out, struct err *e);
/* The row that says most: institution and rule, then the institution, then the rule, then all. */
enum check_mode modes_find(const struct check_modes *m, struct span inst, struct span rule);

/* Writes one row, in place of what was said of the same two ("*" = all) or at the end; `mode` NULL takes it out. Other lines stay
 * as they are. The file is replaced as a whole or not at all. Errors: ERR_INPUT, ERR_IO. */
int modes_set(const char *dir, struct span inst, struct span rule, const enum check_mode *mode,
              struct err *e);

#endif
