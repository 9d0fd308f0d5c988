#!/bin/bash
# SPDX-License-Identifier: MulanPSL-2.0
# docs/rules*.md say what the rules say: they are made by `make docs` and compared here.
set -uo pipefail
cd "$HUJI_ROOT"
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
