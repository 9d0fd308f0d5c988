/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Between bind.c (names, literals, operators) and bind_calls.c (functions). */
#ifndef HUJI_ENGINE_BIND_PRIV_H
#define HUJI_ENGINE_BIND_PRIV_H

#include "engine/bind.h"

struct expr *bind_any(struct binder *b, const struct expr *raw);
struct expr *bind_call(struct binder *b, const struct expr *raw);
struct expr *bind_bad(struct binder *b, const struct expr *raw, const char *what);
struct expr *bind_make(struct binder *b, enum xop op, enum vtype type);
void bind_link_me(struct binder *b, struct expr *x);
struct expr *bind_unary(struct binder *b, enum xop op, enum vtype type, struct expr *a);
struct expr *bind_binary(struct binder *b, enum xop op, enum vtype type, struct expr *p,
                         struct expr *q);
bool bind_align(struct binder *b, struct expr **p, struct expr **q);
bool bind_number(struct binder *b, const struct expr *raw, const struct expr *x);
struct expr *bind_day_of(struct binder *b, struct expr *t);
struct expr *bind_event_name(struct binder *b, const struct expr *raw, enum source_id from,
                             enum base base, struct span path);
bool bind_literal(const struct expr *raw);
struct expr *bind_as_code(struct binder *b, const struct expr *raw, enum domain d);
struct code_pattern *bind_patterns(struct binder *b, const struct expr *raw);
struct expr *bind_set_test(struct binder *b, enum xop op, struct expr *a, struct code_pattern *set);

#endif
