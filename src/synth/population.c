/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Persons as a function of (seed, number): villages of neighbours, households, employers, insurance, identity. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "synth/model.h"

static const char *const surnames[] = {"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "周", "吴",
                                       "徐", "孙", "马", "朱", "胡", "郭", "何", "高", "林", "罗",
                                       "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹",
                                       "彭", "曾", "肖", "田", "董", "袁", "潘", "于", "蒋", "蔡"};
static const char *const given_m[] = {"伟", "强", "磊", "军", "勇", "杰", "涛", "明", "超", "刚",
                                      "平", "辉", "鹏", "华", "飞", "鑫", "波", "斌", "宇", "浩",
                                      "凯", "健", "俊", "帆", "帅", "旭", "宁", "龙", "林", "欢"};
static const char *const given_f[] = {"芳", "娜", "敏", "静", "秀", "丽", "艳", "娟", "霞", "燕",
                                      "玲", "桂", "红", "梅", "莉", "兰", "洁", "云", "萍", "琴",
                                      "蓉", "岚", "凤", "莲", "珍", "英", "慧", "雪", "荣", "倩"};
static const char *const given_2[] = {"",   "",   "华", "国", "志", "文", "永", "春",
                                      "玉", "建", "晓", "海", "新", "德", "世", "明"};

/* Households of a block of 12 neighbours. */
static const int8_t houses[8][12] = {
    {0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2}, {0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3},
    {0, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3}, {0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3},
    {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3}, {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2},
    {0, 0, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3}, {0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4},
};

static void digits(char *to, uint64_t v, int n)
{
    for (int i = n - 1; i >= 0; i--) {
        to[i] = (char)('0' + v % 10);
        v /= 10;
    }
    to[n] = 0;
}

static void make_certno(struct person *p, day_t born, char gend)
{
    static const int weight[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int y, m, d;
    day_to_ymd(born, &y, &m, &d);
    memcpy(p->certno, p->place, 6);
    digits(p->certno + 6, (uint64_t)(y * 10000 + m * 100 + d), 8);
    /* number of the day: unique enough, parity = sex */
    uint64_t k = rng_mix(p->idx * UINT64_C(2654435761)) % 500;
    digits(p->certno + 14, k * 2 + (gend == '1'), 3);
    int sum = 0;
    for (int i = 0; i < 17; i++)
        sum += (p->certno[i] - '0') * weight[i];
    p->certno[17] = "10X98765432"[sum % 11];
    p->certno[18] = 0;
}

static day_t born_of(const struct world *w, struct rng *house, struct rng *own, int role)
{
    int head = rng_range(
        house, 24, 82); /* age of the head of the household, the same for all who live there */
    int age;
    if (role == 0)
        age = head;
    else if (role == 1)
        age = head - 4 + rng_range(own, 0, 7);
    else if (head >= 50)
        age = role == 2 ? head - 26 + rng_range(own, 0, 4) : rng_range(own, 0, head - 48);
    else
        age = role <= 3 ? head - 24 - rng_range(own, 0, 6) : head + 25 + rng_range(own, 0, 5);
    if (age < 0)
        age = -1 - (int)rng_below(own, 2); /* born after the data begins, or just before */
    if (age > 92)
        age = 92;
    day_t d = w->from - age * 365 - age / 4 - rng_range(own, 1, 364);
    if (age < 0)
        d = w->from - 400 + rng_range(own, 0, 700);
    if (d > w->to - 40)
        d = w->to - 40 - rng_range(own, 0, 300);
    return d;
}

static void live(struct person *p, const struct world *w, uint32_t block, int house)
{
    memcpy(p->house_no, p->place, 6);
    digits(p->house_no + 6, (uint64_t)block * 8 + (uint64_t)house + 1, 9);
    snprintf(p->addr, sizeof p->addr, "第%u村%u组%u号", p->village + 1, block % 9 + 1,
             (unsigned)(block % 40 * 5) + house + 1);
    (void)w;
}

static void insure(struct person *p, struct rng *r, const struct world *w)
{
    int age = age_at(p, w->from);
    bool work = age >= 20 && age < 60 && rng_hit(r, 270000);
    bool retired = age >= 60 && rng_hit(r, 180000);
    p->insutype = work || retired ? "310" : "390";
    if (work || retired) {
        uint32_t emp = rng_below(r, 3 + w->county_size / 400);
        snprintf(p->emp_no, sizeof p->emp_no, "%sE%06u", p->place, emp + 1);
        static const char *const kind[] = {"建材厂",   "纺织公司", "农机站",   "中学",
                                           "商贸公司", "供电所",   "运输公司", "食品厂"};
        snprintf(p->emp_name, sizeof p->emp_name, "第%u%s", emp + 1, kind[emp % 8]);
        p->psn_type = work ? "11" : "12";
    } else {
        snprintf(p->emp_no, sizeof p->emp_no, "%sV%06u", p->place, p->village + 1);
        snprintf(p->emp_name, sizeof p->emp_name, "第%u村村民委员会", p->village + 1);
        p->psn_type = age < 18 ? "14" : age < 60 ? "15" : "16";
    }
    p->insured_from = p->born > day_from_ymd(2015, 1, 1) ? p->born : day_from_ymd(2015, 1, 1);
    p->insured_to = DAY_NONE;
    if (rng_hit(r, 6000))
        p->insured_to = w->from + (day_t)rng_below(r, (uint32_t)w->days);
}

static void change_person(const struct world *w, struct person *p)
{
    uint32_t k = map_get(&w->changes, p->idx);
    if (k == MAP_NONE) {
        if (person_used(w, p->idx)) { /* nothing of chance happens to a plant's person */
            p->die = DAY_NONE;
            p->die_how = 0;
            p->insured_to = DAY_NONE;
        }
        return;
    }
    const struct change *c = &w->change[k];
    p->die = c->has_die ? c->die : DAY_NONE;
    p->die_how = c->has_die ? c->die_how : 0;
    p->insured_to = c->has_until ? c->until : DAY_NONE;
    if (c->has_from)
        p->insured_from = c->from;
    p->staff_inst = c->staff_inst;
    if (c->no_gend)
        p->gend = 0;
    if (c->has_born)
        p->born = c->born;
    if (c->no_born)
        p->born = DAY_NONE;
    if (c->psn_card)
        snprintf(p->card, sizeof p->card, "%s", c->psn_card);
}

void person_make(const struct world *w, uint32_t idx, struct person *p)
{
    memset(p, 0, sizeof *p);
    p->idx = idx;
    p->county = idx / w->county_size;
    if (p->county >= w->n_county)
        p->county = w->n_county - 1;
    p->village = idx / w->village_size;
    snprintf(p->place, sizeof p->place, "4298%02u", p->county % 90 + 1);
    uint32_t block = idx / 12, at = idx % 12;
    struct rng hb = rng_of(w->seed, RNG_HOUSE, block);
    const int8_t *pat = houses[rng_below(&hb, 8)];
    int house = pat[at];
    p->role = 0;
    for (uint32_t i = 0; i < at; i++)
        p->role += pat[i] == house;
    struct rng h = rng_of(w->seed, RNG_HOUSE,
                          UINT64_C(1) << 40 | (uint64_t)block * 8 | (unsigned)house);
    struct rng r = rng_of(w->seed, RNG_PERSON, idx);
    uint32_t sur = rng_below(&h, 40);
    char head_sex = rng_below(&h, 10) < 7 ? '1' : '2';
    bool poor = rng_hit(&h, 180000);
    char poor_kind = (char)('1' + rng_below(&h, 3));
    p->gend = p->role == 0   ? head_sex
              : p->role == 1 ? (char)('3' - head_sex + '0')
                             : (char)('1' + rng_below(&r, 2));
    p->born = born_of(w, &h, &r, p->role);
    if (p->role == 1)
        sur = rng_below(&r, 40);
    const char *g1 = given_2[rng_below(&r, 16)],
               *g2 = p->gend == '1' ? given_m[rng_below(&r, 30)] : given_f[rng_below(&r, 30)];
    snprintf(p->name, sizeof p->name, "%s%s%s", surnames[sur], g1, g2);
    memcpy(p->psn_no, p->place, 6);
    digits(p->psn_no + 6, UINT64_C(10000000000000) + idx + 1, 14);
    make_certno(p, p->born, p->gend);
    memcpy(p->tel, "13", 2);
    digits(p->tel + 2, UINT64_C(100000000) + (uint64_t)idx * 137 % UINT64_C(800000000), 9);
    p->card[0] = (char)('A' + idx % 26);
    digits(p->card + 1, UINT64_C(20000000) + idx, 8);
    p->house = block * 8 + (uint32_t)house;
    live(p, w, block, house);
    insure(p, &r, w);
    p->staff_inst = -1;
    if (poor && p->insutype[0] == '3' && p->insutype[1] == '9')
        p->sp = poor_kind;
    p->die = DAY_NONE;
    int age = age_at(p, w->from);
    if (age >= 68 && rng_hit(&r, (uint32_t)(age - 60) * 1500u * (uint32_t)w->months / 12)) {
        p->die = w->from + 20 + (day_t)rng_below(&r, (uint32_t)w->days - 21);
        p->die_how = 1 + (int)rng_below(&r, 3);
    }
    change_person(w, p);
}

struct change *change_of(struct world *w, uint32_t idx)
{
    uint32_t k = map_get(&w->changes, idx);
    if (k != MAP_NONE)
        return &w->change[k];
    if (mem_grow(&w->change, &w->cap_change, w->n_change + 1, sizeof *w->change) ||
        map_put(&w->changes, idx, (uint32_t)w->n_change)) {
        w->failed = err_nomem(w->e);
        static struct change none;
        return &none;
    }
    struct change *c = &w->change[w->n_change++];
    memset(c, 0, sizeof *c);
    c->idx = idx;
    c->staff_inst = -1;
    return c;
}

static void write_insurance(struct world *w, const struct person *p, const char *insutype,
                            day_t from, day_t to)
{
    char id[32];
    snprintf(id, sizeof id, "R%s%s", p->psn_no, insutype);
    row_str(w->out, T_INSU, id);
    row_str(w->out, T_INSU, p->psn_no);
    row_str(w->out, T_INSU, p->name);
    row_str(w->out, T_INSU, p->certno);
    row_str(w->out, T_INSU, p->emp_no);
    row_str(w->out, T_INSU, insutype);
    row_day(w->out, T_INSU, from);
    row_day(w->out, T_INSU, to);
    row_str(w->out, T_INSU, to == DAY_NONE ? "1" : "2");
    row_str(w->out, T_INSU, p->psn_type);
    row_str(w->out, T_INSU, p->place);
    row_end(w->out, T_INSU);
}

static void write_lists(struct world *w, const struct person *p)
{
    if (p->die != DAY_NONE && p->die_how >= 2) {
        row_str(w->out, T_DEATH, p->psn_no);
        row_str(w->out, T_DEATH, p->certno);
        row_str(w->out, T_DEATH, p->name);
        row_day(w->out, T_DEATH, p->die);
        row_str(w->out, T_DEATH, p->die_how == 2 ? "殡葬" : p->die_how == 3 ? "公安" : "医学证明");
        row_end(w->out, T_DEATH);
    }
    if (p->sp) {
        static const char *const kind[] = {"特困", "低保", "建档立卡", "孤儿"};
        row_str(w->out, T_ASSIST, p->psn_no);
        row_str(w->out, T_ASSIST, p->certno);
        row_str(w->out, T_ASSIST, p->name);
        row_str(w->out, T_ASSIST,
                p->sp == '1' && age_at(p, w->from) >= 60 ? "五保" : kind[p->sp - '1']);
        row_day(w->out, T_ASSIST,
                p->born > day_from_ymd(2020, 1, 1) ? p->born : day_from_ymd(2020, 1, 1));
        row_day(w->out, T_ASSIST, DAY_NONE);
        row_end(w->out, T_ASSIST);
    }
    if (p->staff_inst >= 0) {
        const struct inst *i = &w->insts[p->staff_inst];
        row_str(w->out, T_STAFF, i->code);
        row_str(w->out, T_STAFF, p->psn_no);
        row_str(w->out, T_STAFF, p->name);
        row_str(w->out, T_STAFF, "护士");
        row_day(w->out, T_STAFF, day_from_ymd(2016, 7, 1));
        row_day(w->out, T_STAFF, DAY_NONE);
        row_end(w->out, T_STAFF);
    }
    row_str(w->out, T_HOUSE, p->psn_no);
    row_str(w->out, T_HOUSE, p->name);
    row_str(w->out, T_HOUSE, p->house_no);
    row_end(w->out, T_HOUSE);
}

void person_write(struct world *w, const struct person *p)
{
    row_str(w->out, T_PSN, p->psn_no);
    row_str(w->out, T_PSN, p->name);
    row_char(w->out, T_PSN, p->gend);
    row_day(w->out, T_PSN, p->born);
    row_str(w->out, T_PSN, "01");
    row_str(w->out, T_PSN, p->certno);
    row_str(w->out, T_PSN, p->tel);
    row_str(w->out, T_PSN, "01");
    row_str(w->out, T_PSN, p->place);
    row_str(w->out, T_PSN, p->addr);
    row_str(w->out, T_PSN, p->house_no);
    row_str(w->out, T_PSN, p->die != DAY_NONE ? "2" : "1");
    row_str(w->out, T_PSN, "1");
    row_end(w->out, T_PSN);
    write_insurance(w, p, p->insutype, p->insured_from, p->insured_to);
    uint32_t k = map_get(&w->changes, p->idx);
    if (k != MAP_NONE && w->change[k].maternity)
        write_insurance(w, p, "510", p->insured_from, DAY_NONE);
    write_lists(w, p);
}
