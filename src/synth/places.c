/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Institutions, their departments, doctors, beds, machines and contracts. Counties and names are invented. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "synth/model.h"

const struct dept synth_depts[DP_COUNT] = {
    [DP_MED] = {"A03", "内科"},         [DP_CARD] = {"A03.04", "心血管内科"},
    [DP_RESP] = {"A03.01", "呼吸内科"}, [DP_NEUR] = {"A03.03", "神经内科"},
    [DP_ENDO] = {"A03.07", "内分泌科"}, [DP_KIDN] = {"A03.06", "肾病学科"},
    [DP_SURG] = {"A04", "外科"},        [DP_ORTH] = {"A04.03", "骨科"},
    [DP_GYN] = {"A05", "妇产科"},       [DP_PED] = {"A07", "儿科"},
    [DP_EYE] = {"A10", "眼科"},         [DP_ONC] = {"A19", "肿瘤科"},
    [DP_ER] = {"A20", "急诊医学科"},    [DP_REH] = {"A21", "康复医学科"},
    [DP_PSY] = {"A15", "精神科"},       [DP_TCM] = {"A50", "中医科"},
    [DP_ICU] = {"A28", "重症医学科"},
};

#define BIT(d) (1u << (d))
#define MASK_BIG ((BIT(DP_COUNT) - 1) & ~BIT(DP_PSY))
#define MASK_PRIV \
    (BIT(DP_MED) | BIT(DP_SURG) | BIT(DP_ORTH) | BIT(DP_REH) | BIT(DP_TCM) | BIT(DP_GYN))
#define MASK_TOWN (BIT(DP_MED) | BIT(DP_SURG) | BIT(DP_TCM) | BIT(DP_PED) | BIT(DP_GYN))
#define MASK_SMALL (BIT(DP_MED) | BIT(DP_TCM) | BIT(DP_REH))

static const char *const county_name[] = {
    "青溪县", "白云县", "临江县", "永平县",   "松岭县", "清河县",   "龙潭县", "石桥县",
    "南浦县", "东湖县", "西岭县", "北川坪县", "安丰县", "长宁坪县", "丰乐县", "会仙县"};
static const char *const town_name[] = {
    "大桥", "石门", "柳林", "双河", "高坪", "新集", "白沙", "龙泉", "花园", "金山", "青龙", "三里",
    "杨店", "马鞍", "云台", "洪山", "五里", "凤凰", "太平", "长岭", "水田", "黄土", "竹园", "红岩"};
static const char *const clinic_name[] = {"仁和", "康宁", "济民", "百草", "同德",
                                          "惠民", "安康", "博爱", "万家", "颐和"};

bool inst_has(const struct inst *i, enum dept_id d)
{
    return (i->dept_mask >> d) & 1;
}

static uint32_t scaled(const struct world *w, uint32_t per_100k, uint32_t least)
{
    uint64_t n = ((uint64_t)per_100k * w->n + 50000) / 100000;
    return n < least ? least : (uint32_t)n;
}

static void counts(struct world *w)
{
    uint32_t c = w->n_county;
    w->of_kind[K_H3] = c;
    w->of_kind[K_H2] = scaled(w, 3, 2 * c);
    w->of_kind[K_PSY] = c;
    w->of_kind[K_PRIV] = scaled(w, 4, 2);
    w->of_kind[K_TOWN] = scaled(w, 20, w->n >= 20000 ? 9 : 3);
    w->of_kind[K_SPECIAL] = SPECIALS + (w->n >= 20000 && !w->o->no_plants ? 3 : 0);
    w->of_kind[K_CLINIC] = scaled(w, 40, 4);
    w->of_kind[K_PHARM] = scaled(w, 60, 8);
    w->of_kind[K_FAR] = 6;
    w->of_kind[K_RING] = w->n >= 20000 && !w->o->no_plants ? 19 : 0; /* plants_ring.c */
    w->n_inst = 0;
    for (int k = 0; k <= K_RING; k++) {
        w->at_kind[k] = w->n_inst;
        w->n_inst += w->of_kind[k];
    }
}

static const struct {
    const char *hosp_lv;
    int level, docs, beds;
    uint32_t mask;
    unsigned price_pct;
} kind_of[K_RING + 1] = {
    [K_H3] = {"02", 3, 5, 600, MASK_BIG, 100},
    [K_H2] = {"05", 2, 4, 320, MASK_BIG, 90},
    [K_PSY] = {"06", 2, 4, 160, BIT(DP_PSY), 90},
    [K_PRIV] = {"08", 1, 2, 60, MASK_PRIV, 80},
    [K_TOWN] = {"09", 1, 2, 45, MASK_TOWN, 80},
    [K_SPECIAL] = {"10", 1, 2, 5, MASK_SMALL, 80},
    [K_CLINIC] = {"11", 1, 2, 0, BIT(DP_MED) | BIT(DP_TCM), 80},
    [K_PHARM] = {"11", 1, 0, 0, 0, 80},
    [K_FAR] = {"02", 3, 4, 400, MASK_BIG, 100},
    [K_RING] = {"05", 2, 2, 120, BIT(DP_MED), 90},
};

static void name_inst(const struct world *w, struct inst *i, uint32_t k)
{
    const char *c = county_name[i->county % 16];
    uint32_t round = i->county / 16;
    char no[16] = "";
    if (round)
        snprintf(no, sizeof no, "%u区", round + 1);
    uint32_t in_county = k / w->n_county;
    static const char *const h2[] = {"中医医院",     "妇幼保健院",   "第二人民医院",
                                     "第三人民医院", "第四人民医院", "第五人民医院"};
    static const char *const priv[] = {"康泰医院", "仁爱医院", "博济医院",
                                       "友好医院", "长青医院", "福康医院"};
    static const char *const far_[] = {"临川市中心医院", "临川市第一人民医院", "白鹤县人民医院",
                                       "白鹤县中医医院", "临川市康源大药房",   "白鹤县益民药店"};
    switch (i->kind) {
    case K_H3: snprintf(i->name, sizeof i->name, "%s%s人民医院", c, no); break;
    case K_H2: snprintf(i->name, sizeof i->name, "%s%s%s", c, no, h2[in_county % 6]); break;
    case K_PSY: snprintf(i->name, sizeof i->name, "%s%s精神卫生中心", c, no); break;
    case K_PRIV: snprintf(i->name, sizeof i->name, "%s%s%s", c, no, priv[in_county % 6]); break;
    case K_TOWN:
        snprintf(i->name, sizeof i->name, "%s%s%s镇卫生院", c, no, town_name[in_county % 24]);
        break;
    case K_SPECIAL: snprintf(i->name, sizeof i->name, "%s福寿护养院%u部", c, k + 1); break;
    case K_CLINIC:
        snprintf(i->name, sizeof i->name, "%s%s%s诊所%u", c, no, clinic_name[k % 10], k + 1);
        break;
    case K_PHARM:
        snprintf(i->name, sizeof i->name, "%s%s%s大药房%u店", c, no, clinic_name[k % 10], k + 1);
        break;
    case K_FAR: snprintf(i->name, sizeof i->name, "%s", far_[k % 6]); break;
    case K_RING:
        snprintf(i->name, sizeof i->name, "白鹤县%s%s", town_name[k % 24],
                 i->level < 3                  ? "中心医院"
                 : k + 1 == w->of_kind[K_RING] ? "心脏骨科医院"
                                               : "骨科医院");
        break;
    }
}

static int make_inst(struct world *w, enum inst_kind kind, uint32_t k)
{
    uint32_t at = w->at_kind[kind] + k;
    struct inst *i = &w->insts[at];
    i->kind = kind;
    i->county = k % w->n_county;
    i->hosp_lv = kind_of[kind].hosp_lv;
    i->level = kind_of[kind].level;
    i->docs = kind_of[kind].docs;
    i->beds = kind_of[kind].beds;
    i->dept_mask = kind_of[kind].mask;
    i->price_pct = kind_of[kind].price_pct;
    i->pharmacy = kind == K_PHARM || (kind == K_FAR && k >= 4);
    i->private_ = kind == K_PRIV || kind == K_SPECIAL || kind == K_PHARM;
    snprintf(i->place, sizeof i->place, "4298%02u", (i->county % 90) + 1);
    if (kind == K_FAR) { /* 0, 1, 4 another prefecture; 2, 3, 5 another county of ours */
        bool other = k == 0 || k == 1 || k == 4;
        snprintf(i->place, sizeof i->place, "%s", other ? "429901" : "429899");
        if (k == 2 || k == 3) {
            i->hosp_lv = "05";
            i->level = 2;
            i->price_pct = 90;
        }
        if (k >= 4) {
            i->hosp_lv = "11";
            i->level = 1;
            i->docs = i->beds = 0;
            i->dept_mask = 0;
        }
    }
    if (kind == K_RING) {
        snprintf(i->place, sizeof i->place, "429899");
        if (k + 2 >= w->of_kind[K_RING]) { /* the surgeons' */
            i->hosp_lv = "02";
            i->level = 3;
            i->docs = 6;
            i->dept_mask = BIT(DP_ORTH) | (k + 1 == w->of_kind[K_RING] ? BIT(DP_CARD) : 0);
        }
    }
    if (kind == K_H2 && w->n > 200000)
        i->beds = 400;
    snprintf(i->code, sizeof i->code, "%c%s%05u", i->pharmacy ? 'P' : 'H', i->place, at + 1);
    name_inst(w, i, k);
    i->first_doc = w->n_doc;
    w->n_doc += (uint32_t)(i->docs * DP_COUNT);
    if (i->beds) {
        size_t words = ((size_t)i->beds * (size_t)(w->days + 2) + 63) / 64;
        i->bed_days = mem_calloc(words, sizeof(uint64_t));
        if (!i->bed_days)
            return -1;
    }
    return 0;
}

int places_open(struct world *w)
{
    counts(w);
    w->insts = mem_calloc(w->n_inst, sizeof *w->insts);
    if (!w->insts)
        return err_nomem(w->e);
    for (int kind = 0; kind <= K_RING; kind++)
        for (uint32_t k = 0; k < w->of_kind[kind]; k++)
            if (make_inst(w, (enum inst_kind)kind, k))
                return err_nomem(w->e);
    return 0;
}

void places_release(struct world *w)
{
    for (uint32_t i = 0; w->insts && i < w->n_inst; i++)
        mem_free(w->insts[i].bed_days);
    mem_free(w->insts);
    w->insts = NULL;
}

uint32_t inst_of(const struct world *w, enum inst_kind kind, uint32_t county, uint32_t n)
{
    uint32_t all = w->of_kind[kind];
    if (kind == K_FAR || kind == K_RING || kind == K_SPECIAL)
        return w->at_kind[kind] + n % all;
    uint32_t own = all / w->n_county + (county < all % w->n_county);
    if (!own)
        return w->at_kind[kind] + n % all;
    return w->at_kind[kind] + county + (n % own) * w->n_county;
}

static bool bed_free(const struct world *w, const struct inst *i, int bed, int b, int e, bool take)
{
    size_t base = (size_t)bed * (size_t)(w->days + 2);
    for (int d = b; d < e; d++)
        if (i->bed_days[(base + d) / 64] >> ((base + d) % 64) & 1)
            return false;
    for (int d = b; take && d < e; d++)
        i->bed_days[(base + d) / 64] |= UINT64_C(1) << ((base + d) % 64);
    return true;
}

int bed_take(const struct world *w, uint32_t inst, day_t begn, day_t end)
{
    const struct inst *i = &w->insts[inst];
    int b = begn - w->from, e = end - w->from;
    if (e <= b)
        e = b + 1;
    if (b < 0 || e > w->days + 1)
        return -1;
    for (int bed = 0; bed < i->beds; bed++)
        if (bed_free(w, i, bed, b, e, true))
            return bed;
    return -1;
}

/* --- doctors ----------------------------------------------------------------------------------- */

uint32_t doctor_of(const struct world *w, uint32_t inst, enum dept_id d, uint32_t k)
{
    const struct inst *i = &w->insts[inst];
    return i->first_doc + (uint32_t)d * (uint32_t)i->docs + k % (uint32_t)i->docs;
}

static void put_digits(char *to, uint32_t v, int n)
{
    for (int i = n - 1; i >= 0; i--) {
        to[i] = (char)('0' + v % 10);
        v /= 10;
    }
    to[n] = 0;
}

void doctor_code(const struct world *w, uint32_t doc, char out[14])
{
    (void)w;
    memcpy(out, "D429801", 7);
    put_digits(out + 7, doc + 1, 6);
}

void doctor_name(const struct world *w, uint32_t doc, char out[16])
{
    static const char *const sur[] = {"王", "李", "张", "刘", "陈", "杨",
                                      "黄", "赵", "周", "吴", "徐", "孙"};
    static const char *const given[] = {"建国", "志强", "海燕", "晓明", "秀英", "文华",
                                        "立新", "春梅", "国庆", "玉兰", "永康", "思远"};
    struct rng r = rng_of(w->seed, RNG_PLACE, 1000000u + doc);
    snprintf(out, 16, "%s%s", sur[rng_below(&r, 12)], given[rng_below(&r, 12)]);
}

/* --- tables ------------------------------------------------------------------------------------ */

static void write_doctors(struct world *w, const struct inst *i)
{
    for (int d = 0; d < DP_COUNT; d++) {
        if (!inst_has(i, (enum dept_id)d))
            continue;
        for (int k = 0; k < i->docs; k++) {
            uint32_t doc = i->first_doc + (uint32_t)(d * i->docs + k);
            char code[14], name[16];
            doctor_code(w, doc, code);
            doctor_name(w, doc, name);
            bool tcm = d == DP_TCM;
            row_str(w->out, T_DR, code);
            row_str(w->out, T_DR, NULL);
            row_str(w->out, T_DR, name);
            row_str(w->out, T_DR, tcm ? "2" : "1");
            row_str(w->out, T_DR, tcm ? "中医" : "临床");
            row_str(w->out, T_DR, synth_depts[d].name);
            row_str(w->out, T_DR, i->code);
            row_str(w->out, T_DR, i->name);
            row_sec(w->out, T_DR, (sec_t)day_from_ymd(2015, 1, 1) * DAY_SECS);
            row_str(w->out, T_DR, NULL);
            row_str(w->out, T_DR, "1");
            row_str(w->out, T_DR, "1");
            row_end(w->out, T_DR);
            if (i->kind > K_H2)
                continue;
            row_str(w->out, T_LIC, code);
            row_str(w->out, T_LIC, name);
            row_str(w->out, T_LIC, i->code);
            row_str(w->out, T_LIC, tcm ? "中医" : "临床");
            row_str(w->out, T_LIC, synth_depts[d].name);
            row_day(w->out, T_LIC, day_from_ymd(2015, 1, 1));
            row_day(w->out, T_LIC, DAY_NONE);
            row_end(w->out, T_LIC);
        }
    }
}

static void write_depts(struct world *w, const struct inst *i)
{
    int n = __builtin_popcount(i->dept_mask);
    for (int d = 0; d < DP_COUNT; d++) {
        if (!inst_has(i, (enum dept_id)d))
            continue;
        char id[32];
        snprintf(id, sizeof id, "%s-%s", i->code, synth_depts[d].code);
        row_str(w->out, T_DEPT, id);
        row_str(w->out, T_DEPT, i->code);
        row_str(w->out, T_DEPT, i->name);
        row_str(w->out, T_DEPT, synth_depts[d].code);
        row_str(w->out, T_DEPT, synth_depts[d].name);
        row_int(w->out, T_DEPT, n ? i->beds / n : 0);
        row_str(w->out, T_DEPT, synth_depts[d].code);
        row_sec(w->out, T_DEPT, (sec_t)day_from_ymd(2015, 1, 1) * DAY_SECS);
        row_str(w->out, T_DEPT, "1");
        row_end(w->out, T_DEPT);
    }
}

static void write_device(struct world *w, const struct inst *i, const char *device, int units,
                         int per_day)
{
    row_str(w->out, T_DEV, i->code);
    row_str(w->out, T_DEV, device);
    row_int(w->out, T_DEV, units);
    row_int(w->out, T_DEV, per_day);
    row_day(w->out, T_DEV, day_from_ymd(2018, 1, 1));
    row_day(w->out, T_DEV, DAY_NONE);
    row_end(w->out, T_DEV);
}

static void write_inst(struct world *w, const struct inst *i)
{
    const sec_t since = (sec_t)day_from_ymd(2015, 1, 1) * DAY_SECS;
    row_str(w->out, T_FIX, i->code);
    row_str(w->out, T_FIX, i->name);
    row_str(w->out, T_FIX, i->place);
    row_str(w->out, T_FIX, i->pharmacy ? "2" : "1");
    row_str(w->out, T_FIX, i->hosp_lv);
    row_sec(w->out, T_FIX, since);
    row_str(w->out, T_FIX, NULL);
    row_str(w->out, T_FIX, "1");
    row_end(w->out, T_FIX);
    row_str(w->out, T_CNTR, i->code);
    row_str(w->out, T_CNTR, i->code);
    row_str(w->out, T_CNTR, i->name);
    row_sec(w->out, T_CNTR, (sec_t)day_from_ymd(2022, 1, 1) * DAY_SECS);
    row_sec(w->out, T_CNTR, (sec_t)day_from_ymd(2034, 12, 31) * DAY_SECS);
    row_str(w->out, T_CNTR, i->place);
    row_str(w->out, T_CNTR, "2022");
    row_str(w->out, T_CNTR, "1");
    row_end(w->out, T_CNTR);
    if (i->pharmacy)
        return;
    static const char *const lv_name[] = {"", "1", "2", "3"};
    row_str(w->out, T_MEDINS, i->code);
    row_str(w->out, T_MEDINS, i->name);
    row_str(w->out, T_MEDINS, i->place);
    row_str(w->out, T_MEDINS,
            i->kind == K_PSY      ? "A5"
            : i->kind == K_TOWN   ? "C2"
            : i->kind == K_CLINIC ? "D2"
                                  : "A1");
    row_str(w->out, T_MEDINS, "1");
    row_int(w->out, T_MEDINS, i->beds);
    row_str(w->out, T_MEDINS, lv_name[i->level]);
    row_str(w->out, T_MEDINS, i->hosp_lv);
    row_str(w->out, T_MEDINS, i->private_ ? "2" : "1");
    row_str(w->out, T_MEDINS, i->private_ ? "民营" : "公立");
    row_str(w->out, T_MEDINS, "1");
    row_end(w->out, T_MEDINS);
    if (i->beds) {
        row_str(w->out, T_BEDS, i->code);
        row_int(w->out, T_BEDS, i->beds);
        row_day(w->out, T_BEDS, day_from_ymd(2018, 1, 1));
        row_day(w->out, T_BEDS, DAY_NONE);
        row_end(w->out, T_BEDS);
    }
    write_depts(w, i);
    write_doctors(w, i);
    /* 透析机: at the level-3 and level-2 hospitals; one machine of 4 shifts at the first private ones (F03) */
    int load = (int)(w->county_size / 1000);
    if (i->kind == K_H3 || i->kind == K_H2 || i->kind == K_FAR)
        write_device(w, i, "dialysis", 12 + load, 4);
    else if (i->kind == K_PRIV)
        write_device(w, i, "dialysis", 1, 4);
    if (i->kind == K_H3 || i->kind == K_H2 || i->kind == K_FAR || i->kind == K_RING) {
        write_device(w, i, "ct", 3 + load / 40, 120);
        write_device(w, i, "mri", 2 + load / 20, 40);
    }
    if (i->kind == K_SPECIAL) /* F03 */
        write_device(w, i, "ct", 1, 20);
    if (i->kind != K_CLINIC)
        write_device(w, i, "ultrasound", 4 + load / 20, 90);
}

void places_write(struct world *w)
{
    for (uint32_t i = 0; i < w->n_inst; i++)
        write_inst(w, &w->insts[i]);
    /* 外送透析: the private hospitals may send to the county hospital, the second far one to the first */
    row_str(w->out, T_AGREE, w->insts[w->at_kind[K_PRIV]].code);
    row_str(w->out, T_AGREE, w->insts[w->at_kind[K_H3]].code);
    row_str(w->out, T_AGREE, "血液透析外送");
    row_day(w->out, T_AGREE, day_from_ymd(2022, 1, 1));
    row_day(w->out, T_AGREE, DAY_NONE);
    row_end(w->out, T_AGREE);
}
