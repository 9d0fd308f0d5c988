#!/bin/bash
# SPDX-License-Identifier: MulanPSL-2.0
# Bad input, one after the other: told in Chinese with the place, nothing lost, nothing half-written.
cd "$(dirname "$0")/.." || exit 1
exec python3 tests/check/bad_input.py "${HUJI:-build/release/huji}"
