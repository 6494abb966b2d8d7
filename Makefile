# mserve: `make run` starts everything, `make test` tests it. Each target does its own set-up, and
# is quick the second time.

VENV := .venv
PYTHON := $(VENV)/bin/python
SOURCES := wsgidav,velruse,anykeystore# of pure Python, and without wheels
# setuptools warns at length of what an editable installation is
PIP := PYTHONWARNINGS=ignore $(PYTHON) -m pip install --quiet --disable-pip-version-check \
	--only-binary :all: --no-binary $(SOURCES) -c constraints.txt
INI := development.ini
FILES := --dist loadfile --no-loadscope-reorder # all tests of a file in one process
# seconds after which a test that hangs says where. Not for unit tests: some fork, and a child waits for
# ever for the thread that watches
WATCHED := -o faulthandler_timeout=600

# what is started again and again is compiled once, also where the environment says otherwise
unexport PYTHONDONTWRITEBYTECODE

# an environment whose Python has gone, after an upgrade of the system, is made anew
GONE := $(shell test -x $(PYTHON) || rm -f $(VENV)/.installed $(VENV)/.installed-test)

.PHONY: help install run test test-unit test-functional screenshots messages lint types bench clean

help:
	@echo 'make run      start everything; ARGS="--port 0 --data DIR" for another stack beside it'
	@echo 'make test     run all tests; ARGS="-k name" for some'
	@echo 'make install  make the environment $(VENV) alone'
	@echo 'make bench    measure, and compare with nginx, Apache, WsgiDAV and Guillotina; ARGS="get-small"'
	@echo 'make screenshots  take pictures of every page into the folder screenshots'
	@echo 'make messages bring the translations in mserve/views/locale to what the pages say'
	@echo 'make lint types clean'

install: $(VENV)/.installed

run: install
	@exec $(VENV)/bin/mserve up $(INI) $(ARGS)

ifdef ARGS
test: $(VENV)/.installed-test
	@tools/test_needs.sh
	$(PYTHON) -m pytest $(ARGS)
else
test: test-unit test-functional
endif

test-unit: $(VENV)/.installed-test
	@tools/test_needs.sh
	TMPDIR=$$(tools/test_room.sh) $(PYTHON) -m pytest -n 2 $(FILES) tests/unit tests/test_architecture.py

test-functional: $(VENV)/.installed-test # whole stacks, and servers, which wait half of the time
	@tools/test_needs.sh
	$(PYTHON) -m pytest -n 3 $(FILES) $(WATCHED) tests/functional tests/dav tests/browser

screenshots: $(VENV)/.installed-test # of every page, in three widths; ARGS="grid job" for some
	@tools/test_needs.sh
	$(PYTHON) -m tests.browser.screenshots screenshots $(ARGS)

messages: $(VENV)/.installed-test # what is to be translated
	@tools/messages.sh $(abspath $(VENV))/bin/pybabel

lint: $(VENV)/.installed-test
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/lint-imports

types: $(VENV)/.installed-test
	$(VENV)/bin/mypy

bench: $(VENV)/.installed-test
	@tools/bench_needs.sh $(PYTHON)
	$(PYTHON) -m bench $(ARGS)

clean: # what was made from the sources; the data in var/ stays
	rm -rf $(VENV) .venv-bench .venv-celery build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: setup.py constraints.txt tools/make_venv.sh tools/get_pip.py
	@tools/make_venv.sh $(VENV)
	@echo 'Installing mserve and what it needs into $(VENV) (about a minute the first time)'
	@$(PIP) -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	@echo 'Installing the tools of the tests into $(VENV)'
	@$(PIP) -e '.[test]'
	@touch $@
