/* SPDX-License-Identifier: MulanPSL-2.0 */
/* huji rules key | pack | unpack */
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/life.h"
#include "life/pack.h"
#include "life/sign.h"

static int make_key(const struct args *a, struct err *e)
{
    const char *path = a->operands[0];
    int rc = sign_make_key(path, strcmp(args_text(a, "kind"), "sm2") == 0, e);

    if (!rc)
        note("私钥 %s（只留在本机，不要外传），公钥 %s.pub（发给接收方，另用一条路告知其指纹）",
             path, path);
    return rc;
}

static int pack(const struct args *a, struct err *e)
{
    const char *dir, *name = args_text(a, "name"), *key = args_text(a, "key"),
                     *out = args_text(a, "out");
    int64_t version = args_count(a, "version", 0);
    size_t n = 0;
    int rc = data_dir(a, &dir, e);

    if (!rc && (!name || !key || !out || version < 1)) {
        rc = err_set(e, ERR_USAGE, "--name、--version、--key、--out 都要写明");
        err_hint(e,
                 "如 huji rules pack --name 湖北省 --version 3 --key 省局.key --out 湖北省3.hjr");
    }
    if (!rc)
        rc = pack_write(dir, name, version, key, out, &n, e);
    if (!rc)
        note("规则包“%s”第 %lld 版写到 %s：%zu 个文件，已签名", name, (long long)version, out, n);
    return rc;
}

static int unpack(const struct args *a, struct err *e)
{
    const char *trust = args_text(a, "trust");
    struct pack p;
    json_t *what = NULL;
    int rc = trust ? pack_read(a->operands[0], trust, &p, e)
                   : err_set(e, ERR_USAGE, "缺少 --trust：您信任的发布方公钥文件");

    if (rc)
        return rc;
    if (!args_has(a, "apply") && args_text(a, "approver"))
        rc = err_set(e, ERR_USAGE, "批准要同时写 --apply；不写 --apply 只看影响");
    else if (args_has(a, "apply") && !args_text(a, "approver"))
        rc = err_set(e, ERR_USAGE, "--apply 要写明 --by、--approver、--because、--seen");
    else
        what = json_pack("{s:s,s:s,s:s,s:s,s:I,s:s}", "kind", "pack", "file", a->operands[0],
                         "trust", trust, "name", p.name, "version", (json_int_t)p.version, "key",
                         p.key);
    if (!rc)
        note("规则包“%s”第 %lld 版，%zu 个文件，签名无误（公钥指纹 %.16s…）", p.name,
             (long long)p.version, p.n, p.key);
    pack_release(&p);
    return rc ? rc : life_run(a, what, e);
}

static const struct option key_options[] = {
    {"kind", 0, ARG_CHOICE, "ed25519|sm2", "ed25519", false, "签名算法"},
    OPT_END,
};
static const struct example key_examples[] = {
    {"rules key 省局.key --kind sm2", "生成一对 SM2 密钥：省局.key 与 省局.key.pub"},
    EXAMPLE_END,
};
const struct command cmd_rules_key = {
    .name = "rules key",
    .title = "生成给规则包签名的一对密钥",
    .operands = "FILE",
    .options = key_options,
    .examples = key_examples,
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARG_FILE,
    .run = make_key,
};

static const struct option pack_options[] = {
    OPT_DATA,
    {"name", 0, ARG_TEXT, "NAME", NULL, false, "规则包的名字，各版相同，如 湖北省"},
    {"version", 0, ARG_COUNT, "N", NULL, false, "第几版，一版比一版大"},
    {"key", 0, ARG_FILE, "F", NULL, false, "签名用的私钥（huji rules key）"},
    OPT_OUT,
    OPT_END,
};
static const struct example pack_examples[] = {
    {"rules pack --data 省级 --name 湖北省 --version 3 --key 省局.key --out 湖北省3.hjr",
     "把本地规则、参数、知识表打成一个签名的文件"},
    EXAMPLE_END,
};
const struct command cmd_rules_pack = {
    .name = "rules pack",
    .title = "把本地的规则、参数、知识表打成一个签名的文件",
    .operands = "",
    .text =
        "装进去的是数据目录 rules/ 里的规则、批准过的各版、状态、地区参数和知识表；例外、草稿、历史不带。",
    .options = pack_options,
    .examples = pack_examples,
    .run = pack,
};

static const struct option unpack_options[] = {
    OPT_DATA,
    {"trust", 0, ARG_FILE, "F", NULL, false, "信任的公钥文件（发布方的 .pub）"},
    {"dry-run", 0, ARG_FLAG, NULL, NULL, false, "只看影响（默认）"},
    {"apply", 0, ARG_FLAG, NULL, NULL, false, "装上；要批准人看过影响"},
    OPT_BY,
    OPT_APPROVER,
    OPT_BECAUSE,
    OPT_SEEN,
    OPT_THREADS,
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example unpack_examples[] = {
    {"rules unpack 湖北省3.hjr --trust 省局.key.pub", "核对签名，看装上之后疑点多了少了多少"},
    {"rules unpack 湖北省3.hjr --trust 省局.key.pub --apply --by 张三 --approver 李四 --because 省里下发 "
     "--seen 3fa9c1d2",
     "李四看过影响，装上"},
    EXAMPLE_END,
};
const struct command cmd_rules_unpack = {
    .name = "rules unpack",
    .title = "核对并装上一个规则包，先看疑点怎么变",
    .operands = "FILE",
    .text =
        "签名不对、被改过、不完整、比已装的旧，都不装。本地自己的规则和知识表行留着；同名而内容不同的，"
        "说出来，不装。",
    .options = unpack_options,
    .examples = unpack_examples,
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARG_FILE,
    .run = unpack,
};
