/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "check/keys.h"

#include <string.h>

#include "base/hex.h"
#include "base/mem.h"

/* A hundred million decisions are 24,000 in each table: it grows in half a millisecond. */
enum { TABLES = 4096, FIRST = 16 };

struct table {
    struct key_place *slot; /* n == 0: free */
    uint32_t n, cap;        /* a power of two, or 0 */
};

struct keys {
    struct table table[TABLES];
    size_t n;
};

struct keys *keys_new(void)
{
    return mem_calloc(1, sizeof(struct keys));
}

void keys_clear(struct keys *k)
{
    for (int i = 0; i < TABLES; i++)
        mem_free(k->table[i].slot);
    *k = (struct keys){.n = 0};
}

void keys_free(struct keys *k)
{
    if (k)
        keys_clear(k);
    mem_free(k);
}

size_t keys_count(const struct keys *k)
{
    return k->n;
}

bool key_of(const char *digits, unsigned char key[KEY_BYTES])
{
    return hex_read(digits, KEY_BYTES, key);
}

bool key_of_line(const char *line, size_t n, unsigned char key[KEY_BYTES])
{
    static const char begins[] = "{\"key\": \"";
    return n >= KEY_AT + KEY_DIGITS && memcmp(line, begins, KEY_AT) == 0 &&
           key_of(line + KEY_AT, key);
}

/* Keys are digests: any of their bits are as good as a hash. */
static uint64_t bits_of(const unsigned char *key)
{
    uint64_t w;
    memcpy(&w, key, sizeof w);
    return w;
}

static size_t table_no(const unsigned char *key)
{
    return bits_of(key) % TABLES;
}

/* Where it is, or where it would go. */
static uint32_t slot_of(const struct table *t, const unsigned char *key)
{
    uint32_t i = (uint32_t)(bits_of(key) / TABLES) & (t->cap - 1);
    while (t->slot[i].n && memcmp(t->slot[i].key, key, KEY_BYTES) != 0)
        i = (i + 1) & (t->cap - 1);
    return i;
}

static int grow(struct table *t)
{
    struct table bigger = {.cap = t->cap ? 2 * t->cap : FIRST, .n = t->n};
    bigger.slot = mem_calloc(bigger.cap, sizeof *bigger.slot);
    if (!bigger.slot)
        return -1;
    for (uint32_t i = 0; i < t->cap; i++)
        if (t->slot[i].n)
            bigger.slot[slot_of(&bigger, t->slot[i].key)] = t->slot[i];
    mem_free(t->slot);
    *t = bigger;
    return 0;
}

const struct key_place *keys_get(const struct keys *k, const unsigned char key[KEY_BYTES])
{
    const struct table *t = &k->table[table_no(key)];
    const struct key_place *p = t->cap ? &t->slot[slot_of(t, key)] : NULL;
    return p && p->n ? p : NULL;
}

int keys_put(struct keys *k, const struct key_place *p)
{
    struct table *t = &k->table[table_no(p->key)];
    if (4 * (t->n + 1) > 3 * t->cap && grow(t) < 0)
        return -1;
    struct key_place *s = &t->slot[slot_of(t, p->key)];
    if (!s->n) {
        t->n++;
        k->n++;
    }
    *s = *p;
    return 0;
}

void keys_drop(struct keys *k, const unsigned char key[KEY_BYTES])
{
    struct table *t = &k->table[table_no(key)];
    uint32_t i = t->cap ? slot_of(t, key) : 0;
    if (!t->cap || !t->slot[i].n)
        return;
    t->slot[i].n = 0;
    t->n--;
    k->n--;
    /* Those behind it that would now not be met any more are put anew. */
    for (i = (i + 1) & (t->cap - 1); t->slot[i].n; i = (i + 1) & (t->cap - 1)) {
        struct key_place p = t->slot[i];
        t->slot[i].n = 0;
        t->slot[slot_of(t, p.key)] = p;
    }
}
