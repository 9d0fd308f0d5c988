/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Rule text: any bytes give a tree with positions or an error. */
#include "engine/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct arena a = ARENA_INIT;
    struct ynode *root;
    struct err e = {0};
    yaml_parse(&a, (struct span){(const char *)p, n}, "fuzz", &root, &e);
    arena_release(&a);
    return 0;
}
