# The commands of this project; every one of them prepares .venv by itself when needed.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup program demo run stop test check format coverage mutants screenshots

help: ## this list
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):[^#]*## /  make \1|/' | column -t -s '|' 2>/dev/null \
	  || grep -hE '^[a-z]+:.*##' Makefile

setup: ## prepare .venv and system libraries; quick when nothing changed
	@scripts/setup.sh

program:
	@scripts/setup.sh program

demo: program ## the whole story on the sample house; ARGS=--no-serve ends after it
	@.venv/bin/zhkh demo $(ARGS)

run: program ## web server and worker for development, until Ctrl-C
	@.venv/bin/zhkh run $(ARGS)

stop: ## end every service of this folder
	@if [ -x .venv/bin/zhkh ]; then .venv/bin/zhkh services stop; \
	  else echo "Окружения .venv нет: сначала выполните make setup."; fi

test: setup ## all tests; ARGS go to pytest
	@scripts/test.sh $(ARGS)

check: setup ## lint, format, import contracts, types, templates, migrations, settings
	@scripts/check.sh

format: setup ## put code and templates into the agreed form
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format .
	@if [ -n "$$(find templates -name '*.html' -print -quit)" ]; then \
	  .venv/bin/djlint --quiet --reformat templates; fi

coverage: setup ## what no test runs
	@.venv/bin/coverage run -m pytest $(ARGS)
	@.venv/bin/coverage report

mutants: setup ## changes of the rules that no test notices; ARGS='charges.calc.penalty*' for one module
	@.venv/bin/mutmut run $(ARGS)
	@.venv/bin/mutmut results

screenshots: setup ## pictures of the README, made from the demo
	@.venv/bin/python scripts/screenshots.py $(ARGS)
