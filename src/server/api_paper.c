/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Papers: 周报 as DOCX and XLSX, 核查单 of a clue; the templates, which a bureau may edit in WPS and put in place of the built-in ones. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fen.h"
#include "base/mem.h"
#include "papers/docx.h"
#include "papers/grid_book.h"
#include "papers/mark.h"
#include "screen/story.h"
#include "casework/clue.h"
#include "server/ask.h"
#include "server/clue_query.h"
#include "server/paper_view.h"
#include "server/routes.h"
#include "server/server.h"
#include "server/week_view.h"

#define DOCX "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#define MAX_TEMPLATE (4 << 20)

static const char *text_of(const json_t *row, const char *name)
{
    const char *s = json_string_value(json_object_get(row, name));

    return s ? s : "";
}

/* --- templates ------------------------------------------------------------------------------------------ */

static int read_all(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rbe");
    char part[8192];
    size_t n;

    if (!f)
        return -1;
    while ((n = fread(part, 1, sizeof part, f)) > 0 && out->n <= MAX_TEMPLATE)
        buf_add(out, part, n);
    fclose(f);
    return out->failed ? -1 : 0;
}

/* The bureau's own, else the built-in one; with who took it at the foot of each page. */
int paper_fill(struct request *r, const char *name, const json_t *values, const char *file,
               const struct export_of *x, struct err *e)
{
    struct buf own = BUF_INIT, out = BUF_INIT, marked = BUF_INIT;
    struct export_mark mark;
    bool answered = false;
    struct span docx = docx_template(name);
    char *path = arena_fmt(&r->arena, "%s/templates/%s.docx", r->server->options->dir, name);
    int rc;

    if (path && read_all(path, &own) == 0)
        docx = (struct span){own.p, own.n};
    rc = file ? export_begin(r, x, &mark, &answered, e) : err_nomem(e);
    if (!rc && !answered)
        rc = docx_fill_mem(docx, values, &out, NULL, e);
    if (!rc && !answered)
        rc = docx_mark((struct span){out.p, out.n}, mark.text, &marked, e);
    if (!rc && !answered)
        rc = reply_download(r, DOCX, file, marked.p, marked.n, e);
    buf_release(&own);
    buf_release(&out);
    buf_release(&marked);
    return rc;
}

static int template_of(struct request *r, const char **name, struct err *e)
{
    *name = request_param(r, "name");
    return docx_template(*name).n
               ? 0
               : err_set(e, ERR_USAGE,
                         "没有模板 %.20s（有 weekly 周报、check 核查单、institution 机构核查单）",
                         *name);
}

static int template_get(struct request *r, struct err *e)
{
    struct buf own = BUF_INIT;
    struct span docx;
    const char *name;
    int rc = template_of(r, &name, e);

    if (rc)
        return rc;
    docx = docx_template(name);
    if (read_all(arena_fmt(&r->arena, "%s/templates/%s.docx", r->server->options->dir, name),
                 &own) == 0)
        docx = (struct span){own.p, own.n};
    rc = reply_download(r, DOCX,
                        strcmp(name, "weekly") == 0  ? "周报模板.docx"
                        : strcmp(name, "check") == 0 ? "核查单模板.docx"
                                                     : "机构核查单模板.docx",
                        docx.p, docx.n, e);
    buf_release(&own);
    return rc;
}

static int template_put(struct request *r, struct err *e)
{
    struct buf b = BUF_INIT, out = BUF_INIT, marked = BUF_INIT;
    json_t *none = json_object();
    const char *name;
    char *dir = arena_fmt(&r->arena, "%s/templates", r->server->options->dir), *path;
    char object[40];
    int rc = template_of(r, &name, e);

    if (!rc && read_all(r->upload, &b) < 0)
        rc = err_set(e, ERR_IO, "读不了上传的文件");
    if (!rc && b.n > MAX_TEMPLATE)
        rc = err_set(e, ERR_LIMIT, "模板最大 %d MB", MAX_TEMPLATE >> 20);
    if (!rc)
        rc = docx_fill_mem((struct span){b.p, b.n}, none, &out, NULL, e);
    if (!rc) /* what can't carry the mark at its foot can't be used */
        rc = docx_mark((struct span){out.p, out.n}, "护基", &marked, e);
    json_decref(none);
    buf_release(&b);
    buf_release(&out);
    buf_release(&marked);
    if (rc)
        return rc;
    path = arena_fmt(&r->arena, "%s/%s.docx", dir, name);
    mkdir(dir, 0700);
    rc = path ? request_keep_upload(r, path, e) : err_nomem(e);
    if (rc)
        return rc;
    snprintf(object, sizeof object, "template:%.20s", name);
    rc = cw_begin(r->db, e);
    if (!rc)
        rc = audit_append(r->db, &r->actor, &(struct act){.act = "template.put", .object = object},
                          e);
    rc = cw_end(r->db, rc, e);
    return rc ? rc : reply_nothing(r, 204);
}

/* --- 周报 ------------------------------------------------------------------------------------------------ */

/* 万元 with two places; the other units as they are. */
static void amount(struct buf *b, const json_t *figure, json_int_t v)
{
    if (strcmp(text_of(figure, "unit"), "万元") == 0)
        fen_print(b, (v + (v < 0 ? -5000 : 5000)) / 10000);
    else if (strcmp(text_of(figure, "unit"), "%") == 0)
        fen_print(b, v);
    else
        buf_fmt(b, "%lld", (long long)v);
}

static json_t *amount_json(const json_t *figure, const char *name)
{
    const json_t *v = json_object_get(figure, name);
    struct buf b = BUF_INIT;
    json_t *j;

    if (json_is_integer(v))
        amount(&b, figure, json_integer_value(v));
    j = json_stringn(buf_cstr(&b), b.n);
    buf_release(&b);
    return j;
}

/* As it stands in a sentence: the hand's number, marked, with the counted one beside it. */
static void put_figure(json_t *values, const json_t *figure, const char *before, const char *name,
                       const char *hand)
{
    const json_t *v = json_object_get(figure, name), *h = json_object_get(figure, hand);
    struct buf key = BUF_INIT, b = BUF_INIT;

    buf_fmt(&key, "%s%s", before, text_of(figure, "title"));
    if (!json_is_integer(v)) { /* an entry: nothing counted stands beside it */
        if (json_is_integer(h))
            amount(&b, figure, json_integer_value(h));
        else
            buf_str(&b, "—");
    } else if (json_is_integer(h)) {
        amount(&b, figure, json_integer_value(h));
        buf_str(&b, "（手工，系统数 ");
        amount(&b, figure, json_integer_value(v));
        buf_str(&b, "）");
    } else {
        amount(&b, figure, json_integer_value(v));
    }
    json_object_set_new(values, buf_cstr(&key), json_stringn(buf_cstr(&b), b.n));
    buf_release(&key);
    buf_release(&b);
}

/* An entry stands in the columns of what counts, and its note says whose it is. */
static json_t *annex_row(const json_t *f)
{
    bool entry = json_is_true(json_object_get(f, "entry"));
    struct buf title = BUF_INIT, note = BUF_INIT;
    json_t *row;

    buf_fmt(&title, "%s（%s）", text_of(f, "title"), text_of(f, "unit"));
    buf_fmt(&note, "%s%s%s", entry ? "填报" : "", entry && text_of(f, "hand_note")[0] ? "：" : "",
            text_of(f, "hand_note"));
    row = json_pack("{s:s,s:o,s:o,s:o,s:o,s:o}", "指标", buf_cstr(&title), "本周",
                    amount_json(f, entry ? "hand_week" : "week"), "累计",
                    amount_json(f, entry ? "hand_total" : "total"), "手工本周",
                    entry ? json_string("") : amount_json(f, "hand_week"), "手工累计",
                    entry ? json_string("") : amount_json(f, "hand_total"), "备注",
                    json_stringn(buf_cstr(&note), note.n));
    buf_release(&title);
    buf_release(&note);
    return row;
}

static json_t *week_values(const json_t *row)
{
    json_t *v = json_deep_copy(json_object_get(row, "texts")), *annex = json_array(), *f;
    struct buf hand = BUF_INIT;
    size_t i;

    json_array_foreach(json_object_get(row, "figures"), i, f)
    {
        put_figure(v, f, "本周", "week", "hand_week");
        put_figure(v, f, "累计", "total", "hand_total");
        json_array_append_new(annex, annex_row(f));
        if (text_of(f, "hand_note")[0] && !json_is_true(json_object_get(f, "entry")))
            buf_fmt(&hand, "%s：%s（%s）。", text_of(f, "title"), text_of(f, "hand_note"),
                    text_of(f, "hand_by"));
    }
    json_object_set_new(v, "附表", annex);
    json_object_set_new(v, "手工说明", json_stringn(buf_cstr(&hand), hand.n));
    json_object_set_new(v, "开始日期", json_string(text_of(row, "from_day")));
    json_object_set_new(v, "结束日期", json_string(text_of(row, "to_day")));
    json_object_set_new(
        v, "周次",
        json_sprintf("第%lld号", (long long)json_integer_value(json_object_get(row, "id"))));
    json_object_set_new(
        v, "核对码", json_string(text_of(row, "code")[0] ? text_of(row, "code") : "草稿，未冻结"));
    json_object_set_new(v, "冻结时间", json_string(text_of(row, "frozen_at")));
    if (text_of(row, "signed_at")[0])
        json_object_set_new(
            v, "签发人",
            json_sprintf("%s（%s 签发）", text_of(row, "signed_name"), text_of(row, "signed_at")));
    buf_release(&hand);
    return v;
}

static const char *week_object(struct request *r)
{
    const char *o = arena_fmt(&r->arena, "week:%s", request_param(r, "id"));

    return o ? o : "week";
}

static int week_docx(struct request *r, struct err *e)
{
    struct export_of x = {.act = "week.export", .object = week_object(r), .title = "周报"};
    struct week_span span;
    json_t *row = NULL, *values;
    char *file;
    int rc = week_of(r, &row, &span, e);

    if (rc)
        return rc;
    values = week_values(row);
    file = arena_fmt(&r->arena, "周报%s至%s%s.docx", text_of(row, "from_day"),
                     text_of(row, "to_day"), text_of(row, "code")[0] ? "" : "（草稿）");
    rc = values && file ? paper_fill(r, "weekly", values, file, &x, e) : err_nomem(e);
    json_decref(values);
    json_decref(row);
    return rc;
}

/* The annex as the form has it: a column a figure, 本周 and 累计 a row each; what was typed over stands there. */
static void annex_across(const json_t *row, const json_t *values, json_t **head, json_t **rows)
{
    json_t *week = json_pack("[s,s]", text_of(values, "报送单位"), "本周"),
           *total = json_pack("[s,s]", text_of(values, "报送单位"), "累计"), *f;
    size_t i;

    *head = json_pack("[s,s]", "地区", "期间");
    json_array_foreach(json_object_get(row, "figures"), i, f)
    {
        bool w = json_is_integer(json_object_get(f, "hand_week")),
             t = json_is_integer(json_object_get(f, "hand_total"));

        json_array_append_new(*head,
                              json_sprintf("%s（%s）", text_of(f, "title"), text_of(f, "unit")));
        json_array_append_new(week, amount_json(f, w ? "hand_week" : "week"));
        json_array_append_new(total, amount_json(f, t ? "hand_total" : "total"));
    }
    json_array_append_new(*head, json_string("备注"));
    json_array_append_new(week, json_string(text_of(values, "附表备注")));
    json_array_append_new(total, json_string(text_of(values, "手工说明")));
    *rows = json_pack("[o,o]", week, total);
}

static int week_xlsx(struct request *r, struct err *e)
{
    struct export_of x = {.act = "week.export", .object = week_object(r), .title = "周报附表"};
    struct export_mark mark;
    bool answered = false;
    struct week_span span;
    json_t *row = NULL, *values, *rows = json_array(), *lines, *head, *f, *across_head, *across;
    char *path = arena_fmt(&r->arena, "%s/tmp/week-%s.xlsx", r->server->options->dir, r->id), *file;
    size_t i;
    int fd, rc = week_of(r, &row, &span, e);

    if (rc) {
        json_decref(rows);
        return rc;
    }
    values = week_values(row);
    json_array_foreach(json_object_get(values, "附表"), i, f) json_array_append_new(
        rows, json_pack("[O,O,O,O,O,O]", json_object_get(f, "指标"), json_object_get(f, "本周"),
                        json_object_get(f, "累计"), json_object_get(f, "手工本周"),
                        json_object_get(f, "手工累计"), json_object_get(f, "备注")));
    lines = json_pack("[o,o,o]",
                      json_sprintf("%s 至 %s，累计自 %s", text_of(row, "from_day"),
                                   text_of(row, "to_day"), text_of(row, "since_day")),
                      json_sprintf("报送单位：%s　联合报送：%s　主送：%s",
                                   text_of(values, "报送单位"), text_of(values, "联合单位"),
                                   text_of(values, "主送")),
                      json_sprintf("核对码：%s", text_of(values, "核对码")));
    head = json_pack("[s,s,s,s,s,s]", "指标", "本周", "累计", "手工（本周）", "手工（累计）",
                     "备注");
    file = arena_fmt(&r->arena, "周报附表%s至%s.xlsx", text_of(row, "from_day"),
                     text_of(row, "to_day"));
    annex_across(row, values, &across_head, &across);
    rc = export_begin(r, &x, &mark, &answered, e);
    if (!rc)
        rc = grid_book_write_marked(
            (const struct grid_sheet[]){
                {"附表", "附表　排查效果", lines, head, rows},
                {"附表（横式）", "附表　排查效果（横式）", lines, across_head, across}},
            2, mark.text, path, e);
    if (!rc) {
        fd = open(path, O_RDONLY | O_CLOEXEC);
        unlink(path);
        rc = fd < 0 ? err_errno(e, "读不了 %s", path) : reply_file(r, XLSX, file, fd, e);
    }
    json_decref(across_head);
    json_decref(across);
    json_decref(lines);
    json_decref(head);
    json_decref(rows);
    json_decref(values);
    json_decref(row);
    return rc;
}

/* --- 核查单 ---------------------------------------------------------------------------------------------- */

json_t *paper_yuan(int64_t fen)
{
    struct buf b = BUF_INIT;
    json_t *j;

    fen_print(&b, fen);
    j = json_stringn(buf_cstr(&b), b.n);
    buf_release(&b);
    return j;
}

#define MAX_PAPER_LINES 60

/* "头孢呋辛 2 × 12.50" into its three parts; "a 至 b" into two. What does not fit stays in the first. */
static struct span cut_last(struct span *s, const char *mark)
{
    size_t n = strlen(mark);

    for (size_t i = s->n; i >= n && i > 0; i--)
        if (memcmp(s->p + i - n, mark, n) == 0) {
            struct span tail = span_trim((struct span){s->p + i, s->n - i});

            s->n = i - n;
            *s = span_trim(*s);
            return tail;
        }
    return (struct span){"", 0};
}

/* The sheet is of one institution, and says so at its head: it is not said again before each diagnosis. */
static struct span without_inst(struct span what, const char *inst)
{
    size_t n = strlen(inst);

    return n && span_starts(what, inst) && what.n > n && what.p[n] == ' '
               ? span_trim((struct span){what.p + n, what.n - n})
               : what;
}

static void put_visit(json_t *visits, const struct explained_event *w, const char *inst)
{
    struct span id = {w->id.p + 6, w->id.n - 6}, begin = w->when, end = cut_last(&begin, "至");

    json_array_append_new(visits,
                          json_pack("{s:o,s:o,s:o,s:s,s:o}", "就诊号", json_span(id), "开始",
                                    json_span(begin), "结束", json_span(end), "科室", "", "诊断",
                                    json_span(without_inst(w->what, inst))));
}

/* The column says 元. */
static struct span amount_only(struct span s)
{
    const size_t n = strlen("元");

    if (s.n > n && memcmp(s.p + s.n - n, "元", n) == 0)
        s.n -= n;
    return span_trim(s);
}

static void put_line(json_t *lines, const struct explained_event *w)
{
    struct span what = w->what, price = amount_only(cut_last(&what, "×")),
                count = price.n ? cut_last(&what, " ") : price;

    json_array_append_new(lines,
                          json_pack("{s:o,s:o,s:o,s:o,s:o}", "时间", json_span(w->when), "项目",
                                    json_span(what), "数量", json_span(count), "单价",
                                    json_span(price), "金额", paper_yuan(w->amount)));
}

/* "住院 2023-11-15 至 2023-11-22，主诊断 S72.000 股骨颈骨折": its days into their columns, the diagnosis alone in its own. */
static void put_only_visit(json_t *visits, const struct explanation *x)
{
    struct span days = x->visit, diagnosis = cut_last(&days, "，"), begin = days,
                end = cut_last(&begin, "至"), kind = begin, day = cut_last(&kind, " ");
    bool known = day.n == 10 && end.n == 10;

    if (span_starts(diagnosis, "主诊断 "))
        diagnosis = (struct span){diagnosis.p + strlen("主诊断 "), diagnosis.n - strlen("主诊断 ")};
    json_array_append_new(visits,
                          json_pack("{s:o,s:o,s:o,s:s,s:o}", "就诊号", json_span(x->finding->visit),
                                    "开始", json_span(known ? day : SPAN("")), "结束",
                                    json_span(known ? end : SPAN("")), "科室", "", "诊断",
                                    json_span(known && diagnosis.n ? diagnosis : x->visit)));
}

static void put_story(json_t *v, const struct explanation *x)
{
    json_t *visits = json_array(), *lines = json_array(), *papers = json_array();
    struct buf law = BUF_INIT;
    int n = 0;

    for (size_t i = 0; i < x->n_events; i++) {
        bool visit = span_starts(x->events[i].id, "mdtrt:");
        json_t *list = visit ? visits : lines;

        n += !visit;
        if (json_array_size(list) >= MAX_PAPER_LINES)
            continue;
        if (visit)
            put_visit(list, &x->events[i], text_of(v, "机构名称"));
        else
            put_line(list, &x->events[i]);
    }
    if (!json_array_size(visits) && x->visit.n)
        put_only_visit(visits, x);
    for (size_t i = 0; i < x->n_clears; i++)
        json_array_append_new(papers, json_pack("{s:o}", "名称", json_span(x->clears[i])));
    for (size_t i = 0; i < x->n_laws; i++) {
        buf_str(&law, i ? "；" : "");
        buf_span(&law, x->laws[i]);
    }
    json_object_set_new(v, "就诊", visits);
    json_object_set_new(v, "明细", lines);
    json_object_set_new(v, "材料", papers);
    json_object_set_new(v, "依据", json_stringn(buf_cstr(&law), law.n));
    json_object_set_new(v, "人员", json_span(x->person));
    json_object_set_new(v, "问题", json_span(x->finding->message));
    json_object_set_new(v, "明细说明",
                        n > MAX_PAPER_LINES ? json_sprintf("共 %d 条，这里列前 %d 条，其余见线索页",
                                                           n, MAX_PAPER_LINES)
                                            : json_string(""));
    buf_release(&law);
}

/* Departments of these visits (quoted), between a statement's head and tail, into the rows that have none. */
static int ask_departments(struct request *r, const char *head, const char *tail, json_t *visits,
                           struct err *e)
{
    struct buf ids = BUF_INIT, sql = BUF_INIT;
    json_t *found = NULL, *row, *have;
    struct ask *a = NULL;
    size_t i, k;
    int rc;

    json_array_foreach(visits, i, row)
    {
        if (text_of(row, "科室")[0])
            continue;
        buf_str(&ids, ids.n ? "," : "");
        buf_sql(&ids, span_of(text_of(row, "就诊号")));
    }
    buf_fmt(&sql, "%s(%s)%s", head, buf_cstr(&ids), tail);
    rc = ids.n ? ask_open(r, &a, e) : 0;
    if (!rc && ids.n)
        rc = ask_rows(a, &sql, &found, e);
    json_array_foreach(found, k, have)
    {
        json_array_foreach(visits, i,
                           row) if (strcmp(text_of(row, "就诊号"), text_of(have, "visit")) == 0)
            json_object_set(row, "科室", json_object_get(have, "dept"));
    }
    json_decref(found);
    ask_close(a);
    buf_release(&ids);
    buf_release(&sql);
    return rc;
}

/* One number stands for another ward in each hospital: codes are never looked up across institutions. What neither the visit nor its
 * institution's list says, the lines say: where most was billed. */
int paper_departments(struct request *r, json_t *visits, struct err *e)
{
    int rc = ask_departments(
        r,
        "select m.mdtrt_id as visit, coalesce(nullif(trim(m.adm_dept_name), ''), nullif(b.nm, ''), nullif(trim(m.dscg_dept_name), ''),"
        " '') as dept from t_mdtrt_d m left join (select org_code f, dept_no n, max(trim(dept_name)) as nm from t_medins_dept_b"
        " group by all) b on b.f = m.fixmedins_code and b.n = m.adm_dept_codg where m.mdtrt_id in ",
        "", visits, e);

    return rc ? rc
              : ask_departments(
                    r,
                    "select v.code as visit, mode(p.name) as dept from s_line l join d_dept p on p.id = l.bilg_dept_codg join"
                    " (select x.psn_no, x.mdtrt_id, d.code from s_visit x join d_visit d on d.id = x.mdtrt_id where d.code in ",
                    ") v on v.psn_no = l.psn_no and v.mdtrt_id = l.mdtrt_id where p.name is not null group by 1",
                    visits, e);
}

/* What the last run says of it; a clue made by hand, or one no longer found, has its own words only. */
int paper_tell(struct request *r, const char *finding, json_t *v, struct err *e)
{
    struct rule_names names = {0};
    const struct huji_library *lib = server_library(r->server);
    struct store *s = NULL;
    struct story y = {0};
    struct err why = {0};
    int rc = request_store(r, &s, e);

    memcpy(&names.library, &lib, sizeof lib);
    if (!rc) {
        rc = story_load(&y, s, &names, span_of(finding), 0, &why);
        if (!rc)
            put_story(v, &y.x);
        story_release(&y);
        if (rc == ERR_USAGE || rc == ERR_STATE)
            rc = 0;
        else if (rc)
            *e = why;
    }
    server_library_done(r->server);
    return rc;
}

static int check_docx(struct request *r, struct err *e)
{
    struct export_of x = {.act = "check.export", .title = "核查单", .rows = 1, .personal = true};
    int64_t id = strtoll(request_param(r, "id"), NULL, 10);
    json_t *row = NULL, *v;
    struct buf basis = BUF_INIT;
    const char *source;
    int at, rc = clue_one_json(r, id, &row, e);

    if (!rc && !row)
        rc = err_set(e, ERR_USAGE, "没有编号为 %lld 的线索", (long long)id);
    if (rc)
        return rc;
    x.object = arena_fmt(&r->arena, "clue:%lld", (long long)id);
    at = clue_source_find(span_of(text_of(row, "source")));
    source = clue_sources[at < 0 ? 0 : at].title;
    v = json_pack("{s:o,s:O?,s:s,s:o,s:O?,s:o,s:[],s:[],s:[],s:s}", "编号",
                  json_sprintf("XS%06lld", (long long)id), "机构名称",
                  json_object_get(row, "fixmedins_name"), "机构编码",
                  text_of(row, "fixmedins_code"), "金额",
                  paper_yuan(json_integer_value(json_object_get(row, "amount_fen"))), "问题",
                  json_object_get(row, "title"), "来源",
                  json_sprintf("%s %s", source, text_of(row, "rule_id")), "就诊", "明细", "材料",
                  "人员", text_of(row, "psn_no"));
    rc = v ? cw_get_text(r->db, &basis, e, "select basis from clue_basis where clue = $1",
                         CW_ARGS(cw_i(id)))
           : err_nomem(e);
    if (rc >= 0)
        rc = 0;
    if (!rc && basis.n)
        json_object_set_new(v, "依据", json_stringn(buf_cstr(&basis), basis.n));
    if (!rc && text_of(row, "finding_id")[0])
        rc = paper_tell(r, text_of(row, "finding_id"), v, e);
    if (!rc)
        rc = paper_departments(r, json_object_get(v, "就诊"), e);
    if (!rc)
        rc = paper_fill(r, "check", v, arena_fmt(&r->arena, "核查单%lld.docx", (long long)id), &x,
                        e);
    buf_release(&basis);
    json_decref(v);
    json_decref(row);
    return rc;
}

const struct route routes_paper[] = {
    {"GET", "/api/weeks/{id}/docx", "report.read", 0, week_docx, "周报 DOCX", NULL, NULL},
    {"GET", "/api/weeks/{id}/xlsx", "report.read", 0, week_xlsx, "周报附表 XLSX", NULL, NULL},
    {"GET", "/api/clues/{id}/check", "report.read", 0, check_docx, "一条线索的核查单 DOCX", NULL,
     NULL},
    {"GET", "/api/templates/{name}", "report.read", 0, template_get, "模板 DOCX", NULL, NULL},
    {"POST", "/api/templates/{name}", "report.write", ROUTE_UPLOAD, template_put,
     "换成本局改过的模板（请求体即文件）", NULL, NULL},
    {0},
};
