/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Text of all encodings and separators, and what is made of it: headings, values, flat sheets, mappings. */
#include "rows.h"

#include <stdio.h>
#include <unistd.h>

#include "claims/readers/normalise.h"

static char dir[] = "/tmp/huji-fuzz-XXXXXX";

static void clean(void)
{
    char cmd[64];
    snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
    if (system(cmd) != 0)
        fprintf(stderr, "%s is left\n", dir);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static int ready;
    char path[64];
    struct normalise_report r;
    struct buf b = BUF_INIT;
    struct err e = {0};
    if (!ready++) {
        if (!mkdtemp(dir))
            abort();
        atexit(clean);
    }
    read_all((const char *)p, n);
    if (n % 4) /* what follows is slow */
        return 0;
    snprintf(path, sizeof path, "%s/in", dir);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(p, 1, n, f) != n)
        abort();
    fclose(f);
    int rc = readers_normalise(path, dir, NULL, NULL, NULL, &r, &e);
    if (rc == 0 && r.rows != r.rows_kept + r.rows_rejected)
        abort();
    normalise_report_print(&r, &b);
    normalise_report_release(&r);
    buf_clear(&b);
    mapping_propose(path, NULL, &b, &e);
    buf_release(&b);
    return 0;
}
