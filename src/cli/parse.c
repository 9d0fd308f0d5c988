/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

static const struct option option_help = {"help", 'h', ARG_FLAG, NULL, NULL, false, "显示本帮助"};

static const struct option *by_letter(const struct command *cmd, char letter)
{
    if (letter == 'h')
        return &option_help;
    for (const struct option *o = cmd->options; o && o->name; o++)
        if (o->letter == letter)
            return o;
    return NULL;
}

/* Exact name, else the only one that begins so. `many` tells "several" from "none". */
static const struct option *by_name(const struct command *cmd, struct span name, bool *many)
{
    const struct option *found = NULL;

    *many = false;
    if (span_is(name, "help"))
        return &option_help;
    for (const struct option *o = cmd->options; o && o->name; o++) {
        if (span_is(name, o->name))
            return o;
        if (name.n >= 2 && strncmp(o->name, name.p, name.n) == 0) {
            *many = *many || found;
            found = o;
        }
    }
    return *many ? NULL : found;
}

static bool choice_ok(const char *choices, const char *text)
{
    struct span rest = span_of(choices);

    while (rest.p) {
        if (span_is(span_cut(&rest, '|'), text))
            return true;
    }
    return false;
}

static int value_check(const struct option *o, const char *text, struct err *e)
{
    char *end;
    day_t day;

    switch (o->kind) {
    case ARG_COUNT:
        strtoll(text, &end, 10);
        if (*text < '0' || *text > '9' || *end || strlen(text) > 15)
            return err_set(e, ERR_USAGE, "--%s 要一个不带小数的数，不是“%s”", o->name, text);
        break;
    case ARG_DAY:
        if (!day_parse(span_of(text), &day))
            return err_set(e, ERR_USAGE, "--%s 要一个日期，例如 2023-03-08，不是“%s”", o->name,
                           text);
        break;
    case ARG_CHOICE:
        if (!choice_ok(o->arg, text))
            return err_set(e, ERR_USAGE, "--%s 只能是 %s，不是“%s”", o->name, o->arg, text);
        break;
    case ARG_TEXT:
    case ARG_FILE:
    case ARG_DIR:
        if (!*text)
            return err_set(e, ERR_USAGE, "--%s 的值是空的", o->name);
        break;
    case ARG_FLAG: break;
    }
    return 0;
}

static int value_add(struct args *a, const struct option *o, const char *text, struct err *e)
{
    if (o == &option_help) {
        a->help = true;
        return 0;
    }
    if (!o->many)
        for (int i = 0; i < a->n_values; i++)
            if (a->values[i].opt == o)
                return err_set(e, ERR_USAGE, "--%s 给了两次", o->name);
    if (a->n_values == MAX_ARGS)
        return err_set(e, ERR_LIMIT, "选项多于 %d 个", MAX_ARGS);
    if (text && value_check(o, text, e))
        return ERR_USAGE;
    a->values[a->n_values++] = (struct arg_value){o, text};
    return 0;
}

/* One word that begins with "--"; *i moves on when the value is the next word. */
static int parse_long(struct args *a, int argc, char **argv, int *i, struct err *e)
{
    const char *word = argv[*i] + 2, *eq = strchr(word, '=');
    struct span name = {word, eq ? (size_t)(eq - word) : strlen(word)};
    const struct option *o;
    bool many;

    o = by_name(a->cmd, name, &many);
    if (!o)
        return err_set(e, ERR_USAGE, many ? "选项 --%.*s 不止一个，请写全" : "没有选项 --%.*s",
                       (int)name.n, name.p);
    if (o->kind == ARG_FLAG) {
        if (eq)
            return err_set(e, ERR_USAGE, "--%s 不带值", o->name);
        return value_add(a, o, NULL, e);
    }
    if (eq)
        return value_add(a, o, eq + 1, e);
    if (*i + 1 >= argc)
        return err_set(e, ERR_USAGE, "--%s 后面缺少 %s", o->name, o->arg);
    return value_add(a, o, argv[++*i], e);
}

/* One word of single letters, "-q", "-fcsv", "-f" "csv". */
static int parse_short(struct args *a, int argc, char **argv, int *i, struct err *e)
{
    for (const char *p = argv[*i] + 1; *p; p++) {
        const struct option *o = by_letter(a->cmd, *p);
        int rc;

        if (!o)
            return err_set(e, ERR_USAGE, "没有选项 -%c", *p);
        if (o->kind == ARG_FLAG) {
            rc = value_add(a, o, NULL, e);
            if (rc)
                return rc;
            continue;
        }
        if (p[1])
            return value_add(a, o, p + 1, e);
        if (*i + 1 >= argc)
            return err_set(e, ERR_USAGE, "-%c 后面缺少 %s", *p, o->arg);
        return value_add(a, o, argv[++*i], e);
    }
    return 0;
}

static int operand_add(struct args *a, const char *word, struct err *e)
{
    if (a->n_operands == MAX_ARGS)
        return err_set(e, ERR_LIMIT, "参数多于 %d 个", MAX_ARGS);
    a->operands[a->n_operands++] = word;
    return 0;
}

static int operands_check(const struct args *a, struct err *e)
{
    const struct command *c = a->cmd;

    if (a->n_operands < c->min_operands)
        return err_set(e, ERR_USAGE, "缺少 %s", c->operands);
    if (c->max_operands >= 0 && a->n_operands > c->max_operands)
        return err_set(e, ERR_USAGE, "多出来的参数：%s", a->operands[c->max_operands]);
    return 0;
}

int args_parse(struct args *a, const struct command *cmd, int argc, char **argv, struct err *e)
{
    bool options = true;

    *a = (struct args){.cmd = cmd};
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        int rc;

        if (options && strcmp(word, "--") == 0) {
            options = false;
            continue;
        }
        if (options && strncmp(word, "--", 2) == 0)
            rc = parse_long(a, argc, argv, &i, e);
        else if (options && word[0] == '-' && word[1])
            rc = parse_short(a, argc, argv, &i, e);
        else
            rc = operand_add(a, word, e);
        if (rc) {
            err_hint(e, "huji %s --help 列出全部选项和例子", cmd->name);
            return rc;
        }
    }
    if (!a->help && operands_check(a, e)) {
        err_hint(e, "用法：huji %s [选项]%s%s", cmd->name, *cmd->operands ? " " : "",
                 cmd->operands);
        return ERR_USAGE;
    }
    return 0;
}

static const struct arg_value *value_of(const struct args *a, const char *name)
{
    for (int i = a->n_values - 1; i >= 0; i--)
        if (strcmp(a->values[i].opt->name, name) == 0)
            return &a->values[i];
    return NULL;
}

bool args_has(const struct args *a, const char *name)
{
    return value_of(a, name) != NULL;
}

const char *args_text(const struct args *a, const char *name)
{
    const struct arg_value *v = value_of(a, name);

    if (v)
        return v->text;
    for (const struct option *o = a->cmd->options; o && o->name; o++)
        if (strcmp(o->name, name) == 0)
            return o->preset;
    return NULL;
}

int64_t args_count(const struct args *a, const char *name, int64_t none)
{
    const char *text = args_text(a, name);

    return text ? strtoll(text, NULL, 10) : none;
}

day_t args_day(const struct args *a, const char *name)
{
    const char *text = args_text(a, name);
    day_t day;

    return text && day_parse(span_of(text), &day) ? day : DAY_NONE;
}

int args_each(const struct args *a, const char *name,
              int (*each)(void *ctx, struct span value, struct err *e), void *ctx, struct err *e)
{
    for (int i = 0; i < a->n_values; i++) {
        struct span rest;

        if (strcmp(a->values[i].opt->name, name) != 0)
            continue;
        rest = span_of(a->values[i].text);
        while (rest.p) {
            struct span value = span_trim(span_cut(&rest, ','));
            int rc = value.n ? each(ctx, value, e) : 0;

            if (rc)
                return rc;
        }
    }
    return 0;
}

const struct command *command_find(int argc, char **argv, int *used)
{
    for (const struct command *const *c = huji_commands; *c; c++) {
        const char *name = (*c)->name, *gap = strchr(name, ' ');

        if (!gap) {
            if (argc >= 1 && strcmp(argv[0], name) == 0) {
                *used = 1;
                return *c;
            }
        } else if (argc >= 2 && strlen(argv[0]) == (size_t)(gap - name) &&
                   strncmp(argv[0], name, (size_t)(gap - name)) == 0 &&
                   strcmp(argv[1], gap + 1) == 0) {
            *used = 2;
            return *c;
        }
    }
    return NULL;
}

bool command_is_group(const char *name)
{
    size_t n = strlen(name);

    for (const struct command *const *c = huji_commands; *c; c++)
        if (strncmp((*c)->name, name, n) == 0 && (*c)->name[n] == ' ')
            return true;
    return false;
}

/* Optimal string alignment distance would do better for swapped letters; Levenshtein is enough for a hint. */
static int distance(const char *a, const char *b)
{
    int row[64], n = (int)strlen(b);

    if (n >= 63 || strlen(a) >= 63)
        return 99;
    for (int j = 0; j <= n; j++)
        row[j] = j;
    for (int i = 1; a[i - 1]; i++) {
        int diagonal = row[0];

        row[0] = i;
        for (int j = 1; j <= n; j++) {
            int best = diagonal + (a[i - 1] != b[j - 1]);

            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[n];
}

const char *command_near(const char *name)
{
    const char *best = NULL;
    int least = 3;

    for (const struct command *const *c = huji_commands; *c; c++) {
        int d = distance(name, (*c)->name);

        if (d < least) {
            least = d;
            best = (*c)->name;
        }
    }
    return best;
}
