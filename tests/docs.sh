#!/bin/bash
# SPDX-License-Identifier: MulanPSL-2.0
# docs/rules*.md and docs/sql say what the rules say: they are made by `make docs` and compared here. And the SQL of docs/sql is
# run: on a small county every form must give the findings of the last screening run.
set -uo pipefail
cd "$HUJI_ROOT"
if [ "${1:-}" = --pieces ]; then
    echo fresh
    echo sql
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fresh() {
    for lang in zh en; do
        file=docs/rules.md
        [ $lang = en ] || file=docs/rules.zh-CN.md
        if diff -q <("$HUJI" rules doc --rules rules --lang $lang 2>&1) "$file" >/dev/null; then
            echo "ok docs $file"
        else
            echo "$file is older than the rules: make docs"
            echo "not ok docs $file"
        fi
    done
    mkdir "$work/sql"
    "$HUJI" rules doc --rules rules --sql-dir "$work/sql"
    if diff -rq "$work/sql" docs/sql; then
        echo "ok docs docs/sql"
    else
        echo "docs/sql is older than the rules: make docs"
        echo "not ok docs docs/sql"
    fi
    # To be read: no line wider than a page (a Chinese character is two columns), what no line break can help excepted.
    if python3 - docs/sql/*.sql <<'PY'; then
import sys, unicodedata
wide = [(f, n) for f in sys.argv[1:] for n, l in enumerate(open(f), 1)
        if sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in l.rstrip("\n")) > 125]
print(*wide[:10], sep="\n")
sys.exit(len(wide) > 0)
PY
        echo "ok docs lines of docs/sql"
    else
        echo "not ok docs lines of docs/sql"
    fi
}

sql() {
    export HUJI_DATA=$work/county
    {
        "$HUJI" synth --out "$work/tables" --persons 1000 --seed 11 &&
            "$HUJI" init "$HUJI_DATA" && "$HUJI" import "$work/tables" && "$HUJI" screen --rules rules
    } >"$work/log" 2>&1 || cat "$work/log"
    if "$HUJI" verify --brief --rules rules --keep "$work/kept.duckdb" --format csv >"$work/verify.csv" 2>"$work/log"; then
        echo "ok docs every form of docs/sql gives the findings"
    else
        grep -v ',一致,' "$work/verify.csv"
        cat "$work/log"
        echo "not ok docs every form of docs/sql gives the findings"
    fi
    # As an auditor does it: the kept file, opened by DuckDB alone, and the printed text.
    if python3 tests/check/run_sql.py "$HUJI" "$work/kept.duckdb"; then
        echo "ok docs the printed SQL runs on what --keep keeps"
    else
        echo "not ok docs the printed SQL runs on what --keep keeps"
    fi
}

case "${1:-}" in
    '') fresh; sql ;;
    *) "$1" ;;
esac
