/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The file, for records.c (reading) and records_build.c (making). All numbers little-endian.
 *
 *   head      struct records_head
 *   shared    dictionaries, institutions, doctors, lookups (packed)
 *   slots     psn_no -> person + 1 and, above, the upper half of its hash: open addressing, a power of two
 *   at        for each person and one more: where his rows begin
 *   texts_at  where his texts begin
 *   rows      per person: check, then how many visits, settlements, texts; then for each table how many rows and they, packed
 *   texts     per person: check, psn_no, then visits, settlements, texts, lines: as many bytes as the one before, and the rest
 */
#ifndef HUJI_RUN_RECORDS_PRIV_H
#define HUJI_RUN_RECORDS_PRIV_H

#include "run/records.h"

#define RECORDS_MAGIC "HUJIHIS"
enum { RECORDS_VERSION = 3 };

struct records_part {
    uint64_t at, bytes, check; /* check 0: its pieces bear their own */
};
struct records_head {
    char magic[8];
    uint32_t version, persons;
    uint64_t bytes, lines;
    struct records_stamp stamp;
    struct records_part shared, slots, at, texts_at, rows, texts;
    uint64_t check; /* of all before */
};

/* Person tables in the order in which they stand in a person's rows. */
extern const enum source_id records_sources[];
enum { RECORDS_SOURCES = 13 };
/* Columns that others follow, for pack_table. */
uint64_t records_lists(enum source_id s);
uint64_t records_contract(void);
/* As they lie in the file, without checks: `texts` behind psn_no. */
int records_pieces(const struct records *h, uint32_t person, struct span *rows, struct span *psn,
                   struct span *texts, struct err *e);
struct span records_shared_bytes(const struct records *h, uint64_t *lines);
/* A slot of a hash: nobody else's is taken for it but once in four thousand million. */
static inline uint64_t records_slot(uint64_t hash, uint32_t person)
{
    return (hash & ~UINT64_C(0xffffffff)) | (person + 1u);
}
/* Key columns of a lookup behind `first`, then b, e, then its values. */
size_t lookup_columns(const struct lookup_def *d, int first, uint8_t *width);

#endif
