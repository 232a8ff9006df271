# Yavar.  `make run` shows a pledge confirmed, `make test` runs everything;
# both install what is missing on a Debian machine.

ifeq ($(origin CC),default)
CC := gcc
endif
BUILD ?= build
SAN ?=
VERSION := 0.1

PACKAGES := gcc make pkg-config python3 libevent-dev libcurl4-openssl-dev libsqlite3-dev libpcre2-dev libicu-dev \
	libexpat1-dev \
	libjansson-dev libsodium-dev libfribidi-dev
TEST_PACKAGES := libcmocka-dev kannel kannel-extras clang clang-format libclang-rt-dev libfaketime prometheus llvm \
	python3-yaml python3-jsonschema python3-convertdate valgrind

LIBRARIES := libevent libcurl sqlite3 libpcre2-8 icu-uc icu-i18n jansson libsodium fribidi expat
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Werror
HARDENING := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -fstack-clash-protection -Wformat-security
HARDENING_LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack
CFLAGS ?= -O2 -g
ifneq ($(SAN),)
HARDENING := -fPIE
HARDENING_LINK := -pie
SANITIZE := -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all
endif
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DYAVAR_VERSION='"$(VERSION)"' -I. $(CFLAGS) $(WARNINGS) $(HARDENING) $(SANITIZE) \
	$(shell pkg-config --cflags $(LIBRARIES))
ALL_LIBS = $(shell pkg-config --libs $(LIBRARIES)) -lpthread

SOURCES := $(wildcard gateway/*.c gateway/*/*.c handlers/*.c)
ASSEMBLY := $(wildcard gateway/*/*.S)
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(ASSEMBLY:%.S=$(BUILD)/%.s.o)
LIBRARY_OBJECTS := $(filter-out $(BUILD)/gateway/main.o,$(OBJECTS))
UNIT_TESTS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c tests/providers/test_*.c \
	tests/dialogs/test_*.c tests/store/test_*.c))
EMBEDDED := $(wildcard config/*.ini config/messages/*.ini config/ussd/*.ini config/samples/needs.csv gateway/conf/ussd.def \
	gateway/store/migrations/*.sql)

.PHONY: all deps test-deps run test test-only lint check sanitize bench bench-programs clean format fuzz fuzz-targets

all: $(BUILD)/yavar

$(BUILD)/yavar: $(OBJECTS)
	$(CC) $(ALL_CFLAGS) $(HARDENING_LINK) -o $@ $^ $(ALL_LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.s.o: %.S $(EMBEDDED)
	@mkdir -p $(@D)
	$(CC) -c -o $@ $<

$(BUILD)/libyavar.a: $(LIBRARY_OBJECTS)
	@rm -f $@ # a file that went would stay in it
	$(AR) rcs $@ $^

$(BUILD)/tests/%: tests/%.c $(wildcard tests/*/*.h) $(BUILD)/libyavar.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Wno-missing-prototypes -o $@ $< $(if $(findstring test_net,$<),tests/unit/net_world.c) \
		$(BUILD)/libyavar.a $(HARDENING_LINK) $(ALL_LIBS) -lcmocka

$(BUILD)/tests/calendar/days: tests/calendar/days.c $(BUILD)/libyavar.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $< $(BUILD)/libyavar.a $(HARDENING_LINK) $(ALL_LIBS)

# Faults that a test puts into the running program.
$(BUILD)/tests/hangs/faults.so: tests/hangs/faults.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wpedantic -Werror -fPIC -shared -o $@ $<

# What the power cuts need: a library that remembers what was synced, and the
# program with one setting of its engine changed (and read back as changed).
POWER := $(addprefix $(BUILD)/tests/power/,disk.so yavar-normal yavar-often)
setting = s/"PRAGMA $(1)=$(2)", "PRAGMA $(1)", "$(3)"/"PRAGMA $(1)=$(4)", "PRAGMA $(1)", "$(5)"/
$(BUILD)/tests/power/yavar-normal: SETTING = $(call setting,synchronous,FULL,2,NORMAL,1)
$(BUILD)/tests/power/yavar-often: SETTING = s/LOG_MOST = 40 << 20/LOG_MOST = 50 << 10/

$(BUILD)/tests/power/yavar-%: gateway/store/engine_sqlite.c $(OBJECTS)
	@mkdir -p $(@D)
	sed '$(SETTING)' $< > $@.c
	! cmp -s $< $@.c
	$(CC) $(ALL_CFLAGS) $(HARDENING_LINK) -o $@ $@.c $(filter-out %/engine_sqlite.o,$(OBJECTS)) $(ALL_LIBS)

$(BUILD)/tests/power/disk.so: tests/power/disk.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE -O2 $(WARNINGS) -Wno-missing-prototypes -fPIC -shared -o $@ $<

.PHONY: power
power: $(BUILD)/yavar $(POWER)

# preloaded into yavar: never built with a sanitizer
$(BUILD)/tests/faults/shim.so: tests/faults/shim.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Wshadow -Werror -shared -fPIC -o $@ $<

deps:
	@tools/install $(PACKAGES)
test-deps: deps
	@tools/install $(TEST_PACKAGES)

run: deps
	@$(MAKE) --no-print-directory -s all
	@python3 tests/e2e/demo.py $(BUILD)/yavar

test: test-deps
	@tests/run

unit: $(UNIT_TESTS)

# Everything again with clang, so that the fuzzer sees which branches are taken.
fuzz:
	@$(MAKE) --no-print-directory -s CC=clang "CFLAGS=-O1 -g" SAN=fuzzer-no-link,address,undefined BUILD=build/fuzz \
		fuzz-targets

fuzz-targets: $(patsubst tests/fuzz/%.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))

$(BUILD)/fuzz_config: FUZZ_LINK := -Wl,--wrap=texts_load,--wrap=ini_read_file,--wrap=getenv
$(BUILD)/fuzz_%: tests/fuzz/fuzz_%.c $(wildcard tests/fuzz/*.h) $(BUILD)/libyavar.a
	$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -o $@ $< $(BUILD)/libyavar.a $(FUZZ_LINK) $(HARDENING_LINK) $(ALL_LIBS)

lint:
	@python3 tests/lint/lint.py

# What the benchmark runs beside the program.
BENCH := $(addprefix $(BUILD)/bench/,load bare sink handset hops curl_loop statements)
BENCH_CFLAGS := -std=c11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror

bench: test-deps
	@$(MAKE) --no-print-directory -s all bench-programs
	@QUICK=$(QUICK) python3 bench/run

bench-programs: $(BENCH)

$(BUILD)/bench/load: bench/pledges.c bench/sessions.c
$(BUILD)/bench/bare: BENCH_LIBS := -levent
$(BUILD)/bench/curl_loop: BENCH_LIBS := -lcurl -levent

# Linked against the program itself, so with all that the program needs.
$(BUILD)/bench/statements: bench/statements.c bench/common.c bench/common.h $(BUILD)/libyavar.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ bench/statements.c bench/common.c $(BUILD)/libyavar.a $(HARDENING_LINK) $(ALL_LIBS)

$(BUILD)/bench/%: bench/%.c bench/common.c $(wildcard bench/*.h)
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -o $@ $(filter %.c,$^) $(BENCH_LIBS)

format:
	clang-format -i $(shell git ls-files '*.c' '*.h')

clean:
	rm -rf build build-*

-include $(OBJECTS:.o=.d)
