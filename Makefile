# `make demo` shows the main job at work, `make test` runs the tests; each sets up all it needs in .venv.
PYTHON ?= $(shell command -v python3.11 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
SOURCES := $(shell find smsacct -type f -not -name '*.pyc')

.PHONY: demo test test-all soak lint generate picture bench clean

demo: $(VENV)/.installed
	@$(BIN)/python tools/demo.py

test: $(VENV)/.installed
	$(BIN)/pytest -n auto -q -m "not slow and not soak"

test-all: test
	$(BIN)/pytest -n auto -q -m slow

soak: $(VENV)/.installed
	$(BIN)/pytest -q -s -m soak --timeout 3600

lint: $(VENV)/.installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python tools/generate.py --check

generate: $(VENV)/.installed
	$(BIN)/python tools/generate.py

picture: $(VENV)/.installed
	$(BIN)/python tools/picture.py

bench: $(VENV)/.installed
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A Python without its own pip cannot be helped from here; all others get a new one that knows groups.
$(VENV)/.tools: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

# The tests run against the wheel that is built, not against the tree.
$(VENV)/.installed: $(VENV)/.tools $(SOURCES)
	rm -rf dist
	$(BIN)/python -m build --quiet --wheel --outdir dist
	$(BIN)/python -m pip install --quiet "$$(ls dist/*.whl)[all]"
	$(BIN)/python -m pip install --quiet --force-reinstall --no-deps dist/*.whl
	@touch $@
