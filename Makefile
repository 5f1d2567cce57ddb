# make run    the app; where there is no display the tour: the app driven through its screens, with pictures of each
# make test   all tests, the tour among them
# make tour   the tour, display or not
# make demo   classify, transcribe and judge the sample inputs in a terminal (fetches the models first if needed)
# make check  format, lints, documentation, module rules
# make bench  timings
# make android, make ios   the app for phones; says first what is missing (platforms/README.md)
# make models-bundle MODELS="whisper-tiny.en …"   models that phone builds take along; MODELS= none
# make sentiment-mini DATA=sst2-train.tsv   the text model of the app, made anew; about an hour
# make measure-app   frames, memory and the time to the first label; takes a quarter of an hour

# The models of this checkout; a person's own stay untouched. Set it to use others.
export ONHAND_MODELS ?= $(CURDIR)/models/installed

# What needs no window toolkit: the engine and its terminal program.
ENGINE := --locked --no-default-features

# The terminal program as the tests build it: nothing is built twice.
LAB := cargo run --locked --bin onhand-lab --

.PHONY: run app demo tour test measure-app check bench models models-bundle sentiment-mini android ios setup setup-app setup-tour

# Only Linux has displays that may be missing.
ifeq ($(shell uname -s)$(DISPLAY)$(WAYLAND_DISPLAY),Linux)
run: setup-tour
	-$(LAB) models fetch efficientnet-lite0 whisper-tiny.en
	cargo test --locked --test tour
else
run: app
endif

app: setup-app
	cargo run --locked --release --bin onhand

demo: setup
	cargo run --release $(ENGINE) --bin onhand-lab -- demo

tour: setup-tour
	cargo test --locked --test tour

test: setup-tour
	cargo test --locked

measure-app: setup-tour
	cargo test --locked --release --test tour -- measure

check: setup-app
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps
	cargo test --locked --test modules

bench: setup
	cargo bench $(ENGINE)

# The models that the reference tests compare with other implementations.
models: setup-app
	$(LAB) models fetch efficientnet-lite0 whisper-tiny.en whisper-base

android:
	@scripts/build-android.sh

ios:
	@scripts/build-ios.sh

models-bundle:
	$(if $(filter undefined,$(origin MODELS)),$(error which? MODELS="whisper-tiny.en mobilenet-v3-small", or MODELS= for none))
	@scripts/bundle-models.sh $(MODELS)

sentiment-mini: setup
	$(if $(DATA),,$(error from what? DATA=sst2-train.tsv))
	scripts/make-sentiment-mini.sh $(DATA) $(TEACHER)

setup:
	@scripts/setup.sh

setup-app:
	@scripts/setup.sh app

setup-tour:
	@scripts/setup.sh tour
