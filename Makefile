# Two commands do everything on a fresh Debian or Ubuntu machine with Rust, Node 20 and root or sudo:
#
#   make run     open Ringside on the practice PBX (where there is no display: walk through a first call and tell)
#   make test    every test that a change must pass
#
# and three more:
#
#   make check   the fast ones: format, lints, unit and story tests, the UI's own
#   make bench   the figures of the README, beside those of baresip in the same run
#   make fuzz    each parser for FUZZ_SECONDS

FUZZ_SECONDS ?= 30

.PHONY: run test check bench fuzz

run:
	tests/install run
	npm --prefix ui run build
	cargo build -p ringside --features custom-protocol
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then exec target/debug/ringside --practice; else exec tests/e2e/first-call.sh; fi

test:
	tests/install test
	tests/run check lab ui app

check:
	tests/install check
	tests/run check

bench:
	tests/install bench
	npm --prefix ui run build
	cargo build --profile ci -p ringside-headless
	cargo build --profile ci -p ringside --features custom-protocol
	cargo bench -p ringside-sip --bench wire
	cargo bench -p ringside-media --bench stream
	cargo bench -p ringside-desk --bench cards --bench floor
	cargo bench -p ringside-journal --bench journal
	@missed=0; for what in growth bench; do target/venv/bin/python tests/bench/$$what.py || missed=1; done; exit $$missed

fuzz:
	tests/install build
	tests/fuzz/run $(FUZZ_SECONDS)
