# SPDX-License-Identifier: MulanPSL-2.0
# The front door. Meson describes the build (meson.build); this only calls it.
#
#   make          the release build: build/release/huji
#   make web      the page, web/dist (a part of `make`; WEB=no leaves it out)
#   make demo     a county of PERSONS=100000 made, imported, screened, ranked, explained
#   make test     every test, in the release and the ASan + UBSan build
#   make clang    the same sources with clang, warnings are errors
#   make bench    what is measured (bench/README.md)
#   make fuzz     long fuzzing (SECONDS_EACH=60)
#   make dist     one archive that a county installs from a USB stick: build/dist/*.tar.gz
#   make docs     docs/rules*.md and docs/sql anew from the rules
#   make lint     format, headers, layers; make format applies the format

.PHONY: all setup web release asan clang demo test dist bench fuzz docs lint format compile_commands clean

WERROR ?= false

comma := ,

# What Meson has to say is read only when it fails.
meson_setup = mkdir -p build && meson setup build/$(1) $(2) >build/$(1)-setup.log 2>&1 || \
	{ cat build/$(1)-setup.log >&2; exit 1; }

all: release

setup:
	@tools/setup

# ninja re-runs meson by itself when a meson.build changes; only the first setup is ours.
build/release/build.ninja: | setup
	@$(call meson_setup,release,--buildtype=release -Dwerror=$(WERROR))

build/asan/build.ninja: | setup
	@$(call meson_setup,asan,--buildtype=debug -Doptimization=1 -Db_sanitize=address$(comma)undefined \
		-Db_lundef=false -Dwerror=$(WERROR))

build/clang/build.ninja: | setup
	@tools/setup --ci
	@export CC=clang; $(call meson_setup,clang,--buildtype=release -Dwerror=true)

# The page is built when a source of it is newer, and embedded by the build (src/server).
WEB ?= yes
web_sources := $(shell find web \( -name node_modules -o -name dist \) -prune -o -type f -print) docs/access.zh-CN.md
web: web/dist/.built
web/dist/.built: $(web_sources) tools/web | setup
	@tools/web

ifneq ($(WEB),no)
release asan: web/dist/.built
endif

release: setup build/release/build.ninja
	@ninja --quiet -C build/release

asan: setup build/asan/build.ninja
	@ninja --quiet -C build/asan

clang: setup build/clang/build.ninja
	@ninja --quiet -C build/clang

demo: release
	@tools/demo

test: release asan
	@tools/test

dist: release
	@tools/dist

bench: release
	@bench/run
	@bench/live

fuzz: setup
	@tests/fuzz/run

docs: release
	@build/release/huji rules doc --rules rules --out docs/rules.zh-CN.md
	@build/release/huji rules doc --rules rules --lang en --out docs/rules.md
	@mkdir -p docs/sql && rm -f docs/sql/*.sql
	@build/release/huji rules doc --rules rules --sql-dir docs/sql

lint:
	@tools/lint

format:
	@git ls-files -co --exclude-standard 'src/*.[ch]' 'include/*.[ch]' 'tests/*.[ch]' 'bench/*.[ch]' | xargs clang-format-14 -i

compile_commands: release
	@ln -sfn build/release/compile_commands.json compile_commands.json

clean:
	rm -rf build demo compile_commands.json
