/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/family.h"

#include <stddef.h>
#include <string.h>

const char *const family_name[FAMILY_COUNT] = {
    [FAMILY_IDENTITY] = "身份",      [FAMILY_PRESENCE] = "在院",
    [FAMILY_SPLITTING] = "分解住院", [FAMILY_INDICATION] = "住院指征",
    [FAMILY_GANG] = "诱导聚集",      [FAMILY_STAY] = "住院其他",
    [FAMILY_CHARGING] = "收费",      [FAMILY_SCOPE] = "支付范围",
    [FAMILY_DRUGS] = "用药",         [FAMILY_CHRONIC] = "慢特病与药店",
    [FAMILY_SOURCE] = "货源",        [FAMILY_PAPER] = "票据",
    [FAMILY_CAPACITY] = "能力",      [FAMILY_DATA] = "数据与结构",
    [FAMILY_AGENCY] = "经办参保",    [FAMILY_OTHER] = "其他",
};

/* rules.md 5.1 no. 3; a rule not named there goes by its letter. */
static const struct {
    enum family family;
    const char *rules;
} named[] = {
    {FAMILY_PRESENCE, "B01 B07 B06 B14 B15 B20"},
    {FAMILY_SPLITTING, "B02 B03 B04 B18"},
    {FAMILY_INDICATION, "B08 B09"},
    {FAMILY_GANG, "A05 A06 B10 B11 B12 B13 B16 B17 B19"},
    {FAMILY_DRUGS, "E01 E02 E03 E04 E05 E06 E07 E08"},
    {FAMILY_SOURCE, "E09"},
    {FAMILY_PAPER, "E15 E16 E17"},
};
static const struct {
    char letter;
    enum family family;
} lettered[] = {
    {'A', FAMILY_IDENTITY}, {'B', FAMILY_STAY},    {'C', FAMILY_CHARGING},
    {'D', FAMILY_SCOPE},    {'E', FAMILY_CHRONIC}, {'F', FAMILY_CAPACITY},
    {'G', FAMILY_SOURCE},   {'H', FAMILY_DATA},    {'I', FAMILY_AGENCY},
};

enum family family_of(struct span rule)
{
    if (rule.n >= 3 && (rule.n == 3 || rule.p[3] == '.'))
        for (size_t i = 0; i < sizeof named / sizeof *named; i++)
            for (const char *p = named[i].rules; *p; p += p[3] ? 4 : 3)
                if (memcmp(p, rule.p, 3) == 0)
                    return named[i].family;
    for (size_t i = 0; rule.n && i < sizeof lettered / sizeof *lettered; i++)
        if (lettered[i].letter == rule.p[0])
            return lettered[i].family;
    return FAMILY_OTHER;
}

bool family_fraud(enum family f)
{
    return f == FAMILY_PRESENCE || f == FAMILY_GANG || f == FAMILY_PAPER || f == FAMILY_SOURCE;
}

void strengths_add(struct strengths *s, enum family f, int64_t strength)
{
    if (strength > s->max[f])
        s->max[f] = (int32_t)strength;
}

int strengths_count(const struct strengths *s)
{
    int n = 0;

    for (int f = 0; f < FAMILY_COUNT; f++)
        n += s->max[f] > 0;
    return n;
}

/* Carried in 1e-18 so that the order of families can't show in the result. */
int64_t strengths_score(const struct strengths *s, bool fraud)
{
    __int128 left = (__int128)1000000000 * 1000000000;

    for (int f = 0; f < FAMILY_COUNT; f++)
        if (s->max[f] > 0 && (!fraud || family_fraud((enum family)f)))
            left = left * (1000000 - s->max[f]) / 1000000;
    return 1000000 - (int64_t)((left + 500000000000) / 1000000000000);
}
