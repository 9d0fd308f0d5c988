/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Bytes as hexadecimal digits in small letters, and back; digits of others, which may be capitals. */
#ifndef HUJI_BASE_HEX_H
#define HUJI_BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>

/* 2 * n digits, no NUL. */
static inline void hex_print(const unsigned char *p, size_t n, char *hex)
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        *hex++ = digit[p[i] >> 4];
        *hex++ = digit[p[i] & 15];
    }
}

static inline int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* False: one of the 2 * n is no such digit; no more is read. */
static inline bool hex_read(const char *hex, size_t n, unsigned char *out)
{
    for (size_t i = 0; i < n; i++) {
        int high = hex_digit(hex[2 * i]), low = high < 0 ? -1 : hex_digit(hex[2 * i + 1]);
        if (low < 0)
            return false;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

/* -1: no digit. Capitals are digits, too. */
static inline int hex_value(char c)
{
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : hex_digit(c);
}

/* Four of these as one number; -1: not all of them are digits. */
static inline int hex_four(const char *p)
{
    int v = 0;
    for (int i = 0; i < 4; i++) {
        int d = hex_value(p[i]);
        if (d < 0)
            return -1;
        v = v << 4 | d;
    }
    return v;
}

#endif
