/* SPDX-License-Identifier: MulanPSL-2.0 */
/* huji user add | list | password: the first accounts are made at the console. */
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "casework/account.h"
#include "cli/casework.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"

/* --- passwords ----------------------------------------------------------------------------------- */

static int read_line(const char *prompt, char *out, size_t cap, struct err *e)
{
    struct termios shown, hidden;
    bool tty = tcgetattr(STDIN_FILENO, &shown) == 0;
    bool got;

    if (tty) {
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
        fprintf(stderr, "%s：", prompt);
    }
    got = fgets(out, (int)cap, stdin) != NULL;
    if (tty) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        fputc('\n', stderr);
    }
    if (!got)
        return err_set(e, ERR_USAGE, "没有读到密码（标准输入的一行）");
    if (!strchr(out, '\n') && strlen(out) == cap - 1)
        return err_set(e, ERR_INPUT, "密码最多 %d 字节", MAX_PASSWORD);
    out[strcspn(out, "\r\n")] = 0;
    return 0;
}

/* Asked twice of a person, once of a pipe. */
static int read_password(char out[MAX_PASSWORD + 2], struct err *e)
{
    char again[MAX_PASSWORD + 2];
    int rc = read_line("密码", out, MAX_PASSWORD + 2, e);

    if (rc || !isatty(STDIN_FILENO))
        return rc;
    rc = read_line("再输一遍", again, sizeof again, e);
    return rc ? rc : strcmp(out, again) ? err_set(e, ERR_INPUT, "两遍不一样") : 0;
}

/* --- add ----------------------------------------------------------------------------------------- */

static int one_role(void *ctx, struct span value, struct err *e)
{
    role_set *set = ctx;
    int i = role_find(value);

    if (i < 0) {
        struct buf all = BUF_INIT;

        for (size_t k = 0; k < n_roles; k++)
            buf_fmt(&all, "%s%s（%s）", k ? "、" : "", roles[k].code, roles[k].title);
        err_set(e, ERR_USAGE, "没有角色 %.*s", (int)value.n, value.p);
        err_hint(e, "%s", buf_cstr(&all));
        buf_release(&all);
        return ERR_USAGE;
    }
    *set |= (role_set)1 << i;
    return 0;
}

static int run_add(const struct args *a, struct err *e)
{
    char password[MAX_PASSWORD + 2];
    struct new_account n = {
        .login = a->operands[0],
        .name = args_text(a, "name"),
        .org = args_text(a, "org"),
        .password = password,
        .must_change = args_has(a, "must-change"),
        .valid_until = args_text(a, "until"),
        .contract = args_text(a, "contract"),
    };
    struct actor who = console_actor();
    struct cw *db = NULL;
    int rc = n.name ? 0 : err_set(e, ERR_USAGE, "要用 --name 写姓名");

    if (!rc)
        rc = args_each(a, "role", one_role, &n.roles, e);
    if (!rc)
        rc = casework_for(a, &db, e);
    if (!rc)
        rc = read_password(password, e);
    if (!rc)
        rc = account_add(db, &who, &n, NULL, e);
    cw_close(db);
    memset(password, 0, sizeof password);
    if (!rc)
        note("建好了用户 %s（%s）", n.login, n.name);
    return rc;
}

static const struct option add_options[] = {
    OPT_DATA,
    {"name", 0, ARG_TEXT, "姓名", NULL, false, "真实姓名（必填）"},
    {"role", 0, ARG_TEXT, "ROLE", NULL, true,
     "角色（可重复）：system、security、audit、leader、head、analyst、officer ..."},
    {"org", 0, ARG_TEXT, "CODE", NULL, false, "所属机构的代码（默认本局）"},
    {"must-change", 0, ARG_FLAG, NULL, NULL, false, "首次登录须改密码"},
    {"until", 0, ARG_TEXT, "DAY", NULL, false, "有效到这一天（第三方、监督、上级复核人必填）"},
    {"contract", 0, ARG_TEXT, "NO", NULL, false, "合同号（第三方）"},
    OPT_CASEWORK,
    OPT_END,
};
static const struct example add_examples[] = {
    {"user add --data 我的县 --role system --name 王一 wangyi", "密码在键盘上输两遍"},
    EXAMPLE_END,
};
const struct command cmd_user_add = {
    .name = "user add",
    .title = "新建用户",
    .operands = "LOGIN",
    .text = "密码从键盘或标准输入的一行读。系统、安全、审计三种管理员不得兼任。",
    .options = add_options,
    .examples = add_examples,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_add,
};

/* --- password ------------------------------------------------------------------------------------ */

static int run_password(const struct args *a, struct err *e)
{
    char password[MAX_PASSWORD + 2];
    struct actor who = console_actor();
    struct cw *db = NULL;
    int rc = casework_for(a, &db, e);

    if (!rc)
        rc = read_password(password, e);
    if (!rc)
        rc = account_set_password(db, &who, a->operands[0], password, args_has(a, "must-change"),
                                  e);
    cw_close(db);
    memset(password, 0, sizeof password);
    if (!rc)
        note("改好了 %s 的密码，他的登录已全部结束", a->operands[0]);
    return rc;
}

static const struct option password_options[] = {
    OPT_DATA,
    {"must-change", 0, ARG_FLAG, NULL, NULL, false, "下次登录须再改"},
    OPT_CASEWORK,
    OPT_END,
};
const struct command cmd_user_password = {
    .name = "user password",
    .title = "重设用户的密码，并解除锁定",
    .operands = "LOGIN",
    .options = password_options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_password,
};

/* --- list ---------------------------------------------------------------------------------------- */

static const struct shown_column columns[] = {
    {"login", "登录名", AS_TEXT, 0},    {"name", "姓名", AS_TEXT, 0},
    {"org", "机构", AS_TEXT, 0},        {"roles", "角色", AS_TEXT, 0},
    {"state", "状态", AS_TEXT, 0},      {"last_seen", "最近登录", AS_TEXT, 0},
    {"created_at", "建于", AS_TEXT, 0},
};
#define COLUMNS (int)(sizeof columns / sizeof *columns)

static int roles_of(struct cw *db, int64_t account, struct buf *out, struct err *e)
{
    struct cw_rows rows;
    int rc = cw_query(db, &rows, e,
                      "select role from account_role where account = $1 order by role",
                      CW_ARGS(cw_i(account)));

    if (rc)
        return rc;
    while ((rc = cw_next(&rows, e)) > 0) {
        if (out->n)
            buf_char(out, ' ');
        buf_span(out, cw_text(&rows, 0));
    }
    cw_done(&rows);
    return rc;
}

static int run_list(const struct args *a, struct err *e)
{
    struct cw *db = NULL;
    struct output *o = NULL;
    struct cw_rows rows;
    int rc = casework_for(a, &db, e), more;

    if (!rc)
        rc = cw_query(
            db, &rows, e,
            "select a.id, a.login, a.name, o.name, a.state, coalesce(a.last_seen, ''), a.created_at"
            " from account a join org o on o.code = a.org order by a.login",
            CW_NONE);
    if (rc) {
        cw_close(db);
        return rc;
    }
    rc = out_open(&o, a, columns, COLUMNS, e);
    while (!rc && (more = cw_next(&rows, e)) != 0) {
        struct buf held = BUF_INIT;

        rc = more < 0 ? more : roles_of(db, cw_int(&rows, 0), &held, e);
        if (rc)
            break;
        for (int k = 1; k <= 3; k++)
            out_text(o, cw_text(&rows, k));
        out_text(o, (struct span){buf_cstr(&held), held.n});
        for (int k = 4; k <= 6; k++)
            out_text(o, cw_text(&rows, k));
        out_row(o);
        buf_release(&held);
    }
    cw_done(&rows);
    cw_close(db);
    return rc ? rc : out_close(o, e);
}

static const struct option list_options[] = {OPT_DATA, OPT_CASEWORK, OPT_FORMAT, OPT_OUT, OPT_END};
const struct command cmd_user_list = {
    .name = "user list",
    .title = "列出用户",
    .operands = "",
    .options = list_options,
    .run = run_list,
};
