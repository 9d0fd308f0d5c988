#!/bin/bash
# SPDX-License-Identifier: MulanPSL-2.0
# What was planted is found, what must not fire does not, at seeds nobody tuned anything on.
cd "$(dirname "$0")/.." || exit 1
exec python3 tests/check/evaluation.py "${HUJI:-build/release/huji}"
