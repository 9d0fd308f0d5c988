#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# 护基：第一次运行建数据目录与四个账号，以后直接启动服务。
#
#   ./start.sh [数据目录]            默认 ./data；只在本机 http://127.0.0.1:8443
#   LISTEN=0.0.0.0:8443 TLS_CERT=证书.pem TLS_KEY=私钥.pem ./start.sh /data/huji     给全局用
#   REGION=430000 ./start.sh         第一次：统筹区的六位区划代码（不写则会问）
set -eu
here=$(cd "$(dirname "$0")" && pwd)
data=${1:-$here/data}
huji=$here/huji
listen=${LISTEN:-127.0.0.1:8443}

ask() { # ask 提示 默认值
    printf '%s' "$1" >&2
    IFS= read -r answer || answer=
    [ -n "$answer" ] || answer=$2
    printf '%s' "$answer"
}

# 密码不显示；从管道来时一个账号一行。
secret() {
    if [ -t 0 ]; then
        "$huji" user add --data "$data" --role "$1" --name "$2" "$3"
    else
        IFS= read -r line || { echo "没有读到 $3 的密码" >&2; exit 1; }
        printf '%s\n' "$line" | "$huji" user add --data "$data" --role "$1" --name "$2" "$3"
    fi
}

if [ ! -e "$data/huji.duckdb" ] && [ ! -e "$data/store.duckdb" ] && [ ! -d "$data" ]; then
    [ -n "${REGION+set}" ] || REGION=$(ask '统筹区的区划代码（六位，如 430682；还不知道就直接回车）：' '')
    if [ -n "$REGION" ]; then
        "$huji" init "$data" --region "$REGION"
    else
        "$huji" init "$data"
    fi
fi

if [ ! -e "$data/.accounts" ]; then
    cat >&2 <<'TEXT'

还没有账号。法规要求系统、安全、审计三名管理员由三个人分任，另建一名科长办案；以后在网页里添加其他人。
密码至少 10 位，大写、小写、数字、符号四种里有三种；输入时不显示。

TEXT
    for who in system:系统管理员 security:安全管理员 audit:审计管理员 head:科长; do
        role=${who%%:*} title=${who#*:}
        if [ -t 0 ]; then
            login=$(ask "$title 的用户名 [$role]：" "$role")
            person=$(ask "$title 的姓名 [$title]：" "$title")
        else
            login=$role person=$title
        fi
        secret "$role" "$person" "$login"
    done
    : >"$data/.accounts"
fi

set -- serve --data "$data" --listen "$listen"
[ -z "${TLS_CERT:-}" ] || set -- "$@" --tls-cert "$TLS_CERT" --tls-key "${TLS_KEY:?还要 TLS_KEY=私钥.pem}"
scheme=http
[ -z "${TLS_CERT:-}" ] || scheme=https
echo "用浏览器打开 $scheme://$listen （Ctrl-C 停止）" >&2
exec "$huji" "$@"
