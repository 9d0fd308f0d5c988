#!/bin/bash
# SPDX-License-Identifier: MulanPSL-2.0
# Every example that --help prints, run as it is printed.
cd "$(dirname "$0")/.." || exit 1
exec python3 tests/check/help_examples.py "${HUJI:-build/release/huji}"
