/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/nature.h"

#include <string.h>

const char *const nature_group_title[NATURE_GROUPS] = {
    [NATURE_MISUSE] = "违法违规使用", [NATURE_MANAGE] = "基金使用管理", [NATURE_FRAUD] = "欺诈骗保",
    [NATURE_PERSON] = "参保人违法",   [NATURE_OTHER] = "其他",
};

/* 医疗保障基金使用监督管理条例（国务院令第 735 号）; 实施细则（局令第 7 号）. */
const struct nature natures[] = {
    {"split_stay", "分解住院", "条例第三十八条第一项", "条例 38(1)", NATURE_MISUSE},
    {"hang_bed", "挂床住院", "条例第三十八条第一项", "条例 38(1)", NATURE_MISUSE},
    {"over_care", "过度诊疗", "条例第三十八条第二项", "条例 38(2)", NATURE_MISUSE},
    {"over_test", "过度检查", "条例第三十八条第二项", "条例 38(2)", NATURE_MISUSE},
    {"split_rx", "分解处方", "条例第三十八条第二项", "条例 38(2)", NATURE_MISUSE},
    {"over_rx", "超量开药", "条例第三十八条第二项", "条例 38(2)", NATURE_MISUSE},
    {"dup_rx", "重复开药", "条例第三十八条第二项", "条例 38(2)", NATURE_MISUSE},
    {"needless", "提供不必要的医药服务", "条例第三十八条第二项", "条例 38(2)", NATURE_MISUSE},
    {"dup_charge", "重复收费", "条例第三十八条第三项", "条例 38(3)", NATURE_MISUSE},
    {"over_charge", "超标准收费", "条例第三十八条第三项", "条例 38(3)", NATURE_MISUSE},
    {"split_item", "分解项目收费", "条例第三十八条第三项", "条例 38(3)", NATURE_MISUSE},
    {"swap", "串换药品、耗材、项目", "条例第三十八条第四项", "条例 38(4)", NATURE_MISUSE},
    {"resale_help", "为转卖药品、套现提供便利", "条例第三十八条第五项", "条例 38(5)",
     NATURE_MISUSE},
    {"out_of_scope", "超范围费用纳入结算", "条例第三十八条第六项", "条例 38(6)", NATURE_MISUSE},
    {"upcode", "高套、低套病组", "条例第三十八条第七项、实施细则第二十三条", "条例 38(7)",
     NATURE_MISUSE},
    {"other_loss", "其他造成基金损失的行为", "条例第三十八条第七项", "条例 38(7)", NATURE_MISUSE},
    {"records", "资料保管、数据报送不合规", "条例第三十九条", "条例 39", NATURE_MANAGE},
    {"trace_code", "未按要求使用追溯码", "条例第三十九条、实施细则第二十四条", "实施细则 24",
     NATURE_MANAGE},
    {"induced_stay", "诱导住院", "条例第四十条第一款第一项", "条例 40(1)", NATURE_FRAUD},
    {"induced", "诱导就医、购药", "条例第四十条第一款第一项", "条例 40(1)", NATURE_FRAUD},
    {"false_stay", "虚假住院", "条例第四十条第一款第一项", "条例 40(1)", NATURE_FRAUD},
    {"false_visit", "虚假就医、购药", "条例第四十条第一款第一项", "条例 40(1)", NATURE_FRAUD},
    {"impersonation", "协助冒名就医、购药", "条例第四十条第一款第一项", "条例 40(1)", NATURE_FRAUD},
    {"false_bills", "提供虚假证明、串通虚开单据", "条例第四十条第一款第一项", "条例 40(1)",
     NATURE_FRAUD},
    {"forgery", "伪造、变造、隐匿、销毁资料", "条例第四十条第一款第二项", "条例 40(2)",
     NATURE_FRAUD},
    {"fictitious", "虚构医药服务项目", "条例第四十条第一款第三项", "条例 40(3)", NATURE_FRAUD},
    {"other_fraud", "其他骗取基金支出的行为", "条例第四十条第一款第四项", "条例 40(4)",
     NATURE_FRAUD},
    {"lent_card", "出借医保凭证", "条例第四十一条第一款第一项", "条例 41(1)", NATURE_PERSON},
    {"double_benefit", "重复享受待遇", "条例第四十一条第一款第二项", "条例 41(2)", NATURE_PERSON},
    {"resale", "转卖药品、接受返还获利", "条例第四十一条第一款第三项", "条例 41(3)", NATURE_PERSON},
    {"other_card", "使用他人凭证冒名就医、购药", "条例第四十一条第二款", "条例 41", NATURE_PERSON},
    {"agency", "经办机构骗取基金", "条例第三十七条", "条例 37", NATURE_OTHER},
    {"agreement", "违反服务协议", "条例第十三条", "条例 13", NATURE_OTHER},
    {0},
};
_Static_assert(sizeof natures / sizeof *natures <= NATURES_MOST, "lists filter by a mask of 64");

int nature_find(struct span code)
{
    for (int i = 0; code.n && natures[i].code; i++)
        if (span_is(code, natures[i].code))
            return i;
    return -1;
}

bool nature_takes_intent(const struct nature *n)
{
    return n->group == NATURE_MISUSE ||
           (n->group == NATURE_PERSON && strcmp(n->code, "other_card") != 0);
}

void nature_article(struct buf *out, const struct nature *n, bool intent)
{
    if (!intent || !nature_takes_intent(n)) {
        buf_str(out, n->article);
        return;
    }
    buf_fmt(out, "条例%s（以骗取为目的，%s）",
            n->group == NATURE_PERSON ? "第四十一条第二款" : "第四十条第二款", n->article);
}

/* --- proposals --------------------------------------------------------------------------------------- */

/* The usual one of an article. */
static const struct {
    const char *ref, *code;
} of_law[] = {
    {"条例 38(1)", "hang_bed"},    {"条例 38(2)", "over_care"},    {"条例 38(3)", "over_charge"},
    {"条例 38(4)", "swap"},        {"条例 38(5)", "resale_help"},  {"条例 38(6)", "out_of_scope"},
    {"条例 38(7)", "other_loss"},  {"条例 38", "other_loss"},      {"条例 39", "records"},
    {"条例 40(1)", "false_visit"}, {"条例 40(2)", "forgery"},      {"条例 40(3)", "fictitious"},
    {"条例 40", "other_fraud"},    {"条例 41(1)", "lent_card"},    {"条例 41(2)", "double_benefit"},
    {"条例 41(3)", "resale"},      {"条例 41", "other_card"},      {"条例 37", "agency"},
    {"条例 36", "agency"},         {"条例 13", "agreement"},       {"实施细则 23", "upcode"},
    {"实施细则 24", "trace_code"}, {"实施细则 27", "other_fraud"}, {"社会保险法 88", "other_card"},
};

static const struct nature *by_code(const char *code)
{
    int at = nature_find(span_of(code));

    return at < 0 ? NULL : &natures[at];
}

const struct nature *nature_of_rule(struct span named, const struct span *laws, size_t n_laws)
{
    int at = nature_find(named);

    if (at >= 0)
        return &natures[at];
    for (size_t k = 0; k < n_laws; k++)
        for (int whole = 1; whole >= 0; whole--) {
            struct span item = laws[k], article = span_cut(&item, '(');

            for (size_t i = 0; i < sizeof of_law / sizeof *of_law; i++)
                if (span_is(whole ? laws[k] : article, of_law[i].ref))
                    return by_code(of_law[i].code);
        }
    return NULL;
}

/* The longest that is there: 虚假住院 says more than 住院 would. "串换药品、耗材、项目" is known by its first word. */
const struct nature *nature_of_words(struct span text)
{
    static const struct {
        const char *word, *code;
    } more[] = {
        {"串换", "swap"},
        {"冒名", "impersonation"},
        {"挂床", "hang_bed"},
        {"倒卖", "resale"},
        {"虚开", "false_bills"},
        {"伪造", "forgery"},
        {"超范围", "out_of_scope"},
        {"分解收费", "split_item"},
        {"虚构", "fictitious"},
        {"包吃包住", "induced_stay"},
        {"车接车送", "induced_stay"},
        {"套现", "resale_help"},
    };
    const struct nature *best = NULL;
    size_t most = 0;

    for (const struct nature *n = natures; n->code && text.n; n++)
        if (strlen(n->title) > most && memmem(text.p, text.n, n->title, strlen(n->title))) {
            best = n;
            most = strlen(n->title);
        }
    for (size_t i = 0; !best && text.n && i < sizeof more / sizeof *more; i++)
        if (memmem(text.p, text.n, more[i].word, strlen(more[i].word)))
            best = by_code(more[i].code);
    return best;
}
