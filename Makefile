# Everything lives in .venv; a stamp in it tells what is installed, so a second run starts at once.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

.PHONY: help demo test bench chaos fuzz pictures dashboards wordpress wheel image lock clean

help: ## Show what can be made.
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile

demo: .venv/run.stamp ## Show everything alive, with simulated readers.
	@exec $(BIN)/groundswell demo

test: .venv/dev.stamp ## Check style, types and architecture, then run every test.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest --numprocesses=3 --dist=loadfile --no-loadscope-reorder

bench: .venv/dev.stamp ## Measure speed, as ratios.
	$(BIN)/python -m tests.bench

chaos: .venv/dev.stamp ## Break everything on purpose, at full size (half an hour).
	$(BIN)/python -m tests.chaos

fuzz: .venv/dev.stamp ## Send 160,000 requests that nobody should send (some minutes).
	$(BIN)/python -m tests.fuzz

pictures: .venv/dev.stamp ## Take pictures of every page into var/pictures.
	$(BIN)/python -m tests.pictures

dashboards: .venv/dev.stamp ## Write the Grafana dashboards anew.
	@$(BIN)/python deploy/grafana/generate.py

wordpress: ## Build the WordPress plugin into dist/groundswell.zip.
	@$(PYTHON) deploy/wordpress/build.py dist/groundswell.zip && echo dist/groundswell.zip

wheel: .venv/run.stamp ## Build the wheel into dist, the same from the same source.
	@rm -rf build && SOURCE_DATE_EPOCH=$(EPOCH) $(BIN)/python -m pip wheel --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation --wheel-dir dist . && rm -rf build && echo dist/groundswell-$(VERSION)-py3-none-any.whl

image: ## Build the image groundswell:VERSION, with Docker.
	docker build --file deploy/Dockerfile --build-arg VERSION=$(VERSION) --build-arg SOURCE_DATE_EPOCH=$(EPOCH) \
		--tag groundswell:$(VERSION) .

VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
EPOCH = $(shell git log -1 --format=%ct 2>/dev/null || echo 315532800)

lock: .venv/dev.stamp ## Pin the newest allowed dependencies again, with hashes.
	$(BIN)/uv pip compile $(LOCKING) --extra build --output-file requirements.lock pyproject.toml
	$(BIN)/uv pip compile $(LOCKING) --extra build --extra dev --output-file requirements-dev.lock pyproject.toml

LOCKING := --quiet --upgrade --universal --generate-hashes --no-header --python-version 3.11

clean: ## Remove what was made here; data stays.
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/made.stamp: deploy/python.sh
	@python=$$(PYTHON="$(PYTHON)" sh deploy/python.sh) \
	&& echo "Making .venv with $$python" \
	&& { [ ! -e .venv ] || $(BIN)/python -c '' 2>/dev/null || rm -rf .venv; } \
	&& "$$python" -m venv .venv && touch $@

.venv/run.stamp: .venv/made.stamp requirements.lock pyproject.toml
	@echo "Installing what Groundswell needs (a minute, once)"
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: .venv/made.stamp requirements-dev.lock pyproject.toml
	@echo "Installing what Groundswell and its tests need (a minute, once)"
	@$(PIP) --require-hashes --requirement requirements-dev.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@ .venv/run.stamp
