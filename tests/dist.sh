#!/bin/bash
# SPDX-License-Identifier: MulanPSL-2.0
# The archive of `make dist`, in its quick form (no guide): unpacked elsewhere, used by an ordinary user without network,
# environment or anything of the source tree. tools/dist-check does it in Debian roots that have neither compiler nor glibc of ours.
set -uo pipefail
if [ "$(id -u)" != 0 ] || ! unshare -n true 2>/dev/null; then
    echo "skip dist # 要 root 才能断开网络（unshare -n）"
    exit 0
fi
there=$(mktemp -d /tmp/huji-dist.XXXXXX)
trap 'rm -rf "$there"' EXIT
chmod 755 "$there"
if ! tools/dist --quick >"$there/log" 2>&1; then
    tail -n 20 "$there/log"
    echo "not ok dist: make dist"
    exit 1
fi
archive=$(echo build/dist/huji-*.tar.gz)
tar -xzf "$archive" -C "$there"
folder=$there/$(basename "$archive" .tar.gz)
if (cd build/dist && sha256sum --status -c "$(basename "$archive").sha256"); then echo "ok dist: 包的校验和"; else echo "not ok dist: 包的校验和"; fi
grep -rqF "$PWD" "$folder/huji" "$folder/start.sh" "$folder/systemd" "$folder/docs" && echo "not ok dist: 文件里有本机路径" || echo "ok dist: 文件里没有本机路径"
for must in systemd/huji.service docs/deploy.zh-CN.md sbom.cdx.json share/huji/rules/library share/huji/rules/knowledge/tables.yaml LICENSE licenses/libc6.txt; do
    [ -e "$folder/$must" ] && echo "ok dist: 有 $must" || echo "not ok dist: 没有 $must"
done
if command -v systemd-analyze >/dev/null; then
    # The paths of the unit are those of an installation: only its syntax is asked.
    bad=$(systemd-analyze verify --man=no "$folder/systemd/huji.service" 2>&1 | grep 'huji.service' | grep -vE 'not executable|No such file')
    [ -z "$bad" ] && echo "ok dist: systemd 单元" || echo "not ok dist: systemd 单元 # $bad"
fi
DIST_LOG=$there unshare -n python3 tests/dist/first_clue.py "$folder" "" \
    setpriv --reuid 65534 --regid 65534 --clear-groups env -i HOME=/nonexistent PATH=/usr/bin:/bin

# And as somebody with a browser meets it: start.sh, the page, the first clue.
if [ ! -d web/node_modules/playwright-core ] || [ ! -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
    echo "skip dist: 浏览器里的第一天 # 没有 chromium 或 playwright-core"
    exit 0
fi
install -d -m 700 -o 65534 -g 65534 "$there/first"
export HUJI_PASSWORD=Huji-first-2026
yes "$HUJI_PASSWORD" | head -n 4 >"$there/passwords"
setpriv --reuid 65534 --regid 65534 --clear-groups \
    env -i HOME=/nonexistent PATH=/usr/bin:/bin LISTEN=127.0.0.1:0 REGION=430682 "$folder/start.sh" "$there/first/data" <"$there/passwords" >"$there/said" 2>&1 &
for _ in $(seq 300); do
    port=$(sed -n 's/.*端口 \([0-9]*\).*/\1/p' "$there/said" | head -1)
    [ -z "$port" ] || break
    sleep 0.2
done
if [ -n "$port" ]; then
    HUJI_URL=http://127.0.0.1:$port HUJI_SHOTS=build/browser/shots node tests/dist/first_day.mjs
else
    tail -n 20 "$there/said"
    echo "not ok dist: start.sh 启动服务"
fi
kill "$!"
wait "$!"
