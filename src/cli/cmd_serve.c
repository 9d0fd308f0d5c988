/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/config.h"
#include "cli/casework.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "server/server.h"

static void ready(void *ctx, int port)
{
    const struct server_options *o = ctx;

    note("护基已在 %s 上服务（端口 %d，%s）。Ctrl-C 停止。", o->listen, port,
         o->tls_cert ? "TLS" : "未加密：只宜本机或受保护的内网");
}

static int run(const struct args *a, struct err *e)
{
    struct buf rules = BUF_INIT, own = BUF_INIT, profile = BUF_INIT, states = BUF_INIT;
    char region[32] = "";
    struct server_options o = {
        .listen = args_text(a, "listen"),
        .casework = casework_url(a),
        .tls_cert = args_text(a, "tls-cert"),
        .tls_key = args_text(a, "tls-key"),
        .client_ca = args_text(a, "client-ca"),
        .per_address = (int)args_count(a, "per-address", 0),
        .slow_seconds = (int)args_count(a, "slow", 0),
        .live_wait = (int)args_count(a, "live-wait", 0),
        .live_volume = (int64_t)args_count(a, "live-volume", 0) << 20,
        .workers = (int)args_count(a, "workers", 0),
        .readers = (int)args_count(a, "readers", 0),
    };
    int rc = data_dir(a, &o.dir, e);

    if (!rc)
        rc = rules_dir(a, o.dir, &rules, e);
    if (!rc && o.workers > 64)
        rc = err_set(e, ERR_USAGE, "--workers 最多 64");
    if (!rc && o.readers > SERVER_READERS)
        rc = err_set(e, ERR_USAGE, "--readers 最多 %d", SERVER_READERS);
    if (!rc && o.live_wait > 60000)
        rc = err_set(e, ERR_USAGE, "--live-wait 最多 60000 毫秒");
    o.rules = buf_cstr(&rules);
    /* They may come while the server runs. */
    if (!rc && may_be_laid_over(a, o.dir)) {
        buf_fmt(&own, "%s/rules", o.dir);
        buf_fmt(&profile, "%s/profile.yaml", buf_cstr(&own));
        buf_fmt(&states, "%s/states.yaml", buf_cstr(&own));
        o.own_rules = buf_cstr(&own);
        o.profile = buf_cstr(&profile);
        o.states = buf_cstr(&states);
        rc = config_get(o.dir, "region", region, sizeof region, e);
        o.region = *region ? region : NULL;
    }
    if (!rc)
        rc = server_run(&o, ready, &o, e);
    buf_release(&states);
    buf_release(&profile);
    buf_release(&own);
    buf_release(&rules);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"listen", 'l', ARG_TEXT, "ADDR:PORT", "127.0.0.1:8443", false, "在哪里听；端口 0 = 任选一个"},
    OPT_CASEWORK,
    {"tls-cert", 0, ARG_FILE, "F", NULL, false, "证书（PEM）"},
    {"tls-key", 0, ARG_FILE, "F", NULL, false, "私钥（PEM）"},
    {"client-ca", 0, ARG_FILE, "F", NULL, false,
     "签发客户端证书的 CA（PEM）；用户登记了证书的，没有它不能登录"},
    {"per-address", 0, ARG_COUNT, "N", "256", false,
     "一个地址最多几个连接（前面有反向代理时改大）"},
    {"slow", 0, ARG_COUNT, "秒", "60", false, "请求几秒内要发完（大的文件按每秒 2 KB 加）"},
    {"live-wait", 0, ARG_COUNT, "毫秒", "500", false,
     "医院的报文最多等多久；等过了不审，答“请继续”（HJ41）"},
    {"live-volume", 0, ARG_COUNT, "MiB", "16384", false,
     "审核记录（check/decisions.jsonl）到多大换一卷；换下的另存，可以移走归档"},
    {"workers", 0, ARG_COUNT, "N", NULL, false, "工作线程数（默认 4 或处理器数加一）"},
    {"readers", 0, ARG_COUNT, "N", NULL, false, "收发线程数，最多 4（默认每两个处理器一个）"},
    OPT_RULES,
    OPT_END,
};
static const struct example examples[] = {
    {"serve --data 我的县", "本机 8443 端口"},
    {"serve --data 我的县 --listen 0.0.0.0:8443 --tls-cert 证书.pem --tls-key 私钥.pem",
     "给全局用"},
    EXAMPLE_END,
};
const struct command cmd_serve = {
    .name = "serve",
    .title = "启动服务：网页与接口",
    .operands = "",
    .text = "第一次之前先用 huji user add 建系统、安全、审计三名管理员，没有他们不启动。\n"
            "运行期间数据目录归它所有，别的命令只能等。",
    .options = options,
    .examples = examples,
    .run = run,
};
