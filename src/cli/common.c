/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/common.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "huji_config.h"

int data_dir(const struct args *a, const char **dir, struct err *e)
{
    const char *given = args_text(a, "data");

    if (!given)
        given = getenv("HUJI_DATA");
    if (!given || !*given) {
        err_set(e, ERR_USAGE, "没有说数据目录");
        err_hint(e, "加上 --data 目录，或设环境变量 HUJI_DATA");
        return ERR_USAGE;
    }
    *dir = given;
    return 0;
}

static bool is_library(const char *dir)
{
    struct stat st;
    struct buf b = BUF_INIT;
    bool is;

    buf_fmt(&b, "%s/library", dir);
    is = !b.failed && stat(buf_cstr(&b), &st) == 0 && S_ISDIR(st.st_mode);
    buf_release(&b);
    return is;
}

/* A data directory's rules/ is a library of its own when it says what its tables are; else it is laid over the shipped
 * one. */
static bool is_whole(const char *dir)
{
    struct buf b = BUF_INIT;
    bool is;

    buf_fmt(&b, "%s/knowledge/tables.yaml", dir);
    is = !b.failed && access(buf_cstr(&b), F_OK) == 0;
    buf_release(&b);
    return is;
}

bool own_rules_dir(const struct args *a, const char *data, struct buf *out)
{
    struct stat st;

    buf_clear(out);
    if (args_text(a, "rules") || !data)
        return false;
    buf_fmt(out, "%s/rules", data);
    return !out->failed && stat(buf_cstr(out), &st) == 0 && S_ISDIR(st.st_mode) &&
           !is_whole(buf_cstr(out));
}

bool may_be_laid_over(const struct args *a, const char *data)
{
    struct buf b = BUF_INIT;
    bool may;

    buf_fmt(&b, "%s/rules", data);
    may = !args_text(a, "rules") && !is_whole(buf_cstr(&b));
    buf_release(&b);
    return may;
}

bool own_profile(const struct args *a, const char *data, struct buf *out)
{
    buf_clear(out);
    if (args_text(a, "rules") || !data)
        return false;
    buf_fmt(out, "%s/rules/profile.yaml", data);
    return !out->failed && access(buf_cstr(out), F_OK) == 0;
}

/* The program's folder and up to three above it: rules/ of a build tree, share/huji/rules of an installation. */
static bool beside_program(struct buf *out)
{
    static const char *const places[] = {"/rules", "/share/huji/rules"};
    char exe[4096];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);

    if (n <= 0)
        return false;
    exe[n] = 0;
    for (int up = 0; up < 4; up++) {
        char *slash = strrchr(exe, '/');

        if (!slash || slash == exe)
            return false;
        *slash = 0;
        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
            buf_clear(out);
            buf_fmt(out, "%s%s", exe, places[i]);
            if (!out->failed && is_library(buf_cstr(out)))
                return true;
        }
    }
    return false;
}

int rules_dir(const struct args *a, const char *data, struct buf *out, struct err *e)
{
    const char *given = args_text(a, "rules");

    if (!given)
        given = getenv("HUJI_RULES");
    if (given && *given) {
        buf_str(out, given);
        if (is_library(given))
            return out->failed ? err_nomem(e) : 0;
        err_set(e, ERR_USAGE, "%s 不是规则库", given);
        err_hint(e, "规则库目录里应有 library/、knowledge/、measures/");
        return ERR_USAGE;
    }
    if (data) {
        buf_fmt(out, "%s/rules", data);
        if (!out->failed && is_library(buf_cstr(out)) && is_whole(buf_cstr(out)))
            return 0;
        buf_clear(out);
    }
    if (beside_program(out))
        return 0;
    buf_clear(out);
    buf_str(out, HUJI_DATA_DIR "/rules");
    if (!out->failed && is_library(buf_cstr(out)))
        return 0;
    buf_clear(out);
    buf_str(out, HUJI_SOURCE_DIR "/rules");
    if (!out->failed && is_library(buf_cstr(out)))
        return 0;
    err_set(e, ERR_USAGE, "找不到规则库");
    err_hint(e, "用 --rules 目录 或环境变量 HUJI_RULES 指明");
    return ERR_USAGE;
}

void note(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

void buf_thousands(struct buf *b, int64_t v)
{
    char digits[32];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)v), from = v < 0;

    for (int i = 0; i < n; i++) {
        if (i > from && (n - i) % 3 == 0)
            buf_char(b, ',');
        buf_char(b, digits[i]);
    }
}

void buf_yuan(struct buf *b, int64_t fen)
{
    int64_t whole = fen < 0 ? -fen : fen;

    if (fen < 0)
        buf_char(b, '-');
    buf_thousands(b, whole / 100);
    buf_fmt(b, ".%02d 元", (int)(whole % 100));
    if (whole >= 1000000)
        buf_fmt(b, "（%s%lld.%02d 万元）", fen < 0 ? "-" : "",
                (long long)((whole + 5000) / 1000000), (int)((whole + 5000) % 1000000 / 10000));
}
