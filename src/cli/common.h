/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What several commands need: which data directory, which rule library, the store opened, a sentence on stderr. */
#ifndef HUJI_CLI_COMMON_H
#define HUJI_CLI_COMMON_H

#include "base/span.h"
#include "cli/command.h"

/* --data, else HUJI_DATA. Errors: ERR_USAGE when neither is there. */
int data_dir(const struct args *a, const char **dir, struct err *e);
/* --rules, else HUJI_RULES, else DATA/rules (when it holds a library), else beside the program, else the source tree.
 * `data` may be NULL. Appends to `out`. Errors: ERR_USAGE when none is there. */
int rules_dir(const struct args *a, const char *data, struct buf *out, struct err *e);
/* The data directory's rules/ that is laid over the library, if it is there and --rules was not given. */
bool own_rules_dir(const struct args *a, const char *data, struct buf *out);
/* Could there be one? Not with --rules, not where rules/ is a whole library. */
bool may_be_laid_over(const struct args *a, const char *data);
/* The data directory's rules/profile.yaml, if it is there and --rules was not given. */
bool own_profile(const struct args *a, const char *data, struct buf *out);
/* A line of information on stderr. */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* "1,234,567" */
void buf_thousands(struct buf *b, int64_t v);
/* "1,234,567.00 元", from 10,000 yuan on with "（123.46 万元）" behind */
void buf_yuan(struct buf *b, int64_t fen);

#endif
