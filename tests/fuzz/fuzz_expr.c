/* SPDX-License-Identifier: MulanPSL-2.0 */
/* An expression is parsed, and bound where the text allows it: any text gives a tree or an error, never a fault. */
#include "engine/bind.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct huji_library lib = {0};
    struct rule rule = {.kind = &kind_gap};
    struct err e = {0};
    struct loader ld = {.lib = &lib, .a = &lib.a, .rule = &rule, .e = &e};
    static const enum source_id sources[] = {S_STAY, S_LINE, S_SETTLEMENT, S_STOCK};
    struct expr *raw;
    struct span text = arena_span(&lib.a, (struct span){(const char *)p, n});
    if (text.p && expr_parse(&lib.a, text, &raw, &e) == 0)
        for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
            struct clause c = {.src = sources[i]};
            struct binder b = {.ld = &ld, .clause = &c, .flags = BIND_PREV | BIND_AFTER};
            e = (struct err){0};
            bind_expr(&b, raw);
        }
    arena_release(&lib.a);
    return 0;
}
