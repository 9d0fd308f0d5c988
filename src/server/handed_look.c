/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Rows of a list from above: who and what they are about in our own claims, which clues there are about it. */
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/fen.h"
#include "base/map.h"
#include "base/mem.h"
#include "casework/scope.h"
#include "casework/sm.h"
#include "claims/place.h"
#include "screen/mask.h"
#include "server/ask.h"
#include "server/handed_view.h"
#include "server/rowjson.h"

struct look {
    struct request *r;
    int64_t list;
    const char *title;
    const struct handed_sheet *sheet;
    const json_t *in; /* role -> column */
    struct scope scope;
    struct names seen; /* identities */
    uint32_t *first;   /* place in rows of each identity's first row */
    size_t n_first, cap_first;
    json_t *rows;
    int64_t skipped;
};

static const char *text(const json_t *o, const char *name)
{
    const char *s = json_string_value(json_object_get(o, name));

    return s ? s : "";
}

static void set(json_t *o, const char *name, const char *s)
{
    json_object_set_new(o, name, json_span(span_of(s)));
}

/* The cell of a role; "" when the role has no column. */
static const char *cell(const struct look *k, const json_t *cells, const char *role)
{
    const json_t *col = json_object_get(k->in, role);
    const char *s = json_is_integer(col)
                        ? json_string_value(json_array_get(cells, (size_t)json_integer_value(col)))
                        : NULL;

    return s ? s : "";
}

static const char *const told[] = {"upper_no", "fixmedins_code", "fixmedins_name",
                                   "psn_no",   "certno",         "psn_name",
                                   "mdtrt_id", "setl_id",        "problem"};
#define TOLD (sizeof told / sizeof *told)

static bool is_sum(const char *s)
{
    return strstr(s, "合计") || strstr(s, "总计") || strstr(s, "小计");
}

/* --- one row by itself --------------------------------------------------------------------------- */

/* What makes two rows the same: everything that names something, not the amount. */
static void identity(const struct look *k, const json_t *cells, char out[SM3_HEX])
{
    struct buf b = BUF_INIT;

    for (size_t i = 1; i < TOLD; i++)
        buf_fmt(&b, "%s\x1f", cell(k, cells, told[i]));
    buf_str(&b, cell(k, cells, "event_date"));
    sm3_hex((struct span){buf_cstr(&b), b.n}, out);
    buf_release(&b);
}

static void amounts(const struct look *k, json_t *one, const json_t *cells, struct buf *wrong)
{
    static const char *const sums[][2] = {{"amount", "fen"}, {"fund", "fund"}};

    for (size_t i = 0; i < 2; i++) {
        struct span s = span_trim(span_of(cell(k, cells, sums[i][0])));
        fen_t fen;

        if (!s.n)
            continue;
        if (fen_parse(s, &fen) && fen >= 0)
            json_object_set_new(one, sums[i][1], json_integer(fen));
        else
            buf_fmt(wrong, "“%.*s”不是金额；", (int)s.n, s.p);
    }
}

/* A date may carry a time. */
static void date(const struct look *k, json_t *one, const json_t *cells)
{
    struct span s = span_trim(span_of(cell(k, cells, "event_date")));
    day_t day;
    struct buf b = BUF_INIT;

    if (!day_parse(s, &day) && !day_parse((struct span){s.p, s.n < 10 ? s.n : 10}, &day))
        return;
    day_print(&b, day);
    set(one, "event_date", buf_cstr(&b));
    buf_release(&b);
}

static void lossy(const struct look *k, const json_t *row, struct buf *wrong)
{
    const json_t *cols = json_object_get(row, "lossy"), *c;
    size_t i;

    json_array_foreach(cols, i, c) for (size_t t = 0; t < TOLD; t++)
    {
        const json_t *col = json_object_get(k->in, told[t]);

        if (json_is_integer(col) && json_integer_value(col) == json_integer_value(c))
            buf_fmt(wrong, "%s是按数字存的，末几位已经丢失，请下发单位按文本重发；",
                    json_string_value(
                        json_array_get(k->sheet->headings, (size_t)json_integer_value(c))));
    }
}

/* It shares the clue of the first. */
static void twice(json_t *one, uint32_t at, const json_t *first)
{
    json_int_t a = json_integer_value(json_object_get(first, "fen")),
               b = json_integer_value(json_object_get(one, "fen"));

    set(one, "status", "double");
    set(one, "choice", "as");
    json_object_set_new(one, "as", json_integer((json_int_t)at));
    json_object_set_new(one, "message",
                        json_sprintf("本文件第 %lld 行说的是同一件事%s，与它用同一条线索",
                                     (long long)json_integer_value(json_object_get(first, "row")),
                                     a == b ? "" : "，金额不同"));
}

static int one_row(struct look *k, json_t *row, struct err *e)
{
    json_t *cells = json_object_get(row, "cells"), *one;
    struct buf wrong = BUF_INIT;
    char same[SM3_HEX];
    bool named = false;
    uint32_t at;

    for (size_t i = 1; i < TOLD; i++)
        named |= *cell(k, cells, told[i]) != 0;
    if (!named || is_sum(cell(k, cells, "fixmedins_name")) || is_sum(cell(k, cells, "upper_no")) ||
        is_sum(cell(k, cells, "fixmedins_code"))) {
        k->skipped++;
        return 0;
    }
    one = json_pack("{s:O,s:O}", "row", json_object_get(row, "row"), "cells", cells);
    if (!one || json_array_append_new(k->rows, one))
        return err_nomem(e);
    for (size_t i = 0; i < TOLD; i++)
        set(one, told[i], cell(k, cells, told[i]));
    identity(k, cells, same);
    set(one, "same", same);
    amounts(k, one, cells, &wrong);
    date(k, one, cells);
    lossy(k, row, &wrong);
    set(one, "status", wrong.n ? "invalid" : "");
    set(one, "message", buf_cstr(&wrong));
    buf_release(&wrong);
    at = names_put(&k->seen, span_of(same));
    if (at == NAME_NONE || mem_grow(&k->first, &k->cap_first, at + 1, sizeof *k->first))
        return err_nomem(e);
    if (at == k->n_first)
        k->first[k->n_first++] = (uint32_t)json_array_size(k->rows) - 1;
    else if (!*text(one, "status"))
        twice(one, k->first[at], json_array_get(k->rows, k->first[at]));
    return 0;
}

/* --- who that is in the claims ------------------------------------------------------------------- */

static void values(const struct look *k, struct buf *sql)
{
    static const char *const cols[] = {"setl_id", "mdtrt_id",       "psn_no",
                                       "certno",  "fixmedins_code", "fixmedins_name"};
    size_t i;
    json_t *one;

    buf_str(sql, "with v(n, setl, mdtrt, psn, cert, inst, iname) as (values ");
    json_array_foreach(k->rows, i, one)
    {
        buf_fmt(sql, "%s(%zu", i ? "," : "", i);
        for (size_t c = 0; c < sizeof cols / sizeof *cols; c++) {
            buf_char(sql, ',');
            buf_sql(sql, span_of(text(one, cols[c])));
        }
        buf_char(sql, ')');
    }
    buf_char(sql, ')');
}

/* Rows of visits whose institution or insured place is of the asker's division; the columns of `t`. */
static void of_visits(const struct look *k, struct buf *sql, const char *t)
{
    buf_fmt(sql, "%s.fixmedins_code is not null", t);
    if (k->scope.prefix[0]) {
        buf_fmt(sql, " and (starts_with(coalesce(%s.insu_admdvs, ''), ", t);
        buf_sql(sql, span_of(k->scope.prefix));
        buf_fmt(sql, ") or (true");
        place_inst_sql(sql, arena_fmt(&k->r->arena, "%s.fixmedins_code", t), k->scope.prefix);
        buf_str(sql, "))");
    }
    if (k->scope.fixmedins_code[0]) {
        buf_fmt(sql, " and %s.fixmedins_code = ", t);
        buf_sql(sql, span_of(k->scope.fixmedins_code));
    }
}

/* Who and what the file speaks of, of the asker's own division: somebody else's persons and visits do not exist here. */
static void reach(const struct look *k, struct buf *sql)
{
    bool narrow = k->scope.prefix[0] || k->scope.fixmedins_code[0];

    buf_str(
        sql,
        ", mv as (select m.mdtrt_id, m.psn_no, m.fixmedins_code from t_mdtrt_d m where m.mdtrt_id in"
        " (select mdtrt from v) and ");
    of_visits(k, sql, "m");
    buf_str(
        sql,
        "), sv as (select s.setl_id, s.mdtrt_id, s.psn_no, s.fixmedins_code from t_setl_d s where s.setl_id"
        " in (select setl from v) and ");
    of_visits(k, sql, "s");
    buf_str(
        sql,
        "), pv as (select p.psn_no, p.certno from t_psn_info_b p where (p.psn_no in (select psn from v)"
        " or p.certno in (select cert from v))");
    if (narrow) {
        buf_str(sql, " and p.psn_no in (select x.psn_no from t_mdtrt_d x where ");
        of_visits(k, sql, "x");
        buf_char(sql, ')');
    }
    buf_char(sql, ')');
}

static int resolve(struct look *k, struct err *e)
{
    struct buf sql = BUF_INIT;
    struct ask *a = NULL;
    json_t *found = NULL, *f;
    size_t i;
    int rc = json_array_size(k->rows) ? ask_open(k->r, &a, e) : 1;

    if (rc)
        return rc < 0 ? rc : 0;
    values(k, &sql);
    reach(k, &sql);
    buf_str(
        &sql,
        ", j as (select v.n, coalesce(any_value(m.mdtrt_id), any_value(s.mdtrt_id)) as mdtrt_id,"
        " coalesce(any_value(m.psn_no), any_value(s.psn_no), any_value(p.psn_no), any_value(q.psn_no)) as psn_no,"
        " coalesce(any_value(f.fixmedins_code), any_value(m.fixmedins_code), any_value(s.fixmedins_code),"
        " any_value(g.fixmedins_code)) as fixmedins_code from v"
        " left join sv s on v.setl <> '' and s.setl_id = v.setl"
        " left join mv m on v.mdtrt <> '' and m.mdtrt_id = v.mdtrt"
        " left join pv p on v.psn <> '' and p.psn_no = v.psn"
        " left join pv q on v.cert <> '' and q.certno = v.cert"
        " left join t_fixmedins_b f on v.inst <> '' and f.fixmedins_code = v.inst"
        " left join t_fixmedins_b g on v.inst = '' and v.iname <> '' and g.fixmedins_name = v.iname"
        " group by v.n)"
        " select j.n::bigint as n, coalesce(j.mdtrt_id, '') as mdtrt_id, coalesce(j.psn_no, '') as psn_no,"
        " coalesce(j.fixmedins_code, '') as fixmedins_code, coalesce(any_value(b.fixmedins_name), '') as name,"
        " coalesce(any_value(b.fix_blng_admdvs), '') as admdvs from j"
        " left join t_fixmedins_b b on b.fixmedins_code = j.fixmedins_code group by all order by n");
    rc = sql.failed ? err_nomem(e) : ask_rows(a, &sql, &found, e);
    json_array_foreach(found, i, f)
    {
        json_t *one = json_array_get(k->rows, (size_t)json_integer_value(json_object_get(f, "n")));
        bool known = *text(f, "mdtrt_id") || *text(f, "psn_no") || *text(f, "fixmedins_code");

        /* Somebody else's institution does not exist here. */
        if (*text(f, "fixmedins_code") &&
            !scope_allows(&k->scope, span_of(text(f, "admdvs")), span_of(text(f, "fixmedins_code")),
                          span_of("")))
            known = false;
        json_object_set_new(one, "known", json_boolean(known));
        if (!known)
            continue;
        json_object_set(one, "mdtrt_id", json_object_get(f, "mdtrt_id"));
        json_object_set(one, "psn_no", json_object_get(f, "psn_no"));
        json_object_set(one, "fixmedins_code", json_object_get(f, "fixmedins_code"));
        json_object_set(one, "admdvs", json_object_get(f, "admdvs"));
        if (*text(f, "name"))
            json_object_set(one, "fixmedins_name", json_object_get(f, "name"));
    }
    json_decref(found);
    ask_close(a);
    buf_release(&sql);
    return rc;
}

/* --- which clues --------------------------------------------------------------------------------- */

static const struct json_column clue_columns[] = {
    {"id", JSON_AS_INT},        {"title", JSON_AS_TEXT},
    {"rule_id", JSON_AS_TEXT},  {"fund_fen", JSON_AS_INT},
    {"state", JSON_AS_TEXT},    {"event_date", JSON_AS_TEXT},
    {"admdvs", JSON_AS_TEXT},   {"fixmedins_code", JSON_AS_TEXT},
    {"assignee", JSON_AS_TEXT}, {0},
};

/* Of the visit; else of the person at this institution. */
static int candidates(struct look *k, json_t *one, struct err *e)
{
    json_t *all = NULL, *kept = json_array(), *c;
    const char *visit = text(one, "mdtrt_id"), *person = text(one, "psn_no"),
               *inst = text(one, "fixmedins_code");
    size_t i;
    int rc = 0;

    if (*visit)
        rc = cw_rows_json(
            k->r->db, &all, clue_columns, e,
            "select id, title, rule_id, fund_fen, state, event_date, admdvs, fixmedins_code, assignee"
            " from clue where mdtrt_id = $1 and state <> 'merged' order by fund_fen desc, id limit 20",
            CW_ARGS(cw_t(visit)));
    if (!rc && !json_array_size(all) && *person && *inst) {
        json_decref(all);
        all = NULL;
        rc = cw_rows_json(
            k->r->db, &all, clue_columns, e,
            "select id, title, rule_id, fund_fen, state, event_date, admdvs, fixmedins_code, assignee"
            " from clue where psn_no = $1 and fixmedins_code = $2 and state <> 'merged'"
            " order by fund_fen desc, id limit 20",
            CW_ARGS(cw_t(person), cw_t(inst)));
    }
    json_array_foreach(all, i, c) if (scope_allows(&k->scope, span_of(text(c, "admdvs")),
                                                   span_of(text(c, "fixmedins_code")),
                                                   span_of(text(c, "assignee"))))
        json_array_append(kept, c);
    json_decref(all);
    json_object_set_new(one, "candidates", kept);
    return rc;
}

/* The same row in an earlier list. */
static int earlier(struct look *k, json_t *one, struct err *e)
{
    static const struct json_column cols[] = {{"list", JSON_AS_INT},
                                              {"no", JSON_AS_INT},
                                              {"clue", JSON_AS_INT},
                                              {"fen", JSON_AS_INT},
                                              {0}};
    const json_t *fen = json_object_get(one, "fen"), *then;
    json_t *was = NULL;
    int rc = cw_one_json(
        k->r->db, &was, cols, e,
        "select x.list, x.no, x.clue, x.fen from list_row x join list_out l on l.id = x.list"
        " where x.same = $1 and x.list <> $2 and l.kind = 'handed' and l.admdvs = $3"
        " order by x.list desc limit 1",
        CW_ARGS(cw_t(text(one, "same")), cw_i(k->list), cw_t(k->r->session.admdvs)));

    if (rc || !was)
        return rc;
    then = json_object_get(was, "fen");
    if (json_integer_value(fen) == json_integer_value(then)) {
        set(one, "status", "before");
        json_object_set_new(
            one, "message",
            json_sprintf("清单 %lld 第 %lld 行已经下发过",
                         (long long)json_integer_value(json_object_get(was, "list")),
                         (long long)json_integer_value(json_object_get(was, "no"))));
    } else {
        struct buf b = BUF_INIT;

        set(one, "status", "changed");
        buf_fmt(&b, "清单 %lld 第 %lld 行下发过，金额原为 ",
                (long long)json_integer_value(json_object_get(was, "list")),
                (long long)json_integer_value(json_object_get(was, "no")));
        fen_print(&b, json_integer_value(then));
        buf_str(&b, "，现为 ");
        fen_print(&b, json_integer_value(fen));
        set(one, "message", buf_cstr(&b));
        buf_release(&b);
    }
    if (json_is_integer(json_object_get(was, "clue")))
        json_object_set(one, "choice", json_object_get(was, "clue"));
    else
        set(one, "choice", "none");
    json_decref(was);
    return 0;
}

/* What would be made of it by hand; null when it can't. */
static json_t *by_hand(const struct look *k, const json_t *one)
{
    json_int_t fen = json_integer_value(json_object_get(one, "fen")),
               fund = json_integer_value(json_object_get(one, "fund"));
    const char *no = text(one, "upper_no"), *problem;
    struct buf basis = BUF_INIT, words = BUF_INIT;
    json_t *o;

    if (fen <= 0)
        fen = fund;
    if (fen <= 0)
        return json_null();
    if (!json_object_get(one, "fund") || fund > fen)
        fund = fen;
    /* A clue's title stands in lists and exports: no person's numbers in it. The list keeps the words as they came. */
    mask_cell(&words, MASK_WITHIN, span_of(text(one, "problem")));
    problem = buf_cstr(&words);
    buf_fmt(&basis, "上级下发《%s》第 %lld 行", k->title,
            (long long)json_integer_value(json_object_get(one, "row")));
    if (*no)
        buf_fmt(&basis, "，编号 %s", no);
    if (*problem)
        buf_fmt(&basis, "：%s", problem);
    o = json_pack("{s:s,s:o,s:I,s:I}", "title", *problem ? problem : "上级下发疑点", "basis",
                  json_span((struct span){buf_cstr(&basis), basis.n}), "amount_fen", fen,
                  "fund_fen", fund);
    buf_release(&basis);
    buf_release(&words);
    for (size_t i = 0; i < 5 && o; i++) {
        static const char *const same[] = {"fixmedins_code", "fixmedins_name", "psn_no", "mdtrt_id",
                                           "event_date"};

        set(o, same[i], text(one, same[i]));
    }
    if (o)
        set(o, "admdvs", *text(one, "admdvs") ? text(one, "admdvs") : k->r->session.admdvs);
    return o ? o : json_null();
}

static int settle(struct look *k, size_t at, struct err *e)
{
    json_t *one = json_array_get(k->rows, at), *list;
    bool known = json_is_true(json_object_get(one, "known"));
    bool settled = *text(one, "status") != 0, bad = strcmp(text(one, "status"), "invalid") == 0;
    int rc = known ? candidates(k, one, e) : 0;

    json_object_set_new(one, "new", bad ? json_null() : by_hand(k, one));
    if (bad)
        set(one, "choice", "none");
    if (rc || settled)
        return rc;
    list = json_object_get(one, "candidates");
    rc = earlier(k, one, e);
    if (rc || *text(one, "status"))
        return rc;
    if (!known) {
        set(one, "status", "unknown");
        set(one, "message", "机构、人员、就诊在本地数据里都找不到");
        set(one, "choice", "none");
    } else if (json_array_size(list)) {
        set(one, "status", json_array_size(list) == 1 ? "one" : "many");
        json_object_set(one, "choice", json_object_get(json_array_get(list, 0), "id"));
    } else {
        set(one, "status", "new");
        set(one, "choice", json_is_object(json_object_get(one, "new")) ? "new" : "none");
        if (!json_is_object(json_object_get(one, "new")))
            set(one, "message", "没有金额，不能登记成线索");
    }
    return 0;
}

int handed_look(struct request *r, int64_t list, const char *title, const struct handed_sheet *s,
                const json_t *mapping, json_t **rows, int64_t *skipped, struct err *e)
{
    struct look k = {.r = r,
                     .list = list,
                     .title = title,
                     .sheet = s,
                     .in = json_object_get(mapping, "in"),
                     .scope = scope_of(&r->session),
                     .rows = json_array()};
    size_t i;
    json_t *row;
    int rc = k.rows ? 0 : err_nomem(e);

    json_array_foreach(s->rows, i, row) if (!rc) rc = one_row(&k, row, e);
    if (!rc)
        rc = resolve(&k, e);
    for (i = 0; i < json_array_size(k.rows) && !rc; i++)
        rc = settle(&k, i, e);
    names_release(&k.seen);
    mem_free(k.first);
    if (rc) {
        json_decref(k.rows);
        return rc;
    }
    *rows = k.rows;
    *skipped = k.skipped;
    return 0;
}
