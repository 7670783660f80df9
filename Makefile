# The front door of mapsvc. `make` or `make help` lists what there is.
# Everything is prepared by the target that needs it; nothing has to be called in an order.

SHELL := /bin/sh
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help run stop status doctor restore test check lint types layers catalogues replays bench screenshots lock clean environment test-environment catalogue-update

help:  ## Show this list
	@echo "mapsvc: a shared map of vacant spaces"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  After the first make run: .venv/bin/mapsvc --help"

# Use it ------------------------------------------------------------------------------------------------------------

run: environment  ## Prepare everything, start database, server and worker, print the address
	@$(BIN)/mapsvc up $(if $(FOREGROUND),--foreground)

stop:  ## Stop what make run started; nothing is lost
	@$(BIN)/mapsvc down

status: environment  ## Show address, versions and numbers of records
	@$(BIN)/mapsvc status

doctor: environment  ## Check the whole installation and say what to do
	@$(BIN)/mapsvc doctor

restore: environment  ## Bring back a backup on an empty machine: make restore FILE=name.tar
	@test -n "$(FILE)" || { echo "Name the archive: make restore FILE=name.tar"; exit 2; }
	@$(BIN)/mapsvc restore "$(FILE)"
	@$(BIN)/mapsvc up --no-data

# Check it ----------------------------------------------------------------------------------------------------------

test: test-environment check replays  ## Run every check and every test, with PostGIS and Chromium (ten to fifteen minutes on two quiet cores)
	@echo "· Tests: two processes in parallel, each with its own database in one private cluster"
	@$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

check: test-environment lint types layers catalogues  ## Run the checks that need no database: style, types, layers, catalogues

lint:
	@echo "· Style: ruff"
	@$(BIN)/ruff check .

types:
	@echo "· Types: mypy"
	@$(BIN)/mypy

layers:
	@echo "· Layers: import-linter"
	@$(BIN)/lint-imports --no-logo

catalogues:
	@echo "· Message catalogues"
	@$(BIN)/python -m mapsvc.operations.catalogues check

replays: environment  ## Compute kept runs again with Python 3.11 and the newest Python that is to be had
	@echo "· Replay of kept runs"
	@sh .ci/replay

bench: environment  ## Measure the endpoints and the map's first view against the running server
	@$(BIN)/mapsvc status --json >/dev/null && $(BIN)/python -m bench.endpoints $(ARGS)
	@$(BIN)/python -m bench.matching
	@$(BIN)/python -m bench.mechanisms
	@$(BIN)/python -m bench.calls

screenshots: test-environment  ## Take the pictures of docs/pictures, from an application of its own
	@$(BIN)/python -m docs.evidence_pictures
	@$(BIN)/python -m docs.screenshots $(ARGS)

# Keep it -----------------------------------------------------------------------------------------------------------

catalogue-update: environment  ## Bring the message catalogues up to date with the program's texts
	@$(BIN)/python -m mapsvc.operations.catalogues update

lock: environment  ## Write the versions installed now into requirements.lock
	@$(BIN)/python -m pip freeze --all --exclude pip --exclude mapsvc | sort -f > requirements.new
	@{ echo "# The exact versions that were tested together, for Python 3.11 to 3.13. Ranges stand in setup.cfg."; cat requirements.new; } > requirements.lock
	@rm requirements.new

clean:  ## Remove the environment and caches; the data under var/ stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist *.egg-info

environment:
	@sh mapsvc/operations/install.sh run

test-environment:
	@sh mapsvc/operations/install.sh test
