/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What the columns of a list from above are called, and what goes back in them. */
#include <stdio.h>
#include <string.h>

#include "base/fen.h"
#include "casework/handed.h"
#include "casework/money.h"

const struct handed_role handed_in[] = {
    {"upper_no", "上级编号", "=线索编号,=疑点编号,=编号,线索号,疑点号,任务编号"},
    {"fixmedins_code", "机构编号",
     "定点医药机构编号,机构编码,机构编号,机构代码,医院编码,医院编号,医疗机构代码"},
    {"fixmedins_name", "机构名称", "机构名称,医院名称,医疗机构,定点医药机构,=医院,药店"},
    {"psn_no", "人员编号", "人员编号,个人编号,参保人编号"},
    {"certno", "身份证件号", "身份证,证件号,公民身份"},
    {"psn_name", "姓名", "姓名,=参保人,患者"},
    {"mdtrt_id", "就诊ID", "就诊ID,就诊id,就诊编号,就诊流水,就医登记"},
    {"setl_id", "结算ID", "结算ID,结算id,结算编号,结算流水,单据号"},
    {"event_date", "发生日期", "发生日期,入院日期,入院时间,结算日期,结算时间,就诊日期,费用日期"},
    {"problem", "疑点", "疑点描述,问题描述,疑点,问题,违规类型,违规行为,规则"},
    {"amount", "涉及金额", "涉及金额,疑点金额,违规金额,总金额,费用总额,总费用,金额"},
    {"fund", "涉及基金", "涉及基金,基金,统筹"},
    {0},
};
const struct handed_role handed_out[] = {
    {"verdict", "核查结论", "是否属实,核查结论,核实结果,核查结果,是否违规,查实情况"},
    {"found", "认定金额", "认定金额,核实金额,查实金额,核查金额,实际违规"},
    {"ordered", "责令退回", "应退,责令退回,应追回"},
    {"refunded", "已退回", "已退,退回金额,追回金额,已追回,退款金额,追回"},
    {"fine", "罚款", "罚款,行政处罚金额"},
    {"measures", "处理方式", "处理方式,处理情况,处理结果,处置"},
    {"doc_no", "文号", "文号,文书号"},
    {"transferred_to", "移送去向", "移送"},
    {"nature", "定性", "定性,违规性质,问题性质"},
    {"article", "定性依据", "定性依据,处理依据,违反条款,法律依据,条款"},
    {"reason", "情况说明", "情况说明,核查情况,说明,原因,理由,备注"},
    {"officer", "核查人", "核查人,经办人,承办人,负责人"},
    {"closed_on", "办结日期", "办结,完成时间,完成日期,反馈日期"},
    {"state", "办理状态", "办理状态,进度,状态"},
    {0},
};

/* --- guessing ------------------------------------------------------------------------------------ */

/* Place in `words` that the heading fits, from 1; 0 = none. */
static int fits(const char *words, struct span heading)
{
    struct span rest = span_of(words);
    int at = 0;

    while (rest.n) {
        struct span w = span_cut(&rest, ',');

        at++;
        if (w.n && *w.p == '=') {
            if (span_eq((struct span){w.p + 1, w.n - 1}, heading))
                return at;
        } else if (heading.n && memmem(heading.p, heading.n, w.p, w.n))
            return at;
    }
    return 0;
}

static bool is_empty(const json_t *samples, size_t col)
{
    size_t i;
    json_t *row;

    json_array_foreach(samples, i, row)
    {
        const char *s = json_string_value(json_array_get(row, col));

        if (s && *s)
            return false;
    }
    return true;
}

static void guess(const struct handed_role *list, const json_t *headings, const json_t *samples,
                  bool empty, bool *used, json_t *out)
{
    for (const struct handed_role *r = list; r->code; r++) {
        int best = 0;
        size_t best_col = 0;

        for (size_t c = 0; c < json_array_size(headings) && c < HANDED_MAX_COLUMNS; c++) {
            const char *h = json_string_value(json_array_get(headings, c));
            int at = used[c] || is_empty(samples, c) != empty
                         ? 0
                         : fits(r->words, span_trim(span_of(h)));

            if (at && (!best || at < best)) {
                best = at;
                best_col = c;
            }
        }
        if (best) {
            used[best_col] = true;
            json_object_set_new(out, r->code, json_integer((json_int_t)best_col));
        }
    }
}

json_t *handed_guess(const json_t *headings, const json_t *samples)
{
    bool used[HANDED_MAX_COLUMNS] = {false};
    json_t *in = json_object(), *out = json_object();

    guess(handed_out, headings, samples, true, used, out);
    guess(handed_in, headings, samples, false, used, in);
    return json_pack("{s:o,s:o}", "in", in, "out", out);
}

/* --- results ------------------------------------------------------------------------------------- */

static void keep(char *out, size_t cap, struct span s)
{
    s = utf8_cut(s, cap - 1);
    if (s.n)
        memcpy(out, s.p, s.n);
    out[s.n] = 0;
}

static int read_measures(struct cw *db, int64_t clue, struct handed_outcome *out, struct err *e)
{
    struct cw_rows rows;
    struct buf b = BUF_INIT;
    int rc = cw_query(db, &rows, e, "select code from measure where clue = $1 order by code",
                      CW_ARGS(cw_i(clue)));

    if (rc)
        return rc;
    while ((rc = cw_next(&rows, e)) > 0) {
        const char *title = code_title(measure_codes, cw_text(&rows, 0));

        if (title)
            buf_fmt(&b, "%s%s", b.n ? "、" : "", title);
    }
    cw_done(&rows);
    keep(out->measures, sizeof out->measures, (struct span){buf_cstr(&b), b.n});
    buf_release(&b);
    return rc;
}

static void keep_nature(struct handed_outcome *out, int at, bool intent)
{
    struct buf b = BUF_INIT;

    if (at < 0)
        return;
    keep(out->nature, sizeof out->nature, span_of(natures[at].title));
    nature_article(&b, &natures[at], intent);
    keep(out->article, sizeof out->article, (struct span){buf_cstr(&b), b.n});
    buf_release(&b);
}

int handed_outcome_read(struct cw *db, int64_t clue, struct handed_outcome *out, struct err *e)
{
    struct cw_rows rows;
    int rc = cw_query(
        db, &rows, e,
        "select c.state, coalesce(c.verdict, ''), coalesce(c.verdict_reason, ''), coalesce(a.name, ''),"
        " coalesce(d.ordered_fen, 0), coalesce(d.fine_fen, 0), coalesce(d.doc_no, ''),"
        " coalesce(d.transferred_to, ''), coalesce(d.closed_at, ''),"
        " (select coalesce(sum(found_fen), 0) from line_money m where m.clue = c.id),"
        " (select coalesce(sum(amount_fen), 0) from refund f where f.clue = c.id),"
        " (select count(*) from line_money m where m.clue = c.id), c.nature, c.intent from clue c"
        " left join account a on a.login = coalesce(c.verdict_by, c.assignee)"
        " left join disposal d on d.clue = c.id where c.id = $1",
        CW_ARGS(cw_i(clue)));

    memset(out, 0, sizeof *out);
    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc > 0) {
        struct span closed = cw_text(&rows, 8);

        keep(out->state, sizeof out->state, cw_text(&rows, 0));
        keep(out->verdict, sizeof out->verdict, cw_text(&rows, 1));
        keep(out->reason, sizeof out->reason, cw_text(&rows, 2));
        keep(out->officer, sizeof out->officer, cw_text(&rows, 3));
        out->ordered = cw_int(&rows, 4);
        out->fine = cw_int(&rows, 5);
        keep(out->doc_no, sizeof out->doc_no, cw_text(&rows, 6));
        keep(out->transferred_to, sizeof out->transferred_to, cw_text(&rows, 7));
        keep(out->closed_on, sizeof out->closed_on,
             (struct span){closed.p, closed.n < 10 ? closed.n : 10});
        out->found = cw_int(&rows, 9);
        out->refunded = cw_int(&rows, 10);
        out->money_lines = cw_int(&rows, 11);
        keep_nature(out, nature_find(cw_text(&rows, 12)), cw_int(&rows, 13) != 0);
    }
    cw_done(&rows);
    return rc < 0 ? rc : read_measures(db, clue, out, e);
}

static const char *verdict_words(const char *code)
{
    return strcmp(code, "confirmed") == 0  ? "属实"
           : strcmp(code, "rejected") == 0 ? "不属实"
           : strcmp(code, "doubtful") == 0 ? "存疑"
                                           : "";
}

void handed_result_of(const struct handed_outcome *o, const char *role, struct handed_result *out)
{
    const struct {
        const char *role, *text;
    } texts[] = {
        {"verdict", verdict_words(o->verdict)},
        {"measures", o->measures},
        {"doc_no", o->doc_no},
        {"transferred_to", o->transferred_to},
        {"nature", o->nature},
        {"article", o->article},
        {"reason", o->reason},
        {"officer", *o->verdict ? o->officer : ""},
        {"closed_on", o->closed_on},
        {"state", clue_state_find(span_of(o->state)) < 0
                      ? ""
                      : clue_states[clue_state_find(span_of(o->state))].title},
    };
    /* An amount is said once there is a verdict: nothing found is 0.00, not looked at is blank. */
    const struct {
        const char *role;
        fen_t fen;
        bool known;
    } sums[] = {
        {"found", o->found, o->money_lines > 0 || strcmp(o->verdict, "rejected") == 0},
        {"ordered", o->ordered, o->ordered || *o->measures},
        {"refunded", o->refunded, o->refunded || *o->measures},
        {"fine", o->fine, o->fine != 0},
    };

    memset(out, 0, sizeof *out);
    out->blank = true;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].role, role) == 0) {
            keep(out->text, sizeof out->text, span_of(texts[i].text));
            out->blank = !*out->text;
        }
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        if (strcmp(sums[i].role, role) == 0) {
            out->money = true;
            out->fen = sums[i].fen;
            out->blank = !sums[i].known;
        }
}
