# Every target does its own set-up: Python 3.11 or later and make are all that a machine needs. Tests and screenshots
# need Chromium besides, which they install where apt can.

PYTHON ?= $(firstword $(shell command -v python3.11 python3 python) python3)
BIN := .venv/bin
CODE := bot.py assembly.py settings.py conference messages telephony calendars storage handlers observability operations \
	sandbox tests

.PHONY: install demo demo-auto run test lint types browser screenshots fuzz model torture standups bench clean

install: .venv/installed

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Rollcall needs Python 3.11 or later; name one with: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/installed: requirements.txt | .venv/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-dev.txt
	@touch $@

demo: .venv/installed
	@exec $(BIN)/python bot.py demo

demo-auto: .venv/installed
	@$(BIN)/python bot.py demo --auto

run: .venv/installed
	@$(BIN)/python bot.py run

lint: .venv/installed-dev
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)

types: .venv/installed-dev
	$(BIN)/mypy

# Debian's Chromium comes without a font for emoji.
browser:
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
		as_root=; [ "$$(id -u)" = 0 ] || as_root="sudo --non-interactive"; \
		apt="$$as_root env DEBIAN_FRONTEND=noninteractive apt-get --quiet --quiet"; \
		command -v apt-get >/dev/null && $$as_root true 2>/dev/null && echo "Installing Chromium for the browser tests." && \
		$$apt update && $$apt install --yes chromium fonts-noto-color-emoji >/dev/null || \
		{ echo "The browser tests need Chromium: install the packages chromium and fonts-noto-color-emoji."; exit 1; }

screenshots: .venv/installed-dev browser
	$(BIN)/python -m tests.browser.screenshots

# Written once, the bytecode serves all of pytest's processes and the hundreds of bots, wherever the machine forgoes it.
test: export PYTHONDONTWRITEBYTECODE =
test: lint types browser
	$(BIN)/pytest --numprocesses 4 --dist worksteal

# Thousands of odd inputs to the real bot: make fuzz, or make fuzz SEED=7 INPUTS=1000. About a quarter of an hour.
INPUTS ?= 200000
fuzz: .venv/installed-dev
	$(BIN)/python -m tests.fuzz --inputs $(INPUTS) $(if $(SEED),--seed $(SEED))

# Random people, carrier and network around the real bot: make model, or make model SEED=7 EXAMPLES=10. Five seconds each.
EXAMPLES ?= 300
model: .venv/installed-dev
	$(BIN)/python -m tests.model --examples $(EXAMPLES) $(if $(SEED),--seed $(SEED))

# Conferences among all that can go wrong, and the table for the README: make torture, or make torture SEED=7
# CONFERENCES=40. A quarter of an hour.
CONFERENCES ?= 500
torture: .venv/installed-dev
	$(BIN)/python -m tests.torture --conferences $(CONFERENCES) $(if $(SEED),--seed $(SEED))

# A thousand due moments of standups on one database, whose bots are killed at random. About two minutes.
DAYS ?= 40
standups: .venv/installed-dev
	$(BIN)/pytest tests/scenarios/test_standup_turns.py --standup-days $(DAYS)

# Speed and size against bare programs: make bench, make bench SECTIONS="ack storm", or make bench SOAK=50000, which takes
# hours. About a quarter of an hour, on a machine that does nothing else.
SOAK ?= 3000
bench: .venv/installed-dev
	@$(BIN)/python -m tests.bench $(SECTIONS) --soak $(SOAK)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
