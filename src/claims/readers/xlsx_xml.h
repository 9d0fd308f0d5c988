/* SPDX-License-Identifier: MulanPSL-2.0 */
/* expat as XLSX needs it. */
#ifndef HUJI_CLAIMS_READERS_XLSX_XML_H
#define HUJI_CLAIMS_READERS_XLSX_XML_H

#include <expat.h>

#include "claims/readers/zipio.h"

/* A parser that allocates through base/mem.h and refuses DTDs and entities. The handlers' first argument is the
 * parser itself; XML_GetUserData gives `ctx`. */
XML_Parser xlsx_parser(void *ctx, XML_StartElementHandler start, XML_EndElementHandler end,
                       XML_CharacterDataHandler text);
/* Feeds a whole entry. 0 or < 0; `part` is named in messages. Frees the parser. */
int xlsx_parse(XML_Parser p, struct zipio *z, int64_t entry, const char *part, struct err *e);
/* Why the parser stopped. */
int xlsx_xml_error(XML_Parser p, const char *part, struct err *e);
/* The name without its prefix; the attribute called `name`, NULL when there is none. */
const char *xml_local(const char *name);
const char *xml_attr(const char **attrs, const char *name);
/* _x000D_ -> the character; appends. */
void xlsx_unescape(struct buf *b, struct span s);

#endif
