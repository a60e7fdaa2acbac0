# `make run` and `make test` need Python 3.11 or newer, and nothing else.

PYTHON ?= python3
PY := .venv/bin/python
# Real PostgreSQL and Redis on data of their own, while the command after it runs.
WITH_SERVICES := $(PY) -m config.launcher.main --only postgres,redis --data var/test --
# Ends the program when make ends, even by kill -9.
DIE_WITH_MAKE := $(PY) -S config/launcher/die_with_parent.py 15 plain

# Some machines forbid to keep what was compiled: then every process of the suite compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run demo rollback test quick long cluster chaos lint lint-types lint-style lint-layers lint-migrations lint-tests bench pictures messages schema \
	setup dev requirements audit sbom

help:                       ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: setup                  ## start Glassine and print its address
	@$(DIE_WITH_MAKE) $(PY) -m config.launcher.main

demo: setup                 ## the same, with a studio full of sample photos
	@$(DIE_WITH_MAKE) $(PY) -m config.launcher.main --demo

rollback: setup             ## go back to what was before the last upgrade: database, code and packages
	@$(PY) -m config.launcher.rollback --yes

# pytest ends with 5 when ARGS picks no test of a part; that is no failure of the part. Only what fails in Chromium is
# tried once more by itself: two busy cores can be too slow for its time-outs. Both tries stand in the log. Elsewhere a
# test that fails now and then is a fault. Tests of the two slower parts wait for installations and pages a good deal of
# their time: there three processes keep two cores at work, while two keep them so in the first.
test: dev                   ## everything: units, services, browser. ARGS="-k word" picks
	@$(PY) requirements/tools.py
	@CHROMIUM="$$($(PY) requirements/chromium.py)" && export CHROMIUM && $(WITH_SERVICES) sh -c \
		'part() { $(PY) -m pytest "$$@" || [ $$? -eq 5 ]; }; twice() { part --cache-clear "$$@" || part "$$@" --last-failed -n 0; }; \
		part -n 2 -m "not slow and not browser" $(ARGS) \
		&& part -n 3 --dist loadfile --no-loadscope-reorder -m "slow and not browser" $(ARGS) \
		&& twice -n 3 --dist worksteal -m browser $(ARGS)'

quick: dev                  ## the tests of the fast part that take less than 40 ms, seven of ten
	@$(WITH_SERVICES) $(PY) -m pytest -n 2 -m "not slow and not browser and not unhurried" $(ARGS)

long: dev                   ## what is heavy by nature, whole: hundreds of kills, thousands of random inputs; an hour and more
	@$(WITH_SERVICES) env GLASSINE_TEST_LONG=1 $(PY) -m pytest -n 2 --dist loadfile -m long $(ARGS)

cluster: dev                ## two web machines, three workers, nginx, PgBouncer, a replica, an S3 server: a story, an upgrade, kills
	@$(PY) requirements/tools.py
	@$(WITH_SERVICES) env GLASSINE_TEST_LONG=1 $(PY) -m pytest -n 0 -s tests/cluster $(ARGS)

chaos: dev                  ## 10,000 photos while everything is killed, full, cut off: figures in var/chaos. ARGS="--photos 500 --kills 20"
	@$(PY) -m tests.chaos $(ARGS)

lint: dev                   ## style, types, layers, migrations, whether every test can be imported
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target lint-types lint-style lint-layers lint-migrations lint-tests

lint-types:                 ## mypy alone
	$(PY) -m mypy

lint-style:                 ## ruff alone
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

lint-layers:                ## who may import whom, alone
	.venv/bin/lint-imports

lint-migrations:            ## whether a migration is missing, or config/schema.sql is of other migrations, alone
	$(PY) manage.py makemigrations --check --dry-run --settings config.settings.test
	$(PY) manage.py schema --check --settings config.settings.test

# It keeps every test compiled too, while mypy keeps only one core at work: later each process of the suite would do that.
lint-tests:                 ## whether every test can be imported, alone
	$(PY) -m pytest --collect-only -qqq

bench: dev                  ## the figures of docs/performance.md, each beside its baseline
	@CHROMIUM="$$($(PY) requirements/chromium.py)" && export CHROMIUM && $(PY) -m tests.bench $(ARGS)

pictures: dev               ## every page as a picture into var/pictures, and docs/images from it; look at them
	@CHROMIUM="$$($(PY) requirements/chromium.py)" && export CHROMIUM && $(PY) -m tests.browser.picture_book

messages: dev               ## collect the texts that guests read, and compile their translations (needs gettext)
	$(PY) manage.py makemessages -l de --no-wrap --add-location never --ignore .venv --ignore var --ignore tests
	$(PY) manage.py compilemessages --ignore .venv --ignore var

schema: dev                 ## write config/schema.sql, the tables of an empty installation, anew from the migrations
	@$(WITH_SERVICES) $(PY) manage.py schema --settings config.settings.test

setup:                      ## install what running needs
	@$(PYTHON) requirements/bootstrap.py base

dev:                        ## install what developing needs too
	@$(PYTHON) requirements/bootstrap.py dev

COMPILE := CUSTOM_COMPILE_COMMAND="make requirements" ../.venv/bin/pip-compile --quiet --no-config \
	--generate-hashes --strip-extras \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options

requirements: dev           ## pin the newest versions the .in files allow. ARGS="-P name" raises one
	cd requirements && $(COMPILE) --allow-unsafe $(ARGS) -o base.txt base.in
	cd requirements && $(COMPILE) --allow-unsafe $(ARGS) -o prod.txt prod.in
	cd requirements && $(COMPILE) --allow-unsafe $(ARGS) -o dev.txt dev.in
	@# The one unsafe package is dlib: it is left out of the list, see ml.in.
	cd requirements && $(COMPILE) $(ARGS) --unsafe-package dlib -o ml.txt ml.in
	@# The day on which all were raised, which `make audit` judges by.
	@[ -n "$(ARGS)" ] || date -u +%F > requirements/raised

sbom: dev                   ## what an installation is made of, as CycloneDX: var/sbom.json
	@$(PY) requirements/sbom.py > var/sbom.json && echo var/sbom.json

audit: dev                  ## known weaknesses of the packages, from OSV's export: OSV=all.zip; fails past the promised times
	@$(PY) requirements/audit.py "$(OSV)"
