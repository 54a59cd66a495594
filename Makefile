# Every target sets itself up; nothing is needed but Python 3.11 or newer, pip and make.

# Empty takes the first Python on PATH that is new enough.
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
SAM := .venv-sam/bin/sam
# Images of containers often set it, and then each of the many processes here compiles the project anew.
unexport PYTHONDONTWRITEBYTECODE
PIP_INSTALL := requirements/install.py

.DEFAULT_GOAL := help
.PHONY: help up up-sam down reset stop start drop etl spark check-file invoke events logs traces doctor test test-repeat torture test-deployed test-sam test-spark test-browser check \
	scan audit format lock bench bench-spark bench-emulators build preflight deploy destroy sample clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---- set-up: a stamp file per list of requirements

# A Python that was removed or upgraded leaves an environment that cannot run: look at it again.
$(shell for venv in $(VENV) .venv-*; do test -x $$venv/bin/python || rm -f $$venv/*.stamp; done)

$(VENV)/local.stamp: samulator/requirements.txt samulator/pyproject.toml
	@sh requirements/make_venv.sh $(@D) "$(PYTHON)"
	@echo "Installing the local stack into $(VENV) (kept until $< changes)"
	@$(BIN)/python $(PIP_INSTALL) -r $<
	@$(BIN)/python $(PIP_INSTALL) --editable samulator
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/local.stamp
	@echo "Installing the test tools into $(VENV) (kept until $< changes)"
	@$(BIN)/python $(PIP_INSTALL) -r $<
	@touch $@

.venv-etl/etl.stamp: layers/data_dependencies/requirements.txt
	@sh requirements/make_venv.sh $(@D) "$(PYTHON)"
	@echo "Installing what the ETL stands on into .venv-etl (kept until $< changes)"
	@.venv-etl/bin/python $(PIP_INSTALL) -r $<
	@touch $@

.venv-sam/sam.stamp: requirements/sam.txt
	@sh requirements/make_venv.sh $(@D) "$(PYTHON)"
	@echo "Installing the SAM CLI into .venv-sam (kept until $< changes)"
	@# pip refuses the extras in the SAM CLI's own requirements unless told not to look at them
	@.venv-sam/bin/python $(PIP_INSTALL) --no-deps -r $<
	@touch $@

.venv-checkov/checkov.stamp: requirements/checkov.txt
	@sh requirements/make_venv.sh $(@D) "$(PYTHON)"
	@echo "Installing checkov into .venv-checkov (kept until $< changes)"
	@.venv-checkov/bin/python $(PIP_INSTALL) --no-deps -r $<
	@touch $@

.venv-browser/browser.stamp: requirements/browser.txt
	@sh requirements/make_venv.sh $(@D) "$(PYTHON)"
	@echo "Installing the stack and the browser's driver into .venv-browser (kept until $< changes)"
	@.venv-browser/bin/python $(PIP_INSTALL) -r $<
	@.venv-browser/bin/python $(PIP_INSTALL) --editable samulator
	@touch $@

.venv-spark/spark.stamp: requirements/spark.txt
	@sh requirements/make_venv.sh $(@D) "$(PYTHON)"
	@echo "Installing Spark into .venv-spark (kept until $< changes)"
	@.venv-spark/bin/python $(PIP_INSTALL) -r $<
	@touch $@

.venv-bench/bench.stamp: requirements/bench.txt
	@sh requirements/make_venv.sh $(@D) "$(PYTHON)"
	@echo "Installing the benchmarks and what they compare with into .venv-bench (kept until $< changes)"
	@.venv-bench/bin/python $(PIP_INSTALL) -r $<
	@.venv-bench/bin/python $(PIP_INSTALL) --editable samulator
	@touch $@

.venv-ministack/ministack.stamp: requirements/ministack.txt
	@sh requirements/make_venv.sh $(@D) "$(PYTHON)"
	@echo "Installing ministack, to compare with, into .venv-ministack (kept until $< changes)"
	@.venv-ministack/bin/python $(PIP_INSTALL) -r $<
	@touch $@

# ---- run

# What to type next is said in make's words.
up up-sam down reset stop start drop invoke events logs traces doctor: export SAMULATOR_MAKE_TARGETS = up down reset stop start logs events traces doctor
traces: export SAMULATOR_TRACED_BY = make up TRACING=on

up: $(VENV)/local.stamp ## run everything on this machine; Ctrl-C stops
	@$(BIN)/python -m requirements.lists warn
	@test -e .venv-spark/spark.stamp || ! expr "$(ETL_MAX_BYTES)" : '[0-9][0-9]*$$' >/dev/null || \
		echo "Files past ETL_MAX_BYTES go to Spark, which is not installed: run make spark once." >&2
	@exec $(BIN)/python -m samulator up $(if $(ETL_MAX_BYTES)$(TRACING),--parameter-overrides \
		$(if $(ETL_MAX_BYTES),EtlMaxBytes=$(ETL_MAX_BYTES)) $(if $(TRACING),Tracing=$(TRACING)))

up-sam: $(VENV)/local.stamp .venv-sam/sam.stamp ## the same with the functions in containers (needs Docker)
	@$(BIN)/python -m requirements.lists warn
	@SAM_CLI="$(abspath $(SAM))" exec $(BIN)/python -m samulator up-sam

down: $(VENV)/local.stamp ## stop what `make up` started, from another terminal
	@$(BIN)/python -m samulator down

reset: $(VENV)/local.stamp ## wipe the local data
	@$(BIN)/python -m samulator reset

stop: $(VENV)/local.stamp ## stop one data service of the running stack: NAME=redis
	@test -n "$(NAME)" || { echo "usage: make stop NAME=redis (or opensearch, postgres, aws)" >&2; exit 2; }
	@$(BIN)/python -m samulator stop "$(NAME)"

start: $(VENV)/local.stamp ## start a data service that is down: NAME=redis
	@test -n "$(NAME)" || { echo "usage: make start NAME=redis (or opensearch, postgres, aws)" >&2; exit 2; }
	@$(BIN)/python -m samulator start "$(NAME)"

drop: $(VENV)/local.stamp ## put a file into the landing bucket and show the report: FILE=raw.csv [KEY=...]
	@test -n "$(FILE)" || { echo "usage: make drop FILE=raw.csv [KEY=orders/raw.csv]" >&2; exit 2; }
	@$(BIN)/python -m client.drop $(if $(KEY),--key="$(KEY)") -- "$(FILE)"

etl: .venv-etl/etl.stamp ## clean a file here, without any cloud: FILE=raw.csv OUT=out/
	@test -n "$(FILE)" -a -n "$(OUT)" || { echo "usage: make etl FILE=raw.csv OUT=out/" >&2; exit 2; }
	@PYTHONPATH=functions/etl .venv-etl/bin/python -m etl "$(FILE)" "$(OUT)"

# Spark itself takes 434 MB and Java besides: nothing else here installs them.
spark: .venv-spark/spark.stamp ## the same on Spark, in parts: FILE=raw.csv OUT=out/ [RANGES=4]; without any it only installs
ifeq ($(FILE)$(OUT),)
	@echo "Spark is installed in .venv-spark: make up uses it, and so does make spark FILE=raw.csv OUT=out/"
else
	@test -n "$(FILE)" -a -n "$(OUT)" || { echo "usage: make spark FILE=raw.csv OUT=out/" >&2; exit 2; }
	@PYTHONPATH=.:functions/etl .venv-spark/bin/python jobs/spark/entry.py --file "$(FILE)" --out "$(OUT)" \
		$(if $(RANGES),--ranges $(RANGES))
endif

check-file: .venv-etl/etl.stamp ## say what would become of a file and what would keep more of it: FILE=raw.csv
	@test -n "$(FILE)" || { echo "usage: make check-file FILE=raw.csv" >&2; exit 2; }
	@PYTHONPATH=functions/etl .venv-etl/bin/python -m etl --check "$(FILE)"

invoke: $(VENV)/local.stamp ## run one function of the running stack: NAME=... EVENT=events/x.json
	@test -n "$(NAME)" -a -n "$(EVENT)" || { echo "usage: make invoke NAME=SalesEtlFunction EVENT=events/s3_put.json" >&2; exit 2; }
	@$(BIN)/python -m samulator invoke "$(NAME)" --event "$(EVENT)"

events: $(VENV)/local.stamp ## list the events that functions can be invoked with
	@$(BIN)/python -m samulator events

logs: $(VENV)/local.stamp ## show what a function or a service logged: NAME=...
	@$(BIN)/python -m samulator logs $(NAME)

traces: $(VENV)/local.stamp ## list what was traced under make up TRACING=on, or draw one as a waterfall: ID=last
	@$(BIN)/python -m samulator traces $(if $(ID),"$(ID)")

doctor: $(VENV)/local.stamp ## say which ways to run this work on this machine, and what is missing
	@SAM_CLI="$(abspath $(SAM))" $(BIN)/python -m samulator doctor

sample: ## write a sample raw.csv of 5,200 rows
	@python=$$(sh requirements/find_python.sh "$(PYTHON)") && "$$python" -m samples raw.csv

# ---- test

# One module more at a time than there are processors, each in one process, since many wait for
# servers; four at most, for every process imports all of them and starts servers of its own.
# WORKERS=0 runs all in this one.
WORKERS ?= $(shell $(BIN)/python -c "import os; print(min(4, (os.cpu_count() or 1) + 1))")

test: $(VENV)/dev.stamp ## unit, integration and parity tests, on real servers, without Docker: TEST=tests/unit
	@$(BIN)/python -m requirements.lists warn
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --no-loadscope-reorder $(TEST)

test-repeat: $(VENV)/dev.stamp ## one test many times, until it fails: TEST=tests/unit/... TIMES=50 BUSY=2
	@test -n "$(TEST)" || { echo "usage: make test-repeat TEST=samulator/tests/unit/test_state.py TIMES=50 BUSY=2" >&2; exit 2; }
	@$(BIN)/python -m tests.repeat --times $(or $(TIMES),50) --busy $(or $(BUSY),0) -- $(TEST)

torture: $(VENV)/dev.stamp ## break the data services in every way and hold the API to its promises; in 30 minutes it writes docs/reliability.md: MINUTES=3 SEED=1
	@PYTHONPATH=.:functions/api:functions/etl:samulator/src:samulator/tests $(BIN)/python -m tests.torture \
		$(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only "$(ONLY)")

test-deployed: $(VENV)/dev.stamp ## what was deployed, over HTTPS: URL=https://... TOKEN=..., or STACK=sales-test (leaves users and a file there)
	@URL="$(URL)" TOKEN="$(TOKEN)" STACK="$(STACK)" $(BIN)/python -m tests.deployed $(or $(TEST),tests/deployed)

test-sam: $(VENV)/dev.stamp .venv-sam/sam.stamp ## the main flows in real containers (needs Docker)
	@$(BIN)/python -m pytest tests/sam --ignore=tests/sam/test_guide_in_containers.py
# By itself: two stacks of sam local watch more folders than inotify lets one user.
	@$(BIN)/python -m pytest tests/sam/test_guide_in_containers.py

test-spark: .venv-spark/spark.stamp ## the Spark job beside the single process: every byte the same
	@PYTHONPATH=.:functions/etl .venv-spark/bin/python -m pytest -c tests/spark/pytest.ini $(or $(TEST),tests/spark)

# Installs nothing where there is no browser to drive.
CHROMIUM ?= $(shell for name in chromium chromium-browser google-chrome google-chrome-stable \
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do command -v "$$name" && break; done)

test-browser: $(if $(CHROMIUM),.venv-browser/browser.stamp) ## the web page in Chromium or Chrome: CHROMIUM=/path names one
ifneq ($(CHROMIUM),)
	@CHROMIUM="$(CHROMIUM)" .venv-browser/bin/python -m pytest tests/browser
else
	@echo "make test-browser: skipped, no Chromium or Chrome is on this machine (CHROMIUM=/path names one)"
	@test -z "$(BROWSER_REQUIRED)"
endif

check: $(VENV)/dev.stamp .venv-sam/sam.stamp ## lint, types, import rules, template
	@$(BIN)/python -m requirements.lists check
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PYTHONPATH=functions/api:functions/datasets:functions/etl:functions/smoke:samulator/src $(BIN)/lint-imports --no-cache
	@$(BIN)/cfn-lint template.yaml infrastructure/*.yaml
	@# without shellcheck, which it would ask for scripts: the workflows' are single commands
	@$(BIN)/actionlint -shellcheck= .github/workflows/*.yml
	@SAM_CLI_TELEMETRY=0 $(SAM) validate --lint --region us-east-1

scan: .venv-checkov/checkov.stamp $(VENV)/dev.stamp ## security rules: checkov on the templates, bandit on the code
	@.venv-checkov/bin/checkov --file template.yaml infrastructure/*.yaml --framework cloudformation \
		--skip-download --compact --quiet
	@# its warnings are about comments it need not have read; findings are on standard output
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive functions jobs layers/builder samulator/src client \
		requirements/audit requirements/install.py requirements/lists.py infrastructure samples 2>$(VENV)/bandit.log || { cat $(VENV)/bandit.log >&2; exit 1; }

audit: $(VENV)/dev.stamp ## known vulnerabilities and old dependencies in the locks; STRICT=1 fails where no service can be asked
	@$(BIN)/python -m requirements.audit $(if $(STRICT),--strict)

bench-emulators: .venv-bench/bench.stamp .venv-ministack/ministack.stamp .venv-sam/sam.stamp ## samulator beside ministack and sam local (needs Docker for that)
	@.venv-bench/bin/python -m benchmarks.emulators

bench: .venv-bench/bench.stamp ## sizes and cold starts, the local gateway, the ETL beside other engines: ROWS=1000000
	@# each runs whatever the others found; a missed target fails the whole at the end
	@failed=; for bench in cold_start local_http "etl $(or $(ROWS),1000000)"; do \
		printf '\n== %s\n' "$$bench"; .venv-bench/bin/python -m benchmarks.$$bench || failed="$$failed $$bench"; \
	done; test -z "$$failed" || { echo "missed a target:$$failed" >&2; exit 1; }

bench-spark: .venv-spark/spark.stamp ## the Spark job beside the single process: ROWS=5000000
	@PYTHONPATH=. .venv-spark/bin/python -m benchmarks.spark $(ROWS)

format: $(VENV)/dev.stamp ## format the code
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

# ---- AWS (docs/deploy.md)

# The runtime of a deployment; the machine that builds needs that Python too.
RUNTIME ?= 3.13
DEPLOY_ARCHITECTURE ?= arm64
OVERRIDES = PythonRuntime=python$(RUNTIME) Architecture=$(DEPLOY_ARCHITECTURE) $(if $(BUCKET_SUFFIX),BucketSuffix=$(BUCKET_SUFFIX)) $(PARAMETERS)
# SAM takes an empty value in quotes alone.
SAM_OVERRIDES = $(foreach one,$(OVERRIDES),$(if $(filter %=,$(one)),'$(one)""',$(one)))

build: $(VENV)/local.stamp .venv-sam/sam.stamp ## build for AWS: RUNTIME=3.13 DEPLOY_ARCHITECTURE=arm64
	@python$(RUNTIME) -c "" 2>/dev/null || { echo "python$(RUNTIME), for which this builds, is not installed: install it, or name another with RUNTIME=3.12" >&2; exit 2; }
	@rm -rf .aws-sam/build && mkdir -p .aws-sam
	@SAM_CLI_TELEMETRY=0 PYTHON="$(abspath $(BIN)/python)" PYTHON_VERSION=$(RUNTIME) ARCHITECTURE=$(DEPLOY_ARCHITECTURE) \
		$(SAM) build --parameter-overrides $(SAM_OVERRIDES) >.aws-sam/build.log 2>&1 || { cat .aws-sam/build.log >&2; exit 1; }
	@cd layers && "$(abspath $(BIN)/python)" -B -m builder.functions ../.aws-sam/build --python-version $(RUNTIME)
	@cd layers && "$(abspath $(BIN)/python)" -B -m builder.check ../.aws-sam/build \
		--python-version $(RUNTIME) --architecture $(DEPLOY_ARCHITECTURE)

preflight: $(VENV)/local.stamp ## ask the AWS account of your shell what would make a deployment fail
	@test -n "$(BUCKET_SUFFIX)" || { echo "usage: make $(or $(filter preflight deploy,$(MAKECMDGOALS)),deploy) BUCKET_SUFFIX=-acme-prod (bucket names are global on AWS)" >&2; exit 2; }
	@$(BIN)/python -m infrastructure.preflight $(if $(STACK),--stack $(STACK)) $(OVERRIDES)

STACK_NAME = $(or $(STACK),sales-serverless-prod)

# The program of the Spark job goes to its bucket before the functions that start it; the first
# deployment makes the bucket, so it goes there once more after.
# A first deployment that fails stays as it is, to be looked at and gone on with. Later ones may not
# replace or remove what holds data, by CloudFormation's own word, unless REPLACE_STORES=1 says so.
deploy: preflight build ## deploy to the AWS account of your shell: BUCKET_SUFFIX=-acme-prod [PARAMETERS=... STACK=... YES=1]
	@$(BIN)/python -m infrastructure.safeguards $(if $(REPLACE_STORES),release,protect) --stack $(STACK_NAME)
	@job=$$($(BIN)/python -m infrastructure.spark_artifacts digest) && \
		release=$$(cd layers && "$(abspath $(BIN)/python)" -B -m builder.release ../.aws-sam/build $(OVERRIDES) Job=$$job) && \
		program="$(BIN)/python -m infrastructure.spark_artifacts upload --stack $(STACK_NAME) --release $$release --build .aws-sam/build" && \
		$$program && first=$$($(BIN)/python -m infrastructure.safeguards first --stack $(STACK_NAME)) && \
		$(SAM) deploy --config-env prod $(if $(STACK),--stack-name $(STACK)) $(if $(YES),--no-confirm-changeset) $(if $(EXECUTION_ROLE),--role-arn $(EXECUTION_ROLE)) $$first \
			--parameter-overrides $(SAM_OVERRIDES) Release=$$release && $$program
	@$(BIN)/python -m infrastructure.safeguards protect --stack $(STACK_NAME)
	@$(BIN)/python -m infrastructure.spark_artifacts prune --stack $(STACK_NAME)

destroy: $(VENV)/local.stamp .venv-sam/sam.stamp ## remove the deployment; buckets, user pool and a database snapshot stay
	@$(BIN)/python -m infrastructure.preflight --account
	@$(SAM) delete --config-env prod $(if $(STACK),--stack-name $(STACK))

# ---- dependencies

UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock"
# Its own dependencies, those of each data server, and what installs it.
SAMULATOR := samulator/pyproject.toml --all-extras --group samulator/pyproject.toml:build
# What is locked already stays, but for what is named here.
UPGRADE = $(or $(foreach package,$(PACKAGE),--upgrade-package "$(package)"),--upgrade)
# Their environments are without the emulator.
CONSTRAINED_LISTS := $(wildcard layers/*/requirements.in functions/*/requirements.in) samulator/src/samulator/functions/packages/runtime.in requirements/spark.in
# Python 3.9 still runs functions: newer releases than these have left it.
OLD_RUNTIME := samulator/src/samulator/functions/packages/runtime-3.9

lock: $(VENV)/dev.stamp ## resolve every requirements.in again, newest versions; PACKAGE=name moves that one alone
	@$(BIN)/python -m requirements.lists known $(PACKAGE)
	$(UV_COMPILE) $(UPGRADE) requirements/dev.in $(SAMULATOR) -o requirements/dev.txt
	@echo samulator/requirements; $(UV_COMPILE) $(UPGRADE) $(SAMULATOR) -c requirements/dev.txt -o samulator/requirements.txt
	@for list in $(basename $(CONSTRAINED_LISTS)); do echo "$$list"; \
		$(UV_COMPILE) $(UPGRADE) $$list.in -c requirements/dev.txt -o $$list.txt || exit 1; done
	@for list in requirements/bench requirements/browser; do echo "$$list"; \
		$(UV_COMPILE) $(UPGRADE) $$list.in $(SAMULATOR) -c requirements/dev.txt -o $$list.txt || exit 1; done
	@echo $(OLD_RUNTIME); $(subst 3.11,3.9,$(UV_COMPILE)) $(UPGRADE) $(OLD_RUNTIME).in -o $(OLD_RUNTIME).txt
	@for list in requirements/sam requirements/checkov requirements/ministack; do echo "$$list"; \
		$(UV_COMPILE) $(UPGRADE) $$list.in -o $$list.txt || exit 1; done
	@$(BIN)/python -m requirements.lists stamp

clean: ## remove what was built and installed here
	rm -rf .venv .venv-etl .venv-sam .venv-checkov .venv-bench .venv-browser .venv-ministack .venv-spark .samulator .aws-sam
