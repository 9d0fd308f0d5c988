#!/bin/bash
# SPDX-License-Identifier: MulanPSL-2.0
# The server's HTTP tests again, on a PostgreSQL started for it: one suite, two databases.
cd "$(dirname "$0")/.." || exit 1
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
if [ ! -x "$bin/initdb" ]; then
    echo "skip postgres # 没有 PostgreSQL（tools/setup --ci installs it）"
    exit 0
fi
dir=$(mktemp -d /tmp/huji-pg-XXXXXX)
as=()
if [ "$(id -u)" = 0 ]; then # PostgreSQL does not run as root
    chown postgres "$dir"
    as=(runuser -u postgres --)
fi
port=$((20000 + $$ % 20000))
stop() {
    "${as[@]}" "$bin/pg_ctl" -D "$dir/db" -m immediate stop >/dev/null 2>&1
    rm -rf "$dir"
}
trap stop EXIT
"${as[@]}" "$bin/initdb" -D "$dir/db" -A trust -U huji -E UTF8 >"$dir/initdb.log" 2>&1 ||
    { cat "$dir/initdb.log"; echo "not ok postgres_initdb"; exit 1; }
"${as[@]}" "$bin/pg_ctl" -D "$dir/db" -w -t 60 -l "$dir/db.log" \
    -o "-p $port -k $dir -h 127.0.0.1" start >/dev/null 2>&1 ||
    { cat "$dir/db.log"; echo "not ok postgres_starts"; exit 1; }
echo "ok postgres_starts"
status=0
for test in tests/http/test_security.py tests/http/test_clues.py tests/http/test_four_eyes.py tests/http/test_supervise.py tests/http/test_analysis.py tests/http/test_sql.py tests/http/test_week.py; do
    name=$(basename "$test" .py)
    "${as[@]}" "$bin/createdb" -h 127.0.0.1 -p "$port" -U huji "$name" || { echo "not ok postgres_createdb"; status=1; continue; }
    # What mostly asks the claims store has been on the ASan build already: here it is the other database that counts.
    binary=${HUJI_ASAN:-$HUJI}
    case $name in test_analysis | test_sql | test_week) binary=$HUJI ;; esac
    HUJI_SETUP=$HUJI HUJI=$binary HUJI_ROOT=${HUJI_ROOT:-$PWD} \
        HUJI_TEST_CASEWORK="postgresql://huji@127.0.0.1:$port/$name" python3 "$test" |
        sed -E 's/^(ok|not ok) /\1 pg_/'
    [ "${PIPESTATUS[0]}" = 0 ] || status=1
done
exit $status
