/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The command line as a table. A command is a const struct in its cmd_*.c; commands.c lists them; --help, `huji help`,
 * the man page and shell completion are made from the same structs. Parsing is GNU-style: --name VALUE, --name=VALUE,
 * -nVALUE, unambiguous abbreviations, options and operands in any order, -- ends the options.
 */
#ifndef HUJI_CLI_COMMAND_H
#define HUJI_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/day.h"
#include "base/err.h"

enum arg_kind { ARG_FLAG, ARG_TEXT, ARG_FILE, ARG_DIR, ARG_COUNT, ARG_DAY, ARG_CHOICE };

struct option {
    const char *name; /* long, without dashes; NULL ends the list */
    char letter;      /* 0 = none */
    enum arg_kind kind;
    const char *arg;    /* as help shows it: "DIR"; ARG_CHOICE: "table|csv" */
    const char *preset; /* value when not given; NULL = none */
    bool many;          /* may be repeated */
    const char *help;
};

struct example {
    const char *line; /* without the leading "huji"; NULL ends the list */
    const char *says;
};

struct args;

struct command {
    const char *name;     /* "screen", "rules list" */
    const char *title;    /* one line, Chinese */
    const char *operands; /* as usage shows them: "FILE|FOLDER ..."; "" = none */
    const char *text;     /* paragraphs of help; NULL = none */
    const struct option *options;
    const struct example *examples;
    int min_operands, max_operands; /* max -1 = any number */
    enum arg_kind operand_kind;     /* for completion */
    /* 0 done; > 0 exit status, everything has been said; < 0 an ERR_* with *e filled. */
    int (*run)(const struct args *a, struct err *e);
};

extern const struct command *const huji_commands[]; /* NULL ends the list */

/* Options that several commands share: the same words everywhere. */
#define OPT_DATA                                                                                      \
    {                                                                                                 \
        "data", 'd', ARG_DIR, "DIR", NULL, false, "数据目录（默认取环境变量 HUJI_DATA）" \
    }
#define OPT_RULES                                                                                        \
    {                                                                                                    \
        "rules", 0, ARG_DIR, "DIR", NULL, false,                                                         \
            "规则库目录（默认依次找 HUJI_RULES、数据目录的 rules/、程序自带的）" \
    }
#define OPT_THREADS                                                                                                     \
    {                                                                                                                   \
        "threads", 0, ARG_COUNT, "N", NULL, false, "线程数（默认等于处理器数；结果与线程数无关）" \
    }
#define OPT_FORMAT                                                          \
    {                                                                       \
        "format", 'f', ARG_CHOICE, "table|csv|jsonl|xlsx", NULL, false,     \
            "输出格式（默认 table；给了 --out 则按扩展名）" \
    }
#define OPT_OUT                                                                                 \
    {                                                                                           \
        "out", 'o', ARG_FILE, "FILE", NULL, false, "写到文件（默认写到标准输出）" \
    }
#define OPT_RULE                                                                                         \
    {                                                                                                    \
        "rule", 'r', ARG_TEXT, "ID", NULL, true, "只用这条规则（可重复，也可写 B02,B07）" \
    }
#define OPT_TAG                                                                                    \
    {                                                                                              \
        "tag", 0, ARG_TEXT, "TAG", NULL, true,                                                     \
            "只用带这个标签的规则（假病人、骨科、institution ...，可重复）" \
    }
#define OPT_END                                    \
    {                                              \
        NULL, 0, ARG_FLAG, NULL, NULL, false, NULL \
    }
#define EXAMPLE_END \
    {               \
        NULL, NULL  \
    }

/* Every command understands --help without listing it. */

struct arg_value {
    const struct option *opt;
    const char *text; /* NULL for a flag */
};

#define MAX_ARGS 256

struct args {
    const struct command *cmd;
    struct arg_value values[MAX_ARGS];
    int n_values;
    const char *operands[MAX_ARGS];
    int n_operands;
    bool help; /* --help was among them */
};

/* Parses argv[0..argc) (the words after the command's name). Errors: ERR_USAGE with a hint. */
int args_parse(struct args *a, const struct command *cmd, int argc, char **argv, struct err *e);
/* Last value given, else the preset, else NULL. */
const char *args_text(const struct args *a, const char *name);
bool args_has(const struct args *a, const char *name); /* was it given? */
/* Values were checked while parsing: these can't fail. `none` when absent. */
int64_t args_count(const struct args *a, const char *name, int64_t none);
day_t args_day(const struct args *a, const char *name); /* DAY_NONE when absent */
/* Calls `each` for every value of a repeatable option, cut at commas. Stops at a non-zero answer and returns it. */
int args_each(const struct args *a, const char *name,
              int (*each)(void *ctx, struct span value, struct err *e), void *ctx, struct err *e);

/* The command whose name is argv[0], or argv[0] argv[1]; *used = words eaten. NULL: none. */
const struct command *command_find(int argc, char **argv, int *used);
/* Is `name` the first word of commands of two words? */
bool command_is_group(const char *name);
/* The most similar name of a command or NULL, for "did you mean". */
const char *command_near(const char *name);

#endif
