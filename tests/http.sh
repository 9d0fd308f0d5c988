#!/bin/bash
# SPDX-License-Identifier: MulanPSL-2.0
# The server through its port, on the ASan build: every test_*.py of tests/http, or those named.
#
#   tests/http.sh [test_week...]      --pieces lists them (tools/test)
cd "$(dirname "$0")/.." || exit 1
mapfile -t all < <(basename -s .py tests/http/test_*.py)
[ "${1:-}" != --pieces ] || { printf '%s\n' "${all[@]}"; exit 0; }
[ $# -gt 0 ] || set -- "${all[@]}"
status=0
for test in "$@"; do
    HUJI_SETUP=$HUJI HUJI=${HUJI_ASAN:-$HUJI} HUJI_ROOT=${HUJI_ROOT:-$PWD} python3 "tests/http/$test.py" || status=1
done
exit $status
