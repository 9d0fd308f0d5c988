/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A text file into UTF-8. No character of GB18030 holds a line feed, so what lies between line feeds is converted by any
 * number of threads; UTF-16 by one. Every byte is checked: an unknown or cut-off character is an error that says where.
 */
#ifndef HUJI_CLAIMS_CONVERT_H
#define HUJI_CLAIMS_CONVERT_H

#include "base/err.h"

/* `from`: as iconv calls it. Errors: ERR_INPUT (which byte), ERR_IO, ERR_STATE where iconv does not know it. */
int convert_to_utf8(const char *path, const char *from, const char *to, int threads, struct err *e);

#endif
