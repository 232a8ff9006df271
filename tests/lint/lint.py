#!/usr/bin/env python3
"""The house rules (design 9): `lint.py [ROOT]` names every fault as FILE:LINE: what.

One function a rule; it yields (file, line, what).  Closes with one `ok` or
`not ok` a rule and exits 1 on any fault.  test_lint.py sees each rule fail.
Environment: CC, CPPFLAGS, CLANG_FORMAT; with CI=true a missing clang-format is a fault.
"""
import os
import re
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch

from source import LITERAL, Tree, line_at, mutable, top_level
from sql_subset import audit_trail, sql_subset

ROOMS = ["base", "conf", "model", "run", "store", "net", "providers"]
EVERY_ROOM = {"gateway/" + room for room in ROOMS} | {"handlers"}
LAYERS = {  # room: what it may include beside itself
    "gateway/base": set(),
    "gateway/conf": {"gateway/base"},
    "gateway/model": {"gateway/base", "gateway/conf"},
    "gateway/run": {"gateway/base"},
    "gateway/store": {"gateway/base", "gateway/conf", "gateway/model"},
    "gateway/net": {"gateway/base", "gateway/run"},
    "gateway/providers": {"gateway/base", "gateway/conf", "gateway/model"},
    "handlers": {"gateway/base", "gateway/conf", "gateway/model"},
    "gateway": EVERY_ROOM,
    "main": EVERY_ROOM | {"gateway"},  # main.c and cmd_*.c
}
SINGLE_HEADERS = {"handlers": {"gateway/store/store.h", "gateway/store/store_office.h",
                               "gateway/store/store_broadcasts.h", "gateway/store/store_calls.h"}}
LIBRARIES = [  # headers, their only places; the first match counts
    ("unicode/*", ["gateway/base/icu.c"]),
    ("jansson*", ["gateway/base/json.c"]),
    ("sodium*", ["gateway/base/crypto.c"]),
    ("openssl/*", ["gateway/base/crypto.c"]),
    ("fribidi*", ["gateway/base/bidi.c"]),
    ("expat*", ["gateway/base/xmlrpc.c"]),
    ("pcre2*", ["gateway/model/*.c"]),
    ("event2/http*", ["gateway/net/http_server.c", "gateway/net/http_conn.c"]),
    ("evhttp.h", []),
    ("event.h", []),
    ("event2/*", ["gateway/run/loop.c", "gateway/net/*"]),
    ("pthread.h", ["gateway/run/*"]),
    ("threads.h", ["gateway/run/*"]),
    ("curl/*", ["gateway/net/http_client.c"]),
    ("sqlite3*", ["gateway/store/engine_sqlite.c", "gateway/store/gather_vfs.c"]),
    ("libpq*", ["gateway/store/engine_postgresql.c"]),
]
ONE_FILE = {"pcre2*"}  # anywhere in its place, but in one file

BANNED = re.compile(r"(?<![\w.>])(strcpy|strcat|strncpy|strncat|stpcpy|stpncpy|sprintf|vsprintf|strtok|atoi|"
                    r"atol|atoll|atof|gets|system|popen|rand|srand|localtime|gmtime|ctime|asctime|setlocale|"
                    r"alloca|signal|tmpnam|mktemp)\s*\(")
SCANF = re.compile(r"\bv?[fs]?scanf\s*\(([^;]*)")
MUTABLE_ALLOWED = {"gateway/base/log.c", "gateway/base/log.h"}  # the sink, and the cause in LOG()
FILE_LINES, ADAPTER_LINES, FUNCTION_LINES, COLUMNS = 500, 300, 50, 110

LEFTOVER = re.compile(r"\b(?:%s)\b" % "|".join(["TO" "DO", "FIX" "ME", "X" "XX", "HA" "CK"]))
VOID_CAST = re.compile(r"(?<![\w)])\(void\)[\s!(*&]*(?!sizeof\b)[A-Za-z_][\w.\[\]>-]*\s*\(")


def room(path):
    if re.fullmatch(r"gateway/(main|cmd_\w+)\.\w+", path):
        return "main"
    return "/".join(path.split("/")[:2 if path.startswith("gateway/") else 1][:path.count("/")])


def layers(tree):
    for path, line, what in tree.includes():
        own, name = room(path), what[1:-1]
        if own not in LAYERS:
            yield path, line, f"{own}/ is no folder of the layer table"
        elif what[:1] not in '"<' or not name:
            yield path, line, f"computed include {what}"
        elif what[0] == "<":
            if name.startswith(("gateway/", "handlers/", ".", "build/")):
                yield path, line, f"a project header in angle brackets: {name}"
        elif not name.startswith(("gateway/", "handlers/")) or os.path.normpath(name) != name:
            yield path, line, f'"{name}" is not written from the root'
        elif room(name) not in LAYERS[own] | {own} and name not in SINGLE_HEADERS.get(own, ()):
            yield path, line, f"{own} may not include {name}"


def libraries(tree):
    first = {}
    for path, line, what in tree.includes():
        name = what.strip('"<>')
        pattern, places = next((row for row in LIBRARIES if fnmatch(name, row[0])), (None, None))
        if pattern and not any(fnmatch(path, place) for place in places):
            yield path, line, f"{name} belongs only into {' or '.join(places) or 'no file'}"
        elif pattern in ONE_FILE and first.setdefault(pattern, path) != path:
            yield path, line, f"{name} is in {first[pattern]} already, one file only"


def banned(tree):
    for path in tree.house(".c", ".h"):
        code, text = tree.code(path), tree.uncommented(path)
        for m in BANNED.finditer(code):
            yield path, line_at(code, m.start()), f"{m[1]} is banned"
        for m in SCANF.finditer(code):
            form = "".join(t[1:-1] for t in re.findall(LITERAL, text[m.start(1):m.end(1)]))
            pieces = re.findall(r"%(\*?\d*)(.?)", form.replace("%%", ""))
            if not pieces or any(not width and kind not in ("n", "c") for width, kind in pieces):
                yield path, line_at(code, m.start()), "scanf without a width"
        found = [(start, head) for function, head, start, _ in top_level(code) if not function]
        found += [(m.start(1), m[1]) for m in re.finditer(r"^[ \t]+(static\b[^;={]*)", code, re.M)]
        for start, head in found if path not in MUTABLE_ALLOWED else []:
            if mutable(head):
                yield path, line_at(code, start), "a mutable global: " + " ".join(head.split("=")[0].split())


def sizes(tree):
    for path in tree.house(".c", ".h"):
        lines, code = tree.read(path).removesuffix("\n").split("\n"), tree.code(path)
        adapter = path.endswith(".c") and path.startswith(("gateway/providers/", "handlers/"))
        most = ADAPTER_LINES if adapter else FILE_LINES
        if len(lines) > most:
            yield path, most + 1, f"{len(lines)} lines, {most} at the most"
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS:
                yield path, number, f"{len(line)} columns, {COLUMNS} at the most"
            if "\t" in line:
                yield path, number, "a tab"
        for function, _, start, end in top_level(code):
            length = code.count("\n", start, end) + 1
            if function and length > FUNCTION_LINES:
                yield path, line_at(code, start), f"a body of {length} lines, {FUNCTION_LINES} at the most"


def headers(tree):
    def compile_alone(path):
        command = shlex.split(os.environ.get("CC", "cc")) + shlex.split(os.environ.get("CPPFLAGS", ""))
        command += ["-std=c11", "-D_GNU_SOURCE", "-fsyntax-only", "-I", ".", "-x", "c", "-"]
        return path, subprocess.run(command, input=f'#include "{path}"\n', cwd=tree.root, text=True,
                                    capture_output=True, env={**os.environ, "LC_ALL": "C"})

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, done in pool.map(compile_alone, tree.house(".h")):
            if done.returncode:
                m = re.search(r"^(?:\./)?(\S+?):(\d+):.*?error: (.*)", done.stderr, re.M)
                where = int(m[2]) if m and m[1] == path else 1
                yield path, where, "does not compile alone: " + (m[3] if m else done.stderr.strip()[:80])
            guard = "YAVAR_" + re.sub(r"\W", "_", re.sub("^gateway/", "", path)).upper()
            if not re.fullmatch(r"\s*#ifndef %s\n#define %s\n.*#endif\s*" % (guard, guard),
                                tree.uncommented(path), re.S):
                yield path, 1, f"no include guard {guard} around all of it"


def leftovers(tree):
    for path in tree.all(".c", ".h", ".py", ".sh", "Makefile"):
        for m in LEFTOVER.finditer(tree.read(path)):
            yield path, line_at(tree.read(path), m.start()), f"{m[0]} left behind"
    for path in tree.all(".c", ".h"):
        if path.endswith(".c") and not tree.read(path).startswith(("/*", "//")):
            yield path, 1, "does not open with a comment that says why it exists"
        if not path.startswith(("gateway/", "handlers/")):
            continue  # tests and benchmarks may close a file without looking
        lines, bare, code = tree.read(path).split("\n"), tree.uncommented(path).split("\n"), tree.code(path)
        for m in VOID_CAST.finditer(code):
            line = line_at(code, m.start())
            if lines[max(line - 2, 0):line] == bare[max(line - 2, 0):line]:  # no comment on either
                yield path, line, "a result thrown away with (void) and no comment why"


def clang_format(tree):
    tool, files = os.environ.get("CLANG_FORMAT", "clang-format"), tree.all(".c", ".h")
    if not os.path.exists(os.path.join(tree.root, ".clang-format")):
        yield ".clang-format", 1, "missing"
    elif not shutil.which(tool):
        print(f"# {tool} is missing: the format was not checked")
        if os.environ.get("CI") == "true":
            yield ".clang-format", 1, f"{tool} is missing, and CI must check the format"
    elif files:
        done = subprocess.run([tool, "--dry-run", "-Werror", "--style=file"] + files, cwd=tree.root, text=True,
                              capture_output=True)
        found = re.findall(r"^(\S+?):(\d+):\d+: error: .*clang-format-violations", done.stderr, re.M)
        yield from ((path, int(line), "not as clang-format writes it") for path, line in dict.fromkeys(found))
        if done.returncode and not found:
            yield ".clang-format", 1, done.stderr.strip().split("\n")[0]


RULES = [("layers", layers), ("libraries", libraries), ("banned functions and mutable globals", banned),
         ("sizes", sizes), ("SQL subset", sql_subset), ("self-contained headers", headers),
         ("leftovers", leftovers), ("format", clang_format), ("audit trail", audit_trail)]


def main(root):
    tree, results = Tree(root), []
    if not tree.house(".c", ".h"):
        sys.exit(f"lint: nothing of gateway/ or handlers/ in {root}")
    for name, rule in RULES:
        faults = sorted(set(rule(tree)))
        for path, line, what in faults:
            print(f"{path}:{line}: {what}")
        results.append((name, faults))
    for number, (name, faults) in enumerate(results, 1):
        print(f"{'not ok' if faults else 'ok'} {number} - lint: {name}")
    return 1 if any(faults for _, faults in results) else 0


if __name__ == "__main__":
    HERE = os.path.dirname(os.path.abspath(__file__))
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "..", "..")))
