# Every target sets up what it needs, into .venv. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
PROJECTS := $(patsubst %/pyproject.toml,%,$(wildcard projects/*/pyproject.toml))
# Numeric libraries start one thread per core in every process; with processes side by side that is a crowd.
export OMP_NUM_THREADS ?= 1

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Make .venv from the locked, hashed requirements (a second run does nothing)
	@./.ci/setup

.PHONY: demo
demo: setup ## Scaffold, run, audit and publish a real project in a scratch copy; print where its report is
	@$(BIN)/paddock demo

.PHONY: test
test: setup lint ## Run every check and all tests but the long ones below, those of the projects too
	@$(BIN)/paddock check --all
	@$(BIN)/python -m pytest -n 2

.PHONY: lint
lint: setup ## Formatting, style, types, import floors, spelling, shell, workflows, notebooks, lock freshness
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@for project in $(PROJECTS); do (cd "$$project" && ../../$(BIN)/mypy) || exit 1; done
	@$(BIN)/lint-imports --no-cache | tail -4
	@$(BIN)/codespell
	@$(BIN)/shellcheck .ci/run .ci/setup && $(BIN)/zizmor --offline --quiet .github/workflows
	@$(BIN)/paddock check --static --all

.PHONY: docs
docs: setup ## Build the site of these docs, with the pages of the workspace; print where it is
	@$(BIN)/python -m paddock_ci.documentation

.PHONY: kills
kills: setup ## Kill a run at 100 random moments; every next run heals (minutes)
	@$(BIN)/python -m pytest -m slow tests/end_to_end/test_kills.py

.PHONY: kernel-kills
kernel-kills: setup ## Kill a runner of notebooks at 1,000 random moments (minutes)
	@$(BIN)/python -m pytest -s -m slow tests/kernels/test_kills.py

.PHONY: kernel-starts
kernel-starts: setup ## Start 10,000 kernels, 16 at a time (half an hour)
	@$(BIN)/python -m pytest -s -m slow tests/kernels/test_starts.py

.PHONY: faults
faults: setup ## Kill and refuse writers at each system call: datasets, projects, updates, site (minutes)
	@$(BIN)/python -m pytest -n 2 -m "slow or not slow" tests/data/test_faults.py tests/scaffold/test_faults.py tests/scaffold/test_swap.py tests/site/test_faults.py

.PHONY: backports
backports: setup ## Carry 200 random edits back into templates; let forty projects follow random versions (half an hour)
	@$(BIN)/python -m pytest -s -m slow tests/scaffold/test_many_backports.py tests/scaffold/test_many_updates.py

.PHONY: pairs
pairs: setup ## Bake, test, run and read by hand a project for each pair of answers (minutes)
	@$(BIN)/python -m pytest -n 2 -m slow tests/templates/test_baked_projects.py

.PHONY: combinations
combinations: setup ## Bake and check every legal combination of every template's answers (minutes)
	@$(BIN)/paddock templates

.PHONY: defects
defects: setup ## Plant defects and honest changes for every check; print how many are caught, and told off (minutes)
	@$(BIN)/python -m tests.proof

.PHONY: hostile
hostile: setup ## Bake 10,000 sets of hostile answers (half an hour)
	@$(BIN)/python -m pytest -m slow tests/templates/test_templates.py

.PHONY: proof
proof: setup ## Prove over many histories that no check is skipped that would fail (half an hour)
	@$(BIN)/python -m pytest -m slow tests/ci/test_engine_proof.py

.PHONY: pages
pages: setup ## Follow every page of the docs, those too that take long (minutes)
	@$(BIN)/python -m pytest -s -m "slow or not slow" tests/docs/test_pages.py

.PHONY: bench
bench: setup ## Print figures: datasets against pyarrow, runs, templates, image
	@$(BIN)/python -m tests.benchmarks

.PHONY: screenshots
screenshots: setup ## Take the pictures of the docs again, of generated examples, in Chromium
	@$(BIN)/python -m tests.site.screenshots docs/images

.PHONY: requirements
requirements: setup ## Write what each project's image installs, from the lock that is there (no index is asked)
	@$(BIN)/python -m paddock_ci.requirements --projects

.PHONY: lock
lock: setup ## Lock the dependencies again and export them with hashes
	@$(BIN)/poetry lock || { echo "lock: Poetry needs PyPI, or a mirror with its JSON API (see above)." \
	    "Requirements of projects are made without an index: make requirements" >&2; exit 1; }
	@$(BIN)/python -m paddock_ci.requirements
	@./.ci/setup
