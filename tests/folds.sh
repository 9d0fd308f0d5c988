#!/bin/bash
# SPDX-License-Identifier: MulanPSL-2.0
# The engine finds what the folds of ../shared/reference/refsql find: somebody else's statement of the questions.
cd "$(dirname "$0")/.." || exit 1
exec python3 tests/check/folds.py "${HUJI:-build/release/huji}" 20
