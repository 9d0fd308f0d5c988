/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/sandbox.h"
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/bar.h"
#include "cli/command.h"
#include "cli/help.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USE = 2 };

static int complain(const char *name, const struct err *e)
{
    fprintf(stderr, "huji%s%s：%s\n", *name ? " " : "", name, e->message);
    if (e->where[0])
        fprintf(stderr, "  位置：%s\n", e->where);
    if (e->hint[0])
        fprintf(stderr, "  提示：%s\n", e->hint);
    return e->code == ERR_USAGE ? EXIT_USE : EXIT_FAILED;
}

static int unknown(int argc, char **argv)
{
    char name[128];
    const char *near;

    if (argc >= 2 && command_is_group(argv[0]) && argv[1][0] != '-') {
        snprintf(name, sizeof name, "%s %s", argv[0], argv[1]);
    } else {
        snprintf(name, sizeof name, "%s", argv[0]);
        if (command_is_group(argv[0])) {
            help_group(argc >= 2 ? stdout : stderr, argv[0]);
            return argc >= 2 ? EXIT_DONE : EXIT_USE;
        }
    }
    near = command_near(name);
    fprintf(stderr, "huji：没有命令 %s\n", name);
    if (near)
        fprintf(stderr, "  提示：是不是 huji %s？\n", near);
    else
        fprintf(stderr, "  提示：huji --help 列出全部命令\n");
    return EXIT_USE;
}

static int run_command(const struct command *c, int argc, char **argv)
{
    struct args a;
    struct err e = {0};
    int rc;

    if (args_parse(&a, c, argc, argv, &e))
        return complain(c->name, &e);
    if (a.help) {
        help_command(stdout, c);
        return EXIT_DONE;
    }
    rc = c->run(&a, &e);
    if (rc < 0) {
        if (!e.message[0])
            err_set(&e, rc, "没有做成");
        return complain(c->name, &e);
    }
    return rc;
}

/* What the last flush says decides: a full disk behind a redirection is a failure. */
static int flushed(int status)
{
    if ((fflush(stdout) == 0 && !ferror(stdout)) || status)
        return status;
    fprintf(stderr, "huji：写不了标准输出：%s\n", strerror(errno));
    return EXIT_FAILED;
}

int cli_main(int argc, char **argv)
{
    static char version[] = "version";
    const struct command *c;
    int used;

    if (argc < 2) {
        help_overview(stdout);
        return flushed(EXIT_DONE);
    }
    if (argc == 2 && strcmp(argv[1], "--sandbox") == 0) /* huji serve starts it, nobody else */
        return sandbox_child();
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        help_all(stdout);
        return flushed(EXIT_DONE);
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
        argv[1] = version;
    c = command_find(argc - 1, argv + 1, &used);
    if (!c)
        return flushed(unknown(argc - 1, argv + 1));
    return flushed(run_command(c, argc - 1 - used, argv + 1 + used));
}
