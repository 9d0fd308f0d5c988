#!/bin/bash
# SPDX-License-Identifier: MulanPSL-2.0
# start.sh as somebody at a keyboard meets it the first time: tests/dist/start.py answers its questions through a terminal.
set -uo pipefail
there=$(mktemp -d /tmp/huji-start.XXXXXX)
trap 'rm -rf "$there"' EXIT
printf '#!/bin/sh\nexec "%s" "$@"\n' "$HUJI" >"$there/huji"
cp packaging/start.sh "$there/start.sh"
chmod 755 "$there/huji" "$there/start.sh"
unset HUJI_DATA HUJI_RULES
export HUJI_RULES=$HUJI_ROOT/rules
python3 tests/dist/start.py "$there"
