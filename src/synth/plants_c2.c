/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Charging: dates, surcharges, what goes with what, and what may be charged at all. */
#include <stdio.h>

#include "synth/plants.h"

/* Which of n forms; another one first for another seed. */
static unsigned form(const struct plan *g, unsigned n)
{
    return (unsigned)((g->k + g->w->seed) % n);
}

static void owner_of(char out[96], const struct person *p, const struct episode *ep)
{
    snprintf(out, 96, "%s|%s", p->psn_no, ep->mdtrt_id);
}

static void c09(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    bool late = form(g, 2) == 0;
    day_t d = a_day(g, 10, 30);
    quiet_stay(g, &ep, &p, some(g, K_H2, p.county), "K29.500", d, 6);
    int n = ep.n;
    if (g->bad) {
        episode_line(&ep, item_of("us.color"), at_time(late ? d + 8 : d - 2, 10, 0), 1);
    } else if (late) { /* drugs to take home, entered on the morning after */
        struct eline *l = episode_line(&ep, item_of("zdrug.bailing"), at_time(d + 7, 9, 0), 1);
        l->takeaway = true;
        l->prd_days = 7;
    } else {
        episode_line(&ep, item_of("us.color"), at_time(d + 6, 8, 30), 1);
    }
    episode_emit(&ep);
    char owner[96];
    owner_of(owner, &p, &ep);
    struct ids i = {BUF_INIT};
    ids_add(&i, "line", ep.lines[n].sn);
    truth(g, late ? "明确" : "高疑", owner, &p, &ep, &i,
          g->bad && late ? "出院两日后仍有检查费"
          : g->bad       ? "入院两日前的检查费"
          : late         ? "出院带药次日记账"
                         : "出院当日检查");
}

static void c10(struct plan *g)
{
    static const struct {
        const char *add, *base, *dx;
        enum inst_kind at;
    } of[] = {{"surcharge.pci.cag", "pci.cag", "I25.100", K_H3},
              {"surcharge.endo.gastro", "endo.gastro", "K29.500", K_H2},
              {"surcharge.lab.glucose", "lab.glucose", "E11.900", K_H2}};
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    unsigned x = g->k % 3;
    bool alone = form(g, 2) == 0;
    day_t d = a_day(g, 5, 30);
    quiet_stay(g, &ep, &p, some(g, of[x].at, p.county), of[x].dx, d, 7);
    sec_t t = at_time(d + 2, 9, 30);
    if (!g->bad || !alone)
        episode_line(&ep, item_of(of[x].base), t, 1);
    int n = ep.n;
    episode_line(&ep, item_of(of[x].add), t + 60, g->bad && !alone ? 3 : 1);
    episode_emit(&ep);
    char owner[96];
    owner_of(owner, &p, &ep);
    struct ids i = {BUF_INIT};
    ids_add(&i, "line", ep.lines[n].sn);
    g->rule = alone ? "C10" : "C10.qty";
    truth(g, "高疑", owner, &p, &ep, &i,
          g->bad && alone ? "只收加收项，没有主项"
          : g->bad        ? "一次主项收三次加收"
                          : "主项一次，加收一次");
}

static void c11_item(struct plan *g, struct episode *ep, const struct person *p, day_t d)
{
    static const struct {
        const char *mat, *service, *dx;
        bool operation;
    } of[] = {{"mat.stent", "pci.stent", "I25.100", true},
              {"mat.hip", "surgery.hip", "M17.900", true},
              {"mat.perfusion", "dialysis.hp", "K29.500", false},
              {"mat.pca_pump", "anaesthesia.spinal", "N20.100", false}};
    unsigned x = g->k % 4;
    g->rule = "C11.item";
    quiet_stay(g, ep, p, inst_of(g->w, K_H3, p->county, 0), of[x].dx, d, 8);
    int n = ep->n;
    episode_line(ep, item_of(of[x].mat), at_time(d + 2, 10, 0), 1);
    if (!g->bad) { /* charged on the day after */
        episode_line(ep, item_of(of[x].service), at_time(d + 3, 8, 0), 1);
        if (of[x].operation)
            episode_op(ep, x ? "81.5100" : "36.0700",
                       x ? "全髋关节置换" : "药物洗脱冠状动脉支架置入", x ? "1" : "3",
                       at_time(d + 3, 8, 0), at_time(d + 3, 10, 0));
        if (x == 1)
            episode_dx(ep, "S72.000");
    }
    episode_emit(ep);
    truth_line(g, "高疑", p, ep, n, g->bad ? "有耗材，没有配套的服务" : "配套的服务记在次日");
}

static void c11_oprn(struct plan *g, struct episode *ep, const struct person *p, day_t d)
{
    g->rule = "C11.oprn";
    quiet_stay(g, ep, p, inst_of(g->w, K_H3, p->county, 0), "K80.200", d, 8);
    int n = ep->n;
    episode_line(ep, item_of("surgery.hb.cholecystectomy"), at_time(d + 3, 9, 0), 1);
    if (!g->bad) /* recorded late on the evening before */
        episode_op(ep, "51.2300", "腹腔镜下胆囊切除术", "1", at_time(d + 2, 22, 0),
                   at_time(d + 2, 23, 30));
    episode_emit(ep);
    truth_line(g, "高疑", p, ep, n, g->bad ? "收手术费，没有手术记录" : "手术记录在前一日夜间");
}

static void c11_dx(struct plan *g, struct episode *ep, const struct person *p, day_t d)
{
    g->rule = "C11.dx";
    quiet_stay(g, ep, p, inst_of(g->w, K_H3, p->county, 0), "K29.500", d, 4);
    ep->n_dx = 0;
    episode_dx(ep, "Z51.100");
    episode_dx(ep, "C16.900");
    if (!g->bad)
        episode_line(ep, item_of("onc.oxaliplatin"), at_time(d + 1, 11, 0), 1);
    episode_emit(ep);
    truth_visit(g, "可疑", NULL, p, ep, g->bad ? "主诊断化疗，没有抗肿瘤药" : "有抗肿瘤药");
}

static void c11_prophylaxis(struct plan *g, struct episode *ep, const struct person *p, day_t d)
{
    g->rule = "C11.prophylaxis";
    sec_t op = at_time(d + 1, 9, 30);
    day_t last = d + (g->bad ? 6 : 3);
    episode_begin(ep, g->w, p, inst_of(g->w, K_H3, p->county, 0), "21", DP_SURG, at_time(d, 9, 10),
                  at_time(d + 8, 9, 20));
    episode_dx(ep, "E04.900");
    episode_days(ep, 2);
    episode_line(ep, item_of("surgery.thyroid_part"), op, 1);
    episode_line(ep, item_of("anaesthesia.general"), op, 1);
    episode_op(ep, "06.2x00", "单侧甲状腺叶切除术", "1", op, op + 5400);
    int n = 0;
    for (day_t k = d + 1; k <= last; k++) {
        n = ep->n;
        episode_line(ep, item_of("antibiotic.cefuroxime"), at_time(k, 10, 0), 1);
    }
    episode_emit(ep);
    truth_line(g, "可疑", p, ep, n, g->bad ? "清洁手术后第五日仍用抗菌药" : "术后第二日停用抗菌药");
}

/* Charged as rotational atherectomy; what was recorded is a stent. */
static void c11_instead(struct plan *g, struct episode *ep, const struct person *p, day_t d)
{
    g->rule = "C11.instead";
    sec_t op = at_time(d + 2, 10, 0);
    quiet_stay(g, ep, p, inst_of(g->w, K_H3, p->county, 0), "I25.100", d, 7);
    int n = ep->n;
    episode_line(ep, item_of("pci.rotation"), op, 1);
    episode_op(ep, "36.0700", "药物洗脱冠状动脉支架置入", "3", op, op + 5400);
    if (!g->bad)
        episode_op(ep, "17.5501", "经皮冠状动脉旋磨术", "3", op, op + 5400);
    episode_emit(ep);
    truth_line(g, "高疑", p, ep, n,
               g->bad ? "收旋磨术的费，手术记录里只有支架置入" : "旋磨与支架都有手术记录");
}

static void c11(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    day_t d = a_day(g, 5, 30);
    switch (form(g, 5)) {
    case 0: c11_item(g, &ep, &p, d); break;
    case 1: c11_oprn(g, &ep, &p, d); break;
    case 2: c11_dx(g, &ep, &p, d); break;
    case 3: c11_instead(g, &ep, &p, d); break;
    default: c11_prophylaxis(g, &ep, &p, d);
    }
}

static void c12(struct plan *g)
{
    static const struct {
        const char *mat, *service, *dx, *oprn, *name;
        int per;
    } of[] = {{"mat.stent", "pci.stent", "I20.000", "36.0700", "药物洗脱冠状动脉支架置入", 2},
              {"mat.hip", "surgery.hip", "S72.000", "81.5100", "全髋关节置换", 1},
              {"mat.iol", "surgery.cataract", "H25.900", "13.4100", "白内障晶状体乳化和抽吸", 1}};
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    unsigned x = g->k % 3;
    bool two = !g->bad && form(g, 2) == 0; /* both sides, two vessels */
    day_t d = a_day(g, 5, 30);
    quiet_stay(g, &ep, &p, inst_of(g->w, K_H3, p.county, 0), of[x].dx, d, 7);
    sec_t t = at_time(d + 2, 9, 0);
    vary(g, &ep);
    episode_line(&ep, item_of(of[x].service), t, two ? 2 : 1);
    episode_op(&ep, of[x].oprn, of[x].name, "3", t, t + 5400);
    int n = ep.n;
    episode_line(&ep, item_of(of[x].mat), t + 600, of[x].per + 1);
    if (!g->bad && !two) { /* one opened and given back */
        struct eline *r = episode_line(&ep, item_of(of[x].mat), t + 9000, 1);
        r->cnt = -QTY_ONE;
        r->init = n;
    }
    episode_emit(&ep);
    truth_line(g, "高疑", &p, &ep, n,
               g->bad ? "耗材多于手术所能用的"
               : two  ? "双侧或两支血管，两次手术"
                      : "多出的一件已退");
}

static void c13(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    day_t d = a_day(g, 5, 30);
    quiet_stay(g, &ep, &p, inst_of(g->w, K_H3, p.county, 0), "K80.200", d, 8);
    sec_t t = at_time(d + 2, 9, 0);
    bool twice = !g->bad && form(g, 2) == 0;
    episode_line(&ep, item_of("surgery.hb.cholecystectomy"), t, 1);
    episode_op(&ep, "51.2300", "腹腔镜下胆囊切除术", "1", t, t + 7200);
    if (twice)
        episode_op(&ep, "54.1100", "剖腹探查术", "1", at_time(d + 4, 9, 0), at_time(d + 4, 12, 0));
    int n = ep.n;
    /* two hours of operation: 2 h 35 min of anaesthesia are three, and one is let pass */
    episode_line(&ep, item_of("anaesthesia.monitor"), t, g->bad || twice ? 7 : 4);
    episode_emit(&ep);
    truth_line(g, "高疑", &p, &ep, n,
               g->bad  ? "监测七小时，麻醉不足三小时"
               : twice ? "两次手术的麻醉合计"
                       : "恰为麻醉时长");
}

static void c14(struct plan *g)
{
    static const struct item own = {"B99900815", "院内自立理疗项目", "201", "05", "01", "", 4500};
    static const char *const of[] = {"mat.pca_pump", "mat.film", "visit.home"};
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    unsigned x = form(g, 3);
    day_t d = a_day(g, 5, 30);
    quiet_visit(g, &ep, &p, some(g, K_H2, p.county), "11", d, 9, 20);
    const struct item *it = x == 0   ? item_of(of[g->k % 3])
                            : x == 1 ? item_of("ward.thymopentin")
                                     : &own;
    if (it == item_of("mat.pca_pump"))
        episode_line(&ep, item_of("anaesthesia.block"), ep.begn + 200, 1);
    int n = ep.n;
    struct eline *l = episode_line(&ep, it, ep.begn + 300, 1);
    l->pay = g->bad ? PAY_ALL : PAY_NOTHING;
    if (item_is_drug(it))
        l->prd_days = 3;
    episode_emit(&ep);
    g->rule = x == 0 ? "C14.lv3" : x == 1 ? "C14.off" : "C14.self";
    truth_line(g, x == 2 ? "高疑" : "明确", &p, &ep, n,
               !g->bad  ? "全部自费"
               : x == 0 ? "丙类项目纳入范围"
               : x == 1 ? "已调出目录的药品纳入范围"
                        : "不是国家编码的自立项目纳入范围");
}

const struct planting plants_c2[] = {{"C09", c09, 0}, {"C10", c10, 0}, {"C11", c11, 0},
                                     {"C12", c12, 0}, {"C13", c13, 0}, {"C14", c14, 0},
                                     {NULL, NULL, 0}};
