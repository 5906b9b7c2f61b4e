#!/usr/bin/env bash
# Measures the window: from process start to first paint, and private memory beside linphone-desktop's in the same run
# (if that is installed). Build before:
#
#   npm --prefix ui run build && cargo build --profile ci -p ringside --features custom-protocol
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

export RINGSIDE=${RINGSIDE:-target/ci/ringside}
exec tests/e2e/desktop node tests/bench/window.mjs "$@"
