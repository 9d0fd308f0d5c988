/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Entries of a ZIP archive in memory, inflated within limits: number of entries, total bytes, inflated : packed. */
#ifndef HUJI_CLAIMS_READERS_ZIPIO_H
#define HUJI_CLAIMS_READERS_ZIPIO_H

#include "claims/readers/reader.h"

struct zip;
struct zip_file;

struct zipio {
    struct zip *zip;
    uint64_t total; /* inflated so far, all entries together */
};

struct zipio_entry {
    struct zip_file *file;
    uint64_t packed, inflated;
    struct zipio *of;
};

bool zipio_is_xlsx(struct span b); /* by the names in it */
/* `b` outlives `z`. Errors: ERR_INPUT (damaged), ERR_LIMIT (too many entries). */
int zipio_open(struct zipio *z, struct span b, struct err *e);
void zipio_close(struct zipio *z);
/* Index of the entry called `name` (ASCII case does not matter), -1 when there is none. */
int64_t zipio_find(const struct zipio *z, const char *name);
uint64_t zipio_count(const struct zipio *z);
/* Raw bytes of the name; "" when it has none. */
const char *zipio_name(const struct zipio *z, uint64_t index);
int zipio_entry_open(struct zipio *z, uint64_t index, struct zipio_entry *f, struct err *e);
/* Bytes read, 0 at the end, < 0. */
int64_t zipio_read(struct zipio_entry *f, char *p, size_t n, struct err *e);
void zipio_entry_close(struct zipio_entry *f);
/* The whole entry; Owns: out. */
int zipio_slurp(struct zipio *z, uint64_t index, struct bytes *out, struct err *e);

#endif
