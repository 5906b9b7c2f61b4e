#!/usr/bin/env bash
# What a newcomer would do in the first minute, done by itself, for a machine without a display.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

echo "This machine has no display, so Ringside opens on one that nobody sees (Xvfb) and makes the first call by itself."
tests/e2e/desktop node tests/e2e/window/first-call.mjs 2>"${TMPDIR:-/tmp}/ringside-first-call.log" ||
  { status=$?; echo "It did not work out; the end of the log:"; tail -20 "${TMPDIR:-/tmp}/ringside-first-call.log"; exit $status; }
