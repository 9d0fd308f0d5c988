/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/xls_book.h"

#include "base/mem.h"
#include "claims/readers/ole2.h"
#include "claims/readers/xls_sst.h"

uint16_t le16(const char *p)
{
    const unsigned char *q = (const unsigned char *)p;
    return (uint16_t)(q[0] | q[1] << 8);
}

uint32_t le32(const char *p)
{
    return (uint32_t)le16(p) | (uint32_t)le16(p + 2) << 16;
}

double le_double(const char *p)
{
    uint64_t bits = (uint64_t)le32(p) | (uint64_t)le32(p + 4) << 32;
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

bool biff_next(const struct xls_book *b, size_t at, struct biff_record *r)
{
    if (at > b->stream.n || b->stream.n - at < 4)
        return false;
    const char *p = b->stream.p + at;
    size_t n = le16(p + 2);
    if (b->stream.n - at - 4 < n)
        return false;
    *r = (struct biff_record){le16(p), {p + 4, n}, at + 4 + n};
    return true;
}

static void add_utf8(struct buf *out, unsigned c)
{
    if (c < 0x80) {
        buf_char(out, (char)c);
    } else if (c < 0x800) {
        buf_char(out, (char)(0xc0 | c >> 6));
        buf_char(out, (char)(0x80 | (c & 63)));
    } else if (c < 0x10000) {
        buf_char(out, (char)(0xe0 | c >> 12));
        buf_char(out, (char)(0x80 | (c >> 6 & 63)));
        buf_char(out, (char)(0x80 | (c & 63)));
    } else {
        buf_char(out, (char)(0xf0 | c >> 18));
        buf_char(out, (char)(0x80 | (c >> 12 & 63)));
        buf_char(out, (char)(0x80 | (c >> 6 & 63)));
        buf_char(out, (char)(0x80 | (c & 63)));
    }
}

/* A surrogate without its other half (a pair cut by CONTINUE, too) becomes '?': never invalid UTF-8. */
static size_t add_wide(struct buf *out, const char *p, size_t n)
{
    unsigned c = le16(p);
    if (c >= 0xd800 && c <= 0xdbff && n > 1) {
        unsigned low = le16(p + 2);
        if (low >= 0xdc00 && low <= 0xdfff) {
            add_utf8(out, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
            return 2;
        }
    }
    add_utf8(out, c >= 0xd800 && c <= 0xdfff ? '?' : c);
    return 1;
}

bool biff_text(struct span *s, size_t n, bool wide, struct buf *out)
{
    size_t bytes = wide ? n * 2 : n;
    if (s->n < bytes)
        return false;
    for (size_t i = 0; i < n;) {
        if (wide) {
            i += add_wide(out, s->p + i * 2, n - i);
        } else {
            add_utf8(out, (unsigned char)s->p[i]);
            i++;
        }
    }
    *s = (struct span){s->p + bytes, s->n - bytes};
    return true;
}

bool biff_string(struct span s, bool short_count, struct buf *out)
{
    size_t head = short_count ? 2 : 3;
    if (s.n < head)
        return false;
    size_t n = short_count ? (unsigned char)s.p[0] : le16(s.p);
    bool wide = s.p[head - 1] & 1;
    struct span rest = {s.p + head, s.n - head};
    return biff_text(&rest, n, wide, out);
}

struct span xls_format_of(const struct xls_book *b, unsigned xf)
{
    if (xf >= b->n_xfs)
        return (struct span){"", 0};
    for (size_t i = 0; i < b->n_formats; i++)
        if (b->formats[i].id == b->xfs[xf])
            return b->formats[i].code;
    return format_builtin(b->xfs[xf]);
}

static int add_sheet(struct xls_book *b, struct span d, struct err *e)
{
    if (d.n < 8 || d.p[5] != 0) /* charts and macros hold no table */
        return 0;
    struct buf name = BUF_INIT;
    biff_string((struct span){d.p + 6, d.n - 6}, true, &name);
    struct span kept = arena_span(&b->text, (struct span){buf_cstr(&name), name.n});
    bool bad = name.failed || !kept.p ||
               mem_grow(&b->sheets, &b->sheets_cap, b->n_sheets + 1, sizeof *b->sheets);
    buf_release(&name);
    if (bad)
        return err_nomem(e);
    b->sheets[b->n_sheets++] = (struct xls_sheet){kept, le32(d.p)};
    return 0;
}

static int add_format(struct xls_book *b, struct span d, struct err *e)
{
    if (d.n < 5)
        return 0;
    struct buf code = BUF_INIT;
    biff_string((struct span){d.p + 2, d.n - 2}, false, &code);
    struct span kept = arena_span(&b->text, (struct span){buf_cstr(&code), code.n});
    bool bad = code.failed || !kept.p ||
               mem_grow(&b->formats, &b->formats_cap, b->n_formats + 1, sizeof *b->formats);
    buf_release(&code);
    if (bad)
        return err_nomem(e);
    b->formats[b->n_formats++] = (struct xls_format){le16(d.p), kept};
    return 0;
}

static int add_xf(struct xls_book *b, struct span d, struct err *e)
{
    if (d.n < 4)
        return 0;
    if (mem_grow(&b->xfs, &b->xfs_cap, b->n_xfs + 1, sizeof *b->xfs))
        return err_nomem(e);
    b->xfs[b->n_xfs++] = le16(d.p + 2);
    return 0;
}

static int locked(struct err *e)
{
    err_set(e, ERR_INPUT, "工作簿设了密码");
    return err_hint(e, "请用 Excel 打开，去掉密码后另存");
}

static int read_globals(struct xls_book *b, struct err *e)
{
    struct biff_record r;
    int rc = 0;
    for (size_t at = 0; rc == 0 && biff_next(b, at, &r); at = r.next) {
        switch (r.type) {
        case BIFF_FILEPASS: return locked(e);
        case BIFF_1904: b->date1904 = r.data.n >= 2 && le16(r.data.p) == 1; break;
        case BIFF_BOUNDSHEET: rc = add_sheet(b, r.data, e); break;
        case BIFF_FORMAT: rc = add_format(b, r.data, e); break;
        case BIFF_XF: rc = add_xf(b, r.data, e); break;
        case BIFF_SST: rc = xls_sst_read(b, at, e); break;
        case BIFF_EOF: return 0;
        default: break;
        }
    }
    return rc;
}

static int load_stream(struct xls_book *b, struct span file, struct err *e)
{
    if (file.n && file.p[0] == 9) { /* BIFF8 without its container */
        buf_add(&b->stream, file.p, file.n);
        return b->stream.failed ? err_nomem(e) : 0;
    }
    int rc = ole2_stream(file, "Workbook", &b->stream, e);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    struct buf other = BUF_INIT;
    rc = ole2_stream(file, "EncryptedPackage", &other, NULL);
    if (rc > 0) {
        buf_release(&other);
        return locked(e);
    }
    rc = ole2_stream(file, "Book", &other, NULL);
    buf_release(&other);
    err_set(e, ERR_INPUT, rc > 0 ? "是 Excel 95 或更早的 XLS" : "不是 Excel 工作簿");
    return err_hint(e, "请用 Excel 或 WPS 打开后另存为 XLSX");
}

int xls_book_open(struct xls_book *b, struct span file, struct err *e)
{
    *b = (struct xls_book){0};
    struct biff_record bof;
    int rc = load_stream(b, file, e);
    if (rc == 0 && (!biff_next(b, 0, &bof) || bof.type != BIFF_BOF || bof.data.n < 4))
        rc = err_set(e, ERR_INPUT, "XLS 文件损坏：工作簿没有开头");
    if (rc == 0 && le16(bof.data.p) != 0x0600) {
        err_set(e, ERR_INPUT, "是 Excel 95 或更早的 XLS");
        rc = err_hint(e, "请用 Excel 或 WPS 打开后另存为 XLSX");
    }
    if (rc == 0)
        rc = read_globals(b, e);
    if (rc)
        xls_book_release(b);
    return rc;
}

void xls_book_release(struct xls_book *b)
{
    buf_release(&b->stream);
    arena_release(&b->text);
    mem_free(b->sheets);
    mem_free(b->strings);
    mem_free(b->formats);
    mem_free(b->xfs);
    *b = (struct xls_book){0};
}
