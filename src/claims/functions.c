/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/functions.h"

#include <stdio.h>
#include <string.h>

#include "base/fen.h"
#include "base/map.h"

bool cell_fen(struct span s, int64_t *out)
{
    return dec_parse(s, 2, true, out);
}

static bool to_sec(const struct function_context *x, struct span s, int64_t *out)
{
    (void)x;
    return sec_parse(s, out);
}
static bool to_fen(const struct function_context *x, struct span s, int64_t *out)
{
    (void)x;
    return cell_fen(s, out);
}
static bool to_qty(const struct function_context *x, struct span s, int64_t *out)
{
    (void)x;
    return dec_parse(s, 4, true, out);
}
static bool to_price(const struct function_context *x, struct span s, int64_t *out)
{
    (void)x;
    return dec_parse(s, 6, true, out);
}
static bool to_hash(const struct function_context *x, struct span s, int64_t *out)
{
    (void)x;
    s = span_trim(s);
    *out = (int64_t)hash_bytes(s.p, s.n);
    return s.n > 0;
}
static bool to_day(const struct function_context *x, struct span s, int32_t *out)
{
    (void)x;
    return day_parse(s, out);
}
static bool to_int(const struct function_context *x, struct span s, int32_t *out)
{
    (void)x;
    int64_t v;
    if (!dec_parse(s, 0, true, &v) || v > INT32_MAX || v <= INT32_MIN)
        return false;
    *out = (int32_t)v;
    return true;
}

typedef bool cast64(const struct function_context *, struct span, int64_t *);
typedef bool cast32(const struct function_context *, struct span, int32_t *);

static struct span text_at(duckdb_string_t *s)
{
    return (struct span){duckdb_string_t_data(s), duckdb_string_t_length(*s)};
}

static bool valid_at(const uint64_t *valid, idx_t i)
{
    return !valid || (valid[i / 64] >> (i % 64) & 1);
}

/* The same text again and again (a bill's person, its institution) costs one comparison. */
static void run64(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out, cast64 *f)
{
    const struct function_context *x = duckdb_scalar_function_get_extra_info(info);
    idx_t n = duckdb_data_chunk_get_size(in);
    duckdb_vector v = duckdb_data_chunk_get_vector(in, 0);
    duckdb_string_t *s = duckdb_vector_get_data(v);
    const uint64_t *valid = duckdb_vector_get_validity(v);
    duckdb_vector_ensure_validity_writable(out);
    uint64_t *ok = duckdb_vector_get_validity(out);
    int64_t *to = duckdb_vector_get_data(out);
    struct span last = {NULL, 0};
    bool last_ok = false;
    for (idx_t i = 0; i < n; i++) {
        if (!valid_at(valid, i)) {
            ok[i / 64] &= ~(UINT64_C(1) << (i % 64));
            continue;
        }
        struct span t = text_at(&s[i]);
        if (last.p && span_eq(t, last)) {
            to[i] = to[i - 1];
        } else {
            to[i] = 0;
            last_ok = f(x, t, &to[i]);
        }
        /* to[i - 1] is that text's value only while the run lasts: a NULL in between ends it. */
        last = i + 1 < n && valid_at(valid, i + 1) ? t : (struct span){NULL, 0};
        if (!last_ok)
            ok[i / 64] &= ~(UINT64_C(1) << (i % 64));
    }
}

static void run32(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out, cast32 *f)
{
    const struct function_context *x = duckdb_scalar_function_get_extra_info(info);
    idx_t n = duckdb_data_chunk_get_size(in);
    duckdb_vector v = duckdb_data_chunk_get_vector(in, 0);
    duckdb_string_t *s = duckdb_vector_get_data(v);
    const uint64_t *valid = duckdb_vector_get_validity(v);
    duckdb_vector_ensure_validity_writable(out);
    uint64_t *ok = duckdb_vector_get_validity(out);
    int32_t *to = duckdb_vector_get_data(out);
    struct span last = {NULL, 0};
    bool last_ok = false;
    for (idx_t i = 0; i < n; i++) {
        if (!valid_at(valid, i)) {
            ok[i / 64] &= ~(UINT64_C(1) << (i % 64));
            continue;
        }
        struct span t = text_at(&s[i]);
        if (last.p && span_eq(t, last)) {
            to[i] = to[i - 1];
        } else {
            to[i] = 0;
            last_ok = f(x, t, &to[i]);
        }
        last = i + 1 < n && valid_at(valid, i + 1) ? t : (struct span){NULL, 0};
        if (!last_ok)
            ok[i / 64] &= ~(UINT64_C(1) << (i % 64));
    }
}

#define SQL64(name)                                                                            \
    static void sql_##name(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out) \
    {                                                                                          \
        run64(info, in, out, to_##name);                                                       \
    }
#define SQL32(name)                                                                            \
    static void sql_##name(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out) \
    {                                                                                          \
        run32(info, in, out, to_##name);                                                       \
    }
SQL64(sec)
SQL64(fen)
SQL64(qty)
SQL64(price)
SQL64(hash)
SQL32(day)
SQL32(int)

/* One SQL function per domain because extra_info is all that tells them apart otherwise. */
/* version 14 never comes to rest on this one */
/* clang-format off */
#define DOMAINS(X)                                                                          \
    X(PERSON, person) X(VISIT, visit) X(SETL, setl) X(INST, inst) X(ITEM, item) X(DX, dx)   \
    X(OPRN, oprn) X(DOCTOR, doctor) X(DEPT, dept) X(PLACE, place) X(EMP, emp) X(CODE, code) \
    X(TEXT, text)
/* clang-format on */
#define ID_FUNCTION(D, d)                                                                      \
    static bool id_of_##d(const struct function_context *x, struct span s, int32_t *out)       \
    {                                                                                          \
        *out = codes_id(x->codes, D_##D, s);                                                   \
        return *out != HUJI_NONE32;                                                            \
    }                                                                                          \
    static void sql_id_##d(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out) \
    {                                                                                          \
        run32(info, in, out, id_of_##d);                                                       \
    }
DOMAINS(ID_FUNCTION)

/* huji_name_<domain>(id, name) gives back the id. Neighbours are often the same. */
static void run_name(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out,
                     enum domain d)
{
    const struct function_context *x = duckdb_scalar_function_get_extra_info(info);
    idx_t n = duckdb_data_chunk_get_size(in);
    duckdb_vector vi = duckdb_data_chunk_get_vector(in, 0),
                  vn = duckdb_data_chunk_get_vector(in, 1);
    const int32_t *id = duckdb_vector_get_data(vi);
    duckdb_string_t *name = duckdb_vector_get_data(vn);
    const uint64_t *has_id = duckdb_vector_get_validity(vi),
                   *has_name = duckdb_vector_get_validity(vn);
    int32_t *to = duckdb_vector_get_data(out), last = -1;
    duckdb_vector_ensure_validity_writable(out);
    uint64_t *ok = duckdb_vector_get_validity(out);
    for (idx_t i = 0; i < n; i++) {
        if (!valid_at(has_id, i)) {
            ok[i / 64] &= ~(UINT64_C(1) << (i % 64));
            continue;
        }
        to[i] = id[i];
        if (id[i] != last && valid_at(has_name, i)) {
            codes_name(x->codes, d, id[i], text_at(&name[i]));
            last = id[i];
        }
    }
}

#define NAMED(X)  \
    X(ITEM, item) \
    X(INST, inst) X(DEPT, dept) X(DOCTOR, doctor) X(EMP, emp) X(DX, dx) X(PERSON, person)
#define NAME_FUNCTION(D, d)                                                                      \
    static void sql_name_##d(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out) \
    {                                                                                            \
        run_name(info, in, out, D_##D);                                                          \
    }
NAMED(NAME_FUNCTION)

/* Fen -> "123.45". */
static void sql_yuan(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    (void)info;
    idx_t n = duckdb_data_chunk_get_size(in);
    const int64_t *fen = duckdb_vector_get_data(duckdb_data_chunk_get_vector(in, 0));
    struct buf b = BUF_INIT;
    for (idx_t i = 0; i < n; i++) {
        buf_clear(&b);
        fen_print(&b, fen[i]);
        duckdb_vector_assign_string_element_len(out, i, buf_cstr(&b), b.n);
    }
    buf_release(&b);
}

/* Seconds -> the event month 202303. */
static void sql_month(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    (void)info;
    idx_t n = duckdb_data_chunk_get_size(in);
    const int64_t *t = duckdb_vector_get_data(duckdb_data_chunk_get_vector(in, 0));
    int32_t *to = duckdb_vector_get_data(out);
    day_t first = 0, past = 0; /* of the month last seen */
    int32_t month = 0;
    for (idx_t i = 0; i < n; i++) {
        day_t day = sec_day(t[i]);
        if (day < first || day >= past) {
            int y, m, d;
            day_to_ymd(day, &y, &m, &d);
            month = y * 100 + m;
            first = day - d + 1;
            past = m == 12 ? day_from_ymd(y + 1, 1, 1) : day_from_ymd(y, m + 1, 1);
        }
        to[i] = month;
    }
}

/* Spaces and anything from + * † on cut, upper case (definitions.md part 5). */
static void sql_dx(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    (void)info;
    idx_t n = duckdb_data_chunk_get_size(in);
    duckdb_vector v = duckdb_data_chunk_get_vector(in, 0);
    duckdb_string_t *s = duckdb_vector_get_data(v);
    const uint64_t *valid = duckdb_vector_get_validity(v);
    duckdb_vector_ensure_validity_writable(out);
    uint64_t *ok = duckdb_vector_get_validity(out);
    for (idx_t i = 0; i < n; i++) {
        char b[64];
        size_t k = 0;
        struct span t = valid_at(valid, i) ? text_at(&s[i]) : (struct span){NULL, 0};
        for (size_t j = 0; j < t.n && k < sizeof b; j++) {
            unsigned char c = (unsigned char)t.p[j];
            if (c == '+' || c == '*' ||
                (c == 0xe2 && j + 2 < t.n && (unsigned char)t.p[j + 1] == 0x80 &&
                 (unsigned char)t.p[j + 2] == 0xa0))
                break;
            if (c > ' ')
                b[k++] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
        }
        if (k)
            duckdb_vector_assign_string_element_len(out, i, b, k);
        else
            ok[i / 64] &= ~(UINT64_C(1) << (i % 64));
    }
}

int line_marks(const struct codes *c, int32_t item, int64_t cnt, int64_t pric, int64_t amount,
               sec_t t, sec_t now)
{
    int m = 0;
    if (item == HUJI_NONE32 || !codes_item_known(c, item))
        m |= MARK_CODE_UNKNOWN;
    bool has_cnt = cnt != HUJI_NONE64, has_pric = pric != HUJI_NONE64;
    if (has_cnt && has_pric) {
        __int128 off = (__int128)cnt * pric - (__int128)amount * 100000000; /* in 1e-10 yuan */
        if (off < 0)
            off = -off;
        if (off > (__int128)500000000) /* 0.05 yuan */
            m |= MARK_AMOUNT;
    }
    if ((has_cnt && (cnt == 0 || (cnt < 0) != (amount < 0)) && !(cnt != 0 && amount == 0)) ||
        (has_pric && pric < 0))
        m |= MARK_SIGN;
    if (amount >= INT64_C(1000000000) || amount <= -INT64_C(1000000000)) /* 1e7 yuan */
        m |= MARK_BIG;
    if (t > now)
        m |= MARK_FUTURE;
    return m;
}

static void sql_marks(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct function_context *x = duckdb_scalar_function_get_extra_info(info);
    idx_t n = duckdb_data_chunk_get_size(in);
    const void *p[5];
    const uint64_t *valid[5];
    for (idx_t k = 0; k < 5; k++) {
        duckdb_vector v = duckdb_data_chunk_get_vector(in, k);
        p[k] = duckdb_vector_get_data(v);
        valid[k] = duckdb_vector_get_validity(v);
    }
    int32_t *to = duckdb_vector_get_data(out);
    for (idx_t i = 0; i < n; i++) {
        int64_t v[5];
        v[0] = valid_at(valid[0], i) ? ((const int32_t *)p[0])[i] : HUJI_NONE32;
        for (int k = 1; k < 5; k++)
            v[k] = valid_at(valid[k], i) ? ((const int64_t *)p[k])[i] : HUJI_NONE64;
        to[i] = line_marks(x->codes, (int32_t)v[0], v[1], v[2], v[3] == HUJI_NONE64 ? 0 : v[3],
                           v[4], x->now);
    }
}

static void sql_tail(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    (void)info;
    idx_t n = duckdb_data_chunk_get_size(in);
    duckdb_string_t *s = duckdb_vector_get_data(duckdb_data_chunk_get_vector(in, 0));
    const int64_t *skip = duckdb_vector_get_data(duckdb_data_chunk_get_vector(in, 1));
    uint64_t *to = duckdb_vector_get_data(out);
    for (idx_t i = 0; i < n; i++) {
        struct span t = span_trim(text_at(&s[i]));
        uint64_t w = 0;
        size_t from = (size_t)skip[i];
        if (t.n > from)
            memcpy(&w, t.p + from, t.n - from < 8 ? t.n - from : 8);
        to[i] = __builtin_bswap64(w);
    }
}

struct function {
    const char *name;
    duckdb_scalar_function_t run;
    duckdb_type in[5]; /* 0 ends */
    duckdb_type out;
    bool special; /* sees NULLs itself */
};

#define TEXT_IN             \
    {                       \
        DUCKDB_TYPE_VARCHAR \
    }
#define ID_ROW(D, d) {"huji_id_" #d, sql_id_##d, TEXT_IN, DUCKDB_TYPE_INTEGER, true},
#define NAME_ROW(D, d)                           \
    {"huji_name_" #d,                            \
     sql_name_##d,                               \
     {DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_VARCHAR}, \
     DUCKDB_TYPE_INTEGER,                        \
     true},
static const struct function functions[] = {
    {"huji_sec", sql_sec, TEXT_IN, DUCKDB_TYPE_BIGINT, true},
    {"huji_fen", sql_fen, TEXT_IN, DUCKDB_TYPE_BIGINT, true},
    {"huji_qty", sql_qty, TEXT_IN, DUCKDB_TYPE_BIGINT, true},
    {"huji_price", sql_price, TEXT_IN, DUCKDB_TYPE_BIGINT, true},
    {"huji_hash", sql_hash, TEXT_IN, DUCKDB_TYPE_BIGINT, true},
    {"huji_day", sql_day, TEXT_IN, DUCKDB_TYPE_INTEGER, true},
    {"huji_int", sql_int, TEXT_IN, DUCKDB_TYPE_INTEGER, true},
    {"huji_dx", sql_dx, TEXT_IN, DUCKDB_TYPE_VARCHAR, true},
    {"huji_yuan", sql_yuan, {DUCKDB_TYPE_BIGINT}, DUCKDB_TYPE_VARCHAR, false},
    {"huji_month", sql_month, {DUCKDB_TYPE_BIGINT}, DUCKDB_TYPE_INTEGER, false},
    {"huji_tail", sql_tail, {DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_BIGINT}, DUCKDB_TYPE_UBIGINT, false},
    {"huji_marks",
     sql_marks,
     {DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT,
      DUCKDB_TYPE_BIGINT},
     DUCKDB_TYPE_INTEGER,
     true},
    NAMED(NAME_ROW) DOMAINS(ID_ROW)};

static duckdb_state register_one(duckdb_connection con, const struct function *f,
                                 struct function_context *ctx)
{
    duckdb_scalar_function s = duckdb_create_scalar_function();
    duckdb_scalar_function_set_name(s, f->name);
    for (int i = 0; i < 5 && f->in[i]; i++) {
        duckdb_logical_type t = duckdb_create_logical_type(f->in[i]);
        duckdb_scalar_function_add_parameter(s, t);
        duckdb_destroy_logical_type(&t);
    }
    duckdb_logical_type t = duckdb_create_logical_type(f->out);
    duckdb_scalar_function_set_return_type(s, t);
    duckdb_destroy_logical_type(&t);
    if (f->special)
        duckdb_scalar_function_set_special_handling(s);
    duckdb_scalar_function_set_extra_info(s, ctx, NULL);
    duckdb_scalar_function_set_function(s, f->run);
    duckdb_state st = duckdb_register_scalar_function(con, s);
    duckdb_destroy_scalar_function(&s);
    return st;
}

int functions_register(duckdb_connection con, struct function_context *ctx, struct err *e)
{
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (register_one(con, &functions[i], ctx) != DuckDBSuccess)
            return err_set(e, ERR_DB, "登记函数 %s 失败", functions[i].name);
    return 0;
}
