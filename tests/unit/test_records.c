/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The file of persons' rows: packed tables come back, it holds what the store holds, damage is refused, it fits one state only. */
#include "store_help.h"

#include "base/map.h"
#include "run/records.h"

/* ---- the codec ---- */

enum { COLS = 7, MOST = 300 };

static uint64_t draw(uint64_t *state)
{
    return hash_u64((*state)++);
}

static int64_t value(uint64_t *seed, int shape, size_t i)
{
    uint64_t r = draw(seed);
    switch (shape) {
    case 0: return 7;
    case 1: return (int64_t)(r % 5) * 10000;
    case 2: return 1600000000 + (int64_t)i * 60 + (int64_t)(r % 7);
    case 3: return r % 4 ? (int64_t)(r % 1000) : HUJI_NONE64;
    case 4: return (int64_t)r;
    case 5: return (int64_t)(r % 3) - 1;
    case 6: return r % 2 ? INT64_MAX : INT64_MIN + 1;
    default: return HUJI_NONE64;
    }
}

static void packed_comes_back(void **state)
{
    (void)state;
    struct packer p = {.n_slot = 0};
    uint64_t seed = 1;
    for (int turn = 0; turn < 400; turn++) {
        size_t n = 1 + draw(&seed) % (turn % 2 ? MOST : 6);
        int64_t *col[COLS], *back[COLS];
        uint8_t width[COLS];
        struct buf b = BUF_INIT;
        for (int c = 0; c < COLS; c++) {
            int shape = (int)(draw(&seed) % 8);
            col[c] = malloc(n * 8);
            back[c] = malloc(n * 8);
            width[c] = 8;
            for (size_t i = 0; i < n; i++)
                col[c][i] = c == 3 ? col[1][i] * 2 + 1 : value(&seed, shape, i);
            if (c == 1)
                for (size_t i = 0; i < n; i++)
                    col[c][i] = (int64_t)(draw(&seed) % 9);
        }
        assert_int_equal(pack_table(&p, &b, col, COLS, n, 2), 0);
        size_t whole = b.n;
        for (int k = 0; k < PACK_SLACK; k++)
            buf_char(&b, 0);
        for (uint64_t want = 1; want < 1 << COLS; want = want * 3 + 1) {
            struct unpacker u = {.p = (const uint8_t *)b.p, .end = (const uint8_t *)b.p + whole};
            assert_int_equal(unpack_table(&u, COLS, n, want, (void *const *)back, width), 0);
            assert_ptr_equal(u.p, u.end);
            for (int c = 0; c < COLS; c++)
                if (want >> c & 1)
                    assert_memory_equal(back[c], col[c], n * 8);
            unpacker_release(&u);
        }
        /* cut short or with a bit turned: told or read as something, never beyond its bytes (ASan) */
        for (int k = 0; k < 20; k++) {
            char *copy = malloc(whole + PACK_SLACK);
            memcpy(copy, b.p, whole + PACK_SLACK);
            size_t cut = draw(&seed) % whole;
            if (k % 2)
                copy[cut] ^= (char)(1u << draw(&seed) % 8);
            struct unpacker u = {.p = (const uint8_t *)copy,
                                 .end = (const uint8_t *)copy + (k % 2 ? whole : cut)};
            (void)unpack_table(&u, COLS, n, UINT64_MAX, (void *const *)back, width);
            unpacker_release(&u);
            free(copy);
        }
        for (int c = 0; c < COLS; c++) {
            free(col[c]);
            free(back[c]);
        }
        buf_release(&b);
    }
    packer_release(&p);
}

/* ---- the file ---- */

static int64_t ask(struct box *b, const char *sql)
{
    int64_t v = 0;
    assert_int_equal(db_int(b->s->con, &b->e, 0, &v, "%s", sql), 0);
    return v;
}

static void import_county(struct box *b)
{
    char path[600];
    const char *p = path;
    snprintf(path, sizeof path, "%s/tests/golden/county", getenv("HUJI_ROOT"));
    if (store_import(b->s, &p, 1, NULL, NULL, &b->r, &b->e) < 0)
        fail_msg("import: %s", b->e.message);
}

static void all_rows(const struct records *h, int64_t *rows, int64_t *fen, struct err *e)
{
    uint64_t fields[SOURCE_COUNT];
    bool lookup[LOOKUP_COUNT] = {false};
    struct past_needs want = {.fields = fields, .lookup = lookup, .diag = true};
    struct past past = {.n_visit = 0};
    int amount = source_field(S_LINE, SPAN("det_item_fee_sumamt"));
    for (int s = 0; s < SOURCE_COUNT; s++)
        fields[s] = UINT64_MAX;
    memset(rows, 0, SOURCE_COUNT * sizeof *rows);
    *fen = 0;
    for (uint32_t i = 0; i < records_persons(h); i++) {
        if (records_read(h, i, &want, &past, e) < 0)
            break;
        for (int s = 0; s < SOURCE_COUNT; s++)
            rows[s] += (int64_t)past.table[s].n;
        for (size_t k = 0; k < past.table[S_LINE].n; k++)
            *fen += ((const int64_t *)past.table[S_LINE].col[amount])[k];
    }
    past_release(&past);
}

static void holds_the_store(void **state)
{
    (void)state;
    struct box b;
    struct records *h;
    int64_t rows[SOURCE_COUNT], fen;
    box_init(&b);
    import_county(&b);
    if (records_of(b.s, NULL, &h, &b.e) < 0)
        fail_msg("%s", b.e.message);
    b.e.code = 0;
    all_rows(h, rows, &fen, &b.e);
    assert_int_equal(b.e.code, 0);
    assert_int_equal(records_persons(h), ask(&b, "SELECT count(*) FROM d_person"));
    assert_int_equal(rows[S_STAY], ask(&b, "SELECT count(psn_no) FROM s_visit"));
    assert_int_equal(rows[S_SETTLEMENT], ask(&b, "SELECT count(psn_no) FROM s_settlement"));
    assert_int_equal(rows[S_LINE], ask(&b, "SELECT count(*) FROM s_line"));
    assert_int_equal(fen, ask(&b, "SELECT sum(det_item_fee_sumamt)::BIGINT FROM s_line"));
    assert_true(rows[S_LINE] > 0 && records_lines(h) == (uint64_t)rows[S_LINE]);
    struct arena a = ARENA_INIT;
    struct past_texts t;
    int64_t who = records_find(h, SPAN("P0001"));
    assert_true(who >= 0 && records_find(h, SPAN("nobody")) == -1);
    assert_int_equal(records_texts(h, who, true, &a, &t, &b.e), 0);
    assert_true(t.n_line > 0 && t.line[0].n > 0);
    arena_release(&a);
    records_close(h);
    box_release(&b);
}

static void fits_one_state(void **state)
{
    (void)state;
    struct box b;
    struct records *h;
    struct records_stamp now;
    char path[RECORDS_PATH];
    box_init(&b);
    assert_int_equal(records_of(b.s, NULL, &h, &b.e), 0); /* an empty store has an empty file */
    assert_int_equal(records_persons(h), 0);
    import_county(&b);
    assert_int_equal(records_stamp_of(b.s, &now, &b.e), 0);
    assert_false(records_fits(h, &now));
    records_close(h);
    assert_int_equal(records_of(b.s, NULL, &h, &b.e), 0); /* made anew */
    assert_true(records_fits(h, &now));
    records_close(h);
    records_path(b.s->dir, path);
    assert_int_equal(truncate(path, 100), 0);
    assert_int_equal(records_open(path, &h, &b.e), ERR_STATE);
    assert_int_equal(records_of(b.s, NULL, &h, &b.e), 0);
    records_close(h);
    box_release(&b);
}

/* Any one byte turned: refused at opening, or when that person is read; or it lies where nothing is kept. */
static void damage_is_told(void **state)
{
    (void)state;
    struct box b;
    struct records *h;
    char path[RECORDS_PATH];
    int64_t rows[SOURCE_COUNT], was[SOURCE_COUNT], fen, fen_was;
    int refused = 0, tried = 0;
    box_init(&b);
    import_county(&b);
    assert_int_equal(records_of(b.s, NULL, &h, &b.e), 0);
    all_rows(h, was, &fen_was, &b.e);
    records_close(h);
    records_path(b.s->dir, path);
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    long n = ftell(f);
    for (long at = 0; at < n; at += 7, tried++) {
        struct err e = {0};
        fseek(f, at, SEEK_SET);
        int c = fgetc(f);
        fseek(f, at, SEEK_SET);
        fputc(c ^ 0x55, f);
        fflush(f);
        if (records_open(path, &h, &e) == 0) {
            all_rows(h, rows, &fen, &e);
            if (e.code == 0) {
                assert_memory_equal(rows, was, sizeof rows);
                assert_int_equal(fen, fen_was);
            }
            records_close(h);
        }
        refused += e.code != 0;
        fseek(f, at, SEEK_SET);
        fputc(c, f);
        fflush(f);
    }
    fclose(f);
    assert_true(refused > tried / 2);
    box_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_comes_back),
        cmocka_unit_test(holds_the_store),
        cmocka_unit_test(fits_one_state),
        cmocka_unit_test(damage_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
