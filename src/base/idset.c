/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/idset.h"

#include <string.h>

#include "base/mem.h"

int id_set_add(struct id_set *s, int64_t id)
{
    size_t w = (size_t)id >> 6;
    if (w >= s->words) {
        if (mem_grow(&s->bit, &s->cap, w + 1, sizeof *s->bit) < 0)
            return -1;
        memset(s->bit + s->words, 0, (w + 1 - s->words) * sizeof *s->bit);
        s->words = w + 1;
    }
    uint64_t bit = UINT64_C(1) << (id & 63);
    s->n += !(s->bit[w] & bit);
    s->bit[w] |= bit;
    return 0;
}

int id_set_count(struct id_set *s)
{
    uint32_t *before = mem_realloc(s->before, (s->words + 1) * sizeof *before), n = 0;
    if (!before)
        return -1;
    for (size_t w = 0; w < s->words; w++) {
        before[w] = n;
        n += (uint32_t)__builtin_popcountll(s->bit[w]);
    }
    s->before = before;
    return 0;
}

void id_set_release(struct id_set *s)
{
    mem_free(s->bit);
    mem_free(s->before);
    *s = (struct id_set){0};
}
