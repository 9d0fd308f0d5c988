/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The file as it is, and its bytes as the sheet, or the strings, of a sound workbook: a CRC stops few mutations. */
#include "rows.h"

#include <zip.h>

static const char workbook[] =
    "<workbook xmlns:r=\"r\"><sheets><sheet name=\"a\" r:id=\"r1\"/></sheets></workbook>";
static const char rels[] =
    "<Relationships><Relationship Id=\"r1\" Target=\"a.xml\" Type=\"x/worksheet\"/></Relationships>";
static const char strings[] = "<sst><si><t>a</t></si><si><r><t>b</t></r></si></sst>";
static const char sheet[] =
    "<worksheet><sheetData><row><c t=\"s\"><v>1</v></c></row></sheetData></worksheet>";
static const char styles[] =
    "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";

static void add(zip_t *z, const char *name, const void *p, size_t n)
{
    zip_source_t *s = zip_source_buffer(z, p, n, 0);
    zip_int64_t at = zip_file_add(z, name, s, 0);
    if (at >= 0)
        zip_set_file_compression(z, (zip_uint64_t)at, ZIP_CM_STORE, 0);
}

static void as_part(const uint8_t *p, size_t n, int which)
{
    zip_error_t ze;
    zip_error_init(&ze);
    zip_source_t *out = zip_source_buffer_create(NULL, 0, 0, &ze);
    zip_t *z = zip_open_from_source(out, ZIP_TRUNCATE, &ze);
    zip_source_keep(out);
    add(z, "[Content_Types].xml", "<x/>", 4);
    add(z, "xl/workbook.xml", which == 2 ? (const void *)p : workbook,
        which == 2 ? n : sizeof workbook - 1);
    add(z, "xl/_rels/workbook.xml.rels", rels, sizeof rels - 1);
    add(z, "xl/styles.xml", which == 3 ? (const void *)p : styles,
        which == 3 ? n : sizeof styles - 1);
    add(z, "xl/sharedStrings.xml", which == 1 ? (const void *)p : strings,
        which == 1 ? n : sizeof strings - 1);
    add(z, "xl/a.xml", which == 0 ? (const void *)p : sheet, which == 0 ? n : sizeof sheet - 1);
    zip_stat_t st;
    if (zip_close(z) == 0 && zip_source_open(out) == 0) {
        zip_source_stat(out, &st);
        char *whole = malloc(st.size + 1);
        zip_int64_t k = zip_source_read(out, whole, st.size);
        zip_source_close(out);
        if (k > 0)
            read_all(whole, (size_t)k);
        free(whole);
    }
    zip_source_free(out);
    zip_error_fini(&ze);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    read_all((const char *)p, n);
    for (int which = 0; which < 4 && n && p[0] == '<'; which++)
        as_part(p, n, which);
    return 0;
}
