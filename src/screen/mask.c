/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/mask.h"

#include <string.h>

static size_t first_char(struct span s)
{
    size_t n = s.n > 0;

    while (n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n++;
    return n;
}

/* One star for however many characters: the length of a name says much in a village. */
void mask_name(struct buf *b, struct span name)
{
    name = span_trim(name);
    if (!name.n)
        return;
    buf_add(b, name.p, first_char(name));
    buf_char(b, '*');
}

/* Too short to keep both ends: nothing is kept but the first character. */
static void middle(struct buf *b, struct span s, size_t head, size_t tail)
{
    s = span_trim(s);
    if (!s.n)
        return;
    if (s.n < head + tail + 4) {
        buf_add(b, s.p, first_char(s));
        buf_str(b, "***");
        return;
    }
    buf_add(b, s.p, head);
    for (size_t i = head; i < s.n - tail; i++)
        buf_char(b, '*');
    buf_add(b, s.p + s.n - tail, tail);
}

void mask_certno(struct buf *b, struct span certno)
{
    middle(b, certno, 6, 4);
}

void mask_tel(struct buf *b, struct span tel)
{
    middle(b, tel, 3, 4);
}

/* --- somebody else's table --------------------------------------------------------------------------- */

static bool has(struct span s, const char *word)
{
    return memmem(s.p, s.n, word, strlen(word)) != NULL;
}

static bool ends(struct span s, const char *word)
{
    size_t n = strlen(word);

    return s.n >= n && memcmp(s.p + s.n - n, word, n) == 0;
}

enum mask_kind mask_kind_of(struct span heading)
{
    static const char *const names[] = {"姓名",   "名字", "患者",   "病人", "参保人", "参保人员",
                                        "就诊人", "户主", "监护人", "家属", "联系人", "代办人"};
    static const char *const places[] = {"地址", "住址", "银行", "账号", "账户", "卡号"};
    struct span h = span_trim(heading);

    if (has(h, "证件号") || has(h, "身份证"))
        return MASK_CERTNO;
    if (has(h, "电话") || has(h, "手机") || has(h, "联系方式"))
        return MASK_TEL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (ends(h, names[i]))
            return MASK_NAME;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (has(h, places[i]) && !has(h, "机构"))
            return MASK_ALL;
    return MASK_WITHIN;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool part_of_word(char c)
{
    return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* MMDD that can be a day of birth. */
static bool is_birthday(const char *p)
{
    int month = (p[0] - '0') * 10 + p[1] - '0', day = (p[2] - '0') * 10 + p[3] - '0';

    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* How many bytes of a certificate number or a mobile number begin at `p`; 0: none. */
static size_t person_number(const char *p, size_t n, void (**mask)(struct buf *, struct span))
{
    size_t k = 0;

    while (k < n && digit(p[k]))
        k++;
    if (k == 17 && k < n && (p[k] == 'X' || p[k] == 'x'))
        k++;
    if (k < n && part_of_word(p[k]))
        return 0;
    *mask = k == 11 ? mask_tel : mask_certno;
    if (k == 11 && p[0] == '1' && p[1] >= '3')
        return k;
    if (k == 18 && (memcmp(p + 6, "19", 2) == 0 || memcmp(p + 6, "20", 2) == 0) &&
        is_birthday(p + 10))
        return k;
    return k == 15 && p[0] != '0' && is_birthday(p + 8) ? k : 0;
}

static void mask_within(struct buf *b, struct span s)
{
    size_t i = 0;

    while (i < s.n) {
        void (*mask)(struct buf *, struct span) = NULL;
        size_t k = digit(s.p[i]) && (i == 0 || !part_of_word(s.p[i - 1]))
                       ? person_number(s.p + i, s.n - i, &mask)
                       : 0;

        if (k)
            mask(b, (struct span){s.p + i, k});
        else
            buf_char(b, s.p[i]);
        i += k ? k : 1;
    }
}

void mask_cell(struct buf *b, enum mask_kind kind, struct span value)
{
    struct span s = span_trim(value);

    switch (kind) {
    case MASK_NAME: mask_name(b, s); break;
    case MASK_CERTNO: mask_certno(b, s); break;
    case MASK_TEL: mask_tel(b, s); break;
    case MASK_ALL:
        buf_add(b, s.p, first_char(s));
        buf_str(b, s.n ? "***" : "");
        break;
    case MASK_WITHIN: mask_within(b, value); break;
    }
}
