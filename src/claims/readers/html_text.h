/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Tags, attributes and entities of HTML and of XML Spreadsheet 2003, as forgiving as browsers are. */
#ifndef HUJI_CLAIMS_READERS_HTML_TEXT_H
#define HUJI_CLAIMS_READERS_HTML_TEXT_H

#include "base/span.h"

struct tag {
    char name[16]; /* lower case, without prefix; "!" for comments and declarations */
    struct span attrs;
    bool closing, empty; /* </td>; <td/> */
};

/* At s.p[*at] == '<': reads the tag, moves *at behind it. False at the end of the text, or where '<' begins no tag. */
bool tag_next(struct span s, size_t *at, struct tag *out);
/* The attribute's value (case and prefix of the name don't matter). */
bool tag_attr(const struct tag *t, const char *name, struct span *value);
/* A small positive number; `otherwise` when it isn't there. */
unsigned tag_number(const struct tag *t, const char *name, unsigned otherwise);
/* Text of a cell: entities decoded, white space made single spaces. Appends. */
void html_add_text(struct buf *b, struct span s);

#endif
