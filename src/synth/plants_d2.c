/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Payment scope: lines of treatment, courses, herbs, caps, who else should pay, and codes that do not fit the person. */
#include <stdio.h>

#include "synth/plants.h"

static unsigned form(const struct plan *g, unsigned n)
{
    return (unsigned)((g->k + g->w->seed) % n);
}

/* A visit with one line. */
static struct eline *one(struct plan *g, struct episode *ep, const struct person *p, uint32_t inst,
                         day_t d, enum dept_id dept, const char *dx, const char *cls)
{
    sec_t t = at_time(d, 10, rng_range(&g->r, 5, 50));
    const struct item *it = item_of(cls);
    episode_begin(ep, g->w, p, inst, "11", dept, t, t + 1200);
    episode_dx(ep, dx);
    struct eline *l = episode_line(ep, it, t + 300, 1);
    if (item_is_drug(it))
        l->prd_days = 7;
    return l;
}

static void d07(struct plan *g)
{
    static const struct {
        const char *second, *first, *dx;
        enum dept_id dept;
    } of[] = {{"second.ertugliflozin", "drug.metformin", "E11.900", DP_ENDO},
              {"second.degludec", "drug.acarbose", "E11.900", DP_ENDO},
              {"second.ilaprazole", "drug.omeprazole", "K21.000", DP_MED},
              {"second.iguratimod", "drug.methotrexate", "M06.900", DP_MED}};
    struct person p;
    struct episode ep;
    if (g->w->days < 340 || !pick(g, PICK_OLD, &p))
        return;
    unsigned x = form(g, 4);
    day_t d = a_day(g, 310, 10);
    if (!g->bad) { /* elsewhere, half a year ago or on the same day */
        one(g, &ep, &p, some(g, K_TOWN, p.county), d - (g->k % 2 ? 180 : 30), of[x].dept, of[x].dx,
            of[x].first);
        episode_emit(&ep);
    }
    one(g, &ep, &p, inst_of(g->w, K_H2, p.county, 0), d, of[x].dept, of[x].dx, of[x].second);
    episode_emit(&ep);
    truth_line(g, "可疑", &p, &ep, 0, g->bad ? "一年内没有用过一线药" : "在别的机构用过一线药");
}

static void d08_stay(struct plan *g, const struct person *p)
{
    struct episode ep;
    day_t d = a_day(g, 5, 40);
    const struct item *it = item_of("ind.butylphthalide_inj");
    g->rule = "D08.stay";
    quiet_stay(g, &ep, p, inst_of(g->w, K_H2, p->county, 0), "I63.900", d, 20);
    int n = ep.n, days = g->bad ? 17 : 14;
    for (int k = 0; k < days; k++)
        for (int twice = 0; twice < 2 - k % 2; twice++)
            episode_line(&ep, it, at_time(d + 1 + k, 10 + 8 * twice, 30), 1);
    episode_emit(&ep);
    struct ids i = {BUF_INIT};
    for (int k = n; k < ep.n; k++)
        ids_add(&i, "line", ep.lines[k].sn);
    char owner[96];
    snprintf(owner, sizeof owner, "%s|%s|%s", p->psn_no, it->code, ep.mdtrt_id);
    truth(g, "明确", owner, p, &ep, &i,
          g->bad ? "限十四日的药用了十七日" : "恰十四日，有的日子两次");
}

static void d08_out(struct plan *g, const struct person *p)
{
    struct episode ep;
    day_t d = a_day(g, 5, 40);
    uint32_t inst = inst_of(g->w, K_H2, p->county, 0);
    g->rule = "D08.out";
    for (int k = 0; k < (g->bad ? 4 : 3); k++) {
        one(g, &ep, p, inst, d + k * 8, DP_NEUR, "I63.900", "ind.butylphthalide")
            ->prd_days = !g->bad && k == 2 ? 6 : 7;
        episode_emit(&ep);
    }
    truth_line(g, "高疑", p, &ep, 0, g->bad ? "限二十日的药开了二十八日" : "恰二十日");
}

static void d08(struct plan *g)
{
    struct person p;
    if (!pick(g, PICK_OLD, &p))
        return;
    if (form(g, 2) == 0)
        d08_stay(g, &p);
    else
        d08_out(g, &p);
}

static void d09(struct plan *g)
{
    static const char *const never[] = {"never.xiyangshen", "never.ejiao", "never.chongcao"};
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    day_t d = a_day(g, 5, 10);
    bool single = form(g, 2) == 1;
    quiet_visit(g, &ep, &p, some(g, K_H2, p.county), "11", d, 9, rng_range(&g->r, 5, 50));
    ep.dept = DP_TCM;
    if (single) {
        episode_line(&ep, item_of("herb.danggui"), ep.begn + 300, 20);
        episode_line(&ep, item_of("herb.huangqi"), ep.begn + 360, 30);
        if (!g->bad)
            episode_line(&ep, item_of("herb.baizhu"), ep.begn + 420, 15);
    } else {
        episode_line(&ep, item_of(never[g->k % 3]), ep.begn + 300, 10)->pay = g->bad ? PAY_ALL
                                                                                     : PAY_NOTHING;
    }
    episode_emit(&ep);
    g->rule = single ? "D09.single" : "D09.never";
    truth_line(g, "明确", &p, &ep, 0,
               g->bad && single ? "处方全是单独使用不予支付的饮片"
               : g->bad         ? "不得纳入支付的饮片"
               : single         ? "与其他饮片配伍"
                                : "自费");
}

static void d10(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    day_t d = a_day(g, 10, 100);
    struct ids i = {BUF_INIT};
    int y, m, k, last = g->bad ? 2 : 1;
    day_to_ymd(d, &y, &m, &k);
    if (m > 9)
        d -= 90; /* both within the year */
    for (int s = 0; s < last; s++) {
        sec_t t = at_time(d + s * 60 + 2, 9, 0);
        quiet_stay(g, &ep, &p, inst_of(g->w, K_H3, p.county, 0), "H25.900", d + s * 60, 4);
        vary(g, &ep);
        episode_line(&ep, item_of("surgery.cataract"), t, s ? 1 : 2);
        episode_op(&ep, "13.4100", "白内障晶状体乳化和抽吸", "3", t, t + 3600);
        int n = ep.n;
        episode_line(&ep, item_of("mat.iol"), t + 300, s ? 1 : 2);
        episode_emit(&ep);
        ids_add(&i, "line", ep.lines[n].sn);
    }
    char owner[96];
    snprintf(owner, sizeof owner, "%s|人工晶体", p.psn_no);
    truth(g, "明确", owner, &p, &ep, &i, g->bad ? "一年三枚，超过限定总额" : "一年两枚");
}

static void d12(struct plan *g)
{
    static const char *const cause[] = {"V43.500", "Y04.000", "W31.900"};
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    bool declared = !g->bad && form(g, 2) == 0;
    quiet_stay(g, &ep, &p, some(g, K_H2, p.county), "S52.500", a_day(g, 5, 30), 8);
    episode_dx(&ep, g->bad || declared ? cause[g->k % 3] : "W18.900");
    if (declared)
        ep.med_type = "22";
    episode_emit(&ep);
    truth_visit(g, "可疑", NULL, &p, &ep,
                g->bad     ? "交通、加害或劳动伤害，由基本医保支付"
                : declared ? "已按外伤申报"
                           : "自己跌倒");
}

/* --- D13 --------------------------------------------------------------------------------------- */

static void d13_dx(struct plan *g, struct episode *ep)
{
    struct person p;
    g->rule = "D13.dx";
    if (!pick(g, g->bad ? PICK_MALE : PICK_FEMALE, &p))
        return;
    quiet_stay(g, ep, &p, some(g, K_H2, p.county), "D25.900", a_day(g, 5, 30), 6);
    episode_emit(ep);
    truth_visit(g, "可疑", NULL, &p, ep, g->bad ? "男性诊断子宫肌瘤" : "女性");
}

static void d13_op(struct plan *g, struct episode *ep)
{
    struct person p;
    g->rule = "D13.op";
    if (!pick(g, g->bad ? PICK_FEMALE : PICK_MALE, &p))
        return;
    day_t d = a_day(g, 5, 30);
    quiet_stay(g, ep, &p, inst_of(g->w, K_H3, p.county, 0), "N39.000", d, 8);
    episode_dx(ep, g->bad ? "R33.x00" : "N40.x00");
    episode_op(ep, "60.2900", "其他经尿道前列腺切除术", "1", at_time(d + 2, 9, 0),
               at_time(d + 2, 10, 30));
    episode_emit(ep);
    struct ids i = {BUF_INIT};
    ids_add(&i, "oprn", ep->oprn_id[0]);
    truth(g, "可疑", NULL, &p, ep, &i, g->bad ? "女性做前列腺手术" : "男性");
}

static void d13_dxop(struct plan *g, struct episode *ep, const struct person *p)
{
    day_t d = a_day(g, 5, 30);
    g->rule = "D13.dxop";
    quiet_stay(g, ep, p, inst_of(g->w, K_H3, p->county, 0), "J18.900", d, 8);
    if (!g->bad)
        episode_dx(ep, "K80.200");
    episode_op(ep, "51.2300", "腹腔镜下胆囊切除术", "1", at_time(d + 2, 9, 0),
               at_time(d + 2, 10, 30));
    episode_emit(ep);
    struct ids i = {BUF_INIT};
    ids_add(&i, "oprn", ep->oprn_id[0]);
    truth(g, "可疑", NULL, p, ep, &i, g->bad ? "诊断只有肺炎，做了胆囊手术" : "其他诊断有胆石");
}

static void d13_line(struct plan *g, struct episode *ep, const struct person *p, const char *rule,
                     const char *dx2, const char *cls, const char *note)
{
    g->rule = rule;
    one(g, ep, p, some(g, K_H2, p->county), a_day(g, 5, 30), DP_MED, "K29.500", cls);
    if (dx2)
        episode_dx(ep, dx2);
    episode_emit(ep);
    truth_line(g, "可疑", p, ep, 0, note);
}

static void d13_mix(struct plan *g, struct episode *ep, const struct person *p)
{
    day_t d = a_day(g, 5, 30);
    uint32_t inst = some(g, K_H2, p->county);
    g->rule = "D13.mix";
    one(g, ep, p, inst, d, DP_CARD, "I25.100", "drug.clopidogrel");
    if (!g->bad) {
        episode_emit(ep);
        one(g, ep, p, inst, d + 10, DP_MED, "K21.000", "drug.omeprazole");
    } else {
        episode_line(ep, item_of("drug.omeprazole"), ep->begn + 400, 1)->prd_days = 7;
    }
    episode_emit(ep);
    truth_line(g, "可疑", p, ep, 0, g->bad ? "同日氯吡格雷与奥美拉唑" : "先后十日");
}

static void d13(struct plan *g)
{
    struct person p;
    struct episode ep;
    unsigned x = form(g, 7);
    if (x < 2) {
        (x ? d13_op : d13_dx)(g, &ep);
        return;
    }
    if (!pick(g, x == 3 && g->bad ? PICK_CHILD : PICK_OLD, &p))
        return;
    switch (x) {
    case 2: d13_dxop(g, &ep, &p); break;
    case 3:
        d13_line(g, &ep, &p, "D13.age", NULL, "antibiotic.levofloxacin_po",
                 g->bad ? "幼儿用左氧氟沙星" : "成人");
        break;
    case 4:
        d13_line(g, &ep, &p, "D13.taboo", g->bad ? "E87.200" : "E11.900", "drug.metformin",
                 g->bad ? "酸中毒用二甲双胍" : "糖尿病用二甲双胍");
        break;
    case 5:
        d13_line(g, &ep, &p, "D13.item", g->bad ? "Z95.000" : "I25.100", "mr.plain",
                 g->bad ? "装有起搏器做磁共振" : "没有起搏器");
        break;
    default: d13_mix(g, &ep, &p);
    }
}

const struct planting plants_d2[] = {{"D07", d07, 0}, {"D08", d08, 0}, {"D09", d09, 0},
                                     {"D10", d10, 0}, {"D12", d12, 0}, {"D13", d13, -7},
                                     {NULL, NULL, 0}};
