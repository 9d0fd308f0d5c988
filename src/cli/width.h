/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Columns that UTF-8 text takes on a terminal: 2 for CJK and full-width, 0 for combining marks, else 1. */
#ifndef HUJI_CLI_WIDTH_H
#define HUJI_CLI_WIDTH_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* Decodes the character at s.p[*i] and moves *i behind it; a byte that is no UTF-8 gives U+FFFD. */
uint32_t utf8_next(struct span s, size_t *i);
int char_width(uint32_t c);
int text_width(struct span s);
/* The longest head of `s` that takes at most `columns`. */
struct span text_head(struct span s, int columns);
/* Appends `s` without control characters (a blank instead): safe on a terminal. */
void text_clean(struct buf *b, struct span s);
/* Appends blanks so that text of `width` fills `columns`. */
void text_pad(struct buf *b, int width, int columns);

#endif
