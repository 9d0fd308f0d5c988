/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The dictionaries d_<domain> in memory while codes are given ids: text -> id, dense from 0, on first sight.
 * Several threads may call codes_id at once. What is new is written to d_* by codes_save, in the caller's transaction.
 */
#ifndef HUJI_CLAIMS_CODES_H
#define HUJI_CLAIMS_CODES_H

#include <duckdb.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "engine/source.h"

struct codes;

/* Texts of fee lines that come again and again but are no code of the engine's: as they stand, not trimmed. */
#define D_WORD ((enum domain)DOMAIN_COUNT)
#define BOOK_COUNT (DOMAIN_COUNT + 1)

const char *codes_book_name(enum domain d); /* as huji_domain_name, and "word" */

struct codes *codes_new(void); /* NULL when out of memory */
void codes_free(struct codes *c);
/* Reads all d_* tables, as `con` sees them. With a database, by two threads: as they are committed. */
int codes_load(struct codes *c, duckdb_connection con, duckdb_database db, struct err *e);
/* Id of `s` (trimmed by us), given now if it is new; HUJI_NONE32 for an empty text or when out of memory. */
int32_t codes_id(struct codes *c, enum domain d, struct span s);
/* The same of a text as it stands, blanks and all; not empty. */
int32_t codes_put(struct codes *c, enum domain d, struct span s);
/* The same of up to CODES_MANY texts: what waits for memory waits together. */
enum { CODES_MANY = 2048 };
void codes_put_many(struct codes *c, enum domain d, const struct span *s, size_t n, int32_t *id);
/* HUJI_NONE32 when unknown. */
int32_t codes_find(struct codes *c, enum domain d, struct span s);
/* The name that people read, of the domains whose table has one: the first that is seen stays. */
void codes_name(struct codes *c, enum domain d, int32_t id, struct span name);
bool domain_has_name(enum domain d);
uint32_t codes_count(const struct codes *c, enum domain d);
/* Appends the codes given since codes_load or the last codes_save. */
int codes_save(struct codes *c, duckdb_connection con, struct err *e);
/* at[id] for id < n: the texts, which live as long as `c`. */
void codes_texts(struct codes *c, enum domain d, struct span *at, size_t n);
/* Item codes (D_ITEM) that fit a national form: for MARK_CODE_UNKNOWN. */
bool codes_item_known(const struct codes *c, int32_t id);
/* True for a service, drug, herb or consumable code of the national form (a local suffix "-..." is allowed). */
bool item_code_form(struct span code);

#endif
