# Two commands are all the set-up: `make demo` and `make test`. Both may be run again at any time, also without a network.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps

.PHONY: install demo real test check bench lock clean system

install: $(STAMPS)/install

$(STAMPS)/install: pyproject.toml requirements.lock
	tests/house/make-venv.sh "$(PYTHON)" "$(VENV)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	mkdir -p $(STAMPS) && touch $@

demo: install
	$(BIN)/nianbao demo $(DEMO_ARGS)

real: install
	$(BIN)/python -m pytest tests/flows/test_real_reports.py -p no:cacheprovider -s $(PYTEST_ARGS)

system: $(STAMPS)/system

$(STAMPS)/system: tests/house/system-packages.sh
	tests/house/system-packages.sh
	mkdir -p $(STAMPS) && touch $@

test: install system
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install
	$(BIN)/python -m pytest tests/bench --override-ini python_files='bench_*.py' -s $(PYTEST_ARGS)

lock: install
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --all-extras --group dev --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) nianbao-demo
