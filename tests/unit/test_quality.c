/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Reconciliation, marks, lineage; what a rule can be asked with; arrays and streams agree with SQL. */
#include "store_help.h"

#include "base/mem.h"
#include "claims/frame.h"
#include "claims/quality.h"
#include "claims/ready.h"
#include "claims/stream.h"
#include "engine/run.h"
#include "run/line_ids.h"

#define LINE_HEAD \
    "bkkp_sn,psn_no,mdtrt_id,setl_id,fixmedins_code,fee_ocur_time,hilist_code,hilist_name,cnt,pric,det_item_fee_sumamt\n"

static void fill_store(struct box *b)
{
    box_init(b);
    box_import(b,
               box_file(b, "fee_list_d.csv",
                        LINE_HEAD "L1,p1,m1,s1,H1,2023-01-01,001203000010000,床位费,1,10,10.00\n"
                                  "L2,p1,m1,s1,H1,2023-03-01,local-1,自编项目,2,10,20.00\n"
                                  "L3,p2,m2,s2,H2,2023-02-01,001203000010000,床位费,x,10,30.00\n"
                                  "L4,p2,m2,s2,H2,2023-02-30,001203000010000,床位费,1,10,40.00\n"));
    box_import(
        b, box_file(b, "setl_d.csv",
                    "setl_id,mdtrt_id,psn_no,fixmedins_code,setl_time,medfee_sumamt,mdtrt_cert_no\n"
                    "s1,m1,p1,H1,2023-01-02,30,C9\ns2,m2,p2,H2,2023-02-02,30,\n"));
}

/* The cell under a heading, of the first row whose first cells hold `key`. */
static struct span cell(const struct grid *g, const char *key, const char *head)
{
    for (size_t r = 0; r < g->n_rows; r++)
        for (size_t c = 0; c < g->n_cols; c++)
            if (span_is(grid_cell(g, r, c), key))
                for (size_t h = 0; h < g->n_cols; h++)
                    if (span_is(g->head[h], head))
                        return grid_cell(g, r, h);
    return (struct span){"(none)", 6};
}

#define assert_cell(g, key, head, want)                                                        \
    do {                                                                                       \
        struct span v_ = cell((g), (key), (head));                                             \
        if (!span_is(v_, (want)))                                                              \
            fail_msg("%s / %s: \"%.*s\", not \"%s\"", (key), (head), (int)v_.n, v_.p, (want)); \
    } while (0)

static void adds_up(void **state)
{
    (void)state;
    struct box b;
    struct grid g;
    fill_store(&b);
    assert_int_equal(quality_tables(b.s, &g, &b.e), 0);
    assert_cell(&g, "fee_list_d", "读入行", "4");
    assert_cell(&g, "fee_list_d", "拒收行", "1");
    assert_cell(&g, "fee_list_d", "读入（元）", "100.00");
    assert_cell(&g, "fee_list_d", "保留（元）", "60.00");
    assert_cell(&g, "fee_list_d", "拒收（元）", "40.00");
    assert_cell(&g, "fee_list_d", "核对", "平");
    grid_release(&g);
    assert_int_equal(quality_files(b.s, &g, &b.e), 0);
    assert_int_equal(g.n_rows, 2);
    grid_release(&g);
    assert_int_equal(quality_rejects(b.s, 10, &g, &b.e), 0);
    assert_cell(&g, "fee_ocur_time", "行号", "5");
    assert_cell(&g, "fee_ocur_time", "值", "2023-02-30");
    grid_release(&g);
    assert_int_equal(quality_reject_reasons(b.s, NULL, &g, &b.e), 0);
    assert_cell(&g, "fee_ocur_time", "金额（元）", "40.00");
    grid_release(&g);
    assert_int_equal(quality_marks(b.s, NULL, &g, &b.e), 0);
    assert_cell(&g, "项目编码不合国家编码规则", "金额（元）", "20.00");
    assert_cell(&g, "找不到就诊记录", "行数", "3");
    grid_release(&g);
    assert_int_equal(quality_codes(b.s, NULL, 5, &g, &b.e), 0);
    assert_cell(&g, "local-1", "项目名称", "自编项目");
    grid_release(&g);
    assert_int_equal(quality_values(b.s, &g, &b.e), 0);
    assert_cell(&g, "cnt", "例如", "x");
    grid_release(&g);
    assert_int_equal(quality_months(b.s, NULL, &g, &b.e), 0);
    assert_cell(&g, "H1", "缺月", "202302");
    assert_cell(&g, "H2", "缺月数", "2");
    grid_release(&g);
    assert_int_equal(quality_lineage(b.s, "line:L3", &g, &b.e), 0);
    assert_cell(&g, "line:L3", "第几行数据", "3");
    grid_release(&g);
    assert_int_equal(quality_lineage(b.s, "what", &g, &b.e), ERR_USAGE);
    box_release(&b);
}

static bool knows(void *ctx, const char *name)
{
    return strcmp(name, ctx) == 0;
}

static void can_be_asked(void **state)
{
    (void)state;
    struct box b;
    struct ready r;
    fill_store(&b);
    static const char *const n1[] = {"fee_list_d", "setl_d"};
    static const char *const n2[] = {"fee_list_d", "l_suspension"};
    static const char *const n3[] = {"column setl_d.mdtrt_cert_no", "knowledge day_limit"};
    static const char *const n4[] = {"l_suspension", "knowledge other", "column setl_d.invono"};
    char known[] = "day_limit";
    const struct rule_need need[] = {
        {"A1", "甲", n1, 2}, {"A2", "乙", n2, 2}, {"A3", "丙", n3, 2}, {"A4", "丁", n4, 3}};
    assert_int_equal(ready_check(b.s, need, 4, knows, known, NULL, &r, &b.e), 0);
    assert_int_equal(r.n_can, 2);
    assert_int_equal(r.n_cannot, 2);
    assert_cell(&r.rules, "A1", "状态", "可问");
    assert_cell(&r.rules, "A2", "等待", "suspension（定点机构中止名单）");
    assert_cell(&r.rules, "A4", "状态", "未问");
    assert_cell(&r.data, "column setl_d.mdtrt_cert_no", "填充率", "50%");
    assert_cell(&r.data, "fee_list_d", "月数", "3");
    assert_cell(&r.data, "fee_list_d", "机构数", "2");
    /* one more roster would unlock A2: first */
    assert_true(span_is(grid_cell(&r.missing, 0, 0), "suspension（定点机构中止名单）"));
    assert_true(span_is(grid_cell(&r.missing, 0, 1), "1"));
    assert_int_equal(r.missing.n_rows, 3);
    ready_release(&r);
    box_release(&b);
}

struct seen {
    int64_t rows, sum, missing;
    int32_t last;
    size_t persons;
};

static int see(void *ctx, const struct line_chunk *c, struct err *e)
{
    (void)e;
    struct seen *s = ctx;
    for (size_t k = 0; k < c->n_persons; k++) {
        assert_true(c->person[k] > s->last);
        s->last = c->person[k];
        int64_t t = INT64_MIN;
        for (uint32_t r = c->first[k]; r < c->first[k + 1]; r++) {
            assert_int_equal(c->col[0].i32[r], c->person[k]);
            assert_true(c->col[1].i64[r] >= t); /* months and, within them, seconds go on */
            t = c->col[1].i64[r];
            s->sum += c->col[2].i64[r];
            s->missing += c->col[3].i64[r] == HUJI_NONE64;
        }
    }
    s->rows += (int64_t)c->n_rows;
    s->persons += c->n_persons;
    return 0;
}

static void streams(void **state)
{
    (void)state;
    struct box b;
    struct buf text = BUF_INIT;
    box_init(&b);
    buf_str(&text, "bkkp_sn,psn_no,fee_ocur_time,det_item_fee_sumamt,cnt\n");
    unsigned seed = 7;
    int64_t sum = 0, missing = 0, rows = 30000;
    for (int i = 0; i < rows; i++) {
        int amount = rand_r(&seed) % 10000, person = rand_r(&seed) % 500;
        if (i % 3 == 0)
            person = 77; /* one who has a third of all */
        bool none = rand_r(&seed) % 4 == 0;
        buf_fmt(&text, "L%d,p%d,2023-%02d-%02d %02d:00:00,%d.%02d,%s\n", i, person,
                rand_r(&seed) % 3 + 1, rand_r(&seed) % 28 + 1, rand_r(&seed) % 24, amount / 100,
                amount % 100, none ? "" : "1");
        sum += amount;
        missing += none;
    }
    box_import(&b, box_file(&b, "fee_list_d.csv", buf_cstr(&text)));
    buf_release(&text);
    int f[4] = {source_field(S_LINE, SPAN("psn_no")), source_field(S_LINE, SPAN("fee_ocur_time")),
                source_field(S_LINE, SPAN("det_item_fee_sumamt")),
                source_field(S_LINE, SPAN("cnt"))};
    struct line_range range[8];
    int n = lines_ranges(b.s, 4, range, &b.e);
    assert_in_range(n, 2, 4);
    assert_int_equal(store_threads(b.s, 1, &b.e), 0);
    struct seen all = {.last = -1};
    for (int i = 0; i < n; i++) {
        int64_t before = all.rows;
        if (lines_stream(b.s, f, 4, range[i].lo, range[i].hi, see, &all, &b.e) < 0)
            fail_msg("%s", b.e.message);
        assert_int_equal(all.rows - before, range[i].rows);
    }
    assert_int_equal(store_threads(b.s, b.s->threads, &b.e), 0);
    assert_int_equal(all.rows, rows);
    assert_int_equal(all.sum, sum);
    assert_int_equal(all.missing, missing);
    assert_int_equal(all.persons, box_int(&b, "SELECT count(*) FROM line_count"));
    /* a short read is an error, not an end */
    assert_int_equal(db_run(b.s->con, "DELETE FROM line_202302 WHERE no % 1000 = 5", &b.e), 0);
    struct seen part = {.last = -1};
    assert_int_equal(lines_stream(b.s, f, 4, 0, INT32_MAX, see, &part, &b.e), ERR_DB);
    assert_has(b.e.message, "只读到");
    struct column_set c;
    struct dict d;
    uint64_t pf = UINT64_C(1) << source_field(S_PERSON, SPAN("psn_no")) |
                  UINT64_C(1) << source_field(S_PERSON, SPAN("brdy"));
    assert_int_equal(frame_load(b.s, S_PERSON, pf, NULL, &c, &b.e), 0);
    assert_int_equal(dict_load(b.s, D_PERSON, &d, &b.e), 0);
    assert_int_equal(c.n_rows, d.n);
    assert_true(c.n_rows < UINT16_MAX && c.col[0].width == (c.n_rows > UINT8_MAX ? 2 : 1));
    for (size_t i = 0; i < c.n_rows; i++) {
        const void *at = c.col[0].data;
        size_t id = c.col[0].width == 2 ? ((const uint16_t *)at)[i] : ((const uint8_t *)at)[i];
        assert_int_equal((size_t)c.col[0].base + id, i);
    }
    assert_null(c.col[1].data); /* nothing but missing */
    /* some texts only */
    struct dict some;
    uint32_t ids[2] = {1, (uint32_t)d.n - 1};
    struct id_set two = {0};
    assert_true(id_set_add(&two, ids[1]) == 0 && id_set_add(&two, ids[0]) == 0 && two.n == 2);
    assert_int_equal(dict_count(b.s, D_PERSON, &some, &b.e), 0);
    assert_int_equal(some.n, d.n);
    assert_int_equal(dict_load_some(b.s, D_PERSON, &two, &some, &b.e), 0);
    assert_int_equal(some.n_at, 2);
    for (size_t i = 0; i < 2; i++)
        assert_true(some.id[i] == ids[i] && span_eq(some.at[i], d.at[ids[i]]));
    id_set_release(&two);
    dict_release(&some);
    column_set_release(&c);
    dict_release(&d);
    box_release(&b);
}

/* Serial numbers of several lengths, of which many agree in more than the bytes that are compared first. */
static void line_ids_are_read_and_ranked(void **state)
{
    enum { LINES = 3000, FIRST = 1200 };
    (void)state;
    struct box b;
    struct buf text = BUF_INIT;
    char sn[LINES][40];
    box_init(&b);
    buf_str(&text, "bkkp_sn,psn_no,fee_ocur_time,det_item_fee_sumamt,cnt\n");
    for (int i = 0; i < LINES; i++) {
        int k = (i * 7919) % LINES; /* each once, in no order */
        snprintf(sn[i], sizeof sn[i], "F%d%s%d", k % 3, k % 2 ? "" : "000000000000", k);
        buf_fmt(&text, "%s,p%d,2023-01-0%d,1.00,1\n", sn[i], i % 50, i % 9 + 1);
    }
    box_import(&b, box_file(&b, "fee_list_d.csv", buf_cstr(&text)));
    buf_release(&text);
    int64_t no[LINES + 1];
    uint32_t rank[LINES + 1];
    for (int i = 0; i < LINES; i++)
        no[i] = box_int(&b, "SELECT min(no) FROM line_text") + i;
    struct line_ids ids = {0};
    assert_int_equal(line_ids_want(&ids, no, FIRST), 0);
    assert_int_equal(line_ids_want(&ids, no, 2), 0); /* again */
    assert_int_equal(line_ids_read(b.s, &ids, &b.e), 0);
    assert_true(span_is(line_ids_get(&ids, no[7]), sn[7]));
    assert_true(span_is(line_ids_get(&ids, no[FIRST]), "?"));
    assert_int_equal(line_ids_rank(&ids, no, FIRST + 1, rank, &b.e), ERR_STATE);
    assert_int_equal(line_ids_want(&ids, no, LINES), 0);
    assert_int_equal(line_ids_read(b.s, &ids, &b.e), 0);
    for (int i = 0; i < LINES; i++)
        assert_true(span_is(line_ids_get(&ids, no[i]), sn[i]));
    no[LINES] = no[5]; /* one twice: the first comes first */
    assert_int_equal(line_ids_rank(&ids, no, LINES + 1, rank, &b.e), 0);
    assert_int_equal(rank[LINES], rank[5] + 1);
    int at[LINES + 1];
    for (int i = 0; i <= LINES; i++)
        at[rank[i]] = i;
    for (int i = 1; i <= LINES; i++)
        assert_true(strcmp(sn[at[i - 1] == LINES ? 5 : at[i - 1]], sn[at[i] == LINES ? 5 : at[i]]) <
                        0 ||
                    at[i] == LINES);
    int64_t none = no[LINES - 1] + 1;
    assert_int_equal(line_ids_want(&ids, &none, 1), 0);
    assert_int_equal(line_ids_read(b.s, &ids, &b.e), ERR_STATE);
    assert_has(b.e.message, "没有原文");
    line_ids_release(&ids);
    box_release(&b);
}

/* 3000 rows: a key of three bytes with holes, raw times, a column that is nearly empty, one that nearly always says 17. */
static void columns_are_sorted_and_thinned(void **state)
{
    enum { ROWS = 3000 };
    (void)state;
    struct err e = {0};
    struct column_set c = {.col = mem_calloc(5, sizeof *c.col), .n_cols = 4, .n_rows = ROWS};
    c.col[0] = (struct column){
        .type = F_CODE, .width = 3, .base = 5, .data = mem_alloc(ROWS * 3 + 1)};
    c.col[1] = (struct column){.type = F_BIG, .data = mem_alloc(ROWS * 8)};
    c.col[2] = (struct column){.type = F_INT, .width = 2, .data = mem_alloc(ROWS * 2 + 1)};
    c.col[3] = (struct column){.type = F_INT, .width = 1, .base = 10, .data = mem_alloc(ROWS + 1)};
    for (uint32_t i = 0; i < ROWS; i++) {
        uint32_t key = i % 11 == 0 ? 0xffffff : (i * 7919) % 97;
        memcpy((char *)c.col[0].data + (size_t)i * 3, &key, 3);
        c.col[1].i64[i] = i % 13 == 0 ? HUJI_NONE64 : (int64_t)((i * 31) % 501) - 250;
        ((uint16_t *)c.col[2].data)[i] = i % 50 == 7 ? (uint16_t)i : UINT16_MAX;
        ((uint8_t *)c.col[3].data)[i] = i % 60 == 1 ? UINT8_MAX : i % 30 == 2 ? 90 : 7;
    }
    const struct column *key[] = {&c.col[0], &c.col[1]};
    assert_int_equal(column_set_sort(&c, key, 2, &e), 0);
    assert_int_equal(column_set_thin(&c, &e), 0);
    assert_null(c.col[0].there);
    assert_non_null(c.col[2].there);
    struct huji_table t = {.n = ROWS};
    for (int f = 0; f < 4; f++) {
        t.col[f] = c.col[f].data;
        t.width[f] = c.col[f].width;
        t.base[f] = c.col[f].base;
        t.there[f] = c.col[f].there;
        t.before[f] = c.col[f].before;
        t.lack[f] = c.col[f].lack;
    }
    assert_non_null(c.col[3].there);
    size_t often = 0, seldom = 0, missing = 0;
    int64_t last[2] = {INT64_MIN, INT64_MIN}, sum = 0;
    size_t n = 0;
    for (size_t r = 0; r < ROWS; r++) {
        int64_t v[2] = {table_cell(&t, F_CODE, 0, r), table_cell(&t, F_BIG, 1, r)};
        int64_t x = table_cell(&t, F_INT, 2, r);
        for (int k = 0; k < 2; k++) /* missing comes last */
            v[k] = v[k] == HUJI_NONE64 ? INT64_MAX : v[k];
        assert_true(v[0] > last[0] || (v[0] == last[0] && v[1] >= last[1]));
        memcpy(last, v, sizeof v);
        n += x != HUJI_NONE64;
        sum += x != HUJI_NONE64 ? x : 0;
        int64_t y = table_cell(&t, F_INT, 3, r);
        often += y == 17;
        seldom += y == 100;
        missing += y == HUJI_NONE64;
    }
    assert_int_equal(missing, ROWS / 60);
    assert_int_equal(seldom, ROWS / 30);
    assert_int_equal(often, ROWS - ROWS / 60 - ROWS / 30);
    assert_int_equal(n, ROWS / 50);
    assert_int_equal(sum, 60 * 7 + 50 * (59 * 60 / 2));
    column_set_release(&c);
}

/* Order by a key of few values or of many, then by a narrow one that ties, then by what was there first: as by comparing. */
static void rows_are_ordered_by_narrow_keys(void **state)
{
    enum { ROWS = 5000 };
    (void)state;
    struct err e = {0};
    for (int wide = 0; wide < 2; wide++) {
        struct column_set c = {.col = mem_calloc(4, sizeof *c.col), .n_cols = 3, .n_rows = ROWS};
        c.col[0] = (struct column){.type = F_INT, .width = 4, .data = mem_alloc(ROWS * 4 + 1)};
        c.col[1] = (struct column){.type = F_INT, .width = 3, .data = mem_alloc(ROWS * 3 + 1)};
        c.col[2] = (struct column){.type = F_INT, .width = 2, .data = mem_alloc(ROWS * 2 + 1)};
        for (uint32_t i = 0; i < ROWS; i++) {
            /* groups of one, of some and of a thousand */
            uint32_t a = i % 5 == 0 ? 3 : i % 3 == 0 ? 7 + i % 40 : 100 + i;
            uint32_t b = i % 17 == 0 ? 0xffffff : i * 7919 % (i % 2 ? 61 : 400000);
            ((uint32_t *)c.col[0].data)[i] = wide && i % 7 ? a * 800000 : a;
            memcpy((char *)c.col[1].data + (size_t)i * 3, &b, 3);
            ((uint16_t *)c.col[2].data)[i] = (uint16_t)i;
        }
        const struct column *key[] = {&c.col[0], &c.col[1]};
        assert_int_equal(column_set_sort(&c, key, 2, &e), 0);
        int64_t sum = 0;
        for (uint32_t i = 0; i < ROWS; i++) {
            uint32_t last[2] = {0}, now[2] = {0}, *a = c.col[0].data;
            uint16_t *was = c.col[2].data;
            sum += was[i];
            if (!i)
                continue;
            memcpy(&last[1], (char *)c.col[1].data + (size_t)(i - 1) * 3, 3);
            memcpy(&now[1], (char *)c.col[1].data + (size_t)i * 3, 3);
            assert_true(a[i] >= a[i - 1]);
            assert_true(a[i] > a[i - 1] || now[1] >= last[1]);
            assert_true(a[i] > a[i - 1] || now[1] > last[1] || was[i] > was[i - 1]);
        }
        assert_int_equal(sum, (int64_t)ROWS * (ROWS - 1) / 2);
        column_set_release(&c);
    }
}

/* However many there are: none is lost, none twice, and the last ones are left small. */
static void ranges_are_joined(void **state)
{
    (void)state;
    for (size_t n = 0; n < 40; n++) {
        struct line_range r[40];
        for (size_t i = 0; i < n; i++)
            r[i] = (struct line_range){(int32_t)i * 10, (int32_t)i * 10 + 10, 1};
        size_t k = line_ranges_join(r, n, 4, 8);
        size_t small = n < 8 ? n : 8;
        int64_t rows = 0;
        int32_t next = 0;
        for (size_t i = 0; i < k; i++) {
            assert_int_equal(r[i].lo, next);
            assert_int_equal(r[i].hi - r[i].lo, r[i].rows * 10);
            assert_true(r[i].rows <= 4);
            next = r[i].hi;
            rows += r[i].rows;
            if (i + small >= k)
                assert_int_equal(r[i].rows, 1);
        }
        assert_int_equal(rows, n);
        assert_int_equal(k, small + (n - small + 3) / 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_sorted_and_thinned),
        cmocka_unit_test(rows_are_ordered_by_narrow_keys),
        cmocka_unit_test(adds_up),
        cmocka_unit_test(can_be_asked),
        cmocka_unit_test(streams),
        cmocka_unit_test(line_ids_are_read_and_ranked),
        cmocka_unit_test(ranges_are_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
