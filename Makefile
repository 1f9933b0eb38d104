# SPDX-License-Identifier: Apache-2.0
# Two commands do all the set-up on Debian 12: `make demo` and `make test`.
.PHONY: help demo test build install clean
.DEFAULT_GOAL := help

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Install what is missing, build, load a month of sample logs and show the result
	@tools/setup build
	@tools/build release
	@tools/demo

test: ## Install what is missing, build and run every test
	@tools/setup test
	@tools/test

build: ## Build the optimised program: build/release/bin/weir
	@tools/setup build
	@tools/build release

clean: ## Remove everything that was built
	rm -rf build demo
