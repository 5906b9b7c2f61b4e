#!/usr/bin/env bash
# Tests the app in its real window, on a desktop of its own. It must be built before:
#
#   npm --prefix ui run build && cargo build -p ringside --features custom-protocol
#   cargo build -p ringside-headless
#
# The PBX of some tests is the lab's: `tests/lab/pbx install`. RINGSIDE names another binary. Pictures go to artefacts/app-*.png.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
tests/e2e/desktop node --test --test-concurrency=1 --test-reporter=spec tests/e2e/window/*.test.mjs 2>&1 | tee "$log" || status=$?
awk '$2 == "pass" { passed = $3 } $2 == "fail" { failed = $3 } END { print passed + 0 " passed, " failed + 0 " failed" }' "$log"
exit "$status"
