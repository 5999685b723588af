# Everything here works on a fresh clone with Go, npm and Python 3: what else is
# needed is installed inside the checkout.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The pinned Node.js and CDK CLI come first, so that jsii and npx use them.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

ENV ?= local
LICENCES ?= Apache-2.0,MIT,BSD-2-Clause,BSD-3-Clause,ISC,MPL-2.0
GOLANGCI_LINT := bin/golangci-lint-v2.12.2

.PHONY: help
help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: local
local: ## Deploy ENV (default local) to a local AWS, and predict.
	@go run ./cmd/local -env $(ENV)

.PHONY: new-env
new-env: ## Make the environment NAME: asks, or takes ARGS="...".
	@go run ./cmd/newenv --name "$(or $(NAME),$(error NAME is required: make new-env NAME=eu))" $(ARGS)
	@$(MAKE) --no-print-directory tools
	@echo 'Synthesize it strictly, into test/snapshots/$(NAME):'
	@go test ./test/synth -run '^TestSnapshots$$' -update -only "$(NAME)"

.PHONY: events
events: ## Print when events raise ENV's minimum (DAYS=28, NOW=).
	@go run ./cmd/events -env $(ENV) $(if $(DAYS),-days $(DAYS)) $(if $(NOW),-now $(NOW))

.PHONY: prune-events
prune-events: ## Remove the events that are over from the file of ENV.
	@go run ./cmd/events -env $(ENV) -prune

# What stands: the account's stacks, or a file, a cloud assembly, COMMIT:FILE.
FROM ?= deployed

.PHONY: changes
changes: ## Say what deploying ENV does to what stands (FROM).
	@go build -o bin/changes ./cmd/changes
	@bin/changes --env $(ENV) --from $(FROM) $(if $(TO),--to $(TO)) $(if $(DURING_EVENT),--during-event "$(DURING_EVENT)")

.PHONY: preflight
preflight: ## Say what a first deployment of ENV is refused for.
	@go build -o bin/final ./cmd/final
	@bin/final preflight --env $(ENV)

.PHONY: deploy
deploy: tools ## Deploy ENV safely: say what changes, and ask (or YES=1).
	@go build -o bin/deploy ./cmd/deploy
	@bin/deploy --env $(ENV) $(if $(YES),--yes) $(if $(HOLD),--hold $(HOLD)) \
		$(if $(DURING_EVENT),--during-event "$(DURING_EVENT)") $(if $(CDK_ARGS),-- $(CDK_ARGS))

.PHONY: game-day
game-day: ## Try ENV on its account: ARGS="load --env prod ...".
	@go run ./cmd/gameday $(ARGS)

# The operator's program, for the night of an event: docs/final.md.
.PHONY: bin/final
bin/final:
	@go build -o $@ ./cmd/final

.PHONY: status
status: bin/final ## Show what stands of ENV along the path of a request.
	@bin/final status --env $(ENV) $(if $(WATCH),--watch)

.PHONY: floor
floor: bin/final ## Set ENV's minimum to MIN now (OF, UNTIL).
	@bin/final floor $(MIN) --env $(ENV) $(if $(OF),--of $(OF)) $(if $(UNTIL),--until $(UNTIL)) $(if $(YES),--yes)

.PHONY: freeze
freeze: bin/final ## Suspend the scale-in of ENV (OF).
	@bin/final freeze --env $(ENV) $(if $(OF),--of $(OF)) $(if $(YES),--yes)

.PHONY: resume
resume: bin/final ## Take floor and freeze of ENV back.
	@bin/final resume --env $(ENV) $(if $(YES),--yes)

.PHONY: timeline
timeline: bin/final ## Show plan and outcome of ENV (SINCE, UNTIL).
	@bin/final timeline --env $(ENV) --from "$(SINCE)" --to "$(UNTIL)" --html bin/timeline.html $(ARGS)

# A semi-final of 1998, half as many again, as the final that prod prepares for.
REHEARSE ?= --trace rehearsal/testdata/wc98_semifinals_1998-07-07_08.csv --from 1998-07-08T17:00:00Z --to 1998-07-09T00:00:00Z \
	--kick-off 1998-07-08T19:00:00Z --shift-to 2027-05-29T19:00:00Z --rate-scale 1.5
TEMPLATE ?= test/snapshots/prod/inference.json
FRONTEND ?= $(if $(filter test/snapshots/prod/inference.json,$(TEMPLATE)),test/snapshots/prod/frontend.json)

ARCH ?= arm64

.PHONY: image
image: ## Build the gateway's image for ARCH (default arm64).
	@mkdir -p bin/image
	CGO_ENABLED=0 GOOS=linux GOARCH=$(ARCH) go build -tags=lambda.norpc -trimpath -buildvcs=false \
		-ldflags='-s -w -buildid=' -o bin/image/gateway ./cmd/gateway
	cp internal/artifact/compile/Dockerfile bin/image/
	$${CDK_DOCKER:-docker} build --tag sagemaker-inference-gateway --platform linux/$(ARCH) bin/image

MODEL_ARCH ?= amd64

.PHONY: model
model: ## Train a small model, and build its image for MODEL_ARCH.
	@mkdir -p bin/model/image
	@go run ./cmd/odds train bin/model/model.tar.gz
	CGO_ENABLED=0 GOOS=linux GOARCH=$(MODEL_ARCH) go build -trimpath -buildvcs=false -ldflags='-s -w -buildid=' \
		-o bin/model/image/odds ./cmd/odds
	cp cmd/odds/Dockerfile bin/model/image/
	$${CDK_DOCKER:-docker} build --tag odds --platform linux/$(MODEL_ARCH) bin/model/image

.PHONY: rehearse
rehearse: ## Replay a semi-final against TEMPLATE (default prod's).
	@mkdir -p bin
	@go run ./cmd/rehearse run --template $(TEMPLATE) $(if $(FRONTEND),--frontend $(FRONTEND)) $(REHEARSE) --html bin/rehearsal.html

# Light, and as wide as on a desk. Root needs CHROMIUM="chromium --no-sandbox".
CHROMIUM ?= chromium
.PHONY: rehearsal-picture
rehearsal-picture: REHEARSE += --min-availability 99.99 --max-p99 200ms
rehearsal-picture: rehearse ## Renew docs/rehearsal.png, with Chromium.
	$(CHROMIUM) --headless=new --hide-scrollbars --blink-settings=preferredColorScheme=1 --window-size=960,1765 \
		--screenshot=$(CURDIR)/docs/rehearsal.png file://$(CURDIR)/bin/rehearsal.html

.PHONY: dashboard-picture
dashboard-picture: ## Renew docs/dashboard.png, with Chromium.
	@mkdir -p bin
	go run ./test/dashboard bin/dashboard.html
	$(CHROMIUM) --headless=new --hide-scrollbars --window-size=1600,1596 \
		--screenshot=$(CURDIR)/docs/dashboard.png file://$(CURDIR)/bin/dashboard.html

# Matches before the semi-final of that day, as the forecast of that final.
PLAN ?= --evening rehearsal/testdata/wc98_matches --shift-to 2027-05-29T19:00:00Z --timezone Europe/London --name final \
	--peak 6000 --check rehearsal/testdata/wc98_semifinals_1998-07-07_08.csv@1998-07-08T19:00:00Z --client-timeout 1s \
	--min-availability 99.99

.PHONY: plan
plan: ## Plan a final for TEMPLATE (default prod's).
	@go run ./cmd/rehearse plan --template $(TEMPLATE) $(PLAN)

.PHONY: walk-forward
walk-forward: ## Renew the tables of docs/plan.md.
	go test -count=1 -run 'TestWalkForward$$' ./rehearsal/plan -update

.PHONY: changes-page
changes-page: ## Renew docs/changes.md, which changes each key once.
	go test -count=1 -timeout 20m -run 'TestChanges$$' ./test/docs -update

.PHONY: which-instance
which-instance: ## Renew the table and picture of docs/which-instance.md.
	go test -count=1 -run TestWhichInstance ./test/docs -update

.PHONY: deploy-policy
deploy-policy: tools ## Renew docs/deploy-policy, for the deploying role.
	go test -count=1 -run 'TestDeployPolicy$$' ./test/deploypolicy -update

.PHONY: synth
synth: tools ## Synthesize every environment into cdk.out, strictly.
	npx cdk synth -q --strict '*/*'

.PHONY: test
test: tools bin/app ## Run every test: the CDK CLI, a local AWS, the gateway.
	@# Never from the test cache: what the CDK CLI and Python read, go does not see.
	@# The longest first, so that nothing waits for them at the end, and one package more
	@# at a time than there are processors, since some wait for clocks.
	time go test -count=1 -timeout 15m -p $$(($$(getconf _NPROCESSORS_ONLN) + 1)) \
		./test/deploy ./test/docs ./test/importer ./test/synth ./...

.PHONY: examples
examples: tools ## Test each example, a module of its own.
	@for dir in examples/*/; do $(MAKE) --no-print-directory -C $$dir test; done

.PHONY: race
race: tools ## Test gateway and local AWS with Go's race detector.
	go test -race -count=1 ./internal/gateway/... ./internal/localaws/...

.PHONY: test-clients
test-clients: ## Call the gateway with clients in Python, JS and Java.
	go test -count=1 -timeout 20m -tags clients ./test/clients

.PHONY: bin/app
bin/app: # Built once, or every CLI that the tests run would build it.
	@go build -o $@ .

.PHONY: golden
golden: tools ## Renew the snapshots of environments and examples.
	go test ./test/synth -run '^TestSnapshots$$' -update
	@for dir in examples/*/; do $(MAKE) --no-print-directory -C $$dir golden; done

TAGGED = [[ "$${VERSION:-}" =~ ^v[0-9]+\.[0-9]+\.[0-9]+$$ ]] || \
	{ echo "VERSION: got \"$${VERSION:-}\": give the tag of the release, such as VERSION=v0.1.0" >&2; exit 1; }

# Byte for byte, so that git stores a file only where the next release has changed it.
.PHONY: release-templates
release-templates: ## Keep the snapshots as those of the release VERSION.
	@$(TAGGED)
	rm -rf test/upgrade/testdata
	mkdir -p test/upgrade/testdata
	cp -R test/snapshots test/upgrade/testdata/$(VERSION)

# With absolute links, since the page of a release is not in a folder of the repository.
FILES := https://github.com/sagemaker-autoscaling-inference/cdk/blob
.PHONY: release-notes
release-notes: ## Write the CHANGELOG's section of VERSION to bin.
	@$(TAGGED)
	@mkdir -p bin
	@awk -v head="## $${VERSION#v} - " '/^## / { on = index($$0, head) == 1 && / [0-9]+-[0-9]+-[0-9]+$$/; next } on' CHANGELOG.md | \
		sed -E "s#\]\(([^):]+)\)#]($(FILES)/$$VERSION/\1)#g" >bin/release-notes.md
	@grep -q . bin/release-notes.md || { rm bin/release-notes.md; \
		echo "CHANGELOG.md: there is no section \"## $${VERSION#v} - DATE\": date it as RELEASING.md says" >&2; exit 1; }

.PHONY: lint
lint: $(GOLANGCI_LINT) ## Check formatting and the linters of .golangci.yml.
	@test -z "$$(git ls-files '*.go' | xargs gofmt -l | tee /dev/stderr)"
	go vet ./...
	$(GOLANGCI_LINT) run

$(GOLANGCI_LINT):
	GOBIN=$(CURDIR)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.12.2
	mv bin/golangci-lint $@

.PHONY: verify
verify: ## Fail when something generated is stale.
	go mod tidy -diff
	@for dir in examples/*/; do go -C $$dir mod tidy -diff; done
	go generate ./...
	git diff --exit-code -- config/environment.schema.json
	go run ./test/api | diff -u docs/api.txt - || { echo 'docs/api.txt is stale: run make api' >&2; exit 1; }

.PHONY: api
api: ## Renew docs/api.txt, the exported declarations.
	go run ./test/api >docs/api.txt

# A call graph of CDK takes more than 7 GB: of its packages every import counts as a call.
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
.PHONY: vuln
vuln: ## Look for known vulnerabilities in what the code calls.
	go run $(GOVULNCHECK) ./cmd/...
	go run $(GOVULNCHECK) -scan package . ./constructs/... ./stacks/...

# Without time and serial number: who makes it again from the tag gets the same.
.PHONY: sbom
sbom: ## Write the bill of materials to bin/sbom.json.
	@mkdir -p bin
	go run github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0 mod -type library -licenses -std \
		-noserial -notimestamp -json -output bin/sbom.json

.PHONY: licences
licences: ## Fail on a dependency without an allowed licence.
	go run github.com/google/go-licenses@v1.6.0 check --allowed_licenses=$(LICENCES) . ./cmd/...

.PHONY: mutants
mutants: tools ## Break a copy of the code in places: a test must fail.
	go run ./test/mutants

.PHONY: bench
bench: ## Run the benchmarks.
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: bench-rehearsal
bench-rehearsal: ## Time a rehearsal of 88 days, and a plan.
	GOMAXPROCS=1 go test -run '^$$' -bench . -benchmem ./rehearsal
	go test -run '^$$' -bench . -benchtime 1x ./rehearsal/plan

RUNS ?= 5
ENVIRONMENTS ?= 1,10,50

.PHONY: bench-synth
bench-synth: tools ## Compare synthesis with the same app in TypeScript.
	@npm ci --silent --prefix test/synthbench
	@go run ./test/synthbench -runs $(RUNS) -environments $(ENVIRONMENTS)

.PHONY: bench-gateway
bench-gateway: ## Compare the gateway with other ways to SageMaker.
	go run ./test/bench

.PHONY: soak-gateway
soak-gateway: ## Send the gateway minutes of streams, load and faults.
	go run ./test/bench -soak all
	go test -count=1 -timeout 20m -tags soak -run ForMinutes ./cmd/gateway

.PHONY: tools
tools: ## Install the pinned tools into the checkout.
	@go run ./cmd/local -prepare
