#!/bin/bash
# SPDX-License-Identifier: MulanPSL-2.0
# The server through its port, on the ASan build: every test_*.py of tests/http.
cd "$(dirname "$0")/.." || exit 1
status=0
for test in tests/http/test_*.py; do
    HUJI=${HUJI_ASAN:-$HUJI} HUJI_ROOT=${HUJI_ROOT:-$PWD} python3 "$test" || status=1
done
exit $status
