/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/functions.h"

#include <stdio.h>
#include <string.h>

#include "base/fen.h"
#include "base/map.h"
#include "base/mem.h"
#include "claims/packed.h"

/* One text -> one number; false = NULL. `how`: what tells functions of one family apart. */
typedef bool cast_fn(const struct function_context *x, int how, struct span s, int64_t *out);

struct function {
    const char *name; /* "%s" stands for the domain's name: one for every domain */
    duckdb_scalar_function_t run;
    duckdb_type in[5]; /* 0 ends */
    duckdb_type out;
    bool special; /* sees NULLs itself */
    cast_fn *cast;
    int how;
};

/* What a registered function knows of itself. */
struct bound {
    const struct function *f;
    struct function_context *ctx;
    int how;
};

static bool to_sec(const struct function_context *x, int how, struct span s, int64_t *out)
{
    (void)x;
    (void)how;
    return sec_parse(s, out);
}

/* `how`: places behind the point */
static bool to_dec(const struct function_context *x, int how, struct span s, int64_t *out)
{
    (void)x;
    return dec_parse(s, how, true, out);
}

static bool to_hash(const struct function_context *x, int how, struct span s, int64_t *out)
{
    (void)x;
    (void)how;
    s = span_trim(s);
    *out = (int64_t)hash_bytes(s.p, s.n);
    return s.n > 0;
}

static bool to_day(const struct function_context *x, int how, struct span s, int64_t *out)
{
    (void)x;
    (void)how;
    day_t day;
    if (!day_parse(s, &day))
        return false;
    *out = day;
    return true;
}

static bool to_int(const struct function_context *x, int how, struct span s, int64_t *out)
{
    return to_dec(x, how, s, out) && *out <= INT32_MAX && *out > INT32_MIN;
}

static bool to_id(const struct function_context *x, int how, struct span s, int64_t *out)
{
    *out = codes_id(x->codes, (enum domain)how, s);
    return *out != HUJI_NONE32;
}

/* NULL where nobody has met it yet: gives no id */
static bool to_known(const struct function_context *x, int how, struct span s, int64_t *out)
{
    *out = codes_find(x->codes, (enum domain)how, s);
    return *out != HUJI_NONE32;
}

static bool put_word(const struct function_context *x, struct span s, int64_t first, int64_t *out)
{
    int32_t id = codes_put(x->codes, D_WORD, s);
    *out = first - id;
    return id != HUJI_NONE32;
}

static bool put_dec(const struct function_context *x, int how, struct span s, int64_t *out)
{
    (void)how;
    return dec_pack(s, out) || put_word(x, s, CELL_ODD, out);
}

static bool put_time(const struct function_context *x, int how, struct span s, int64_t *out)
{
    (void)how;
    return time_pack(s, out) || put_word(x, s, CELL_ODD, out);
}

static struct span text_at(duckdb_string_t *s)
{
    return (struct span){duckdb_string_t_data(s), duckdb_string_t_length(*s)};
}

static bool valid_at(const uint64_t *valid, idx_t i)
{
    return !valid || (valid[i / 64] >> (i % 64) & 1);
}

static uint64_t *writable(duckdb_vector v)
{
    duckdb_vector_ensure_validity_writable(v);
    return duckdb_vector_get_validity(v);
}

static void set_null(uint64_t *valid, idx_t i)
{
    valid[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

/* The same text again and again (a bill's person, its institution) costs one comparison. */
static void run_cast(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct bound *me = duckdb_scalar_function_get_extra_info(info);
    idx_t n = duckdb_data_chunk_get_size(in);
    duckdb_vector v = duckdb_data_chunk_get_vector(in, 0);
    duckdb_string_t *s = duckdb_vector_get_data(v);
    const uint64_t *valid = duckdb_vector_get_validity(v);
    uint64_t *ok = writable(out);
    bool narrow = me->f->out == DUCKDB_TYPE_INTEGER;
    int32_t *to32 = duckdb_vector_get_data(out);
    int64_t *to64 = duckdb_vector_get_data(out);
    struct span last = {NULL, 0};
    bool last_ok = false;
    int64_t value = 0;
    for (idx_t i = 0; i < n; i++) {
        if (!valid_at(valid, i)) {
            set_null(ok, i);
            continue;
        }
        struct span t = text_at(&s[i]);
        if (!last.p || !span_eq(t, last)) {
            value = 0;
            last_ok = me->f->cast(me->ctx, me->how, t, &value);
            last = t;
        }
        if (!last_ok)
            set_null(ok, i);
        else if (narrow)
            to32[i] = (int32_t)value;
        else
            to64[i] = value;
    }
}

/* What is to be put of a vector's texts: the first of each run of equal ones. */
struct putting {
    struct span text[CODES_MANY];
    int32_t id[CODES_MANY];
    uint16_t row[CODES_MANY];
    uint16_t like[CODES_MANY]; /* of each row: which row has its text */
    size_t n;
};

static void collect(const struct bound *me, duckdb_vector v, idx_t n, struct putting *p,
                    int32_t *to)
{
    duckdb_string_t *s = duckdb_vector_get_data(v);
    const uint64_t *valid = duckdb_vector_get_validity(v);
    struct span last = {NULL, 0};
    uint16_t first = 0;
    int64_t odd;
    for (uint16_t i = 0; i < n; i++) {
        to[i] = HUJI_NONE32;
        p->like[i] = i;
        if (!valid_at(valid, i))
            continue;
        struct span t = text_at(&s[i]);
        if (last.p && span_eq(t, last)) {
            p->like[i] = first;
            continue;
        }
        last = t;
        first = i;
        if (me->how != D_WORD && span_trim(t).n != t.n) {
            if (put_word(me->ctx, t, CELL_ODD_CODE, &odd))
                to[i] = (int32_t)odd;
        } else if (t.n) {
            p->row[p->n] = i;
            p->text[p->n++] = t;
        }
    }
}

/* huji_put_<domain>, huji_put_word: a vector's texts go to the dictionary together. */
static void run_put(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct bound *me = duckdb_scalar_function_get_extra_info(info);
    idx_t n = duckdb_data_chunk_get_size(in);
    uint64_t *ok = writable(out);
    int32_t *to = duckdb_vector_get_data(out);
    struct putting p;
    p.n = 0;
    collect(me, duckdb_data_chunk_get_vector(in, 0), n, &p, to);
    codes_put_many(me->ctx->codes, (enum domain)me->how, p.text, p.n, p.id);
    for (size_t k = 0; k < p.n; k++)
        to[p.row[k]] = p.id[k];
    for (idx_t i = 0; i < n; i++) {
        to[i] = to[p.like[i]];
        if (to[i] == HUJI_NONE32)
            set_null(ok, i);
    }
}

/* huji_name_<domain>(id, name) gives back the id. Neighbours are often the same. */
static void run_name(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct bound *me = duckdb_scalar_function_get_extra_info(info);
    idx_t n = duckdb_data_chunk_get_size(in);
    duckdb_vector vi = duckdb_data_chunk_get_vector(in, 0),
                  vn = duckdb_data_chunk_get_vector(in, 1);
    const int32_t *id = duckdb_vector_get_data(vi);
    duckdb_string_t *name = duckdb_vector_get_data(vn);
    const uint64_t *has_id = duckdb_vector_get_validity(vi),
                   *has_name = duckdb_vector_get_validity(vn);
    int32_t *to = duckdb_vector_get_data(out), last = -1;
    uint64_t *ok = writable(out);
    for (idx_t i = 0; i < n; i++) {
        if (!valid_at(has_id, i)) {
            set_null(ok, i);
            continue;
        }
        to[i] = id[i];
        if (id[i] != last && valid_at(has_name, i)) {
            codes_name(me->ctx->codes, (enum domain)me->how, id[i], text_at(&name[i]));
            last = id[i];
        }
    }
}

/* Ids of a book -> texts, with the lock held; the first id that is not there yet, or -1. */
static int32_t write_texts(const struct text_book *b, const struct text_book *words,
                           const int32_t *id, const uint64_t *valid, idx_t n, duckdb_vector out,
                           uint64_t *ok, bool *word)
{
    for (idx_t i = 0; i < n; i++) {
        if (!valid_at(valid, i)) {
            set_null(ok, i);
            continue;
        }
        *word = id[i] < 0;
        const struct text_book *from = *word ? words : b;
        int32_t at = *word ? CELL_ODD_CODE - id[i] : id[i];
        if (at < 0 || (size_t)at >= from->n)
            return at < 0 ? 0 : at;
        duckdb_vector_assign_string_element_len(out, i, from->at[at].p, from->at[at].n);
    }
    return -1;
}

static void run_text(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct bound *me = duckdb_scalar_function_get_extra_info(info);
    struct texts *t = &me->ctx->texts;
    idx_t n = duckdb_data_chunk_get_size(in);
    duckdb_vector v = duckdb_data_chunk_get_vector(in, 0);
    const int32_t *id = duckdb_vector_get_data(v);
    const uint64_t *valid = duckdb_vector_get_validity(v);
    uint64_t *ok = writable(out);
    int32_t missing = 0;
    for (int turn = 0; turn < 3; turn++) { /* the book may be unread, and the words */
        bool word = false;
        pthread_rwlock_rdlock(&t->lock);
        missing = write_texts(&t->book[me->how], &t->book[D_WORD], id, valid, n, out, ok, &word);
        pthread_rwlock_unlock(&t->lock);
        if (missing < 0)
            return;
        texts_reach(t, word ? D_WORD : (enum domain)me->how, missing, me->ctx->codes, me->ctx->db);
    }
    duckdb_scalar_function_set_error(info, "Out of Memory Error: a dictionary could not be read");
}

/* A packed cell that is not one: its number among words. */
static int32_t odd_word(int64_t packed)
{
    return (int32_t)(CELL_ODD - packed);
}

static bool word_text(const struct bound *me, int64_t packed, struct buf *b)
{
    struct texts *t = &me->ctx->texts;
    int32_t id = odd_word(packed);
    bool found = false;
    for (int turn = 0; turn < 2 && !found; turn++) {
        if (turn)
            texts_reach(t, D_WORD, id, me->ctx->codes, me->ctx->db);
        pthread_rwlock_rdlock(&t->lock);
        found = id >= 0 && (size_t)id < t->book[D_WORD].n;
        if (found)
            buf_span(b, t->book[D_WORD].at[id]);
        pthread_rwlock_unlock(&t->lock);
    }
    return found;
}

/* huji_text_dec, huji_text_time. how: 1 = time */
static void run_unpack(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct bound *me = duckdb_scalar_function_get_extra_info(info);
    idx_t n = duckdb_data_chunk_get_size(in);
    duckdb_vector v = duckdb_data_chunk_get_vector(in, 0);
    const int64_t *packed = duckdb_vector_get_data(v);
    const uint64_t *valid = duckdb_vector_get_validity(v);
    uint64_t *ok = writable(out);
    struct buf b = BUF_INIT;
    for (idx_t i = 0; i < n; i++) {
        if (!valid_at(valid, i)) {
            set_null(ok, i);
            continue;
        }
        buf_clear(&b);
        if (packed[i] > PACKED_MIN && me->how)
            time_pack_print(&b, packed[i]);
        else if (packed[i] > PACKED_MIN)
            dec_pack_print(&b, packed[i]);
        else if (!word_text(me, packed[i], &b))
            duckdb_scalar_function_set_error(info,
                                             "Out of Memory Error: a dictionary could not be read");
        duckdb_vector_assign_string_element_len(out, i, buf_cstr(&b), b.n);
    }
    buf_release(&b);
}

/* A packed cell's value: as the function's cast makes it of the text. */
static void run_value(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct bound *me = duckdb_scalar_function_get_extra_info(info);
    idx_t n = duckdb_data_chunk_get_size(in);
    duckdb_vector v = duckdb_data_chunk_get_vector(in, 0);
    const int64_t *packed = duckdb_vector_get_data(v);
    const uint64_t *valid = duckdb_vector_get_validity(v);
    uint64_t *ok = writable(out);
    bool narrow = me->f->out == DUCKDB_TYPE_INTEGER, is_time = me->f->cast == to_sec;
    int32_t *to32 = duckdb_vector_get_data(out);
    int64_t *to64 = duckdb_vector_get_data(out);
    struct buf b = BUF_INIT;
    for (idx_t i = 0; i < n; i++) {
        int64_t value = 0;
        bool good = valid_at(valid, i);
        if (good && packed[i] > PACKED_MIN && is_time) {
            value = time_unpack(packed[i]);
        } else if (good && packed[i] > PACKED_MIN) {
            good = dec_unpack(packed[i], me->how, &value) &&
                   (!narrow || (value <= INT32_MAX && value > INT32_MIN));
        } else if (good) {
            buf_clear(&b);
            good = word_text(me, packed[i], &b) &&
                   me->f->cast(me->ctx, me->how, (struct span){buf_cstr(&b), b.n}, &value);
        }
        if (!good)
            set_null(ok, i);
        else if (narrow)
            to32[i] = (int32_t)value;
        else
            to64[i] = value;
    }
    buf_release(&b);
}

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

/* A rank -> how many new ids came before it. */
static void sql_shift(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct bound *me = duckdb_scalar_function_get_extra_info(info);
    const struct rank_shift *s = me->ctx->shift;
    idx_t n = duckdb_data_chunk_get_size(in);
    const int64_t *rank = duckdb_vector_get_data(duckdb_data_chunk_get_vector(in, 0));
    int64_t *to = duckdb_vector_get_data(out);
    for (idx_t i = 0; i < n; i++) {
        size_t lo = 0, hi = me->ctx->n_shift;
        while (lo < hi) {
            size_t mid = lo + (hi - lo) / 2;
            if (s[mid].from <= rank[i])
                lo = mid + 1;
            else
                hi = mid;
        }
        to[i] = lo ? s[lo - 1].by : 0;
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
    const struct bound *me = duckdb_scalar_function_get_extra_info(info);
    const struct function_context *x = me->ctx;
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

static uint64_t eight_from(struct span t, size_t from)
{
    uint64_t w = 0;
    if (t.n > from)
        memcpy(&w, t.p + from, t.n - from < 8 ? t.n - from : 8);
    return __builtin_bswap64(w);
}

/* how: 1 = 16 bytes instead of 8 */
static void sql_tail(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct bound *me = duckdb_scalar_function_get_extra_info(info);
    idx_t n = duckdb_data_chunk_get_size(in);
    duckdb_string_t *s = duckdb_vector_get_data(duckdb_data_chunk_get_vector(in, 0));
    const int64_t *skip = duckdb_vector_get_data(duckdb_data_chunk_get_vector(in, 1));
    uint64_t *to = duckdb_vector_get_data(out);
    duckdb_uhugeint *wide = duckdb_vector_get_data(out);
    for (idx_t i = 0; i < n; i++) {
        struct span t = span_trim(text_at(&s[i]));
        size_t from = (size_t)skip[i];
        if (me->how)
            wide[i] = (duckdb_uhugeint){eight_from(t, from + 8), eight_from(t, from)};
        else
            to[i] = eight_from(t, from);
    }
}

#define TEXT_IN             \
    {                       \
        DUCKDB_TYPE_VARCHAR \
    }
#define BIG_IN             \
    {                      \
        DUCKDB_TYPE_BIGINT \
    }
#define INT_IN              \
    {                       \
        DUCKDB_TYPE_INTEGER \
    }
#define TO_INT DUCKDB_TYPE_INTEGER, true
#define TO_BIG DUCKDB_TYPE_BIGINT, true
#define TO_TEXT DUCKDB_TYPE_VARCHAR, true
/* clang-format off: a function a line reads best */
static const struct function functions[] = {
    {"huji_sec", run_cast, TEXT_IN, TO_BIG, to_sec, 0},
    {"huji_fen", run_cast, TEXT_IN, TO_BIG, to_dec, 2},
    {"huji_qty", run_cast, TEXT_IN, TO_BIG, to_dec, 4},
    {"huji_price", run_cast, TEXT_IN, TO_BIG, to_dec, 6},
    {"huji_hash", run_cast, TEXT_IN, TO_BIG, to_hash, 0},
    {"huji_day", run_cast, TEXT_IN, TO_INT, to_day, 0},
    {"huji_int", run_cast, TEXT_IN, TO_INT, to_int, 0},
    {"huji_dx", sql_dx, TEXT_IN, TO_TEXT, NULL, 0},
    {"huji_yuan", sql_yuan, BIG_IN, DUCKDB_TYPE_VARCHAR, false, NULL, 0},
    {"huji_month", sql_month, BIG_IN, DUCKDB_TYPE_INTEGER, false, NULL, 0},
    {"huji_shift", sql_shift, BIG_IN, DUCKDB_TYPE_BIGINT, false, NULL, 0},
    {"huji_tail",
     sql_tail,
     {DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_BIGINT},
     DUCKDB_TYPE_UBIGINT,
     false,
     NULL,
     0},
    {"huji_tail16",
     sql_tail,
     {DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_BIGINT},
     DUCKDB_TYPE_UHUGEINT,
     false,
     NULL,
     1},
    {"huji_marks",
     sql_marks,
     {DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT,
      DUCKDB_TYPE_BIGINT},
     TO_INT,
     NULL,
     0},
    {"huji_put_dec", run_cast, TEXT_IN, TO_BIG, put_dec, 0},
    {"huji_put_time", run_cast, TEXT_IN, TO_BIG, put_time, 0},
    {"huji_text_dec", run_unpack, BIG_IN, TO_TEXT, NULL, 0},
    {"huji_text_time", run_unpack, BIG_IN, TO_TEXT, NULL, 1},
    {"huji_time_sec", run_value, BIG_IN, TO_BIG, to_sec, 0},
    {"huji_dec_fen", run_value, BIG_IN, TO_BIG, to_dec, 2},
    {"huji_dec_qty", run_value, BIG_IN, TO_BIG, to_dec, 4},
    {"huji_dec_price", run_value, BIG_IN, TO_BIG, to_dec, 6},
    {"huji_dec_int", run_value, BIG_IN, TO_INT, to_int, 0},
    {"huji_id_%s", run_cast, TEXT_IN, TO_INT, to_id, 0},
    {"huji_known_%s", run_cast, TEXT_IN, TO_INT, to_known, 0},
    {"huji_put_%s", run_put, TEXT_IN, TO_INT, NULL, 0},
    {"huji_text_%s", run_text, INT_IN, TO_TEXT, NULL, 0},
    {"huji_name_%s", run_name, {DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_VARCHAR}, TO_INT, NULL, 0},
};
/* clang-format on */

static duckdb_state register_one(duckdb_connection con, const struct function *f, const char *name,
                                 int how, struct function_context *ctx)
{
    struct bound *me = mem_alloc(sizeof *me);
    if (!me)
        return DuckDBError;
    *me = (struct bound){f, ctx, how};
    duckdb_scalar_function s = duckdb_create_scalar_function();
    duckdb_scalar_function_set_name(s, name);
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
    duckdb_scalar_function_set_extra_info(s, me, mem_free);
    duckdb_scalar_function_set_function(s, f->run);
    duckdb_state st = duckdb_register_scalar_function(con, s);
    duckdb_destroy_scalar_function(&s);
    return st;
}

static int register_all(duckdb_connection con, const struct function *f,
                        struct function_context *ctx, struct err *e)
{
    size_t stem = strcspn(f->name, "%");
    bool each = f->name[stem] != 0;
    for (int d = 0; d < (each ? BOOK_COUNT : 1); d++) {
        char name[64];
        snprintf(name, sizeof name, "%.*s%s", (int)stem, f->name,
                 each ? codes_book_name((enum domain)d) : "");
        if (register_one(con, f, name, each ? d : f->how, ctx) != DuckDBSuccess)
            return err_set(e, ERR_DB, "登记函数 %s 失败", name);
    }
    return 0;
}

int functions_register(duckdb_connection con, struct function_context *ctx, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]) && rc == 0; i++)
        rc = register_all(con, &functions[i], ctx, e);
    return rc;
}
