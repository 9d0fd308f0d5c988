/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/evaluate_lists.h"

#include <string.h>

#include "base/mem.h"
#include "cli/common.h"
#include "cli/output.h"
#include "screen/gauge.h"

#define BANDS 3

static const struct shown_column clue_columns[] = {
    {"k", "前几条", AS_INT, 0},
    {"right", "对的", AS_INT, 0},
    {"precision", "准确率 %", AS_DEC, 0},
    {"precision_low", "95% 下限", AS_DEC, 0},
    {"precision_high", "95% 上限", AS_DEC, 0},
    {"money_precision", "金额准确率 %", AS_DEC, 0},
    {"plants", "见到的违规", AS_INT, 0},
    {"recall", "占全部 %", AS_DEC, 0},
    {"lift", "提升倍数", AS_DEC, 0},
    {"captured_yuan", "抓到的钱", AS_FEN, 0},
    {"captured_share", "占能抓到的 %", AS_DEC, 0},
};
static const struct shown_column inst_columns[] = {
    {"score", "按什么排", AS_TEXT, 0},
    {"auc", "AUC", AS_DEC, 0},
    {"auc_within", "同规模内 AUC", AS_DEC, 0},
    {"precision", "前 k 家准确率 %", AS_DEC, 0},
    {"precision_within", "同规模内 %", AS_DEC, 0},
};
#define N(a) (int)(sizeof(a) / sizeof *(a))

/* 1e-6 as tenths of a percent, or a number with `digits`. */
static void put(struct output *o, int64_t v, bool percent)
{
    if (v == CURVE_NONE)
        out_none(o);
    else if (percent)
        out_dec(o, prorate(v, 1, 1000), 1);
    else
        out_dec(o, prorate(v, 1, 1000), 3);
}

struct look {
    struct clues clues;
    struct ranking ranking;
    int8_t *labels;
};

/* Findings, labels, ranking; verdicts teach nothing here unless they are asked to. */
static int look_open(struct look *l, const struct args *a, struct store *s,
                     const struct evaluation *v, enum rank_by by, struct err *e)
{
    int rc = s ? clues_load(&l->clues, s, NULL, e)
               : clues_read_csv(&l->clues, args_text(a, "findings"), e);

    if (rc)
        return rc;
    bool learned = v && args_has(a, "learned");

    if (!learned)
        confidence_release(&l->clues.confidence);
    if (v) {
        l->labels = labels_of_truth(v, &l->clues.findings, learned);
    } else {
        l->labels = labels_of_verdicts(&l->clues.findings);
    }
    rc = l->labels ? clues_claim(&l->clues, NULL, e) : err_nomem(e);
    if (!rc && by == RANK_INSTITUTION)
        rc = clues_funnel(&l->clues, s, e);
    return rc ? rc
              : ranking_build(&l->ranking, &l->clues.findings, &l->clues.ledger, l->clues.strengths,
                              by, false, e);
}

static void look_close(struct look *l)
{
    ranking_release(&l->ranking);
    clues_release(&l->clues);
    mem_free(l->labels);
}

static int print_points(const struct args *a, const struct gauge *g, struct err *e)
{
    static const size_t at[] = {10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000};
    const struct listed *list = g->list[BY_EXPECTED];
    struct output *o;
    int rc = out_open(&o, a, clue_columns, N(clue_columns), e);

    for (size_t i = 0; !rc && i <= sizeof at / sizeof *at; i++) {
        bool last = i == sizeof at / sizeof *at || at[i] >= g->n;
        struct at_k k = curve_at(list, g->n, last ? g->n : at[i], g->all_plants);

        out_int(o, k.k);
        out_int(o, k.positives);
        put(o, k.precision, true);
        put(o, k.low, true);
        put(o, k.high, true);
        put(o, k.money_precision, true);
        out_int(o, k.plants);
        put(o, k.recall, true);
        put(o, k.lift, false);
        out_fen(o, k.captured);
        put(o, k.captured_share, true);
        out_row(o);
        if (last)
            break;
    }
    return rc ? rc : out_close(o, e);
}

static void say_average(const struct gauge *g)
{
    struct buf b = BUF_INIT;
    struct at_k all = curve_at(g->list[0], g->n, g->n, g->all_plants);

    buf_str(&b, "平均准确率（AP）：");
    for (int o = 0; o < GAUGE_ORDERS; o++) {
        int64_t ap = average_precision(g->list[o], g->n);

        buf_fmt(&b, "%s按%s ", o ? "，" : "", gauge_order_name[o]);
        if (ap == CURVE_NONE)
            buf_str(&b, "无");
        else
            dec_print(&b, prorate(ap, 1, 1000), 3);
    }
    if (all.precision != CURVE_NONE) {
        buf_str(&b, "，随机 ");
        dec_print(&b, prorate(all.precision, 1, 1000), 3);
    }
    note("%s", buf_cstr(&b));
    buf_release(&b);
}

/* What the first rows of each order get hold of. At random: as large a share as the rows are of the list. */
static void say_money(const struct gauge *g)
{
    static const size_t at[] = {20, 50, 100, 200};
    struct buf b = BUF_INIT;

    for (size_t i = 0; i < sizeof at / sizeof *at && at[i] < g->n; i++) {
        buf_fmt(&b, "前 %zu 条抓到的钱（占能抓到的 %%）：", at[i]);
        for (int o = 0; o < GAUGE_ORDERS; o++) {
            struct at_k k = curve_at(g->list[o], g->n, at[i], g->all_plants);

            buf_fmt(&b, "%s按%s ", o ? "，" : "", gauge_order_name[o]);
            if (k.captured_share == CURVE_NONE)
                buf_str(&b, "无");
            else
                dec_print(&b, prorate(k.captured_share, 1, 1000), 1);
        }
        buf_str(&b, "，随机 ");
        dec_print(&b, prorate((int64_t)at[i], 1000, (int64_t)g->n), 1);
        note("%s", buf_cstr(&b));
        buf_clear(&b);
    }
    buf_release(&b);
}

int evaluate_clues(const struct args *a, struct store *s, const struct evaluation *v, struct err *e)
{
    struct look l = {0};
    struct gauge g = {0};
    int rc = look_open(&l, a, s, v, RANK_CLUE, e);

    if (!rc)
        rc = gauge_clues(&g, &l.clues, &l.ranking, l.labels, v, e);
    if (!rc)
        rc = print_points(a, &g, e);
    if (!rc) {
        say_average(&g);
        say_money(&g);
    }
    gauge_release(&g);
    look_close(&l);
    return rc;
}

static int print_scores(const struct args *a, const struct inst_scores *s, struct err *e)
{
    const struct {
        const char *name;
        const int64_t *value;
    } scores[] = {{"预计可追回 E", s->expected},
                  {"可信度 S", s->score},
                  {"与同类比 1-p", s->surprise},
                  {"疑点条数", s->findings},
                  {"期内基金支出（只看规模）", s->turnover}};
    size_t k = (size_t)args_count(a, "k", 10);
    int *band = mem_alloc((s->n + 1) * sizeof *band);
    struct output *o = NULL;
    int rc = band && !bands_of(s->turnover, s->n, BANDS, band) ? 0 : err_nomem(e);

    if (!rc)
        rc = out_open(&o, a, inst_columns, N(inst_columns), e);
    for (size_t i = 0; i < sizeof scores / sizeof *scores && !rc; i++) {
        const int64_t *x = scores[i].value;

        out_cstr(o, scores[i].name);
        put(o, auc(x, s->positive, NULL, s->n), false);
        put(o, auc(x, s->positive, band, s->n), false);
        put(o, precision_of_best(x, s->positive, NULL, 1, s->n, k), true);
        put(o, precision_of_best(x, s->positive, band, BANDS, s->n, k), true);
        out_row(o);
    }
    mem_free(band);
    return rc ? rc : out_close(o, e);
}

int evaluate_institutions(const struct args *a, struct store *s, const struct evaluation *v,
                          struct err *e)
{
    struct look l = {0};
    struct inst_scores scores = {0};
    struct names insts = NAMES_INIT;
    int64_t *turnover = NULL, positive = 0;
    int rc;

    if (!s)
        return err_set(e, ERR_USAGE, "--findings 的 CSV 不知道各机构的就诊量，机构排名要 --data");
    rc = look_open(&l, a, s, v, RANK_INSTITUTION, e);
    if (!rc)
        rc = turnover_load(s, &insts, &turnover, e);
    if (!rc)
        rc = gauge_institutions(&scores, &l.clues, &l.ranking, l.labels, v, &insts, turnover, e);
    if (!rc)
        rc = print_scores(a, &scores, e);
    for (size_t i = 0; i < scores.n; i++)
        positive += scores.positive[i];
    if (!rc)
        note(
            "%zu 家机构中 %lld 家的违规密度高于平均（至少 2 处）；同规模：按期内基金支出分 %d 档，每档同样多家。",
            scores.n, (long long)positive, BANDS);
    inst_scores_release(&scores);
    names_release(&insts);
    mem_free(turnover);
    look_close(&l);
    return rc;
}
