#!/bin/bash
# SPDX-License-Identifier: MulanPSL-2.0
# The pages in Chromium against the real server, on a county of 1,000 persons. Pictures: build/browser/shots.
set -uo pipefail
chromium=${CHROMIUM:-/usr/bin/chromium}
if [ ! -x "$chromium" ]; then
    echo "skip browser # 没有 $chromium（tools/setup --ci 会装）"
    exit 0
fi
out=${HUJI_BROWSER_OUT:-build/browser}
mkdir -p "$out"
rm -rf "$out/shots" "$out/run"
: >"$out/serve.log" # the last run's port is in it
if ! tests/browser/county "$out/county" 1000 >"$out/county.log" 2>&1; then
    tail -n 20 "$out/county.log"
    echo "not ok browser: county"
    exit 1
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
    exit 1
fi
HUJI_URL=http://127.0.0.1:$port HUJI_SHOTS=$out/shots HUJI_PASSWORD=$(cat "$out/county/password") \
    CHROMIUM=$chromium node tests/browser/run.mjs
status=$?
case week in *${HUJI_ONLY:-}*)
    HUJI_SHOTS=$out/shots CHROMIUM=$chromium tests/browser/week "$out/week" || status=1 ;;
esac
case demo in *${HUJI_ONLY:-}*)
    HUJI_SHOTS=$out/shots CHROMIUM=$chromium tests/browser/week "$out/demo" demo.mjs || status=1 ;;
esac
exit $status
