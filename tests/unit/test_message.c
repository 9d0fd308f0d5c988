/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Messages of the national interface as programs send them: shapes, numbers as texts, GBK, faults; the public samples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fen.h"
#include "check/check.h"
#include "check/message.h"

#define HEAD "{\"infno\": \"3101\", \"msgid\": \"M1\", \"fixmedins_code\": \"H1\", \"input\": "
#define ORDER                                                                                          \
    "{\"rx_id\": 7, \"hilist_code\": \"A\\u4e2d\", \"cnt\": \"2\", \"pric\": 1.25, \"sumamt\": \"\", " \
    "\"drord_begn_date\": \"2024-01-15\"}"

static int read_text(const char *text, struct arena *a, struct message *m, struct err *e)
{
    return message_read(span_of(text), a, m, e);
}

/* A message of one visit from `adm_date` on, with these members. */
static int read_visit(const char *adm_date, const char *members, struct arena *a, struct message *m,
                      struct err *e)
{
    char text[1000];
    snprintf(text, sizeof text,
             HEAD "{\"data\": {\"patient_dtos\": {\"patn_id\": \"P\", \"fsi_encounter_dtos\": "
                  "{\"mdtrt_id\": \"V\", \"adm_date\": \"%s\", %s}}}}}",
             adm_date, members);
    return read_text(text, a, m, e);
}

static void one_object(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct message m;
    struct err e = {0};
    assert_int_equal(
        read_text(
            HEAD
            "{\"data\": {\"patient_dtos\": {\"patn_id\": \"P\", \"brdy\": \"1980-10-10\", "
            "\"curr_mdtrt_id\": \"V\", \"fsi_his_data_dto\": [], \"fsi_encounter_dtos\": {\"mdtrt_id\": \"V\", "
            "\"adm_date\": \"2024-01-14 09:00:00\", \"dscg_date\": \"9999-12-31 00:00:00\", "
            "\"fsi_operation_dtos\": \"\", \"fsi_order_dtos\": " ORDER "}}}}}",
            &a, &m, &e),
        0);
    assert_int_equal(m.n_patient, 1);
    const struct new_events *ev = &m.patient[0].ev;
    assert_int_equal(ev->n_visit, 1);
    assert_int_equal(ev->n_line, 1);
    const struct new_line *l = &ev->line[0];
    assert_true(span_is(l->id, "7"));
    assert_true(span_is(l->hilist_code, "A中"));
    assert_true(l->cnt == 20000 && l->pric == 1250000 && l->sum == 250 && l->fresh);
    assert_true(ev->visit[0].endtime == SEC_NONE && ev->visit[0].current);
    assert_true(span_is(ev->visit[0].fixmedins_code, "H1"));
    arena_release(&a);
}

/* What a message does not say is not made up: rules skip it, as they do a line of a table. */
static void missing_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *order;
        int64_t cnt, pric, sum;
    } row[] = {
        {"\"cnt\": 2, \"sumamt\": 36", 20000, HUJI_NONE64, 3600},
        {"\"pric\": 18, \"sumamt\": \"36\"", HUJI_NONE64, 18000000, 3600},
        {"\"cnt\": \"\", \"pric\": null, \"sumamt\": 36", HUJI_NONE64, HUJI_NONE64, 3600},
        {"\"pric\": 18", HUJI_NONE64, 18000000, 1800},
        {"\"cnt\": 2, \"pric\": 18", 20000, 18000000, 3600},
        {"\"cnt\": 2", 20000, HUJI_NONE64, 0},
        /* as BigDecimal writes them */
        {"\"cnt\": 1E+1, \"pric\": \"1.8e0\", \"sumamt\": 180E-1", 100000, 1800000, 1800},
        {"\"cnt\": 0E-8, \"pric\": 5E-7, \"sumamt\": 4.9E-3", 0, 1, 0},
        {"\"cnt\": -2.5E1, \"pric\": 1E-12, \"sumamt\": -5E-3", -250000, 0, -1},
        /* half away from zero, and never more than a message may say */
        {"\"cnt\": 1, \"pric\": 0.999", 10000, 999000, 100},
        {"\"cnt\": -3, \"pric\": 0.335", -30000, 335000, -101},
        {"\"cnt\": -99999999999, \"pric\": 999999999", -999999999990000, 999999999000000,
         -1000000000000000},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct arena a = ARENA_INIT;
        struct message m;
        struct err e = {0};
        char order[200];
        snprintf(order, sizeof order, "\"fsi_order_dtos\": {%s}", row[i].order);
        assert_int_equal(read_visit("2024-01-14", order, &a, &m, &e), 0);
        const struct new_line *l = &m.patient[0].ev.line[0];
        if (l->cnt != row[i].cnt || l->pric != row[i].pric || l->sum != row[i].sum)
            fail_msg("%s: %lld %lld %lld", row[i].order, (long long)l->cnt, (long long)l->pric,
                     (long long)l->sum);
        arena_release(&a);
    }
}

static void arrays_and_history(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct message m;
    struct err e = {0};
    static const char two[] = HEAD
        "{\"data\": {\"patientDtos\": [{\"patn_id\": \"P\", \"curr_mdtrt_id\": \"V2\", \"encounterDtos\": ["
        "{\"mdtrt_id\": \"V1\", \"adm_date\": \"2024-01-01\", \"orderDtos\": [" ORDER "]},"
        "{\"mdtrt_id\": \"V2\", \"adm_date\": \"2024-01-14\", \"orderDtos\": [" ORDER "," ORDER
        "]}]}]}}}";
    assert_int_equal(read_text(two, &a, &m, &e), 0);
    const struct new_events *ev = &m.patient[0].ev;
    assert_int_equal(ev->n_visit, 2);
    assert_int_equal(ev->n_line, 3);
    assert_true(!ev->line[0].fresh && ev->line[1].fresh && ev->line[2].fresh);
    arena_release(&a);
}

/* An operation without its date is one of the visit's beginning, as an order is. */
static void operation_without_date(void **state)
{
    (void)state;
    static const char *const date[] = {"", ", \"oprn_date\": \"\"", ", \"oprn_date\": \"-\""};
    for (size_t i = 0; i < sizeof date / sizeof *date; i++) {
        struct arena a = ARENA_INIT;
        struct message m;
        struct err e = {0};
        char oprn[200];
        snprintf(oprn, sizeof oprn, "\"fsi_operation_dtos\": {\"oprn_code\": \"47.0100\"%s}",
                 date[i]);
        assert_int_equal(read_visit("2024-01-14 09:00:00", oprn, &a, &m, &e), 0);
        const struct new_events *ev = &m.patient[0].ev;
        assert_int_equal(ev->n_oprn, 1);
        assert_true(ev->oprn[0].t == ev->visit[0].begntime && ev->oprn[0].t != SEC_NONE);
        arena_release(&a);
    }
}

static void arrays_of_one(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct message m;
    struct err e = {0};
    static const char text[] = HEAD
        "{\"data\": [{\"patient_dtos\": [null, {\"patn_id\": \"P\", \"fsi_encounter_dtos\": ["
        "{\"adm_date\": \"2024-01-14\", \"fsi_diagnose_dtos\": null, \"fsi_operation_dtos\": \" \", "
        "\"fsi_order_dtos\": [\"\", [" ORDER "], []]}]}]}]}}";
    assert_int_equal(read_text(text, &a, &m, &e), 0);
    assert_int_equal(m.n_patient, 1);
    assert_int_equal(m.patient[0].ev.n_line, 1);
    arena_release(&a);
}

/* Orders that are written as the one before are read by its bytes: what differs in any place must be read all the same. */
/* \u: small and capital digits, pairs; halves of pairs and NUL become U+FFFD; too few digits are refused. */
static void escapes(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out; /* NULL: refused */
    } say[] = {{"\\u4e2D\\u0041", "中A"},
               {"\\ud83d\\uDE00", "\xf0\x9f\x98\x80"},
               {"\\ud83dx", "\xef\xbf\xbdx"},
               {"\\ud83d\\u0041", "\xef\xbf\xbd"
                                  "A"},
               {"\\ude00", "\xef\xbf\xbd"},
               {"\\u0000", "\xef\xbf\xbd"},
               {"\\u4e2", NULL},
               {"\\u4e2g", NULL},
               {"\\ud83d\\u00g1", NULL}};
    for (size_t i = 0; i < sizeof say / sizeof *say; i++) {
        struct arena a = ARENA_INIT;
        struct message m;
        struct err e = {0};
        char order[200];
        snprintf(
            order, sizeof order,
            "\"order_dtos\": [{\"rx_id\": \"%s\", \"hilist_code\": \"A\", \"cnt\": 1, \"sumamt\": 1}]",
            say[i].in);
        int rc = read_visit("2024-01-14", order, &a, &m, &e);
        assert_int_equal(rc != 0, !say[i].out);
        if (!rc)
            assert_true(span_is(m.patient[0].ev.line[0].id, say[i].out));
        arena_release(&a);
    }
}

static void orders_unlike_the_first(void **state)
{
    (void)state;
    static const char *const orders[] = {
        "{\"rx_id\": \"1\", \"hilist_code\": \"A\", \"x\": [1, {\"y\": 2}], \"cnt\": \"2\", \"sumamt\": 2.5}",
        "{\"rx_id\": \"1\", \"hilist_code\": \"A\", \"x\": \"\\\"cnt\\\": 9\", \"cnt\": 2, \"sumamt\": \"2.5\"}",
        "{\"rx_id\":\"1\",\"hilist_code\":\"A\",\"cnt\":\"2\",\"sumamt\":2.50}",
        "{\"hilist_code\": \"A\", \"rx_id\": \"1\", \"sumamt\": 2.5, \"cnt\": 2.0000}",
        "{\"rx_id\": \"1\", \"hilist_cod\": \"B\", \"hilist_code\": \"A\", \"cnt\": \" 2 \", \"sumamt\": \"02.5\"}",
        "{\n \"rx_id\" : \"1\" ,\n \"hilist_code\" : \"A\" ,\n \"cnt\" : 2 ,\n \"sumamt\" : 2.499999\n}",
        "{\"r\\u0078_id\": \"1\", \"hilist_code\": \"A\", \"cnt\": \"2\", \"sumamt\": 2.5}"};
    enum { N = sizeof orders / sizeof *orders };
    for (int i = 0; i < N * N; i++) {
        struct arena a = ARENA_INIT;
        struct message m;
        struct err e = {0};
        char text[4000];
        snprintf(
            text, sizeof text,
            HEAD
            "{\"data\": {\"patient_dtos\": {\"patn_id\": \"P\", \"encounter_dtos\": {\"mdtrt_id\": \"V\","
            " \"adm_date\": \"2024-01-14\", \"order_dtos\": [%s,%s,%s]}}}}}",
            orders[i / N], orders[i % N], orders[i / N]);
        if (read_text(text, &a, &m, &e))
            fail_msg("%s: %s", e.message, text);
        assert_int_equal(m.patient[0].ev.n_line, 3);
        for (int k = 0; k < 3; k++) {
            const struct new_line *l = &m.patient[0].ev.line[k];
            assert_true(span_is(l->id, "1") && span_is(l->hilist_code, "A"));
            assert_true(l->cnt == 20000 && l->sum == 250);
        }
        arena_release(&a);
    }
}

/* ---- orders that repeat what the one before had ---- */

static uint32_t drawn = 1;

static uint32_t draw(uint32_t n)
{
    drawn = drawn * 1664525u + 1013904223u;
    return (drawn >> 8) % n;
}

/* Members left out, twice, at other places, of values that begin alike. */
static void write_order(struct buf *b)
{
    static const char *const name[] = {"rx_id", "hilist_code", "cnt",        "pric",
                                       "x",     "rxno",        "drord_bhvr", "drord_begn_date"};
    static const char *const value[8][4] = {
        {"\"1\"", "1", "12", "\"\\u4e2d\""},
        {"\"A\"", "\"AB\"", "null", "\"\""},
        {"1", "12", "\"1\"", "\"1.5\""},
        {"2.5", "2.50", "\"\"", "7 "},
        {"1", "{\"y\": [1]}", "[]", "\"}\""},
        {"\"R1\"", "\"R12\"", "\"\"", "3"},
        {"1", "\"1\"", "0", "true"},
        {"\"2024-01-15\"", "\"2024-01-15 08:00:00\"", "\"20240116\"", "\"2024-01-17\""}};
    unsigned begin = draw(6) ? 0 : draw(8), n = 0;
    buf_char(b, '{');
    for (unsigned k = 0; k < 8; k++) {
        unsigned i = (begin + k) % 8;
        for (unsigned times = draw(5) ? 1 : draw(3); times > 0; times--)
            buf_fmt(b, "%s\"%s\":%s", n++ ? "," : "", name[i], value[i][draw(3) ? 0 : draw(4)]);
    }
    buf_char(b, '}');
}

static void read_orders(const struct buf *orders, struct arena *a, struct message *m)
{
    struct buf b = BUF_INIT;
    struct err e = {0};
    buf_fmt(
        &b,
        HEAD
        "{\"data\": {\"patient_dtos\": {\"patn_id\": \"P\", \"encounter_dtos\": {\"mdtrt_id\": \"V\", "
        "\"adm_date\": \"2024-01-01\", \"order_dtos\": [%s]}}}}}",
        buf_cstr(orders));
    char *text = arena_dup(a, (struct span){buf_cstr(&b), b.n});
    buf_release(&b);
    if (message_read(span_of(text), a, m, &e) != 0)
        fail_msg("%s (%s): %s", e.message, e.where, text);
}

/* Whatever stands before an order, it is read as if it stood alone. */
static void orders_in_a_row(void **state)
{
    (void)state;
    enum { ORDERS = 12 };
    struct arena a = ARENA_INIT;
    for (int round = 0; round < 4000; round++) {
        struct message all, one;
        struct buf row = BUF_INIT, single[ORDERS] = {BUF_INIT};
        for (int i = 0; i < ORDERS; i++) {
            write_order(&single[i]);
            buf_fmt(&row, "%s%s", i ? "," : "", buf_cstr(&single[i]));
        }
        read_orders(&row, &a, &all);
        for (int i = 0; i < ORDERS; i++) {
            read_orders(&single[i], &a, &one);
            const struct new_line *x = &all.patient[0].ev.line[i], *y = &one.patient[0].ev.line[0];
            bool named = span_starts(y->id, "第"); /* after its place */
            if (!((named ? span_starts(x->id, "第") : span_eq(x->id, y->id)) &&
                  span_eq(x->hilist_code, y->hilist_code) && span_eq(x->rxno, y->rxno) &&
                  x->t == y->t && x->cnt == y->cnt && x->pric == y->pric && x->sum == y->sum &&
                  x->take_home == y->take_home))
                fail_msg("order %d of [%s]", i + 1, buf_cstr(&row));
            buf_release(&single[i]);
        }
        buf_release(&row);
        arena_reset(&a);
    }
    arena_release(&a);
}

/* Where ASCII, Chinese and what is neither meet, at every place of eight bytes. */
static void utf8(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
    } rows[] = {{"中文", true},
                {"é中", true},
                {"😀", true},
                {"中\xed\x9f\xbf", true},
                {"中\xc0\x80", false},
                {"\xe0\x80\x80", false},
                {"\xe0\xa0\x80", true},
                {"中\xed\xa0\x80", false},
                {"中\xe4\xb8", false},
                {"\xe4\xb8"
                 "A",
                 false},
                {"\xf4\x90\x80\x80", false},
                {"\x80", false},
                {"\xff", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t before = 0; before < 20; before++)
            for (size_t after = 0; after < 20; after++) {
                char text[80];
                size_t bad = 0, n = strlen(rows[i].text);
                memset(text, 'a', sizeof text);
                memcpy(text + before, rows[i].text, n);
                char *exact = malloc(before + n + after); /* nothing behind it may be read */
                memcpy(exact, text, before + n + after);
                assert_int_equal(utf8_valid((struct span){exact, before + n + after}, &bad),
                                 rows[i].ok);
                assert_true(rows[i].ok || (bad >= before && bad < before + n));
                free(exact);
            }
}

static void values(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int scale;
        bool ok;
        int64_t v;
    } numbers[] = {
        {"12.5", 2, true, 1250},       {"12.", 2, true, 1200},
        {".5", 2, true, 50},           {".", 2, false, 0},
        {"0012", 2, true, 1200},       {"1.234", 2, true, 123},
        {"1.235", 2, true, 124},       {"-3", 2, true, -300},
        {"1,234.5", 2, true, 123450},  {"1e3", 2, false, 0},
        {"1.2.3", 2, false, 0},        {"99999999999", 6, true, INT64_C(99999999999000000)},
        {"999999999999", 6, false, 0}, {"0.123456", 6, true, 123456}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int64_t v = 0;
        bool ok = dec_parse(span_of(numbers[i].text), numbers[i].scale, true, &v);
        if (ok != numbers[i].ok || (ok && v != numbers[i].v))
            fail_msg("%s gives %lld", numbers[i].text, (long long)v);
    }
    static const char *const same[] = {"2024-03-08 09:30:05", "2024-03-08T09:30:05",
                                       "2024/3/8 9:30:05",    " 2024-03-08 09:30:05",
                                       "20240308093005",      "2024年3月8日 9时30分5秒"};
    static const char *const none[] = {"2024-02-30 09:30:05", "2024-03-08 24:00:00",
                                       "2024-03-08 09:60:05", "2024-03-08 09:30:0x",
                                       "2024-13-08 09:30:05", "0000-00-00 00:00:00"};
    sec_t first, t;
    assert_true(sec_parse(SPAN("2024-03-08 09:30:05"), &first));
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_true(sec_parse(span_of(same[i]), &t) && t == first);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(sec_parse(span_of(none[i]), &t));
}

static void in_gbk(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct message m;
    struct err e = {0};
    char utf8[] = HEAD
        "{\"data\": {\"task_id\": \"任务甲\", \"patient_dtos\": [{\"patn_id\": \"P\", "
        "\"fsi_encounter_dtos\": [{\"adm_date\": \"2024-01-01\"}]}]}}}";
    char gbk[1024], *in = utf8, *out = gbk;
    size_t left = sizeof utf8 - 1, room = sizeof gbk;
    iconv_t cd = iconv_open("GB18030", "UTF-8");
    assert_int_equal(iconv(cd, &in, &left, &out, &room), 0);
    iconv_close(cd);
    assert_int_equal(message_read((struct span){gbk, (size_t)(out - gbk)}, &a, &m, &e), 0);
    assert_true(span_is(m.task_id, "任务甲"));
    arena_release(&a);
}

static void faults(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "JSON"},
        {"[]", "JSON"},
        {"{\"infno\": \"3101\"", "JSON"},
        {"{\"infno\": \"3101\"} x", "收尾"},
        {"{\"infno\": tru}", "JSON"},
        {"{\"infno\": \"\\q\"}", "转义"},
        {"{\"infno\": \"3101\", \"msgid\": \"1\"}", "fixmedins_code"},
        {"{\"infno\": \"9001\", \"msgid\": "
         "\"12345678901234567890123456789012345678901234567890123456789012345\", "
         "\"fixmedins_code\": \"H1\"}",
         "65 字节"},
        {HEAD "{\"data\": {}}}", "patient_dtos"},
        {HEAD "{\"data\": {\"patient_dtos\": [{\"fsi_encounter_dtos\": []}]}}}", "patn_id"},
        {HEAD "{\"data\": {\"patient_dtos\": [{\"patn_id\": \"P\"}]}}}", "就诊"},
        {HEAD
         "{\"data\": {\"patient_dtos\": [{\"patn_id\": \"P\", \"fsi_encounter_dtos\": [{\"fsi_order_dtos\": "
         "[{\"cnt\": \"两盒\"}]}]}]}}}",
         "cnt"},
        {HEAD "{\"data\": {\"patient_dtos\": [{\"patn_id\": \"P\", \"fsi_encounter_dtos\": "
              "[{\"fsi_order_dtos\": [{\"cnt\": \"1E+13\"}]}]}]}}}",
         "cnt"},
        {HEAD "{\"data\": {\"patient_dtos\": [{\"patn_id\": \"P\", \"fsi_encounter_dtos\": "
              "[{\"fsi_order_dtos\": [{\"cnt\": \"E1\"}]}]}]}}}",
         "cnt"},
        {HEAD "{\"data\": {\"patient_dtos\": [{\"patn_id\": \"P\", \"fsi_encounter_dtos\": "
              "[{\"fsi_order_dtos\": [{\"cnt\": \"1E\"}]}]}]}}}",
         "cnt"},
        {HEAD "{\"data\": {\"patient_dtos\": [{\"patn_id\": \"P\", \"fsi_encounter_dtos\": "
              "[{\"fsi_order_dtos\": \"[]\"}]}]}}}",
         "对象或数组"},
        {HEAD "{\"data\": {\"patient_dtos\": [{\"patn_id\": \"P\", \"fsi_encounter_dtos\": "
              "[{\"fsi_order_dtos\": [null, 7]}]}]}}}",
         "对象或数组"},
        {HEAD "{\"data\": \"x\"}}", "对象或数组"},
        {HEAD "{\"data\": {\"patient_dtos\": [{\"patn_id\": \"P\", \"fsi_encounter_dtos\": "
              "[{\"fsi_operation_dtos\": {\"oprn_code\": \"47.0100\"}}]}]}}}",
         "oprn_date"},
        {HEAD
         "{\"data\": {\"patient_dtos\": [{\"patn_id\": \"P\", \"fsi_encounter_dtos\": [{\"adm_date\": "
         "\"2024-02-30\"}]}]}}}",
         "adm_date"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena a = ARENA_INIT;
        struct message m;
        struct err e = {0};
        assert_true(read_text(bad[i].text, &a, &m, &e) < 0);
        if (!strstr(e.message, bad[i].says) && !strstr(e.where, bad[i].says))
            fail_msg("%s: %s (%s)", bad[i].text, e.message, e.where);
        arena_release(&a);
    }
}

static void too_deep(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct message m;
    struct err e = {0};
    char *deep = malloc(200001);
    memset(deep, '[', 200000);
    memcpy(deep, "{\"x\":", 5);
    deep[200000] = 0;
    assert_int_equal(read_text(deep, &a, &m, &e), ERR_INPUT);
    free(deep);
    arena_release(&a);
}

/* Every way to cut a message short is refused. */
static void cut_short(void **state)
{
    (void)state;
    static const char text[] = HEAD
        "{\"data\": {\"patient_dtos\": [{\"patn_id\": \"P\", \"fsi_encounter_dtos\": "
        "[{\"adm_date\": \"2024-01-01\", \"fsi_order_dtos\": [" ORDER "]}]}]}}}";
    for (size_t n = 0; n <= sizeof text - 1; n++) {
        struct arena a = ARENA_INIT;
        struct message m;
        char *copy = malloc(n ? n : 1);
        memcpy(copy, text, n);
        assert_int_equal(message_read((struct span){copy, n}, &a, &m, NULL) == 0,
                         n == sizeof text - 1);
        free(copy);
        arena_release(&a);
    }
}

static void public_samples(void **state)
{
    (void)state;
    char dir[500]; /* beside the project; a worktree lies one folder deeper */
    DIR *d = NULL;
    int read = 0;
    for (int deep = 1; deep <= 2 && !d; deep++) {
        snprintf(dir, sizeof dir, "%s%s/shared/data/messages/3101",
                 getenv("HUJI_ROOT") ? getenv("HUJI_ROOT") : ".", deep == 1 ? "/.." : "/../..");
        d = opendir(dir);
    }
    if (!d)
        skip();
    for (struct dirent *f; (f = readdir(d)) != NULL;) {
        char path[800], *body = malloc(1 << 20);
        struct arena a = ARENA_INIT;
        struct message m;
        struct err e = {0};
        size_t len = strlen(f->d_name);
        if (strstr(f->d_name, "_request_") && len > 5 && !strcmp(f->d_name + len - 5, ".json")) {
            snprintf(path, sizeof path, "%s/%s", dir, f->d_name);
            FILE *in = fopen(path, "rb");
            size_t n = fread(body, 1, 1 << 20, in);
            fclose(in);
            int rc = message_read((struct span){body, n}, &a, &m, &e);
            /* the test page leaves its nodes empty: it is told so */
            if (rc && !strstr(f->d_name, "testpage"))
                fail_msg("%s: %s (%s)", f->d_name, e.message, e.where);
            read++;
        }
        free(body);
        arena_release(&a);
    }
    closedir(d);
    assert_true(read >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_object),
        cmocka_unit_test(missing_numbers),
        cmocka_unit_test(arrays_and_history),
        cmocka_unit_test(arrays_of_one),
        cmocka_unit_test(operation_without_date),
        cmocka_unit_test(escapes),
        cmocka_unit_test(orders_unlike_the_first),
        cmocka_unit_test(orders_in_a_row),
        cmocka_unit_test(utf8),
        cmocka_unit_test(values),
        cmocka_unit_test(in_gbk),
        cmocka_unit_test(faults),
        cmocka_unit_test(too_deep),
        cmocka_unit_test(cut_short),
        cmocka_unit_test(public_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
