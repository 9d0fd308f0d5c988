/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/width.h"

uint32_t utf8_next(struct span s, size_t *i)
{
    const unsigned char *p = (const unsigned char *)s.p + *i;
    size_t left = s.n - *i, more = p[0] < 0x80 ? 0 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;
    uint32_t c = more == 0 ? p[0] : p[0] & (0x3fu >> more);

    if ((p[0] >= 0x80 && p[0] < 0xc2) || p[0] > 0xf4 || left <= more) {
        *i += 1;
        return 0xfffd;
    }
    for (size_t k = 1; k <= more; k++) {
        if ((p[k] & 0xc0) != 0x80) {
            *i += k;
            return 0xfffd;
        }
        c = c << 6 | (p[k] & 0x3f);
    }
    *i += more + 1;
    return c;
}

/* Unicode 15, East Asian Width W and F, in the blocks that occur. */
static const uint32_t wide[][2] = {
    {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
    {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},
    {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},
    {0x1f900, 0x1f9ff}, {0x20000, 0x2fffd}, {0x30000, 0x3fffd},
};
static const uint32_t none[][2] = {
    {0x0300, 0x036f}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x2064},
    {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff},
};

int char_width(uint32_t c)
{
    if (c < 0x300)
        return c >= 0x20 && (c < 0x7f || c >= 0xa0);
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
        if (c >= none[i][0] && c <= none[i][1])
            return 0;
    for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++)
        if (c >= wide[i][0] && c <= wide[i][1])
            return 2;
    return 1;
}

int text_width(struct span s)
{
    int width = 0;

    for (size_t i = 0; i < s.n;)
        width += char_width(utf8_next(s, &i));
    return width;
}

struct span text_head(struct span s, int columns)
{
    size_t end = 0;

    for (size_t i = 0; i < s.n; end = i) {
        columns -= char_width(utf8_next(s, &i));
        if (columns < 0)
            break;
    }
    return (struct span){s.p, end};
}

void text_clean(struct buf *b, struct span s)
{
    for (size_t i = 0, from = 0; i < s.n; from = i) {
        uint32_t c = utf8_next(s, &i);

        if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e))
            buf_char(b, ' ');
        else if (c == 0xfffd && i - from < 3)
            buf_str(b, "\xef\xbf\xbd");
        else
            buf_add(b, s.p + from, i - from);
    }
}

void text_pad(struct buf *b, int width, int columns)
{
    for (; width < columns; width++)
        buf_char(b, ' ');
}
