/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "knowledge/kp_words.h"

#include "claims/readers/mapping.h"
#include "engine/knowledge.h"

static const char *find(struct span s, const char *word)
{
    return s.n ? memmem(s.p, s.n, word, strlen(word)) : NULL;
}

static bool has(struct span s, const char *word)
{
    return find(s, word) != NULL;
}

static bool has_any(struct span s, const char *const *words)
{
    for (; *words; words++)
        if (has(s, *words))
            return true;
    return false;
}

/* The number that ends right before `at`; 0: none. */
static int number_before(struct span s, const char *at)
{
    int v = 0, ten = 1;

    while (at > s.p && at[-1] >= '0' && at[-1] <= '9' && ten < 100000) {
        v += (at[-1] - '0') * ten;
        ten *= 10;
        at--;
    }
    return v;
}

/* "14天" "12个月" "一年" in days behind `word`; 0: not said so. */
static int days_after(struct span s, const char *word)
{
    static const struct {
        const char *unit;
        int days;
    } units[] = {{"天", 1}, {"日", 1}, {"周", 7}, {"个月", 30}, {"年", 365}};
    const char *p = find(s, word);

    if (!p)
        return 0;
    struct span rest = {p + strlen(word), s.n - (size_t)(p - s.p) - strlen(word)};

    if (span_starts(rest, "一年"))
        return 365;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const char *u = find(rest, units[i].unit);
        int v = u && u - rest.p <= 4 ? number_before(rest, u) : 0;

        if (v)
            return v * units[i].days;
    }
    return 0;
}

static bool say_scheme(const struct kp *k, const struct knowledge *w, struct buf *c,
                       const char **why)
{
    (void)w;
    if (has(k->text, "工伤保险"))
        buf_str(c, "工伤");
    else if (has(k->text, "生育保险"))
        buf_str(c, "510");
    else
        *why = "没有写限哪种保险";
    return !*why;
}

static bool say_level(const struct kp *k, const struct knowledge *w, struct buf *c,
                      const char **why)
{
    (void)w;
    if (has(k->text, "首次处方") || has(k->text, "医师处方"))
        *why = "限的是开处方的医师或首次处方，不是结算的机构";
    else if (has(k->text, "二级及以上"))
        buf_str(c, "2");
    else if (has(k->text, "三级"))
        buf_str(c, "3");
    else
        *why = "没有写限哪一级";
    return !*why;
}

static bool say_setting(const struct kp *k, const struct knowledge *w, struct buf *c,
                        const char **why)
{
    (void)w;
    if (has(k->text, "急诊或住院") || has(k->text, "急诊、住院"))
        buf_str(c, "ipt_emg,");
    else if (has(k->text, "住院"))
        buf_str(c, "ipt,");
    else
        *why = "没有写限住院还是门诊";
    return !*why;
}

/* What may not be prescribed over the net. */
static bool say_net(const struct kp *k, const struct knowledge *w, struct buf *c, const char **why)
{
    (void)w;
    if (has(k->text, "互联网") && (has(k->text, "不得开具") || has(k->text, "不予支付")))
        buf_str(c, "no_net,");
    else
        *why = "没有写互联网诊疗不得开具或不予支付";
    return !*why;
}

static bool say_course(const struct kp *k, const struct knowledge *w, struct buf *c,
                       const char **why)
{
    static const char *const words[] = {"支付不超过", "最多支付", "时间不超过", NULL};
    int days = 0;

    (void)w;
    for (int i = 0; words[i] && !days; i++)
        days = days_after(k->text, words[i]);
    if (!days)
        *why = "没有读出支付多少天";
    else
        buf_fmt(c, "%s,%d", has(k->text, "单次") ? "stay" : "course", days);
    return !*why;
}

/* The name only: being on the list says it all. */
static bool say_title(const struct kp *k, const struct knowledge *w, struct buf *c,
                      const char **why)
{
    (void)w;
    (void)why;
    csv_field(c, k->item_name, true);
    return true;
}

static bool say_surgery(const struct kp *k, const struct knowledge *w, struct buf *c,
                        const char **why)
{
    (void)w;
    if (!k->text.n || memchr(k->text.p, ',', k->text.n)) {
        *why = "没有写手术组";
        return false;
    }
    buf_span(c, k->text);
    buf_str(c, ",50%");
    return true;
}

static bool say_pair(const struct kp *k, const struct knowledge *w, struct buf *c, const char **why)
{
    (void)k;
    (void)w;
    (void)why;
    buf_str(c, "day,");
    return true;
}

static bool say_day(const struct kp *k, const struct knowledge *w, struct buf *c, const char **why)
{
    (void)w;
    if (span_is(k->text, "日") || span_is(k->text, "天"))
        buf_str(c, "1,d");
    else if (span_is(k->text, "小时"))
        buf_str(c, "24,h");
    else
        *why = "计价单位不是日、天、小时";
    return !*why;
}

static bool say_cycle(const struct kp *k, const struct knowledge *w, struct buf *c,
                      const char **why)
{
    const char *basis = has(k->text, "诊疗规范") ? "clinical" : "policy";
    int days = days_after(k->text, "不短于");

    (void)w;
    if (!days && has(k->text, "每周最多支付一次"))
        days = 7;
    if (!days) { /* "反映近2-3周": the shorter of the two */
        const char *p = find(k->text, "近");
        int v = p && p + 4 < k->text.p + k->text.n && p[3] >= '1' && p[3] <= '9' && p[4] == '-'
                    ? p[3] - '0'
                    : 0;

        days = v * (has(k->text, "个月") ? 30 : has(k->text, "周") ? 7 : 0);
    }
    if (!days)
        *why = "没有读出周期有多长";
    else
        buf_fmt(c, "%d,1,%s", days, basis);
    return !*why;
}

static bool say_child_policy(const struct kp *k, const struct knowledge *w, struct buf *c,
                             const char **why)
{
    (void)k;
    (void)w;
    (void)why;
    buf_str(c, ",14,,policy");
    return true;
}

static bool say_child_label(const struct kp *k, const struct knowledge *w, struct buf *c,
                            const char **why)
{
    (void)k;
    (void)w;
    (void)why;
    buf_str(c, ",14,,label");
    return true;
}

static bool say_age(const struct kp *k, const struct knowledge *w, struct buf *c, const char **why)
{
    (void)w;
    if (has(k->text, "法定就业年龄"))
        buf_str(c, "16,63,,policy"); /* 劳动法 15；渐进式延迟法定退休年龄的决定：男 63 周岁 */
    else
        *why = "没有读出年龄";
    return !*why;
}

/* Words that only one sex can be meant by. "乳" alone is no such word. */
static bool say_sex(const struct kp *k, const char *kind, struct buf *c, const char **why)
{
    static const char *const male[] = {"男",   "前列腺", "阴茎", "睾丸", "附睾", "输精管",
                                       "精索", "精囊",   "阴囊", "包皮", "遗精", "阳痿",
                                       "早泄", "滑精",   "精液", "精子", "鞘膜", NULL};
    static const char *const female[] = {"女",   "子宫", "宫颈", "阴道", "卵巢", "输卵管", "月经",
                                         "痛经", "闭经", "带下", "产后", "妊娠", "孕妇",   "孕产",
                                         "恶露", "绝经", "妇",   "胎",   "分娩", "外阴",   "盆腔炎",
                                         "经期", "引产", "流产", "羊水", "宫腔", "哺乳",   "刮宫",
                                         "崩漏", "宫内", "阴蒂", "助产", "产科", "经血",   NULL};
    bool m = has_any(k->text, male) || has_any(k->item_name, male);
    bool f = has_any(k->text, female) || has_any(k->item_name, female);

    if (m == f) {
        *why = m ? "男女都提到了，读不出限哪一种" : "读不出限男还是限女";
        return false;
    }
    buf_fmt(c, "%d,%s", m ? 1 : 2, kind);
    return true;
}

static bool say_sex_drug(const struct kp *k, const struct knowledge *w, struct buf *c,
                         const char **why)
{
    (void)w;
    return say_sex(k, "drug", c, why);
}

static bool say_sex_service(const struct kp *k, const struct knowledge *w, struct buf *c,
                            const char **why)
{
    (void)w;
    return say_sex(k, "service", c, why);
}

/* Diagnoses named in one part of the text; how many words were found. */
static int dx_of(struct span part, const struct knowledge *w, struct buf *c)
{
    int dx = knowledge_column(w, SPAN("dx")), n = 0;

    for (size_t r = 0; r < w->n; r++) {
        struct span word = w->column[w->key].text[r];

        if (word.n && memmem(part.p, part.n, word.p, word.n)) {
            buf_span(c, w->column[dx].text[r]);
            buf_char(c, '\n');
            n++;
        }
    }
    return n;
}

/*
 * "1.…；2.…": every part must name a disease that the table of words knows. A part that names none would leave out patients
 * who may have the drug, and accuse them: then the whole point is given back.
 */
static bool say_indication(const struct kp *k, const struct knowledge *w, struct buf *c,
                           const char **why)
{
    static const char *const seps[] = {"；", ";", "。", NULL};
    struct span rest = k->text;
    int parts = 0;

    if (!w || knowledge_column(w, SPAN("dx")) < 0) {
        *why = "没有病名对照表（indication_word）";
        return false;
    }
    while (rest.n) {
        size_t cut = rest.n, width = 0;

        for (int i = 0; seps[i]; i++) {
            const char *p = find(rest, seps[i]);

            if (p && (size_t)(p - rest.p) < cut) {
                cut = (size_t)(p - rest.p);
                width = strlen(seps[i]);
            }
        }
        struct span part = span_trim((struct span){rest.p, cut});

        rest = (struct span){rest.p + cut + width, rest.n - cut - width};
        if (part.n < 6 || has(part, "支付不超过") || has(part, "尚未确定"))
            continue;
        if (!dx_of(part, w, c)) {
            *why = "有一部分适应症的病名对不上诊断编码";
            return false;
        }
        parts++;
    }
    if (!parts)
        *why = "没有读出适应症";
    return parts > 0;
}

static const struct kp_class classes[] = {
    {"药品限工伤保险", "scheme_limit", "hilist_code,insutype", say_scheme, NULL, false},
    {"药品限生育保险", "scheme_limit", "hilist_code,insutype", say_scheme, NULL, false},
    {"医疗服务项目限工伤保险", "scheme_limit", "hilist_code,insutype", say_scheme, NULL, false},
    {"医疗服务项目限生育保险", "scheme_limit", "hilist_code,insutype", say_scheme, NULL, false},
    {"药品限医疗机构级别", "level_limit", "hilist_code,min_level", say_level, NULL, false},
    {"医疗服务项目限医疗机构级别", "level_limit", "hilist_code,min_level", say_level, NULL, false},
    {"药品限就医方式", "setting_limit", "hilist_code,only,dept", say_setting, NULL, false},
    {"医疗服务项目限就医方式", "setting_limit", "hilist_code,only,dept", say_setting, NULL, false},
    {"超互联网医院药品支付范围", "setting_limit", "hilist_code,only,dept", say_net, NULL, false},
    {"手术项目未按规定折价收费", "surgery_group", "hilist_code,grp,ratio", say_surgery, NULL,
     false},
    {"医疗服务项目重复收费", "included_pair", "code_a,code_b,scope,cap", say_pair, NULL, true},
    {"医疗服务项目限定频次", "day_limit", "hilist_code,lim,unit", say_day, NULL, false},
    {"医疗服务项目周期超频次", "cycle_limit", "hilist_code,days,lim,basis", say_cycle, NULL, false},
    {"药品限儿童使用", "age_limit", "hilist_code,min_y,max_y,max_d,basis", say_child_policy, NULL,
     false},
    {"药品儿童专用", "age_limit", "hilist_code,min_y,max_y,max_d,basis", say_child_label, NULL,
     false},
    {"医疗服务项目限儿童使用", "age_limit", "hilist_code,min_y,max_y,max_d,basis", say_child_policy,
     NULL, false},
    {"医疗服务项目儿童专用", "age_limit", "hilist_code,min_y,max_y,max_d,basis", say_child_policy,
     NULL, false},
    {"医疗服务项目限年龄", "age_limit", "hilist_code,min_y,max_y,max_d,basis", say_age, NULL,
     false},
    {"药品区分性别使用", "sex_limit", "hilist_code,sex,kind", say_sex_drug, NULL, false},
    {"医疗服务项目区分性别使用", "sex_limit", "hilist_code,sex,kind", say_sex_service, NULL, false},
    {"药品限适应症", "indication", "hilist_code,dx", say_indication, NULL, false},
    {"超说明书适应症用药", "indication", "hilist_code,dx", say_indication, NULL, false},
    {"药品限支付疗程", "course_limit", "hilist_code,per,days", say_course, NULL, false},
    {"医疗服务项目限支付疗程", "course_limit", "hilist_code,per,days", say_course, NULL, false},
    {"中药饮片单复方均不予支付", "tcm_never", "hilist_code,title", say_title, NULL, false},
    {"中药饮片单方使用不予支付", "tcm_single", "hilist_code,title", say_title, NULL, false},
    {"药品限二线使用", NULL, NULL, NULL,
     "一线药品有哪些，知识点没有列出，要由药学人员在 second_line 表补", false},
};

const struct kp_class *kp_class_find(struct span name)
{
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (span_is(name, classes[i].name))
            return &classes[i];
    return NULL;
}
