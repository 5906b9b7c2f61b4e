#!/usr/bin/env bash
# Tries everything that a hostile page or program was thought of to try on the localhost port, in a real browser and with
# raw sockets, and prints the list with a verdict for each. The desk must be built before:
#
#   cargo build -p ringside-headless
#
# ONLY='part of a name' tries those alone; RINGSIDE_HEADLESS names another binary.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
exec ui/node_modules/.bin/playwright test --config tests/e2e/hostile/playwright.config.ts "$@"
