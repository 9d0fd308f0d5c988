#!/bin/bash
# SPDX-License-Identifier: MulanPSL-2.0
# Every number in a rule's question is held by an example: moved by the least step, some example no longer says the same.
cd "$(dirname "$0")/.." || exit 1
exec python3 tests/check/bounds.py "${HUJI:-build/release/huji}"
