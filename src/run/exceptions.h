/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A bureau's exceptions, DIR/rules/exceptions.yaml: this rule does not ask this institution, item, department or person,
 * from a day to a day, because. The file is only ever added to:
 *
 *     - {no: 1, rule: [B02], fixmedins_code: H42050200001, from: 2023-01-01, to: 2023-12-31,
 *        because: "...", approver: "...", at: "2024-01-05 09:30"}
 *     - {end: 1, to: 2023-06-30, because: "...", approver: "...", at: "..."}
 *
 * A finding of one of the rules is suppressed when all that is said holds: its day lies in from..to (inclusive), its
 * institution and person are these, and all lines at fault are of the item and the department (without lines: the
 * visit's department). It stays in the table `finding` with hit = false and the exception's number.
 */
#ifndef HUJI_RUN_EXCEPTIONS_H
#define HUJI_RUN_EXCEPTIONS_H

#include "base/arena.h"
#include "claims/store.h"
#include "engine/rule.h"

enum exception_subject { EXC_INST, EXC_ITEM, EXC_DEPT, EXC_PERSON, EXC_SUBJECTS };
extern const char
    *const exception_key[EXC_SUBJECTS]; /* fixmedins_code hilist_code dept_code psn_no */

struct exception {
    int64_t no;
    const struct ynode *rules;         /* list, or one word */
    struct span subject[EXC_SUBJECTS]; /* n = 0: any */
    day_t from, to;
    struct span because, approver, at;
    bool ended;
    struct span end_because, end_approver, end_at;
    int line;
};

struct exceptions {
    struct arena a;
    char *file;
    struct exception *at;
    size_t n, cap;
};

/* An absent file is none. With `lib`, the rules must be there. Owns: exceptions_release, also after an error. Errors:
 * ERR_INPUT with file, line, field, value. */
int exceptions_load(const char *data, const struct huji_library *lib, struct exceptions *out,
                    struct err *e);
/* The same from `own`/exceptions.yaml. */
int exceptions_load_from(const char *own, const struct huji_library *lib, struct exceptions *out,
                         struct err *e);
void exceptions_release(struct exceptions *x);
bool exception_names(const struct exception *x, const struct rule *r);

/* Marks the rows of `table` (as `finding`), in order of numbers: the first that fits has it. Within the caller's transaction. */
int exceptions_apply(struct store *s, const struct exceptions *x, const struct huji_library *lib,
                     const char *table, struct err *e);

#endif
