#!/bin/bash
# SPDX-License-Identifier: MulanPSL-2.0
# The short run of the fuzz targets: mutated seeds under ASan and UBSan.
exec "$(dirname "$0")/fuzz/run" --short
