/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A hospital where six doctors put in stents and six put in screws, in one quarter; one of each uses twice what it takes. */
#include <stdio.h>

#include "synth/plants.h"

enum { DOCTORS = 6, OPS = 21 };

struct craft {
    const char *rule, *dx, *service, *oprn, *name, *anst_way;
    enum dept_id dept;
    int month;
    struct {
        const char *cls;
        int plain, lavish;
    } use[2];
    const char *bad, *twin;
};

static const struct craft crafts[] = {
    {"F08.stent",
     "I25.100",
     "pci.stent",
     "36.0700",
     "药物洗脱冠状动脉支架置入",
     "3",
     DP_CARD,
     4,
     {{"mat.stent", 1, 2}, {"mat.balloon", 1, 3}},
     "每台介入比同行多用支架与球囊",
     "与同行用得一样多"},
    {"F08.spine",
     "M51.200",
     "surgery.spine",
     "81.0500",
     "腰和腰骶后柱融合，后入路",
     "1",
     DP_ORTH,
     4,
     {{"mat.pedicle", 4, 10}, {"mat.screw", 2, 6}},
     "每台脊柱手术比同行多用一倍的螺钉",
     "与同行用得一样多"},
};

static bool operate(struct plan *g, const struct craft *c, uint32_t inst, uint32_t s, uint32_t k)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return false;
    day_t d = day_from_ymd(g->w->year, c->month, 3) + (day_t)(k * 72 / OPS);
    quiet_stay(g, &ep, &p, inst, c->dx, d, 6 + (int)(k % 4));
    ep.dept = ep.dept_out = (int)c->dept;
    ep.dr = doctor_of(g->w, inst, c->dept, s);
    vary(g, &ep);
    sec_t t = at_time(d + 2, 8 + (int)s % 3 * 3, 0);
    episode_line(&ep, item_of(c->service), t, 1);
    for (int x = 0; x < 2;
         x++) /* what it takes, and one more now and then: each doctor has a hand of his own */
        episode_line(&ep, item_of(c->use[x].cls), t + 60 * (x + 1),
                     !s ? c->use[x].lavish : c->use[x].plain + (!x && k % 7 < s));
    episode_op(&ep, c->oprn, c->name, c->anst_way, t, t + 5400);
    episode_emit(&ep);
    return true;
}

static void craftsmen(struct plan *g)
{
    struct world *w = g->w;
    if (!g->bad || w->of_kind[K_RING] < RING_HABITS + 2 || w->days < 270)
        return;
    uint32_t inst = w->at_kind[K_RING] + RING_HABITS + 1;
    for (size_t x = 0; x < sizeof crafts / sizeof crafts[0]; x++) {
        const struct craft *c = &crafts[x];
        for (uint32_t s = 0; s < DOCTORS; s++)
            for (uint32_t k = 0; k < OPS; k++)
                if (!operate(g, c, inst, s, k))
                    return;
        for (uint32_t s = 0; s < 2; s++) {
            char owner[96], dr[14];
            g->bad = s == 0;
            g->rule = c->rule;
            doctor_code(w, doctor_of(w, inst, c->dept, s), dr);
            snprintf(owner, sizeof owner, "%s|%s|%dQ2", w->insts[inst].code, dr, w->year);
            truth(g, "可疑", owner, NULL, NULL, NULL, s ? c->twin : c->bad);
        }
    }
}

const struct planting plants_ring2[] = {{"F08", craftsmen, 1}, {NULL, NULL, 0}};
