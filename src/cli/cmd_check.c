/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check/check.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "cli/store.h"
#include "engine/rule.h"
#include "run/records.h"

/* A file, or - for standard input. */
static int read_body(const char *name, size_t most, struct buf *out, struct err *e)
{
    char block[65536];
    bool in = span_is(span_of(name), "-");
    int fd = in ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : 0;
    while (fd >= 0 && (n = read(fd, block, sizeof block)) > 0) {
        buf_add(out, block, (size_t)n);
        if (out->n > most) { /* what is too long is refused by its reader */
            n = 0;
            break;
        }
    }
    int rc = n < 0 ? err_errno(e, "读不了 %s", name) : out->failed ? err_nomem(e) : 0;
    if (fd >= 0 && !in)
        close(fd);
    return rc;
}

static int print(const struct buf *answer, bool pretty, struct err *e)
{
    if (!pretty) {
        printf("%s\n", buf_cstr(answer));
        return 0;
    }
    json_t *j = json_loadb(buf_cstr(answer), answer->n, 0, NULL);
    char *text = j ? json_dumps(j, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
    if (text)
        printf("%s\n", text);
    json_decref(j);
    free(text);
    return text ? 0 : err_nomem(e);
}

static int answer_one(struct checker *c, const struct args *a, struct span body, int *refused,
                      struct err *e)
{
    struct check_options o = {.replay = args_has(a, "replay")};
    struct check_result r;
    struct arena arena = ARENA_INIT;
    struct buf answer = BUF_INIT, record = BUF_INIT;
    bool kept = args_has(a, "record");
    const char *mode = args_text(a, "mode");
    if (mode) {
        o.force_mode = true;
        mode_parse(span_of(mode), &o.mode);
    }
    int rc = checker_answer(c, body, &o, &arena, &r, &answer, kept ? &record : NULL, e);
    if (!rc) {
        *refused += r.infcode != 0;
        rc = print(kept && r.must_keep ? &record : &answer, args_has(a, "pretty"), e);
    }
    buf_release(&record);
    buf_release(&answer);
    arena_release(&arena);
    return rc;
}

static int answer_file(struct checker *c, const struct args *a, const char *file, int *refused,
                       struct err *e)
{
    struct buf text = BUF_INIT;
    int rc = read_body(file, args_has(a, "lines") ? SIZE_MAX : MSG_MAX_BYTES, &text, e);
    struct span rest = {buf_cstr(&text), text.n};
    if (!rc && !args_has(a, "lines"))
        rc = answer_one(c, a, rest, refused, e);
    while (!rc && args_has(a, "lines") && rest.n) {
        struct span line = span_cut(&rest, '\n');
        if (span_trim(line).n)
            rc = answer_one(c, a, line, refused, e);
    }
    buf_release(&text);
    return rc;
}

/* The server that owns the directory keeps the file fitting; else it is made now where it does not. */
static int history_for(const struct args *a, struct store **s, struct records **out, struct err *e)
{
    char path[RECORDS_PATH];
    const char *dir;
    int rc = store_for(a, STORE_READ, s, e);
    if (rc != ERR_STATE || data_dir(a, &dir, NULL))
        return rc ? rc : records_of(*s, NULL, out, e);
    records_path(dir, path);
    return access(path, F_OK) == 0 ? records_open(path, out, e) : rc;
}

static void list_asked(const struct checker *c, const struct huji_library *lib)
{
    printf("rule_id,3101,3102\n");
    for (int i = 0; i < lib->n_rules; i++) {
        bool before = checker_asks(c, i, "3101"), during = checker_asks(c, i, "3102");
        if (before || during)
            printf("%.*s,%d,%d\n", (int)lib->rules[i]->id.n, lib->rules[i]->id.p, before, during);
    }
}

static int run(const struct args *a, struct err *e)
{
    struct store *s = NULL;
    struct huji_library *lib = NULL;
    struct records *h = NULL;
    struct checker *c = NULL;
    const char *dir;
    int refused = 0, rc = library_for(a, &lib, e);
    if (!rc)
        rc = history_for(a, &s, &h, e);
    if (!rc)
        rc = data_dir(a, &dir, e);
    if (!rc)
        rc = checker_open(dir, h, lib, &c, e);
    if (!rc && args_has(a, "asked"))
        list_asked(c, lib);
    else if (!rc && !a->n_operands)
        rc = err_set(e, ERR_USAGE, "要一个报文文件，或 - 从标准输入读");
    for (int i = 0; !rc && !args_has(a, "asked") && i < a->n_operands; i++)
        rc = answer_file(c, a, a->operands[i], &refused, e);
    checker_close(c);
    records_close(h);
    library_free(lib);
    store_close(s);
    return rc ? rc : refused ? 1 : 0;
}

static const struct option options[] = {
    OPT_DATA,
    {"mode", 0, ARG_CHOICE, "记录|提醒|拦截", NULL, false,
     "全部规则按这一档回答（默认按数据目录的 check-modes.csv，没列的是记录）"},
    {"lines", 0, ARG_FLAG, NULL, NULL, false, "每行一条报文（JSONL），逐条回答"},
    {"replay", 0, ARG_FLAG, NULL, NULL, false, "回放：数据目录里只看本次第一条新医嘱之前的记录"},
    {"record", 0, ARG_FLAG, NULL, NULL, false,
     "输出服务会留存的记录（含没有显示的疑点），不是回答"},
    {"asked", 0, ARG_FLAG, NULL, NULL, false, "列出 3101、3102 各问哪些规则，不审报文"},
    {"pretty", 0, ARG_FLAG, NULL, NULL, false, "换行缩进，给人看"},
    OPT_RULES,
    OPT_END,
};
static const struct example examples[] = {
    {"check --data 我的县 --mode 提醒 --pretty 报文.json", "这条医嘱会被提醒什么"},
    {"check --data 我的县 - <报文.json", "从标准输入读，按本机构的档次回答"},
    EXAMPLE_END,
};
const struct command cmd_check = {
    .name = "check",
    .title = "判断一条 3101/3102 报文：服务会怎样回答",
    .operands = "MESSAGE.json ...",
    .text =
        "读国家接口的事前（3101）、事中（3102）审核报文，接在这个人已有的记录后面，用同一套规则判断，\n"
        "只答有本次医嘱或就诊参与的疑点。不写数据目录。报文有错时答 infcode -1，退出码 1。",
    .options = options,
    .examples = examples,
    .min_operands = 0,
    .max_operands = -1,
    .operand_kind = ARG_FILE,
    .run = run,
};
