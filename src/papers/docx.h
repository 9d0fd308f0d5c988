/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A DOCX made from a template that the bureau edits in WPS or Word. In the template `{{名称}}` stands for a value; a
 * table row or paragraph with `{{清单.列}}` is repeated for each row of a list. How the office program cut the words into
 * runs doesn't matter. A value of several lines keeps its line breaks. ECMA-376 part 1 (WordprocessingML).
 */
#ifndef HUJI_PAPERS_DOCX_H
#define HUJI_PAPERS_DOCX_H

#include <jansson.h>

#include "base/err.h"
#include "base/span.h"

/*
 * values: {"名称": "文字", "清单": [{"列": "文字"}, ...]}; numbers are written as they are. Names of the template that `values`
 * has not are left blank and their number is put into *unknown (NULL allowed), the first one into the note.
 * Errors: ERR_INPUT (not a DOCX), ERR_IO.
 */
int docx_fill_mem(struct span docx, const json_t *values, struct buf *out, int *unknown,
                  struct err *e);

/* Templates that are built in: "weekly" (周报), "check" (核查单), "institution" (核查单 of one institution). {NULL, 0} when there is none of that name. */
struct span docx_template(const char *name);

#endif
