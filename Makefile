# Everything a newcomer types. `make run` and `make test` need Python 3.11 with venv, and make.
.DEFAULT_GOAL := help
.PHONY: help setup run test check lab bench bench-peers soak clean browser sample train score

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
WORKSPACE ?= workspace
PORT ?= 5006
DATA ?= $(or $(FMAR_DATA),../shared/data)
SCORES ?= scores

help:  ## what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(READY)  ## the environment, from constraints.txt

$(READY): constraints.txt pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11 setup"; exit 2; }
	test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	$(BIN)/uv pip sync --quiet --python $(BIN)/python constraints.txt
	$(BIN)/uv pip install --quiet --no-deps --python $(BIN)/python -e .
	@touch $@

run: $(READY)  ## build a workspace from sample_data, characterise it, serve the workbench
	$(BIN)/fmar demo --workspace $(WORKSPACE) --port $(PORT)

test: check browser  ## checks, every test, every notebook
	$(BIN)/python -m pytest -m "not soak"

check: $(READY)  ## format, lint, import rules, strict types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

browser: $(READY)  ## Chromium: found, or from Debian, or Playwright's own
	@command -v chromium chromium-browser google-chrome >/dev/null 2>&1 \
	|| { command -v apt-get >/dev/null 2>&1 \
	     && $$([ "$$(id -u)" = 0 ] || echo sudo -n) sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	        apt-get install -y -qq --no-install-recommends chromium fonts-liberation fonts-dejavu-core' >/dev/null; } \
	|| $(BIN)/python -m playwright install chromium

lab: $(READY)  ## the notebooks in JupyterLab, offline
	PANEL_INLINE=true $(BIN)/jupyter lab --ip=127.0.0.1 --LabApp.news_url=None \
	  --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate \
	  --LabApp.extension_manager=readonly $(shell [ "$$(id -u)" = 0 ] && echo --allow-root) notebooks

bench: $(READY)  ## rates of the engine on this machine
	$(BIN)/python -m pytest tests/benchmarks -o addopts= --benchmark-only --benchmark-columns=median,rounds

PEERS := .venv-peers
PEER_REPORT ?= bench-peers.json

$(PEERS)/.ready: $(READY)
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(PEERS)
	$(BIN)/uv pip install --quiet --python $(PEERS)/bin/python 'opendsm==1.2.7' 'multimethod<2'
	@touch $@

bench-peers: $(PEERS)/.ready  ## our baseline against opendsm's hourly model, on the real meters
	FMAR_PEER_PYTHON=$(PEERS)/bin/python FMAR_PEER_REPORT=$(PEER_REPORT) \
	  $(BIN)/python -m pytest tests/benchmarks/peers -s

soak: $(READY)  ## 200 kill -9, 10,000 files stopped twice, 2,000 mutations of real extracts
	$(BIN)/python -m pytest -m soak

sample: $(READY)  ## make sample_data again, byte for byte
	$(BIN)/python -m characterise.simulate --out sample_data --seed 20261101

train: $(READY)  ## the presence model again, from simulated and open meters, byte for byte
	$(BIN)/python -m characterise.training --out characterise/model

score: $(READY)  ## the scoreboard of the real meters, out of fold, by months of history
	$(BIN)/fmar score --truth $(DATA)/meters --results $(SCORES) --leave-out group --months 1,3,6,12 --jobs 2
	cp $(SCORES)/leave_out_group/scoreboard/history.svg notebooks/history.svg

clean:  ## remove the environment, caches and the demo workspace
	rm -rf .venv .venv-peers bench-peers.json .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache $(WORKSPACE) $(SCORES)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
