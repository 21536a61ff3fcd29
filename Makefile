# The commands of this repository. Each is a line or two; the work is in cargo, xtask and tools/.

.DEFAULT_GOAL := help
.PHONY: help web demo tour test compat crash fuzz check bench bench-serve screenshots lighthouse gen

help: ## Show these commands
	@sed -n 's/^\([a-z]*\): ## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

web: ## Build the pages into web/dist (needs Node 20.19 or later)
	@tools/prepare.sh web
	@cd web && npm run --silent build

demo: ## Build Towpath, start a server with sample systems and data, print the address and a login
	@tools/prepare.sh build servers
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory web || echo "the server begins without pages"; \
		else echo "without Node, the server begins without pages"; fi
	@echo "building; the first time takes some minutes"
	@cargo build --workspace
	@target/debug/xtask demo --listen $(or $(LISTEN),127.0.0.1:8080)

tour: ## Build Towpath, and show what the command line does on sample data
	@tools/prepare.sh build
	@cargo build --workspace
	@tools/tour.sh

test: ## Install what tests need, then run every test and check
	@tools/prepare.sh build servers singer files oidc web deploy calendars interface browser
	@tools/test.sh

compat: ## Run the tests that need PostgreSQL on versions 12 to 18 (takes some minutes; V="12 18" for some)
	@tools/prepare.sh build servers
	cargo build --workspace --all-targets
	@tools/compat.sh $(V)

crash: ## Kill loads at N random moments (N=5000), resume them, compare the tables; takes long
	@tools/prepare.sh build servers
	cargo build --workspace --all-targets
	TOWPATH_CRASH_SEEDS=$(or $(N),5000) cargo xtask test --profile crash -E 'test(/^crash::/)'

fuzz: ## Read damaged files of every format for SECONDS each (SECONDS=600), and check that the laws hold
	@tools/prepare.sh build
	TOWPATH_FUZZ_SECONDS=$(or $(SECONDS),600) TOWPATH_FUZZ_SEED=$(or $(SEED),$(shell date +%s)000000) \
		cargo nextest run --workspace --profile crash -E 'binary(fuzz)'

check: ## Check format, lints, layers, words, links and generated files; no tests
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo build --quiet --workspace
	cargo xtask tidy

bench: ## Measure Towpath and its peers on the same tables (takes long; wants an idle machine)
	@tools/prepare.sh build servers
	cargo build --release --workspace
	python3 bench/run.py

bench-serve: ## Measure a server: start, memory, live clients, 1,000 schedules of one minute, reading
	@tools/prepare.sh build load
	cargo build --release --workspace
	python3 bench/serve.py

screenshots: ## Take pictures of every screen, light and dark, in English and French, into docs/screenshots
	@tools/prepare.sh build servers web browser
	@$(MAKE) --no-print-directory web
	cargo build --quiet --workspace
	@cd web && node tools/with-demo.mjs tools/screenshots.mjs

lighthouse: ## Measure the main screens (performance and accessibility, 95 points at least; wants an idle machine)
	@tools/prepare.sh build servers web browser lighthouse
	@$(MAKE) --no-print-directory web
	cargo build --release --workspace
	@cd web && TOWPATH_BUILD=release node tools/with-demo.mjs tools/lighthouse.mjs

gen: ## Write the generated reference pages
	cargo build --quiet --workspace
	cargo xtask gen
