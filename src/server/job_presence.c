/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * 在院核查: answers that were taken in become 住院在床核查记录 of the claims, which B20 asks. Taking in marks the file as due in the
 * same transaction; this job settles it. What a crash left due is queued again by the next start: importing twice doubles nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "casework/list.h"
#include "claims/readers/mapping.h"
#include "server/job.h"
#include "server/rowjson.h"
#include "server/server.h"

/* What B20 asks for: 在院 / 不在 / 请假. 不符: whoever lies there, the insured person does not. NULL: nothing was seen. */
static const char *presence(const char *result)
{
    static const char *const map[][2] = {
        {"相符", "在院"}, {"不符", "不在"}, {"不在院-已请假", "请假"}, {"不在院-未请假", "不在"}};

    for (size_t i = 0; i < sizeof map / sizeof *map; i++)
        if (result && strcmp(map[i][0], result) == 0)
            return map[i][1];
    return NULL;
}

static const char *at(const json_t *list, size_t i)
{
    return json_string_value(json_array_get(list, i));
}

static void put_check(struct buf *b, const json_t *row, const char *result)
{
    const json_t *cells = json_object_get(row, "cells"), *answer = json_object_get(row, "answer");

    csv_field(b, span_of(json_string_value(json_object_get(row, "row_key"))), true);
    csv_field(b, span_of(at(cells, 2)), false);
    csv_field(b, span_of(at(cells, 3)), false);
    csv_field(b, span_of(at(cells, 1)), false);
    csv_field(b, span_of(json_string_value(json_object_get(row, "fixmedins_code"))), false);
    csv_field(b, span_of(at(answer, CHECK_TIME)), false);
    csv_field(b, span_of(result), false);
    csv_field(b, span_of(at(answer, CHECK_BY)), false);
    csv_field(b, span_of(at(answer, CHECK_MEMO)), false);
    buf_char(b, '\n');
}

/* The answers of this file as a table. *n: rows written. */
static int write_checks(const json_t *rows, const char *path, int64_t *n, struct err *e)
{
    struct buf b = BUF_INIT;
    const json_t *one;
    size_t i;
    int rc;

    buf_str(&b, "核查记录号,人员编号,姓名,就诊ID,定点医药机构编号,核查时间,核查结果,核查人,备注\n");
    json_array_foreach(rows, i, one)
    {
        const char *result = presence(at(json_object_get(one, "answer"), CHECK_RESULT));

        if (!result)
            continue;
        ++*n;
        put_check(&b, one, result);
    }
    rc = b.failed ? err_nomem(e) : file_write_whole(path, (struct span){buf_cstr(&b), b.n}, e);
    buf_release(&b);
    return rc;
}

static int settled(struct cw *db, int64_t file, struct err *e)
{
    return cw_exec(db, e, "update list_in set checks_due = 0 where id = $1", CW_ARGS(cw_i(file)));
}

/* args: {"list", "file"} */
int job_presence(struct job *j, struct err *e)
{
    static const struct json_column cols[] = {{"row_key", JSON_AS_TEXT},
                                              {"cells", JSON_AS_JSON},
                                              {"answer", JSON_AS_JSON},
                                              {"fixmedins_code", JSON_AS_TEXT},
                                              {0}};
    int64_t list = json_integer_value(json_object_get(j->args, "list")),
            file = json_integer_value(json_object_get(j->args, "file")), n = 0;
    char *dir = arena_fmt(&j->arena, "%s/lists/%lld/checks-%lld", j->server->options->dir,
                          (long long)list, (long long)file);
    char *path = dir ? arena_fmt(&j->arena, "%s/在院核查记录-%lld-%lld.csv", dir, (long long)list,
                                 (long long)file)
                     : NULL;
    json_t *rows = NULL;
    int rc = path ? cw_rows_json(
                        j->db, &rows, cols, e,
                        "select r.row_key, r.cells, r.answer, l.fixmedins_code from list_row r"
                        " join list_out l on l.id = r.list where r.list = $1 and r.file = $2"
                        " and l.kind = 'presence' order by r.no",
                        CW_ARGS(cw_i(list), cw_i(file)))
                  : err_nomem(e);

    if (!rc && mkdir(dir, 0700) < 0 && errno != EEXIST)
        rc = err_errno(e, "建不了 %s", dir);
    if (!rc)
        rc = write_checks(rows, path, &n, e);
    json_decref(rows);
    if (!rc && n)
        rc = job_import_folder(j, dir, e);
    if (rc)
        return rc;
    /* It is in the store now, and holds persons' names. Before it is settled: who is killed between
     * the two makes and imports it once more, which doubles nothing; the other way round it would
     * lie there for ever. */
    unlink(path);
    rmdir(dir);
    rc = settled(j->db, file, e);
    if (rc)
        return rc;
    json_object_set_new(j->result, "checks", json_integer((json_int_t)n));
    job_log(j, n ? "%lld 条在院核查记录已进数据" : "没有看到人的答复，不成核查记录", (long long)n);
    return 0;
}

int presence_resume(struct cw *db, struct err *e)
{
    static const struct actor start = {0, "start", "启动", "", "start"};
    static const struct json_column cols[] = {{"list", JSON_AS_INT}, {"id", JSON_AS_INT}, {0}};
    json_t *due = NULL, *one;
    size_t i;
    int rc = cw_rows_json(db, &due, cols, e,
                          "select list, id from list_in where checks_due = 1 order by id", CW_NONE);

    json_array_foreach(due, i, one)
    {
        int64_t id = 0;

        if (!rc)
            rc = job_queue(db, &start, "presence",
                           json_pack("{s:O,s:O}", "list", json_object_get(one, "list"), "file",
                                     json_object_get(one, "id")),
                           &id, e);
    }
    json_decref(due);
    return rc;
}
