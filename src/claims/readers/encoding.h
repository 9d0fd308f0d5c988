/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What text is encoded in, decided by every byte of it, and made UTF-8. traps.md C7. */
#ifndef HUJI_CLAIMS_READERS_ENCODING_H
#define HUJI_CLAIMS_READERS_ENCODING_H

#include "claims/readers/reader.h"

enum encoding { ENC_UTF8, ENC_UTF8_BOM, ENC_UTF16LE, ENC_UTF16BE, ENC_GB18030 };

/* Byte order mark first, then strict UTF-8, then strict GB18030 (GBK is part of it), over the whole text.
 * Errors: ERR_INPUT naming the first byte that fits neither, or the NUL byte that says that this is no text. */
int encoding_detect(struct span s, enum encoding *enc, struct err *e);
/* Detects and converts. UTF-8 stays where it is (`out->s` points into `s`); Owns: out, bytes_release. */
int encoding_to_utf8(struct span s, struct bytes *out, enum encoding *enc, struct err *e);
/* A short text known to be GB18030 or UTF-8 (names in archives): appends UTF-8, what can't be read as '?'. */
void encoding_name(struct span s, struct buf *out);

#endif
