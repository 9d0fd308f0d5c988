/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Where each decision's line is, by its key: 32 bytes each in open tables that are at most three quarters full. There are many
 * small tables rather than a large one, so that none takes long when it grows: whoever asks meanwhile would wait, and a doctor
 * with him.
 */
#ifndef HUJI_CHECK_KEYS_H
#define HUJI_CHECK_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A decision begins {"key": "32 digits". */
enum { KEY_BYTES = 16, KEY_DIGITS = 2 * KEY_BYTES, KEY_AT = 9 };

struct key_place {
    unsigned char key[KEY_BYTES];
    int64_t at; /* in the log */
    uint32_t n; /* bytes, with the line's end; 0: none */
};

struct keys;
/* NULL: no memory. Owns: keys_free. */
struct keys *keys_new(void);
void keys_free(struct keys *k);
/* How many there are. */
size_t keys_count(const struct keys *k);

/* False: these are not 32 digits of a hexadecimal number, in small letters. */
bool key_of(const char *digits, unsigned char key[KEY_BYTES]);
/* The key of n bytes that a decision begins with. False: none does. */
bool key_of_line(const char *line, size_t n, unsigned char key[KEY_BYTES]);
/* NULL: none. Good until the next keys_put. */
const struct key_place *keys_get(const struct keys *k, const unsigned char key[KEY_BYTES]);
/* What is there already is moved to the new place. -1: no memory, nothing has changed. */
int keys_put(struct keys *k, const struct key_place *p);
/* It was never there. */
void keys_drop(struct keys *k, const unsigned char key[KEY_BYTES]);
/* All of them. */
void keys_clear(struct keys *k);

#endif
