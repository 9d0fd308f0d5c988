/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/mask.h"

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
