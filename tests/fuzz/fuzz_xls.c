/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The file as it is, and its bytes as a BIFF8 stream without container: mutations reach the records at once. */
#include "rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const char bof[] =
        "\x09\x08\x10\x00\x00\x06\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    read_all((const char *)p, n);
    char *raw = malloc(n + 20);
    memcpy(raw, bof, 20);
    if (n)
        memcpy(raw + 20, p, n);
    read_all(raw, n + 20);
    free(raw);
    return 0;
}
