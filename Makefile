# `make` tells what there is; the work is in scripts/.
.DEFAULT_GOAL := help
.PHONY: help run dev test check gen bench bench-retrieval e2e test-ai prove-access prove-faults fmt clean bundles hooks

# The types of our SQL are in .sqlx; a DATABASE_URL for the server must not make the compiler ask a database.
export SQLX_OFFLINE := true

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build and serve on http://localhost:8080 with demo data (PORT, DATA_DIR, … : see .env.example)
	@scripts/run

dev: ## Server and hot-reloading web app on http://localhost:5173
	@scripts/dev

test: ## Every test: Rust, web, browser, API, the evaluation of the assistant
	@scripts/test

check: ## Format, lints, licences, tests, and that generated files are fresh
	@scripts/check

gen: ## Write the generated files: .sqlx, openapi.json, the web app's types
	@scripts/gen

bench: ## Measure on a million opportunities (docs/benchmarks.md)
	@scripts/bench
	@scripts/bench-sla

bench-retrieval: ## How well and how fast passages are found (RETRIEVAL_DATA names a test collection)
	@scripts/bench-retrieval

e2e: ## Browser tests only
	@scripts/test-e2e

test-ai: ## Score the local model on the evaluation suites and the request set
	@scripts/test-ai

prove-access: ## Compare 100,000 answers with a model of the access policy, and 2,000 pairs' times (ACCESS_CASES, ACCESS_PAIRS)
	@scripts/prove-access

prove-faults: ## Kill server and database 200 times while the process runs, and count (FAULTS, SEED)
	@scripts/prove-faults

fmt: ## Format everything
	@cargo fmt --all
	@scripts/web-build --packages-only
	@cd web && npm run --silent format

bundles: ## Fetch PostgreSQL and the local AI models ahead of time
	@cargo run --quiet -p dealwright-store --example bundles

hooks: ## Check each commit before it is made
	@git config core.hooksPath .githooks

clean: ## Remove what was built; data folders and downloads stay
	@cargo clean
	@rm -rf web/dist web/node_modules web/test-results web/playwright-report
