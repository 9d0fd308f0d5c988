/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/encoding.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>

#include "base/mem.h"

/* One sequence of GB18030 at p: its length, or 0. */
static size_t gb_step(const unsigned char *p, size_t n)
{
    if (p[0] < 0x80)
        return 1;
    if (p[0] == 0x80 || p[0] == 0xff || n < 2)
        return 0;
    if (p[1] >= 0x40 && p[1] <= 0xfe && p[1] != 0x7f)
        return 2;
    bool four = n >= 4 && p[1] >= 0x30 && p[1] <= 0x39 && p[2] >= 0x81 && p[2] <= 0xfe &&
                p[3] >= 0x30 && p[3] <= 0x39;
    return four ? 4 : 0;
}

static bool gb_valid(struct span s, size_t *bad_at)
{
    const unsigned char *p = (const unsigned char *)s.p;
    for (size_t i = 0; i < s.n;) {
        size_t k = gb_step(p + i, s.n - i);
        if (!k) {
            *bad_at = i;
            return false;
        }
        i += k;
    }
    return true;
}

static size_t line_of(struct span s, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at && i < s.n; i++)
        line += s.p[i] == '\n';
    return line;
}

/* UTF-16 without a mark: tables are full of commas and digits, every other byte of which is NUL. */
static bool looks_utf16(struct span s, enum encoding *enc)
{
    size_t n = s.n < 4096 ? s.n & ~(size_t)1 : 4096, odd = 0, even = 0;
    for (size_t i = 0; i < n; i++) {
        if (s.p[i] == 0 && (i & 1))
            odd++;
        else if (s.p[i] == 0)
            even++;
    }
    if (n < 4 || !(odd + even) || (odd < n / 16 && even < n / 16) ||
        (odd && even && odd < even * 8 && even < odd * 8))
        return false;
    *enc = odd > even ? ENC_UTF16LE : ENC_UTF16BE;
    return true;
}

/* UTF-8 with one damaged place may pass for GB18030 full of rare characters. Text that holds eight and more characters
 * of UTF-8 before the damage, or is sound but for an end cut off within a character, is UTF-8. */
static bool is_damaged_utf8(struct span s, size_t bad_at)
{
    size_t wide = 0;
    for (size_t i = 0; i < bad_at; i++)
        wide += ((unsigned char)s.p[i] & 0xc0) == 0xc0;
    bool cut = s.n - bad_at < 4 && ((unsigned char)s.p[bad_at] & 0xe0) == 0xe0;
    return wide >= 8 || (cut && wide > 0);
}

int encoding_detect(struct span s, enum encoding *enc, struct err *e)
{
    if (span_starts(s, "\xef\xbb\xbf")) {
        *enc = ENC_UTF8_BOM;
    } else if (span_starts(s, "\xff\xfe")) {
        *enc = ENC_UTF16LE;
        return 0;
    } else if (span_starts(s, "\xfe\xff")) {
        *enc = ENC_UTF16BE;
        return 0;
    } else if (looks_utf16(s, enc)) {
        return 0;
    } else {
        *enc = ENC_UTF8;
    }
    const char *nul = s.n ? memchr(s.p, 0, s.n) : NULL;
    if (nul) {
        err_set(e, ERR_INPUT, "不是文本文件：第 %zu 字节是空字符", (size_t)(nul - s.p) + 1);
        return err_hint(e, "请确认导出的是 CSV、XLSX 或 XLS");
    }
    size_t bad_utf8 = 0, bad_gb = 0;
    if (utf8_valid(s, &bad_utf8))
        return 0;
    if (*enc == ENC_UTF8 && !is_damaged_utf8(s, bad_utf8) && gb_valid(s, &bad_gb)) {
        *enc = ENC_GB18030;
        return 0;
    }
    size_t at = *enc == ENC_UTF8 && bad_gb > bad_utf8 ? bad_gb : bad_utf8;
    err_set(e, ERR_INPUT,
            "文字编码认不出：第 %zu 行（第 %zu 字节）既不是 UTF-8 也不是 GBK / GB18030",
            line_of(s, at), at + 1);
    return err_hint(e, "文件可能被截断或混用了两种编码；请重新导出为 UTF-8 或 GBK");
}

/* Position of what iconv refused. */
static int bad_text(struct err *e, struct span whole, size_t at, const char *name)
{
    return err_set(e, ERR_INPUT, "第 %zu 行（第 %zu 字节）不是合法的 %s 文字", line_of(whole, at),
                   at + 1, name);
}

static int convert(struct span s, const char *from, struct spill *out, struct err *e)
{
    static const size_t chunk = 1u << 16;
    iconv_t cd = iconv_open("UTF-8", from);
    if (cd == (iconv_t)-1) {
        err_set(e, ERR_STATE, "系统没有 %s 的转换表", from);
        return err_hint(e, "请安装 libc-bin 与 gconv 模块（locales）");
    }
    char *room = mem_alloc(chunk);
    int rc = room ? 0 : err_nomem(e);
    char *in = (char *)(uintptr_t)s.p;
    size_t left = s.n;
    while (rc == 0 && left) {
        char *q = room;
        size_t free_n = chunk;
        size_t k = iconv(cd, &in, &left, &q, &free_n);
        rc = spill_add(out, room, chunk - free_n, e);
        if (rc == 0 && k == (size_t)-1 && errno != E2BIG)
            rc = bad_text(e, s, s.n - left, from);
    }
    mem_free(room);
    iconv_close(cd);
    return rc;
}

int encoding_to_utf8(struct span s, struct bytes *out, enum encoding *enc, struct err *e)
{
    *out = (struct bytes)BYTES_INIT;
    int rc = encoding_detect(s, enc, e);
    if (rc)
        return rc;
    if (*enc == ENC_UTF8 || *enc == ENC_UTF8_BOM) {
        size_t skip = *enc == ENC_UTF8_BOM ? 3 : 0;
        out->s = (struct span){s.p + skip, s.n - skip};
        return 0;
    }
    bool mark = span_starts(s, "\xff\xfe") || span_starts(s, "\xfe\xff");
    if (*enc != ENC_GB18030 && mark)
        s = (struct span){s.p + 2, s.n - 2};
    const char *from = *enc == ENC_GB18030   ? "GB18030"
                       : *enc == ENC_UTF16LE ? "UTF-16LE"
                                             : "UTF-16BE";
    struct spill spill = SPILL_INIT;
    rc = convert(s, from, &spill, e);
    if (rc == 0)
        rc = spill_finish(&spill, out, e);
    spill_release(&spill);
    if (rc == 0 && out->s.n && memchr(out->s.p, 0, out->s.n)) {
        bytes_release(out);
        rc = err_set(e, ERR_INPUT, "不是文本文件：里面有空字符");
    }
    return rc;
}

void encoding_name(struct span s, struct buf *out)
{
    struct bytes utf8 = BYTES_INIT;
    enum encoding enc;
    if (encoding_to_utf8(s, &utf8, &enc, NULL) == 0) {
        buf_span(out, utf8.s);
    } else {
        for (size_t i = 0; i < s.n; i++)
            buf_char(out, (unsigned char)s.p[i] < 0x80 && s.p[i] >= ' ' ? s.p[i] : '?');
    }
    bytes_release(&utf8);
}
