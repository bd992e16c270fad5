# Each line hands over to vet2b/dev/bootstrap.py, which makes .venv first when it has to.
PYTHON ?= python3
BOOTSTRAP = $(PYTHON) vet2b/dev/bootstrap.py

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 10

run: ## start the site with a demo world at http://127.0.0.1:8000 (PORT=8001 make run for another port)
	@$(BOOTSTRAP) run

test: ## run every test (make test ARGS=tests/accounts for some)
	@$(BOOTSTRAP) test $(ARGS)

check: ## linters, formatting, types, migrations, deployment settings, architecture
	@$(BOOTSTRAP) check

bench: ## measure the site over 100,000 offers
	@$(BOOTSTRAP) bench $(ARGS)

manage: ## a command of manage.py: make manage ARGS=shell
	@$(BOOTSTRAP) manage $(ARGS)

lock: ## look for newer versions and write them down with their hashes (make lock ARGS=--upgrade)
	@$(BOOTSTRAP) lock $(ARGS)

.PHONY: help run test check bench manage lock
