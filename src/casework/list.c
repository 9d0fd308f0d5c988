/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "casework/sm.h"

#define OUT(t, w)                  \
    {                              \
        .title = (t), .width = (w) \
    }
#define NUM(t, w)                                   \
    {                                               \
        .title = (t), .width = (w), .numeric = true \
    }
#define FILL(t, w, c, list)                                                       \
    {                                                                             \
        .title = (t), .width = (w), .fill = true, .check = (c), .choices = (list) \
    }

static const struct list_column clue_columns[] = {
    OUT("序号", 6),
    OUT("线索编号", 10),
    OUT("疑点", 46),
    OUT("人员编号", 22),
    OUT("就诊ID", 22),
    OUT("发生日期", 12),
    NUM("涉及金额（元）", 14),
    NUM("涉及基金（元）", 14),
    OUT("定性（条例）", 34), /* after what lists that are out already have */
    FILL("认可情况", 12, LIST_CHOICE, "认可,部分认可,不认可"),
    FILL("理由", 30, LIST_ANY, NULL),
    FILL("拟退金额（元）", 14, LIST_FEN, NULL),
    FILL("凭证号", 16, LIST_ANY, NULL),
    FILL("退款日期", 12, LIST_DAY, NULL),
};
/* Result codes: law.md C11. */
static const struct list_column presence_columns[] = {
    OUT("序号", 6),
    OUT("就诊ID", 22),
    OUT("人员编号", 22),
    OUT("姓名", 10),
    OUT("入院日期", 12),
    OUT("科室", 16),
    FILL("核查结果", 16, LIST_CHOICE, "相符,不符,不在院-已请假,不在院-未请假,无法核验,拒绝"),
    FILL("核查时间", 20, LIST_MOMENT, NULL),
    FILL("核查人", 12, LIST_ANY, NULL),
    FILL("备注", 30, LIST_ANY, NULL),
};

const struct list_kind list_kinds[] = {
    {"clue", "疑点清单",
     "请逐行填写右侧黄色列：认可情况从下拉中选；不认可、部分认可要写理由；认可、部分认可要填拟退金额。其他列已锁定，请勿改动、"
     "增删行或改行标识。",
     clue_columns, 14, 5},
    {"presence", "在院核查单",
     "到床边核对后填写右侧黄色列：核查结果从下拉中选，核查时间写到时分（2026-11-20 20:30）；无法核验、拒绝的在备注写明。其他列已锁定。",
     presence_columns, 10, 4},
    /* Its columns are those of the file that came: handed.h. */
    {"handed", "上级下发疑点", "", NULL, 0, 0},
    {0},
};

const struct list_kind *list_kind_find(struct span code)
{
    for (const struct list_kind *k = list_kinds; k->code; k++)
        if (span_is(code, k->code))
            return k;
    return NULL;
}

/* Its end is not to be guessed: Excel counts a number up when a cell is dragged, and that must not hit another row. */
static void make_key(int64_t list, size_t no, const char *salt, char out[48])
{
    char text[96], hash[SM3_HEX];

    snprintf(text, sizeof text, "%lld/%zu/%s", (long long)list, no, salt);
    sm3_hex(span_of(text), hash);
    snprintf(out, 48, "%lld-%zu-%.6s", (long long)list, no, hash);
}

static struct cw_val text_of(const char *s)
{
    return cw_t(s ? s : "");
}

static struct cw_val maybe(const char *s)
{
    return s && *s ? cw_t(s) : cw_null();
}

static int write_rows(struct cw *db, const struct actor *who, const struct list_new *l, int64_t id,
                      struct err *e)
{
    char salt[33], key[48];
    json_t *row;
    size_t i;
    int rc = random_hex(16, salt, e);

    json_array_foreach(l->rows, i, row)
    {
        json_t *clue = json_object_get(row, "clue");
        char *cells = json_dumps(json_object_get(row, "cells"), JSON_COMPACT);

        if (!cells && !rc)
            rc = err_nomem(e);
        make_key(id, i + 1, salt, key);
        if (!rc)
            rc = cw_exec(
                db, e,
                "insert into list_row(list, no, row_key, clue, cells) values ($1, $2, $3, $4, $5)",
                CW_ARGS(cw_i(id), cw_i((int64_t)i + 1), cw_t(key),
                        json_is_integer(clue) ? cw_i(json_integer_value(clue)) : cw_null(),
                        cw_t(cells)));
        free(cells);
        if (!rc && json_is_integer(clue))
            rc = clue_history(db, json_integer_value(clue), who, "list_out", l->fixmedins_name, "",
                              e);
    }
    return rc;
}

int list_make(struct cw *db, const struct actor *who, const struct list_new *l, int64_t *id,
              struct err *e)
{
    size_t n = json_array_size(l->rows);
    char now[CW_TIME], object[48], detail[120];
    int rc;

    if (!n)
        return err_set(e, ERR_INPUT, "没有可列的行");
    if (n > LIST_MAX_ROWS)
        return err_set(e, ERR_INPUT, "一份清单最多 %d 行，现在是 %zu 行，请缩小范围", LIST_MAX_ROWS,
                       n);
    cw_now(now);
    rc = cw_begin(db, e);
    if (!rc)
        rc = cw_get_int(
            db, 0, id, e,
            "insert into list_out(kind, title, fixmedins_code, fixmedins_name, admdvs, day, due, note, actor,"
            " actor_name, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
            CW_ARGS(cw_t(l->kind->code), cw_t(l->title), text_of(l->fixmedins_code),
                    text_of(l->fixmedins_name), text_of(l->admdvs), maybe(l->day), maybe(l->due),
                    text_of(l->note), cw_t(who->login), cw_t(who->name), cw_t(now)));
    if (!rc)
        rc = write_rows(db, who, l, *id, e);
    snprintf(object, sizeof object, "list:%lld", (long long)*id);
    snprintf(detail, sizeof detail, "{\"kind\":\"%s\",\"rows\":%zu}", l->kind->code, n);
    if (!rc)
        rc = audit_append(db, who,
                          &(struct act){.act = "list.make", .object = object, .detail = detail}, e);
    return cw_end(db, rc, e);
}
