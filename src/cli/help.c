/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/help.h"

#include <string.h>

#include "cli/width.h"
#include "huji_config.h"

static const char purpose[] = "护基 Huji：把医保结算数据筛成讲得清、核得实的疑点线索";

static void padded(FILE *f, const char *s, int columns)
{
    int w = text_width(span_of(s));

    fputs(s, f);
    for (; w < columns; w++)
        fputc(' ', f);
}

void help_overview(FILE *f)
{
    static const struct example steps[] = {
        {"huji init 我的县", "新建数据目录"},
        {"huji import --data 我的县 表所在的文件夹", "导入结算、费用等表（CSV、Excel、ZIP 都行）"},
        {"huji screen --data 我的县", "用规则库筛查"},
        {"huji rank --data 我的县 --by institution", "哪些机构最该先查"},
        {"huji explain --data 我的县 疑点编号", "一条疑点的来龙去脉：法条、证据、SQL"},
    };
    int widest = 0;

    fprintf(f, "%s（%s）\n\n从这里开始：\n\n", purpose, HUJI_VERSION);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        int w = text_width(span_of(steps[i].line));

        widest = w > widest ? w : widest;
    }
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        fprintf(f, "  %zu. ", i + 1);
        padded(f, steps[i].line, widest + 3);
        fprintf(f, "%s\n", steps[i].says);
    }
    fputs("\n手头还没有数据？ huji synth --out 样例 --persons 1000 造一个县来试。\n"
          "全部命令： huji --help      某个命令： huji help screen\n",
          f);
}

static void list_commands(FILE *f, const char *group)
{
    int widest = 0;
    size_t n = group ? strlen(group) : 0;

    for (const struct command *const *c = huji_commands; *c; c++) {
        int w = text_width(span_of((*c)->name));

        widest = w > widest ? w : widest;
    }
    for (const struct command *const *c = huji_commands; *c; c++) {
        if (group && (strncmp((*c)->name, group, n) != 0 || (*c)->name[n] != ' '))
            continue;
        fputs("  ", f);
        padded(f, (*c)->name, widest + 3);
        fprintf(f, "%s\n", (*c)->title);
    }
}

void help_all(FILE *f)
{
    fprintf(f, "%s\n\n用法：huji 命令 [选项] [参数]\n\n命令：\n", purpose);
    list_commands(f, NULL);
    fputs("\n"
          "每个命令都有 --help，带例子。数据写到标准输出，其余写到标准错误。\n"
          "退出状态：0 做完了，1 没做成，2 用法不对。\n"
          "环境变量：HUJI_DATA 数据目录，HUJI_RULES 规则库目录。\n",
          f);
}

void help_group(FILE *f, const char *group)
{
    fprintf(f, "用法：huji %s 子命令 [选项]\n\n子命令：\n", group);
    list_commands(f, group);
}

static void option_form(struct buf *b, const struct option *o)
{
    if (o->letter)
        buf_fmt(b, "-%c, --%s", o->letter, o->name);
    else
        buf_fmt(b, "    --%s", o->name);
    if (o->kind != ARG_FLAG)
        buf_fmt(b, " %s", o->arg);
}

void help_command(FILE *f, const struct command *c)
{
    int widest = 14;

    fprintf(f, "huji %s：%s\n\n用法：huji %s [选项]%s%s\n", c->name, c->title, c->name,
            *c->operands ? " " : "", c->operands);
    if (c->text)
        fprintf(f, "\n%s\n", c->text);
    for (const struct option *o = c->options; o && o->name; o++) {
        struct buf b = BUF_INIT;
        int w;

        option_form(&b, o);
        w = text_width(span_of(buf_cstr(&b)));
        widest = w > widest && w <= 34 ? w : widest;
        buf_release(&b);
    }
    fputs("\n选项：\n", f);
    for (const struct option *o = c->options; o && o->name; o++) {
        struct buf b = BUF_INIT;

        option_form(&b, o);
        fputs("  ", f);
        padded(f, buf_cstr(&b), widest + 2);
        if (text_width(span_of(buf_cstr(&b))) > widest)
            fprintf(f, "\n%*s", widest + 4, "");
        fputs(o->help, f);
        if (o->preset)
            fprintf(f, "（默认 %s）", o->preset);
        fputc('\n', f);
        buf_release(&b);
    }
    fputs("  ", f);
    padded(f, "-h, --help", widest + 2);
    fputs("显示本帮助\n", f);
    if (c->examples && c->examples->line)
        fputs("\n例子：\n", f);
    for (const struct example *x = c->examples; x && x->line; x++)
        fprintf(f, "  huji %s\n      %s\n", x->line, x->says);
}

/* --- man ---------------------------------------------------------------------------------------- */

/* troff's own characters: a backslash, a leading dot or apostrophe, a hyphen that is to be copied as typed. */
static void roff(FILE *f, const char *s)
{
    bool start = true;

    for (; *s; s++) {
        if (start && (*s == '.' || *s == '\''))
            fputs("\\&", f);
        if (*s == '\\')
            fputs("\\e", f);
        else if (*s == '-')
            fputs("\\-", f);
        else
            fputc(*s, f);
        start = *s == '\n';
    }
}

static void man_command(FILE *f, const struct command *c)
{
    fputs(".SS huji ", f);
    roff(f, c->name);
    fputs(" [选项] ", f);
    roff(f, c->operands);
    fputs("\n", f);
    roff(f, c->title);
    fputs("\n", f);
    if (c->text) {
        fputs(".PP\n", f);
        roff(f, c->text);
        fputs("\n", f);
    }
    for (const struct option *o = c->options; o && o->name; o++) {
        struct buf b = BUF_INIT;

        if (o->letter)
            buf_fmt(&b, "-%c, ", o->letter);
        buf_fmt(&b, "--%s", o->name);
        fputs(".TP\n.B ", f);
        roff(f, buf_cstr(&b));
        if (o->kind != ARG_FLAG) {
            fputs(" \\fI", f);
            roff(f, o->arg);
            fputs("\\fR", f);
        }
        fputs("\n", f);
        roff(f, o->help);
        if (o->preset) {
            fputs("（默认 ", f);
            roff(f, o->preset);
            fputs("）", f);
        }
        fputs("\n", f);
        buf_release(&b);
    }
    for (const struct example *x = c->examples; x && x->line; x++) {
        fputs(".PP\n.EX\nhuji ", f);
        roff(f, x->line);
        fputs("\n.EE\n.RS\n", f);
        roff(f, x->says);
        fputs("\n.RE\n", f);
    }
}

void help_man(FILE *f)
{
    fprintf(f,
            ".\\\" SPDX-License-Identifier: MulanPSL-2.0\n.TH HUJI 1 \"\" \"Huji %s\" \"护基\"\n",
            HUJI_VERSION);
    fputs(".SH NAME\nhuji \\- 护基，医保结算数据筛查\n.SH SYNOPSIS\n.B huji\n命令 [选项] [参数]\n"
          ".SH DESCRIPTION\n",
          f);
    roff(f, purpose);
    fputs("\n.SH COMMANDS\n", f);
    for (const struct command *const *c = huji_commands; *c; c++)
        man_command(f, *c);
    fputs(".SH ENVIRONMENT\n.TP\n.B HUJI_DATA\n数据目录\n.TP\n.B HUJI_RULES\n规则库目录\n"
          ".SH EXIT STATUS\n0 做完了；1 没做成；2 用法不对。\n",
          f);
}

/* --- completion --------------------------------------------------------------------------------- */

static void completion_words(FILE *f, const struct command *c)
{
    for (const struct option *o = c->options; o && o->name; o++)
        fprintf(f, "--%s ", o->name);
    fputs("--help", f);
}

static void completion_choices(FILE *f)
{
    const char *done[64];
    int n = 0;

    for (const struct command *const *c = huji_commands; *c; c++)
        for (const struct option *o = (*c)->options; o && o->name; o++) {
            bool seen = o->kind != ARG_CHOICE;

            for (int i = 0; i < n && !seen; i++)
                seen = strcmp(done[i], o->arg) == 0;
            if (seen || n == 64)
                continue;
            done[n++] = o->arg;
            fprintf(f, "    \"%s --%s\") words=\"", (*c)->name, o->name);
            for (const char *p = o->arg; *p; p++)
                fputc(*p == '|' ? ' ' : *p, f);
            fputs("\" ;;\n", f);
        }
}

void help_completion(FILE *f)
{
    fputs("# bash completion for huji: source <(huji completion bash)\n"
          "_huji() {\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd= words=\n"
          "    COMPREPLY=()\n"
          "    local i\n"
          "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
          "        [[ ${COMP_WORDS[i]} == -* ]] && break\n"
          "        cmd+=${cmd:+ }${COMP_WORDS[i]}\n"
          "        [[ $cmd == rules ]] || break\n"
          "    done\n"
          "    case \"$prev\" in\n"
          "    --data | --rules | -d) COMPREPLY=($(compgen -d -- \"$cur\")); return ;;\n"
          "    --out | -o) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n"
          "    esac\n"
          "    case \"$cmd $prev\" in\n",
          f);
    completion_choices(f);
    fputs(
        "    esac\n"
        "    [[ $prev == --format || $prev == -f ]] && words='table csv jsonl xlsx'\n"
        "    if [[ -n $words ]]; then COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")); return; fi\n"
        "    case \"$cmd\" in\n"
        "    '') words='",
        f);
    for (const struct command *const *c = huji_commands; *c; c++) {
        const char *gap = strchr((*c)->name, ' ');

        if (!gap)
            fprintf(f, "%s ", (*c)->name);
    }
    if (command_is_group("rules"))
        fputs("rules ", f);
    fputs("--help --version' ;;\n", f);
    if (command_is_group("rules")) {
        fputs("    'rules') words='", f);
        for (const struct command *const *c = huji_commands; *c; c++)
            if (strncmp((*c)->name, "rules ", 6) == 0)
                fprintf(f, "%s ", (*c)->name + 6);
        fputs("' ;;\n", f);
    }
    for (const struct command *const *c = huji_commands; *c; c++) {
        fprintf(f, "    '%s') words='", (*c)->name);
        completion_words(f, *c);
        fputs("' ;;\n", f);
    }
    fputs("    esac\n"
          "    if [[ $cur == -* || -z $cmd || $cmd == rules ]]; then\n"
          "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
          "    else\n"
          "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
          "    fi\n"
          "}\n"
          "complete -F _huji huji\n",
          f);
}
