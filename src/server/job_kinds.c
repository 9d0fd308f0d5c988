/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The kinds of long work there are. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "casework/clue.h"
#include "claims/code_map.h"
#include "claims/intake.h"
#include "claims/place.h"
#include "claims/schema.h"
#include "claims/undo.h"
#include "run/screen.h"
#include "screen/claimed.h"
#include "server/demo.h"
#include "server/job.h"
#include "server/server.h"
#include "server/uploads.h"

/* --- import -------------------------------------------------------------------------------------- */

/* Where files lie on the server is nobody's business: names as they were sent. */
static void cut_folder(char *text, const char *folder)
{
    size_t n = folder ? strlen(folder) : 0;

    for (char *at = n ? strstr(text, folder) : NULL; at; at = strstr(at, folder)) {
        size_t skip = n + (at[n] == '/');

        memmove(at, at + skip, strlen(at + skip) + 1);
    }
}

static void told(void *ctx, const char *path, const char *text)
{
    struct job *j = ctx;
    const char *base = strrchr(path, '/');

    char said[1000];

    snprintf(said, sizeof said, "%s", text);
    cut_folder(said, json_string_value(json_object_get(j->args, "folder")));
    job_log(j, "%s：%s", base ? base + 1 : path, said);
}

static json_t *import_json(const struct import_report *r)
{
    json_t *files = json_array();

    for (size_t i = 0; files && i < r->n; i++) {
        const struct import_row *f = &r->row[i];
        const char *base = strrchr(f->path, '/');

        json_array_append_new(
            files,
            json_pack("{s:o,s:o,s:o,s:I,s:I,s:I,s:I,s:I,s:I,s:o}", "file",
                      json_span(span_of(base ? base + 1 : f->path)), "table",
                      f->table >= 0 ? json_string(huji_tables[f->table]->name) : json_null(),
                      "title",
                      f->table >= 0 ? json_string(huji_tables[f->table]->title) : json_null(),
                      "rows_read", (json_int_t)f->rows_read, "rows_kept", (json_int_t)f->rows_kept,
                      "rows_rejected", (json_int_t)f->rows_rejected, "rows_repeated",
                      (json_int_t)f->rows_repeated, "read_fen", (json_int_t)f->fen_read, "kept_fen",
                      (json_int_t)f->fen_kept, "note", json_span(span_of(f->note))));
    }
    return files;
}

/* What came in, and as which import: the history names who did it by this. */
static int import_done(struct job *j, const struct import_report *report, struct err *e)
{
    struct import_state st;
    int rc = import_state(j->store, &st, e);

    if (rc)
        return rc;
    json_object_set_new(j->result, "files", import_json(report));
    json_object_set_new(j->result, "import", json_integer((json_int_t)st.last));
    return 0;
}

static bool uploaded(const struct job *j, const char *folder)
{
    size_t n = strlen(j->server->options->dir);

    return strncmp(folder, j->server->options->dir, n) == 0 &&
           strncmp(folder + n, "/uploads/", 9) == 0;
}

int job_import_folder(struct job *j, const char *folder, struct err *e)
{
    struct intake in = {.store = j->store, .progress = &j->progress, .tell = told, .ctx = j};
    struct import_report report = {0};
    int rc = folder ? intake_run(&in, &folder, 1, &report, e) : err_set(e, ERR_INPUT, "没有文件");

    if (!rc) {
        rc = import_done(j, &report, e);
    } else {
        cut_folder(e->message, folder);
        cut_folder(e->where, folder);
        cut_folder(e->hint, folder);
    }
    import_report_release(&report);
    return rc;
}

/* args: {"folder": path of the uploaded files} */
static int run_import(struct job *j, struct err *e)
{
    const char *folder = json_string_value(json_object_get(j->args, "folder"));
    int rc = job_import_folder(j, folder, e);

    /* It holds persons' data, and is in the store now. What failed stays: it can be mended and tried again. */
    if (!rc && uploaded(j, folder))
        upload_forget(folder);
    return rc;
}

static day_t day_arg(const json_t *args, const char *name)
{
    day_t d;

    return day_parse(span_of(json_string_value(json_object_get(args, name))), &d) ? d : DAY_NONE;
}

/* args: {"pairs": [{"local", "national", "from"}]} */
static int run_code_map(struct job *j, struct err *e)
{
    struct code_pairs p = {0};
    struct code_map_report r = {0};
    json_t *one;
    size_t i;
    int rc = 0;

    json_array_foreach(json_object_get(j->args, "pairs"), i, one)
    {
        struct code_pair c = {
            .local = span_of(json_string_value(json_object_get(one, "local"))),
            .national = span_of(json_string_value(json_object_get(one, "national"))),
            .from = day_arg(one, "from"),
            .row = 0};

        if (!rc && mem_grow(&p.at, &p.cap, p.n + 1, sizeof *p.at))
            rc = err_nomem(e);
        if (!rc)
            p.at[p.n++] = c;
    }
    if (!rc)
        rc = code_map_take(j->store, &p, j->actor.login, "page", &r, e);
    if (!rc)
        json_object_update_new(j->result,
                               json_pack("{s:I,s:I,s:I}", "mapped", (json_int_t)r.mapped, "lines",
                                         (json_int_t)r.lines, "fen", (json_int_t)r.fen));
    code_pairs_release(&p);
    return rc;
}

static int visible(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

/* args: {"folder": path of the uploaded files} */
static int run_code_import(struct job *j, struct err *e)
{
    const char *folder = json_string_value(json_object_get(j->args, "folder"));
    struct dirent **names;
    struct catalogue_report r;
    int n = folder ? scandir(folder, &names, visible, alphasort) : -1, rc = 0, files = 0;

    if (n < 0)
        return err_set(e, ERR_INPUT, "没有文件");
    for (int i = 0; i < n; i++) {
        char path[4200];

        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        if (!rc)
            rc = catalogue_import(j->store, path, -1, NULL, &r, e);
        if (!rc) {
            files++;
            job_log(j, "%s：%s，%lld 条，版本 %s%s", names[i]->d_name, r.title, (long long)r.rows,
                    r.version, r.unfit ? "，有的不合编码规则" : "");
        }
        free(names[i]);
    }
    free(names);
    if (!rc)
        json_object_set_new(j->result, "files", json_integer(files));
    if (!rc && uploaded(j, folder))
        upload_forget(folder);
    return rc;
}

/* args: {} */
static int run_demo(struct job *j, struct err *e)
{
    struct import_report report = {0};
    int rc = demo_fill(j->store, DEMO_PERSONS, 1, &j->progress, &report, e);

    if (!rc)
        rc = import_done(j, &report, e);
    if (!rc)
        atomic_store(&j->server->demo, true);
    import_report_release(&report);
    return rc;
}

/* args: {"import": number} */
static int run_undo(struct job *j, struct err *e)
{
    struct undo_report u;
    struct import_state st;
    int64_t clues = 0;
    int rc = store_undo(j->store, json_integer_value(json_object_get(j->args, "import")),
                        &j->progress, &u, e);

    if (!rc)
        rc = clues_withdraw(j->db, j->store, &j->actor, u.import, &clues, e);
    if (!rc)
        rc = import_state(j->store, &st, e);
    if (rc)
        return rc;
    job_log(j, "撤回 %lld 个文件、%lld 行，取回被替换的旧行 %lld 行；%lld 条线索注明数据已撤回",
            (long long)u.files, (long long)u.rows, (long long)u.restored, (long long)clues);
    json_object_update_new(
        j->result, json_pack("{s:I,s:I,s:I,s:I,s:I,s:b}", "import", (json_int_t)u.import, "rows",
                             (json_int_t)u.rows, "restored", (json_int_t)u.restored, "records",
                             (json_int_t)u.events, "clues", (json_int_t)clues, "stale", st.stale));
    return 0;
}

/* --- screening, and raising what it found ---------------------------------------------------------- */

static bool *wanted(const struct huji_library *lib, const json_t *rules)
{
    bool *w = mem_calloc((size_t)lib->n_rules + 1, 1);
    size_t i;
    json_t *id;

    if (w)
        json_array_foreach(rules, i, id) for (int k = 0; k < lib->n_rules; k++)
            w[k] |= !lib->rules[k]->hidden && json_is_string(id) &&
                    (span_is(lib->rules[k]->id, json_string_value(id)) ||
                     span_is(lib->rules[k]->base_id, json_string_value(id)));
    return w;
}

static bool on_trial(void *ctx, struct span rule)
{
    const struct huji_library *lib = ctx;

    for (int i = 0; i < lib->n_rules; i++)
        if (span_eq(lib->rules[i]->id, rule))
            return lib->rules[i]->state == ST_TRIAL;
    return false;
}

static int raise(struct job *j, const struct huji_library *lib, struct err *e)
{
    struct raise_report r;
    union {
        const struct huji_library *in;
        void *out;
    } ctx = {lib};
    int rc = clues_raise(j->db, j->store, &j->actor, on_trial, ctx.out, &j->progress, &r, e);

    if (!rc)
        json_object_set_new(j->result, "clues",
                            json_pack("{s:I,s:I,s:I,s:I,s:I}", "findings", (json_int_t)r.findings,
                                      "added", (json_int_t)r.added, "changed",
                                      (json_int_t)r.changed, "same", (json_int_t)r.same, "gone",
                                      (json_int_t)r.gone));
    return rc;
}

/* args: {"from", "to", "area", "rules": [..], "raise": bool} */
static int run_screen(struct job *j, struct err *e)
{
    const struct huji_library *lib = server_library(j->server);
    json_t *rules = json_object_get(j->args, "rules");
    struct screen_options o = {.from = day_arg(j->args, "from"), .to = day_arg(j->args, "to")};
    const char *area = json_string_value(json_object_get(j->args, "area"));
    char prefix[PLACE_PREFIX] = "";
    struct screen_report r = {0};
    bool *w = json_array_size(rules) ? wanted(lib, rules) : NULL;
    int rc;

    o.wanted = w;
    if (area)
        place_prefix(span_of(area), prefix);
    o.area = prefix;
    rc = clues_teach(j->db, j->store, e);
    if (!rc)
        rc = screen_run(j->store, lib, &o, &j->progress, &r, e);
    if (!rc) {
        json_object_set_new(j->result, "hits", json_integer((json_int_t)r.hits));
        json_object_set_new(j->result, "lines", json_integer((json_int_t)r.lines));
        json_object_set_new(j->result, "rules_run", json_integer(r.rules_run));
        job_log(j, "%d 条规则，疑点 %llu 条", r.rules_run, (unsigned long long)r.hits);
        rc = json_is_false(json_object_get(j->args, "raise")) ? claimed_make(j->store, e)
                                                              : raise(j, lib, e);
    }
    screen_report_release(&r);
    mem_free(w);
    server_library_done(j->server);
    return rc;
}

static int run_raise(struct job *j, struct err *e)
{
    const struct huji_library *lib = server_library(j->server);
    int rc = clues_teach(j->db, j->store, e);

    if (!rc)
        rc = raise(j, lib, e);
    server_library_done(j->server);
    return rc;
}

const struct job_kind job_kinds[] = {
    {"import", "导入数据", run_import},
    {"undo", "撤回最近一次导入", run_undo},
    {"demo", "放入演示数据", run_demo},
    {"code_map", "采用编码对照", run_code_map},
    {"code_import", "收进国家编码表", run_code_import},
    {"screen", "智能筛查", run_screen},
    {"raise", "疑点登记为线索", run_raise},
    {"backup", "备份", job_backup},
    {"backup_check", "核对备份", job_backup_check},
    {"clue_export", "导出台账", job_clue_export},
    {"presence", "核查答复进数据", job_presence},
    {"rule_effect", "算规则变更的影响", job_rule_effect},
    {0},
};
