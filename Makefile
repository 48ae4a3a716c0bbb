# The front door: `make` says what there is. Everything is built by Maven; the local system is run by local-stack.

SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help run up down sample check test e2e channelfaults restarts bench reapbench channelbench replbench faults listbench footprint operability smoke test-ops reference native figures prices build fmt doctor clean FORCE

MVN ?= mvn
export MVN

# A JDK of version 25 or newer, looked for when a target needs it.
WITH_JDK = export JAVA_HOME="$$(local-stack/bin/find-jdk)" && [ -n "$$JAVA_HOME" ] &&

# What `make run` needs built: only when a source is newer than the last build, or a part of it is gone.
SERVICES := session-service ingest-service reaper-service replication-service
BUILT := .local-stack/built
JARS := $(SERVICES:%=%/target/quarkus-app/quarkus-run.jar)
CLASSPATH := local-stack/target/classes/dev/turnkeep/localstack/packages.classpath
PARTS := $(JARS) $(CLASSPATH)
SOURCES := pom.xml $(shell find contracts platform local-stack $(SERVICES) -path '*/target' -prune -o \
	\( -name pom.xml -o -path '*/src/main/*' \) -print)

LOCAL = $(WITH_JDK) "$$JAVA_HOME/bin/java" -Xmx128m -XX:+UseSerialGC \
	-cp "local-stack/target/classes:$$(cat $(CLASSPATH))" dev.turnkeep.localstack.run.Main

help: ## say what there is
	@echo "Turnkeep: sessions of agents, kept exactly once. Start with: make run"
	@echo
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)$$/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

run: $(BUILT) ## start the engines and the services here; Ctrl-C stops them
	@$(LOCAL) run

up: $(BUILT) ## the same in the background; returns when all is healthy, and writes .local-stack/env
	@$(LOCAL) up

down: ## stop what make up or make run started
	@if [ -e $(CLASSPATH) ]; then $(LOCAL) down; else echo "Nothing was built here, so nothing runs from here."; fi

sample: ## post a fresh sample conversation to the running system
	@if [ -e $(CLASSPATH) ]; then $(LOCAL) sample; else echo "Nothing runs from here: make up first."; exit 1; fi

check: ## compare the running system with its invariants; the exit status says whether they hold
	@local-stack/bin/check

test: ## build everything and run every test, unit and integration
	@$(WITH_JDK) $(MVN) -B -ntp -Dmaven.test.redirectTestOutputToFile=true \
		-Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
		-Dorg.slf4j.simpleLogger.log.org.apache.maven.plugin.surefire=info \
		-Dorg.slf4j.simpleLogger.log.org.apache.maven.plugin.failsafe=info \
		-Dorg.slf4j.simpleLogger.log.org.apache.maven.cli.event.ExecutionEventLogger=info \
		verify

bench: ## measure the system beside its engines' limits (minutes); writes benchmarks/results/foundation.json
	@$(WITH_JDK) local-stack/bin/build $(SERVICES) benchmarks && "$$JAVA_HOME/bin/java" -Xmx1g --enable-native-access=ALL-UNNAMED \
		-cp "benchmarks/target/classes:$$(cat benchmarks/target/benchmarks.classpath)" dev.turnkeep.benchmarks.Main

figures: ## measure the embedded ClickHouse (a minute); writes benchmarks/results/clickhouse-embedded.json
	@local-stack/bin/clickhouse-figures

e2e: ## sessions from start to idle end, from outside: SESSIONS=500 TURNS=3 CLIENTS=25 IDLE=2s REAPERS=2
	@$(WITH_JDK) $(MVN) -B -ntp -q -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=dev.turnkeep.e2e.lifecycle.LifecycleIT \
		-Dfailsafe.failIfNoSpecifiedTests=false -pl e2e -am verify

smoke: ## use every feature of a running deployment once: make up first, or SESSION_URL=... and so on (docs/smoke.md)
	@$(WITH_JDK) local-stack/bin/build ops > /dev/null && { [ -n "$$SESSION_URL" ] || [ ! -e .local-stack/env ] || { set -a; . ./.local-stack/env; SNAPSHOTS=$${SNAPSHOTS:-none}; RESNAPSHOT=$${RESNAPSHOT:-yes}; set +a; }; } && \
		"$$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -cp "ops/target/classes:$$(cat ops/target/ops.classpath)" dev.turnkeep.ops.smoke.Smoke

test-ops: ## check what is in deploy/: manifests, the compose file, alerts and their tests, dashboards
	@$(WITH_JDK) MVN="$(MVN)" ops/bin/test

channelfaults: ## kill -9 under appends to channels, from outside: KILLS=10 APPENDS=20000
	@$(WITH_JDK) KILLS=$${KILLS:-10} APPENDS=$${APPENDS:-20000} $(MVN) -B -ntp -q -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false \
		-Dit.test=dev.turnkeep.e2e.channel.ChannelFaultsIT -Dfailsafe.failIfNoSpecifiedTests=false -pl e2e -am verify

restarts: ## replace nodes one after the other under the session API's own client: RESTARTS=3 READERS=200 WRITERS=50 RECORDS=200
	@$(WITH_JDK) RESTARTS=$${RESTARTS:-3} READERS=$${READERS:-200} WRITERS=$${WRITERS:-50} RECORDS=$${RECORDS:-200} $(MVN) -B -ntp -q \
		-Dtest=None -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=dev.turnkeep.e2e.channel.RealtimeRestartIT \
		-Dfailsafe.failIfNoSpecifiedTests=false -pl e2e -am verify

reapbench: ## measure the reaping of 100,000 idle sessions; writes benchmarks/results/reaper.json
	@$(WITH_JDK) local-stack/bin/build $(SERVICES) benchmarks && "$$JAVA_HOME/bin/java" -Xmx1g --enable-native-access=ALL-UNNAMED \
		-cp "benchmarks/target/classes:$$(cat benchmarks/target/benchmarks.classpath)" dev.turnkeep.benchmarks.Reaping

channelbench: ## measure channels beside their protocol's reference server; writes benchmarks/results/channels.json: ROUNDS=5 READERS=10000
	@npm ci --prefix benchmarks/reference-server --prefer-offline --ignore-scripts --no-audit --no-fund --silent
	@$(WITH_JDK) local-stack/bin/build $(SERVICES) benchmarks && "$$JAVA_HOME/bin/java" -Xmx1g --enable-native-access=ALL-UNNAMED \
		-cp "benchmarks/target/classes:$$(cat benchmarks/target/benchmarks.classpath)" dev.turnkeep.benchmarks.Channels $${ROUNDS:-5} $${READERS:-10000}

replbench: ## measure the replication into ClickHouse beside its limits; writes benchmarks/results/replication.json
	@$(WITH_JDK) local-stack/bin/build $(SERVICES) benchmarks && "$$JAVA_HOME/bin/java" -Xmx1g --enable-native-access=ALL-UNNAMED \
		-cp "benchmarks/target/classes:$$(cat benchmarks/target/benchmarks.classpath)" dev.turnkeep.benchmarks.Replicating

faults: ## strike in full (half an hour and more): each service and engine under 20,000 turns, 50 kills of the replication, outages; writes benchmarks/results/faults.json
	@$(WITH_JDK) FAULTS=full $(MVN) -B -ntp -q -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false \
		-Dit.test=FaultsIT -Dfailsafe.failIfNoSpecifiedTests=false -pl replication-service,e2e -am verify

listbench: ## measure pages of lists with 1,000,000 sessions of one organisation; writes benchmarks/results/lists.json
	@$(WITH_JDK) local-stack/bin/build $(SERVICES) benchmarks && "$$JAVA_HOME/bin/java" -Xmx1g --enable-native-access=ALL-UNNAMED \
		-cp "benchmarks/target/classes:$$(cat benchmarks/target/benchmarks.classpath)" dev.turnkeep.benchmarks.Listing

footprint: ## measure start-up and resident memory of each service; writes benchmarks/results/footprint.json
	@$(WITH_JDK) local-stack/bin/build $(SERVICES) benchmarks && "$$JAVA_HOME/bin/java" -Xmx1g --enable-native-access=ALL-UNNAMED \
		-cp "benchmarks/target/classes:$$(cat benchmarks/target/benchmarks.classpath)" dev.turnkeep.benchmarks.Footprint

operability: ## traces, JSON logs, refused settings, and every service replaced under load (a minute or two)
	@$(WITH_JDK) $(MVN) -B -ntp -q -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=dev.turnkeep.e2e.operations.OperabilityLive \
		-Dfailsafe.failIfNoSpecifiedTests=false -pl e2e -am verify

prices: ## write the price list and what its test compares with anew: VERSION= of genai-prices, the pinned one by default
	@cd contracts/prices && $(if $(VERSION),npm install --save-exact --package-lock-only @pydantic/genai-prices@$(VERSION) &&) \
		npm ci && node vendor.mjs && node golden.mjs ../src/test/resources/price/golden.jsonl \
		&& node bodies.mjs ../../ingest-service/src/test/resources/price/bodies.jsonl

reference: ## write docs/configuration.md from the sources
	@$(WITH_JDK) local-stack/bin/build ops && "$$JAVA_HOME/bin/java" -cp ops/target/classes dev.turnkeep.ops.configuration.Reference

native: ## build the services as native images, where GraalVM or a container engine is (docs/native.md)
	@MVN="$(MVN)" ops/bin/native

build: ## build everything without running tests
	@$(WITH_JDK) $(MVN) -B -ntp -q -DskipTests verify

fmt: ## format the sources
	@$(WITH_JDK) $(MVN) -B -ntp -q spotless:apply

doctor: ## say what is missing on this machine
	@local-stack/bin/doctor

clean: ## delete what was built; the data of make run stays in .local-stack
	@find . -name target -type d -not -path './.local-stack/*' -prune -exec rm -rf {} +

$(BUILT): $(SOURCES) $(if $(filter-out $(wildcard $(PARTS)),$(PARTS)),FORCE)
	@mkdir -p $(@D)
	@$(WITH_JDK) local-stack/bin/build $(SERVICES) local-stack
	@touch $@

FORCE:
