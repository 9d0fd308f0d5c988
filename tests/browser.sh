#!/bin/bash
# SPDX-License-Identifier: MulanPSL-2.0
# The pages in Chromium against the real server, on a county of 1,000 persons. Pictures: build/browser/shots; week and demo in
# folders of their own there.
#
#   tests/browser.sh [pages|week|demo...]      all of them without; --pieces lists them (tools/test)
#
# HUJI_ONLY=02 runs the pages of that file alone, HUJI_ONLY=week what has it in its name.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
chromium=${CHROMIUM:-/usr/bin/chromium}
if [ ! -x "$chromium" ]; then
    [ "${1:-}" = --pieces ] || echo "skip browser # 没有 $chromium（tools/setup --ci 会装）"
    exit 0
fi
[ "${1:-}" != --pieces ] || { printf '%s\n' pages week demo; exit 0; }
out=${HUJI_BROWSER_OUT:-build/browser}
mkdir -p "$out/shots"

# own NAME SCRIPT: a script of tests/browser on a data directory of its own.
own() {
    [[ $1 == *"${HUJI_ONLY:-}"* ]] || return 0
    rm -rf "$out/shots/$1"
    HUJI_SHOTS=$out/shots/$1 CHROMIUM=$chromium tests/browser/week "$out/$1" "$2"
}

# Pages that are looked at on one server, in the order of their files.
pages() {
    rm -rf "$out/run" "$out"/shots/*.png
    : >"$out/serve.log" # the last run's port is in it
    if ! tests/browser/county "$out/county" 1000 >"$out/county.log" 2>&1; then
        tail -n 20 "$out/county.log"
        echo "not ok browser: county"
        return 1
    fi
    # What a test changes, the next run must not see.
    cp -r "$out/county" "$out/run"
    "$HUJI" serve --data "$out/run/data" --listen 127.0.0.1:0 >"$out/serve.log" 2>&1 &
    server=$!
    trap 'kill $server 2>/dev/null; wait $server 2>/dev/null' EXIT
    port=
    for _ in $(seq 100); do
        port=$(grep -oE '端口 [0-9]+' "$out/serve.log" | grep -oE '[0-9]+' | head -n 1)
        [ -z "$port" ] || break
        kill -0 $server 2>/dev/null || break
        sleep 0.1
    done
    if [ -z "$port" ]; then
        cat "$out/serve.log"
        echo "not ok browser: serve"
        return 1
    fi
    HUJI_URL=http://127.0.0.1:$port HUJI_SHOTS=$out/shots HUJI_PASSWORD=$(cat "$out/county/password") \
        CHROMIUM=$chromium node tests/browser/run.mjs
}

[ $# -gt 0 ] || set -- pages week demo
status=0
for piece in "$@"; do
    case $piece in
    pages) pages || status=1 ;;
    week | demo) own "$piece" "$piece.mjs" || status=1 ;;
    *) echo "not ok browser: 没有 $piece"; status=1 ;;
    esac
done
exit $status
