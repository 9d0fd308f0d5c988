#!/bin/bash
# SPDX-License-Identifier: MulanPSL-2.0
# Batch equals live: orders sent message by message find what screening the settled tables finds.
cd "$(dirname "$0")/.." || exit 1
exec python3 tests/check/replay.py "${HUJI:-build/release/huji}"
