/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * SQL made easy to read, as a text, after it was made: its words (tokens), what says nothing taken out, names that speak,
 * lines with indentation. Of SQL it understands what engine/sql writes, no more; that the statement still means the same
 * is held by running it (huji verify --brief, tests/oracle).
 */
#ifndef HUJI_ENGINE_SQL_TIDY_H
#define HUJI_ENGINE_SQL_TIDY_H

#include "engine/sql/sql.h"

enum { SQL_WIDE = 110 }; /* columns of a line */

enum tok_kind { TOK_WORD, TOK_QUOTED, TOK_STRING, TOK_NUMBER, TOK_SIGN };
struct tok {
    struct span text;
    enum tok_kind kind;
    bool dead;
};
struct toks {
    struct tok *at;
    size_t n, cap;
};

/* Splits the statement; `sql` must live on. Owns: toks_release. */
int toks_read(struct toks *t, struct span sql, struct err *e);
void toks_release(struct toks *t);
/* Takes out what is marked dead. */
void toks_compact(struct toks *t);
bool tok_is(const struct toks *t, size_t i, const char *s); /* false beyond the end */
/* How deep token i opens (+1) or closes (-1): brackets of all kinds, CASE and END. */
int tok_depth(const struct toks *t, size_t i);
/* The end of what opens at i: the index of its closing token. */
size_t tok_close(const struct toks *t, size_t i);
/* The first token s (or, NULL: any comma) at depth 0 of [i, end), or end. */
size_t tok_find(const struct toks *t, size_t i, size_t end, const char *s);

/* The passes. */
void tidy_signs(struct toks *t);   /* casts twice, AND true, brackets around what needs none */
void tidy_columns(struct toks *t); /* columns and parts (CTEs) that nobody reads */
/* Lines. Where `part` gives a comment for the name of a CTE, it stands above it. */
void tidy_lay(const struct toks *t, const char *(*part)(const void *ctx, struct span name),
              const void *ctx, struct buf *out);

/* All of it: names and comments as the rule's kind has them (brief_words.c). */
int sql_tidy(const struct rule *r, const struct buf *raw, struct buf *out, struct err *e);

#endif
