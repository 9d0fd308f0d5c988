/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Who took a file out of the house, when, and the audit chain's code at the time: in the header and footer of each printed page. */
#ifndef HUJI_PAPERS_MARK_H
#define HUJI_PAPERS_MARK_H

#include <xlsxwriter.h>

#include "base/err.h"
#include "base/span.h"

/* In the page header of a sheet; its footer gets page numbers if it has none. `text` NULL or "": nothing. */
void sheet_mark(lxw_worksheet *sheet, const char *text);
/* The DOCX with the text in small print at the foot of every page: a footer of its own, or a last line of the template's. Appends to
 * `out`. Errors: ERR_INPUT when it is no whole DOCX. */
int docx_mark(struct span docx, const char *text, struct buf *out, struct err *e);

#endif
