# Two commands are all the set-up: `make demo` and `make test`. Both may be run again at any time, also without a network.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra postgres --extra divisions
# Every crawl and every command is a process of its own: without compiled modules each would compile the same libraries again.
COMPILED := @$(BIN)/python -m compileall -q -j 0 $(VENV)/lib >/dev/null 2>&1 || true

.PHONY: install install-dev demo real simulate faults test check bench lock clean

install: $(STAMPS)/install

$(STAMPS)/install: pyproject.toml requirements.lock
	tests/house/make-venv.sh "$(PYTHON)" "$(VENV)"
	$(PIP) install -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	$(COMPILED)
	mkdir -p $(STAMPS) && touch $@

install-dev: $(STAMPS)/install-dev

$(STAMPS)/install-dev: $(STAMPS)/install requirements-dev.lock
	$(PIP) install -r requirements-dev.lock
	$(COMPILED)
	touch $@

$(STAMPS)/system: $(STAMPS)/install tests/house/system-packages.sh
	tests/house/system-packages.sh
	touch $@

demo: install
	$(BIN)/nianbao demo $(DEMO_ARGS)

real: install-dev
	$(BIN)/python -m pytest tests/flows/test_real_reports.py -s $(PYTEST_ARGS)

simulate: install-dev
	$(BIN)/python tests/simulator/simulate.py $(SIMULATE_ARGS)

faults: install-dev $(STAMPS)/system
	$(BIN)/python -m tests.faults.run $(FAULTS_ARGS)

test: install-dev $(STAMPS)/system
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

check: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install-dev
	for bench in tests/bench/bench_*.py; do echo "== $$bench"; $(BIN)/python $$bench || exit 1; done

# What the tests ran with is what is installed: the smaller lock takes its versions from the larger one.
lock: install-dev
	$(PIP) install uv
	$(COMPILE) --extra ocr --group build --group dev --output-file requirements-dev.lock pyproject.toml
	$(COMPILE) --group build --constraint requirements-dev.lock --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) nianbao-demo
