#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# 护基：第一次运行建数据目录与四个账号，以后直接启动服务。
#
#   ./start.sh [数据目录]            默认 ./data；只在本机 http://127.0.0.1:8443
#   LISTEN=0.0.0.0:8443 TLS_CERT=证书.pem TLS_KEY=私钥.pem ./start.sh /data/huji     给全局用
#   REGION=430000 ./start.sh         第一次：统筹区的六位区划代码（不写则会问）
#
# 中途停下（关了窗口、输错了）再运行一次就接着做：已经建好的不重来。
set -eu
here=$(cd "$(dirname "$0")" && pwd)
data=${1:-$here/data}
huji=$here/huji
listen=${LISTEN:-127.0.0.1:8443}
people=
[ ! -t 0 ] || people=1 # 有人在键盘前：输错了可以再来

say() { printf '%s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

ask() { # ask 提示 默认值
    printf '%s' "$1" >&2
    IFS= read -r answer || answer=
    [ -n "$answer" ] || answer=$2
    printf '%s' "$answer"
}

# --- 能不能运行 ---------------------------------------------------------------------------------------

# U 盘（FAT、exFAT）上的文件没有可执行位，有的系统还不许运行 U 盘上的程序。
if ! told=$("$huji" --version 2>&1); then
    die "运行不了 $huji ：$told
多半是直接在 U 盘上运行，或解压时丢了权限。请把压缩包（.tar.gz）复制到硬盘上，用 tar -xzf 解开，再到那里运行 ./start.sh。"
fi
if [ ! -d "$data" ] && ! mkdir -p "$data" 2>/dev/null; then
    die "建不了数据目录 $data ：没有写的权限，或盘满、盘是只读的。
换一个地方：./start.sh ~/huji-data"
fi
[ -w "$data" ] || die "数据目录 $data 写不进去。换一个地方：./start.sh ~/huji-data"

# --- 数据目录 -----------------------------------------------------------------------------------------

while [ ! -e "$data/claims.duckdb" ]; do
    [ -n "${REGION+set}" ] || REGION=$(ask '统筹区的区划代码（六位，如 430682；还不知道就直接回车，以后可以再设）：' '')
    if [ -n "$REGION" ]; then
        "$huji" init "$data" --region "$REGION" && break
    else
        "$huji" init "$data" && break
    fi
    [ -n "$people" ] || exit 1
    unset REGION
done

# --- 账号：缺哪个建哪个 --------------------------------------------------------------------------------

# 密码不显示；从管道来时一个账号一行。
secret() {
    if [ -n "$people" ]; then
        "$huji" user add --data "$data" --role "$1" --name "$2" "$3"
    else
        IFS= read -r line || die "没有读到 $3 的密码"
        printf '%s\n' "$line" | "$huji" user add --data "$data" --role "$1" --name "$2" "$3"
    fi
}

make_account() { # make_account 角色 职务
    while :; do
        if [ -n "$people" ]; then
            login=$(ask "$2 的登录名 [$1]：" "$1")
            person=$(ask "$2 的姓名 [$2]：" "$2")
            say "$2（$login）的密码，输入时不显示，要输两遍："
        else
            login=$1 person=$2
        fi
        ! secret "$1" "$person" "$login" || return 0
        [ -n "$people" ] || exit 1
        say "没有建成，再来一次。"
    done
}

if [ ! -e "$data/.accounts" ]; then
    there=$("$huji" user list --data "$data" --format csv | tail -n +2)
    told=
    for who in system:系统管理员 security:安全管理员 audit:审计管理员 head:科长; do
        role=${who%%:*} title=${who#*:}
        case ,$(printf '%s\n' "$there" | cut -d, -f4 | tr ' \n' ',,'), in *,"$role",*) continue ;; esac
        if [ -z "$told" ]; then
            told=1
            say '
还要建四个账号。法规要求系统、安全、审计三名管理员由三个人分任；科长办案。其他人以后由系统管理员在网页里添加。
不知道填什么就直接回车，用方括号里的。密码至少 10 位，大写、小写、数字、符号四种里有三种。
'
        fi
        make_account "$role" "$title"
    done
    : >"$data/.accounts"
    say '
账号建好了。科长登录网页办案：先到“数据接入”导入数据，没有数据可点“先用演示数据练手”；系统管理员登录添加其他人。
'
fi

# --- 启动 ---------------------------------------------------------------------------------------------

set -- serve --data "$data" --listen "$listen"
[ -z "${TLS_CERT:-}" ] || set -- "$@" --tls-cert "$TLS_CERT" --tls-key "${TLS_KEY:?还要 TLS_KEY=私钥.pem}"
scheme=http
[ -z "${TLS_CERT:-}" ] || scheme=https
say "用浏览器打开 $scheme://$listen （Ctrl-C 停止，下次再运行 ./start.sh 即可）"
exec "$huji" "$@"
