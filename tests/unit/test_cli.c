/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The option parser, widths on a terminal, the formats of output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/output.h"
#include "cli/width.h"

static const struct option options[] = {
    OPT_DATA,
    OPT_FORMAT,
    OPT_RULE,
    {"top", 'n', ARG_COUNT, "N", "20", false, "前 N 名"},
    {"from", 0, ARG_DAY, "DATE", NULL, false, "从这天起"},
    {"quiet", 'q', ARG_FLAG, NULL, NULL, false, "不说话"},
    {"quick", 0, ARG_FLAG, NULL, NULL, false, "快"},
    OPT_END,
};
static const struct command command = {
    .name = "test", .title = "试", .operands = "FILE", .options = options, .max_operands = 1};

struct parse_row {
    const char *name;
    const char *argv[6];
    int rc;
    const char *option, *value; /* what must have been understood */
    const char *operand;
};

static const struct parse_row parse_rows[] = {
    {"next word", {"--data", "d"}, 0, "data", "d", NULL},
    {"equals", {"--data=d"}, 0, "data", "d", NULL},
    {"letter", {"-d", "d"}, 0, "data", "d", NULL},
    {"letter glued", {"-dd"}, 0, "data", "d", NULL},
    {"flag before a letter with value", {"-qn5"}, 0, "top", "5", NULL},
    {"abbreviated", {"--form", "csv"}, 0, "format", "csv", NULL},
    {"exact beats longer", {"--rule", "B02"}, 0, "rule", "B02", NULL},
    {"preset", {"x"}, 0, "top", "20", "x"},
    {"operand first", {"x", "--top", "3"}, 0, "top", "3", "x"},
    {"after --", {"--", "--top"}, 0, "top", "20", "--top"},
    {"a lone dash is an operand", {"-"}, 0, "top", "20", "-"},
    {"ambiguous", {"--qui"}, ERR_USAGE, NULL, NULL, NULL},
    {"unknown", {"--nothing"}, ERR_USAGE, NULL, NULL, NULL},
    {"unknown letter", {"-z"}, ERR_USAGE, NULL, NULL, NULL},
    {"value missing", {"--data"}, ERR_USAGE, NULL, NULL, NULL},
    {"value empty", {"--data="}, ERR_USAGE, NULL, NULL, NULL},
    {"flag with value", {"--quiet=1"}, ERR_USAGE, NULL, NULL, NULL},
    {"no number", {"--top", "3x"}, ERR_USAGE, NULL, NULL, NULL},
    {"negative", {"--top=-3"}, ERR_USAGE, NULL, NULL, NULL},
    {"no such day", {"--from", "2023-02-30"}, ERR_USAGE, NULL, NULL, NULL},
    {"no such choice", {"--format", "doc"}, ERR_USAGE, NULL, NULL, NULL},
    {"given twice", {"--top", "1", "--top", "2"}, ERR_USAGE, NULL, NULL, NULL},
    {"too many operands", {"a", "b"}, ERR_USAGE, NULL, NULL, NULL},
};

static void options_are_parsed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof parse_rows / sizeof *parse_rows; i++) {
        const struct parse_row *r = &parse_rows[i];
        struct args a;
        struct err e = {0};
        char *argv[6];
        int argc = 0, rc;

        for (; argc < 6 && r->argv[argc]; argc++)
            argv[argc] = strdup(r->argv[argc]);
        rc = args_parse(&a, &command, argc, argv, &e);
        if (rc != r->rc)
            fail_msg("%s: %d (%s)", r->name, rc, e.message);
        if (rc)
            assert_true(e.message[0] && e.hint[0]);
        if (r->option)
            assert_string_equal(args_text(&a, r->option), r->value);
        if (r->operand)
            assert_string_equal(a.operands[0], r->operand);
        for (int k = 0; k < argc; k++)
            free(argv[k]);
    }
}

static int collect(void *ctx, struct span value, struct err *e)
{
    struct buf *b = ctx;

    (void)e;
    buf_span(b, value);
    buf_char(b, ';');
    return 0;
}

static void repeated_options_cut_at_commas(void **state)
{
    char a0[] = "--rule", a1[] = "B02, B07", a2[] = "-r", a3[] = "C01,";
    char *argv[] = {a0, a1, a2, a3};
    struct buf b = BUF_INIT;
    struct args a;

    (void)state;
    assert_int_equal(args_parse(&a, &command, 4, argv, NULL), 0);
    assert_int_equal(args_each(&a, "rule", collect, &b, NULL), 0);
    assert_string_equal(buf_cstr(&b), "B02;B07;C01;");
    buf_release(&b);
}

static void widths(void **state)
{
    static const struct {
        const char *text;
        int width;
    } rows[] = {
        {"", 0},        {"abc", 3}, {"护基", 4},     {"￥1,234.50", 10}, {"（高疑）", 8},
        {"e\u0301", 1}, {"张*", 3}, {"\xff\xfe", 2}, {"ｱ", 1},           {"𠮷", 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(text_width(span_of(rows[i].text)), rows[i].width);
    assert_int_equal(text_head(SPAN("分解住院"), 5).n, 6);
    assert_int_equal(text_head(SPAN("分解住院"), 8).n, 12);
}

static void control_characters_do_not_reach_the_terminal(void **state)
{
    struct buf b = BUF_INIT;

    (void)state;
    text_clean(&b, SPAN("a\x1b[31mb\nc\xc2\x9b护"));
    assert_string_equal(buf_cstr(&b), "a [31mb c 护");
    buf_release(&b);
}

static const struct shown_column columns[] = {
    {"id", "编号", AS_TEXT, 0},  {"inst", "机构", AS_TEXT, 0}, {"n", "次", AS_INT, 0},
    {"yuan", "金额", AS_FEN, 0}, {"v", "值", AS_DEC, 0},       {"x", "说明", AS_TEXT, 0},
};

static char *written(enum output_format format, bool bom)
{
    static char text[8192];
    char path[] = "/tmp/huji-out-XXXXXX";
    struct output *o;
    FILE *f;
    size_t n;

    close(mkstemp(path));
    assert_int_equal(out_to(&o, format, path, bom, NULL, columns, 6, NULL), 0);
    out_cstr(o, "f1");
    out_cstr(o, "县医院");
    out_int(o, 12);
    out_fen(o, 123450);
    out_dec(o, 15000, 4);
    out_cstr(o, "=cmd|' /C calc'!A0");
    out_row(o);
    out_cstr(o, "f2");
    out_cstr(o, "A, \"B\"");
    out_int(o, -3);
    out_fen(o, -5);
    out_none(o);
    out_cstr(o, "无");
    out_row(o);
    assert_int_equal(out_close(o, NULL), 0);
    f = fopen(path, "rb");
    assert_non_null(f);
    n = fread(text, 1, sizeof text - 1, f);
    text[n] = 0;
    fclose(f);
    unlink(path);
    return text;
}

static void table_is_aligned(void **state)
{
    (void)state;
    assert_string_equal(written(OUT_TABLE, false),
                        "编号  机构    次     金额   值  说明\n"
                        "--------------------------------------------------\n"
                        "f1    县医院  12  1234.50  1.5  =cmd|' /C calc'!A0\n"
                        "f2    A, \"B\"  -3    -0.05    -  无\n");
}

static void csv_is_quoted_and_guarded(void **state)
{
    (void)state;
    assert_string_equal(written(OUT_CSV, false), "id,inst,n,yuan,v,x\n"
                                                 "f1,县医院,12,1234.50,1.5,'=cmd|' /C calc'!A0\n"
                                                 "f2,\"A, \"\"B\"\"\",-3,-0.05,,无\n");
    assert_memory_equal(written(OUT_CSV, true), "\xef\xbb\xbf编号,机构,次", 19);
}

static void jsonl_is_json(void **state)
{
    (void)state;
    assert_string_equal(
        written(OUT_JSONL, false),
        "{\"id\":\"f1\",\"inst\":\"县医院\",\"n\":12,\"yuan\":1234.50,\"v\":1.5,\"x\":\"=cmd|' /C "
        "calc'!A0\"}\n"
        "{\"id\":\"f2\",\"inst\":\"A, \\\"B\\\"\",\"n\":-3,\"yuan\":-0.05,\"v\":null,\"x\":\"无\"}\n");
}

static void xlsx_is_a_zip(void **state)
{
    (void)state;
    assert_memory_equal(written(OUT_XLSX, false), "PK", 2);
}

static void a_file_that_can_not_be_written_is_named(void **state)
{
    struct output *o;
    struct err e = {0};

    (void)state;
    assert_int_equal(out_to(&o, OUT_CSV, "/nowhere/x.csv", false, NULL, columns, 6, &e), ERR_IO);
    assert_non_null(strstr(e.message, "/nowhere/x.csv"));
    assert_int_equal(out_to(&o, OUT_XLSX, NULL, false, NULL, columns, 6, &e), ERR_USAGE);
}

/* What every entry of the table of commands owes. */
static void commands_are_complete(void **state)
{
    (void)state;
    for (const struct command *const *c = huji_commands; *c; c++) {
        uint64_t letters[2] = {0};

        assert_true((*c)->name && (*c)->title && (*c)->operands && (*c)->options && (*c)->run);
        for (const struct option *o = (*c)->options; o->name; o++) {
            if (!o->help || (o->kind != ARG_FLAG && !o->arg) || strcmp(o->name, "help") == 0)
                fail_msg("%s --%s", (*c)->name, o->name);
            if (!o->letter)
                continue;
            if (o->letter == 'h' || letters[o->letter >> 6] >> (o->letter & 63) & 1)
                fail_msg("%s -%c is there twice", (*c)->name, o->letter);
            letters[o->letter >> 6] |= UINT64_C(1) << (o->letter & 63);
        }
        if (!(*c)->examples)
            continue;
        for (const struct example *x = (*c)->examples; x->line; x++)
            if (strncmp(x->line, (*c)->name, strlen((*c)->name)) != 0)
                fail_msg("an example of %s is of something else: %s", (*c)->name, x->line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_parsed),
        cmocka_unit_test(repeated_options_cut_at_commas),
        cmocka_unit_test(widths),
        cmocka_unit_test(control_characters_do_not_reach_the_terminal),
        cmocka_unit_test(table_is_aligned),
        cmocka_unit_test(csv_is_quoted_and_guarded),
        cmocka_unit_test(jsonl_is_json),
        cmocka_unit_test(xlsx_is_a_zip),
        cmocka_unit_test(a_file_that_can_not_be_written_is_named),
        cmocka_unit_test(commands_are_complete),
    };

    return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
