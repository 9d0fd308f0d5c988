/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "synth/model.h"

const struct item synth_items[] = {
#include "synth_items.h"
};
const unsigned synth_n_items = sizeof(synth_items) / sizeof(synth_items[0]);

static struct map by_class; /* hash of the class -> first item of it */

void items_open(void)
{
    if (by_class.n)
        return;
    for (unsigned i = 0; i < synth_n_items; i++) {
        uint64_t h = hash_bytes(synth_items[i].cls, strlen(synth_items[i].cls)) | 1;
        if (map_get(&by_class, h) == MAP_NONE)
            map_put(&by_class, h, i);
    }
}

static unsigned find(const char *cls)
{
    uint32_t i = map_get(&by_class, hash_bytes(cls, strlen(cls)) | 1);
    if (i == MAP_NONE || strcmp(synth_items[i].cls, cls) != 0) {
        fprintf(stderr, "synth: rules/knowledge/item.csv has no class %s\n", cls);
        abort(); /* the catalogue is built in: our own bug */
    }
    return i;
}

const struct item *item_of(const char *cls)
{
    return &synth_items[find(cls)];
}

const struct item *item_brand(const char *cls, unsigned k)
{
    unsigned of[16], n = 0;
    for (unsigned i = find(cls); i < synth_n_items && n < 16; i++)
        if (strcmp(synth_items[i].cls, cls) == 0)
            of[n++] = i;
    return &synth_items[of[k % n]];
}

unsigned items_under(const char *prefix, const struct item **out, unsigned cap)
{
    unsigned n = 0;
    size_t len = strlen(prefix);
    for (unsigned i = 0; i < synth_n_items && n < cap; i++)
        if (strncmp(synth_items[i].cls, prefix, len) == 0)
            out[n++] = &synth_items[i];
    return n;
}
