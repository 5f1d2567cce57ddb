# make run    classify, transcribe and judge the sample inputs (fetches the models first if needed)
# make test   all tests
# make check  format, lints, documentation, module rules
# make bench  timings
# make app    the window

# The models of this checkout; a person's own stay untouched. Set it to use others.
export ONHAND_MODELS ?= $(CURDIR)/models/installed

# candle and rayon each guess a number of threads where none is set; where they differ, they wait for each other.
export RAYON_NUM_THREADS ?= $(shell getconf _NPROCESSORS_ONLN)

# What needs no window toolkit: the engine and its terminal program.
ENGINE := --locked --no-default-features

.PHONY: run test check bench models setup app setup-app

run: setup
	cargo run --release $(ENGINE) --bin onhand-lab -- demo

test: setup-app
	cargo test --locked

check: setup-app
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps
	cargo test --locked --test modules

bench: setup
	cargo bench $(ENGINE)

# The models that the reference tests compare with other implementations.
models: setup-app
	cargo run --locked --bin onhand-lab -- models fetch efficientnet-lite0 whisper-tiny.en whisper-base

app: setup-app
	cargo run --locked --release --bin onhand

setup:
	@scripts/setup.sh

setup-app:
	@scripts/setup.sh app
