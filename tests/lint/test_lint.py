#!/usr/bin/env python3
"""Each rule of lint.py seen failing: small bad trees in a temporary folder, and the exact places
(FILE:LINE and a word of the reason) where the rule must point, no more and no fewer."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import lint

HERE = os.path.dirname(os.path.abspath(__file__))


def header(path, body=""):
    guard = "YAVAR_" + path.replace("gateway/", "", 1).replace("/", "_").replace(".", "_").upper()
    return f"/* A header. */\n#ifndef {guard}\n#define {guard}\n{body}\n#endif\n"


def c(*lines):
    return "/* Why. */\n" + "".join(line + "\n" for line in lines)


def includes(*names):
    return c(*("#include " + (n if n[0] in '<"N' else f'"{n}"') for n in names))


GOOD = {
    ".clang-format": pathlib.Path(HERE, "..", "..", ".clang-format").read_text(encoding="utf-8"),
    "gateway/base/str.h": header("gateway/base/str.h", "int str_size(const char *p);"),
    "gateway/base/str.c": c('#include "gateway/base/str.h"', "", "static const char *const names[] = {"
                            '"strcpy(", "system("};', "", "int str_size(const char *p)", "{",
                            "    return p == names[0]; /* atoi(p) */", "}"),
    "gateway/store/queries.def": '/* Q(name, SQL) */\nQ(need_find, "SELECT a FROM n WHERE b = ?1 "\n'
                                 '  "AND c = \'now() ? ==\' AND (d = ?2 OR e = ?1) LIMIT ?3")\n'
                                 'Q(claim_next, "SELECT a FROM o WHERE x IS NOT NULL FOR UPDATE SKIP LOCKED")\n',
    "gateway/store/migrations/0001_first.sql": "-- INTEGER would be SQLite's\nCREATE TABLE n (id {id}, "
                                               "v {int} NOT NULL, w {blob}, t TEXT);\n",
}
FUNCTION = ["int f(int x)", "{"] + ["    x++;"] * 48 + ["}"]  # its body has 50 lines with the braces
MARK = "TO" + "DO"

CASES = {
    "layers": ({
        "gateway/base/a.c": includes("gateway/base/str.h", "<stdio.h>", "gateway/conf/options.h", "str.h",
                                     "<gateway/base/str.h>", "NAME", "gateway/base/../run/loop.h", "build/made.h"),
        "gateway/base/b.h": "/* x\n#include \"gateway/run/no.h\"\n*/\n//#include \"gateway/run/no.h\"\n"
                            "#  include \"gateway/model/m.h\"\n",
        "gateway/conf/a.c": includes("gateway/base/str.h", "gateway/model/commands.def"),
        "gateway/model/a.c": includes("gateway/base/str.h", "gateway/conf/o.def", "gateway/store/store.h"),
        "gateway/run/a.c": includes("gateway/base/str.h", "gateway/conf/o.h", "gateway/store/store.h"),
        "gateway/store/a.c": includes("gateway/model/m.h", "gateway/conf/o.h", "gateway/run/jobs.h"),
        "gateway/net/a.c": includes("gateway/run/loop.h", "gateway/conf/o.h"),
        "gateway/providers/a.c": includes("gateway/model/m.h", "gateway/net/http_client.h", "handlers/pledge.h"),
        "handlers/a.c": includes("handlers/dispatch.h", "gateway/model/m.h", "gateway/store/store.h",
                                 "gateway/store/engine.h", "gateway/store/queries.def", "gateway/providers/p.h"),
        "gateway/inbound.c": includes("gateway/outbound.h", "handlers/dispatch.h", "gateway/net/http_server.h",
                                      "gateway/cmd_serve.h", "tests/x.h"),
        "gateway/cmd_serve.c": includes("gateway/inbound.h", "gateway/main.h", "gateway/store/engine.h"),
        "gateway/odd/a.c": includes("gateway/base/str.h"),
        "gateway/conf/o.def": '#include "gateway/run/loop.h"\n',
    }, """gateway/base/a.c:4: may not
          gateway/base/a.c:5: not written from the root
          gateway/base/a.c:6: angle
          gateway/base/a.c:7: computed
          gateway/base/a.c:8: not written from the root
          gateway/base/a.c:9: not written from the root
          gateway/base/b.h:5: may not
          gateway/conf/a.c:3: may not
          gateway/model/a.c:4: may not
          gateway/run/a.c:3: conf/o.h
          gateway/run/a.c:4: store
          gateway/store/a.c:4: may not
          gateway/net/a.c:3: may not
          gateway/providers/a.c:3: may not
          gateway/providers/a.c:4: handlers
          handlers/a.c:5: engine.h
          handlers/a.c:6: queries.def
          handlers/a.c:7: providers
          gateway/inbound.c:5: cmd_serve
          gateway/inbound.c:6: not written from the root
          gateway/odd/a.c:2: no folder
          gateway/conf/o.def:1: may not"""),
    "libraries": ({
        "gateway/inbound.c": includes("<unicode/uloc.h>", "<jansson.h>", "<sodium.h>", "<openssl/evp.h>",
                                      "<fribidi/fribidi.h>", "<expat.h>", "<pcre2.h>", "<event2/event.h>", "<event2/http.h>",
                                      "<pthread.h>", "<curl/curl.h>", "<sqlite3.h>", "<stdio.h>", "<libpq-fe.h>"),
        "gateway/base/icu.c": includes("<unicode/uloc.h>"), "gateway/base/json.c": includes("<jansson.h>"),
        "gateway/base/crypto.c": includes("<sodium.h>", "<openssl/evp.h>"),
        "gateway/base/bidi.c": includes("<fribidi/fribidi.h>"), "gateway/base/xmlrpc.c": includes("<expat.h>"),
        "gateway/run/loop.c": includes("<event2/event.h>"),
        "gateway/run/jobs.c": includes("<pthread.h>", "<event2/event.h>"),
        "gateway/net/http_conn.c": includes("<event2/http.h>", "<event2/buffer.h>"),
        "gateway/net/http_client.c": includes("<curl/curl.h>", "<event2/event.h>", "<event2/http.h>"),
        "gateway/store/engine_sqlite.c": includes("<sqlite3.h>"), "gateway/store/store.c": includes("<sqlite3.h>"),
        "gateway/model/match.c": includes("<pcre2.h>"), "gateway/model/router.c": includes("<pcre2.h>"),
    }, "\n".join(f"gateway/inbound.c:{n}: belongs" for n in [*range(2, 14), 15]) + """
          gateway/run/jobs.c:3: belongs
          gateway/net/http_client.c:4: belongs
          gateway/store/store.c:2: belongs
          gateway/model/router.c:2: one file only"""),
    "banned functions and mutable globals": ({
        "gateway/base/calls.c": c(*(f"    {f}(a);" for f in (
            "strcpy strcat strncpy strncat sprintf vsprintf strtok atoi atol atof gets system popen rand "
            "localtime gmtime ctime setlocale alloca signal").split())),
        "gateway/base/fine.c": c('    x->system(a); loop_on_signal(a); snprintf("strcpy(");', "    // gets(a)",
                                 "    localtime_r(a); sigaction(a);", '    sscanf(a, "%3d%%%7s%n%*s", b);'),
        "gateway/base/scan.c": c('    sscanf(a, "%d", b);', '    fscanf(a, "%9d "', '           "%s", b);',
                                 "    scanf(form);"),
        "gateway/base/globals.c": c(
            "int a;", "static int b = 3;", "static const char *c = \"x\";", "static struct x d[] = {{1}, {2}};",
            "static void (*e)(void);", "static struct { int n; } f;", "static _Thread_local int *g;",
            "_Atomic(int) h;", "void body(void)", "{", "    static int i;", "    static const int j = 3;", "}",
            "static char k[sizeof(int)];"),
        "gateway/base/constants.c": c(
            "static const int a = 3;", "const char *const b[] = {\"x;\", \"{\"};", "typedef int number;",
            "extern int c;", "struct d;", "struct e { int n; int (*f)(void); };", "enum g { H, I };",
            "static void (*const j)(void) = k;", "void l(void (*m)(void *n), int o) MUST_CHECK;",
            "int p(int q) __attribute__((format(printf, 1, 2)));", "static client_fn on_answer;",
            "_Static_assert(1, \"x\");", "#define R \\", "    int s;", "struct __attribute__((packed)) t { int u; };",
            "static const struct { int v; } w[] = {{1}};", "int x(void) { int y = 1; return y; }"),
        "gateway/base/log.c": c("static int sink;"), "gateway/base/log.h": c("static int cause;"),
    }, "\n".join(f"gateway/base/calls.c:{n}: is banned" for n in range(2, 22)) + """
          gateway/base/scan.c:2: width
          gateway/base/scan.c:3: width
          gateway/base/scan.c:5: width
""" + "\n".join(f"gateway/base/globals.c:{n}: mutable" for n in [2, 3, 4, 5, 6, 7, 8, 9, 12, 15])),
    "sizes": ({
        "gateway/net/long.c": c(*["/* */"] * 500), "gateway/net/fits.c": c(*["/* */"] * 499),
        "gateway/providers/long.c": c(*["/* */"] * 300), "handlers/long.c": c(*["/* */"] * 300),
        "gateway/providers/fits.c": c(*["/* */"] * 299), "handlers/long.h": c(*["/* */"] * 300),
        "gateway/net/wide.c": c("/* " + "س" * 104 + " */", "/* " + "س" * 105 + " */", "\tint x;"),
        "gateway/net/body.c": c(*FUNCTION, *FUNCTION[:-1], "    x++;", "}", "static const int t[] = {",
                                *["    1,"] * 60, "};"),
    }, """gateway/net/long.c:501: 501 lines
          gateway/providers/long.c:301: 301 lines
          handlers/long.c:301: 301 lines
          gateway/net/wide.c:3: 111 columns
          gateway/net/wide.c:4: tab
          gateway/net/body.c:54: body of 51"""),
    "SQL subset": ({
        "gateway/store/queries.def": "".join(f'Q(bad_{n}, "{sql}")\n' for n, sql in enumerate([
            "INSERT OR IGNORE INTO t VALUES (?1)", "REPLACE INTO t VALUES (?1)", "SELECT rowid FROM t",
            "SELECT IFNULL(a, 0) FROM t", "SELECT datetime('now')", "SELECT strftime('%s')", "SELECT julianday(a)",
            "SELECT a FROM t WHERE a GLOB ?1", "PRAGMA user_version", "SELECT \\\"a\\\" FROM t",
            "SELECT a FROM t LIMIT ?1, ?2", "SELECT a FROM t WHERE a == 1", "SELECT a FROM t WHERE a = ?",
            "SELECT a::text FROM t", "SELECT a FROM t WHERE a ILIKE ?1", "SELECT NOW()", "SELECT $1",
            "SELECT a FROM t FOR UPDATE", "SELECT a FROM t WHERE a = ?2 AND b = ?1", "SELECT ?1, ?3",
            "SELECT a FROM t WHERE b IS ?1", "SELECT max(a, 3) FROM t", "SELECT a FROM t WHERE b = :name",
            "SELECT IIF(a, 1, 2) FROM t", "SELECT a FROM t ORDER BY a COLLATE NOCASE"]))
        + 'Q(good, "UPDATE t SET a = max(b) WHERE c IN (SELECT d FROM e LIMIT 1), f ON CONFLICT (a) DO NOTHING '
          'RETURNING a")\nQ(cut, "SELECT " COLUMNS)\n',
        "gateway/store/audience.def": 'Q(is_a, "c.a = ?1 AND (")\nQ(is_b, "c.a IS ?1")\nQ(is_c, "c.a = ?2")\n'
                                      'Q(is_d, "c.a == 1")\nQ(from_e, "SELECT rowid FROM t")\nQ(f, name)\n',
        "gateway/store/migrations/0001_first.sql": "CREATE TABLE a (\n id INTEGER,\n b BIGINT, c {int}, d TEXT,\n"
                                                   " e BLOB,\n f {real}\n) STRICT;\n-- STRICT\nDELETE FROM a "
                                                   "WHERE b == 1;\n",
        "gateway/store/migrations/0003_gap.sql": "CREATE TABLE b (id SERIAL) WITHOUT ROWID;\n",
        "gateway/store/store.c": c('f("SELECT a FROM t");', 'f("DELETE");', '/* "DELETE FROM t" */',
                                   'f("delete from t");', 'f("BEGIN IMMEDIATE");', 'f("Update the list.");'),
        "gateway/store/engine_sqlite.c": c('f("BEGIN IMMEDIATE");', 'f("PRAGMA x");'),
        "handlers/a.c": c('f("  INSERT INTO t");'),
    }, "\n".join(f"gateway/store/queries.def:{n}: bad_{n - 1}:" for n in range(1, 26)) + """
          gateway/store/queries.def:27: not a row
          gateway/store/audience.def:2: is_b:
          gateway/store/audience.def:3: is_c:
          gateway/store/audience.def:4: is_d:
          gateway/store/audience.def:5: from_e:
          gateway/store/audience.def:6: not a row
          gateway/store/migrations/0001_first.sql:2: INTEGER
          gateway/store/migrations/0001_first.sql:3: BIGINT
          gateway/store/migrations/0001_first.sql:4: BLOB
          gateway/store/migrations/0001_first.sql:5: {real}
          gateway/store/migrations/0001_first.sql:6: STRICT
          gateway/store/migrations/0001_first.sql:8: ==
          gateway/store/migrations/0003_gap.sql:1: 0002_name
          gateway/store/migrations/0003_gap.sql:1: SERIAL
          gateway/store/migrations/0003_gap.sql:1: WITHOUT ROWID
          gateway/store/store.c:2: SQL outside
          gateway/store/store.c:5: SQL outside
          gateway/store/store.c:6: SQL outside
          handlers/a.c:2: SQL outside"""),
    "self-contained headers": ({
        "gateway/base/needs.h": header("gateway/base/needs.h", "void f(size_t n);"),
        "gateway/base/misnamed.h": header("gateway/base/other.h"),
        "gateway/base/bare.h": "/* No guard. */\n",
        "gateway/inbound.h": header("gateway/inbound.h", '#include "gateway/base/str.h"'),
        "handlers/x.h": header("handlers/x.h", "struct x;"),
        "handlers/behind.h": header("handlers/behind.h") + "int x;\n",
    }, """gateway/base/needs.h:4: compile
          gateway/base/misnamed.h:1: YAVAR_BASE_MISNAMED_H
          gateway/base/bare.h:1: YAVAR_BASE_BARE_H
          handlers/behind.h:1: YAVAR_HANDLERS_BEHIND_H"""),
    "leftovers": ({
        "Makefile": f"# {MARK} more\n", "tests/a.sh": "# FIX" + "ME\nmktemp XXXXXX\n", "tests/a.py": "# X" + "XX\n",
        "docs/a.md": MARK, "build/a.c": MARK, "gateway/base/a.c": "\nint x;\n",
        "gateway/base/b.h": "/* HA" + "CK */\n",
        "gateway/base/c.c": c("(void)unused;", "(void)close(a);", "(void)close(b); /* why */", "/* why */",
                              "(void)x->fn[0](c);", "", "    (void)!write(d);", "int f(void) __attribute__((cold));",
                              "(void)sizeof(int);"),
    }, f"""Makefile:1: {MARK}
          tests/a.sh:1: left behind
          tests/a.py:1: left behind
          gateway/base/b.h:1: left behind
          gateway/base/a.c:1: open with a comment
          gateway/base/c.c:3: (void)
          gateway/base/c.c:8: (void)"""),
    "format": ({
        "gateway/base/a.c": c("int  f(void);", "", "int g(void);"), "tests/b.c": c("int f( void );"),
    }, """gateway/base/a.c:2: clang-format
          tests/b.c:2: clang-format"""),
}


CASES["audit trail"] = ({
    "gateway/store/queries.def": "".join(f'Q({name}, "{sql}")\n' for name, sql in [
        ("audit_add", "INSERT INTO audit (at) VALUES (?1)"),
        ("audit_page", "SELECT at FROM audit WHERE id > ?1"),
        ("forget_audit", "UPDATE audit SET actor = CASE WHEN actor = ?1 THEN ?2 ELSE actor END, subject = CASE WHEN "
                         "subject = ?3 THEN ?4 ELSE subject END WHERE actor = ?1 OR subject = ?3"),
        ("audit_mend", "UPDATE audit SET detail = ?1"),
        ("audit_purge", "DELETE FROM audit WHERE at < ?1"),
        ("audit_put", "INSERT INTO audit (id) VALUES (?1) ON CONFLICT (id) DO UPDATE SET at = excluded.at"),
        ("audit_blank", "UPDATE audit SET actor = CASE WHEN actor = ?1 THEN ?2 ELSE actor END WHERE actor = ?1"),
        ("auditors", "UPDATE auditor SET a = ?1"),
    ]) + 'Q(audit_lines, "UPDATE "\n "audit SET at = ?1")\n',
    "gateway/store/migrations/0002_more.sql": "-- UPDATE audit\nALTER TABLE audit ADD COLUMN a {int};\nDROP TABLE audit;\n",
}, """
    gateway/store/queries.def:4: audit_mend
    gateway/store/queries.def:5: audit_purge
    gateway/store/queries.def:6: audit_put
    gateway/store/queries.def:7: audit_blank
    gateway/store/queries.def:9: audit_lines
    gateway/store/migrations/0002_more.sql:3: changes
""")
# The one that may, with another column beside.
CASES["audit trail"][0]["gateway/store/audience.def"] = (
    'Q(forget_audit, "UPDATE audit SET actor = CASE WHEN actor = ?1 THEN ?2 ELSE actor END, subject = CASE WHEN '
    'subject = ?3 THEN ?4 ELSE subject END, detail = ?5 WHERE actor = ?1 OR subject = ?3")\n')
CASES["audit trail"] = (CASES["audit trail"][0], CASES["audit trail"][1] +
                        "    gateway/store/audience.def:1: forget_audit\n")


def plant(root, files):
    for path, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
        with open(os.path.join(root, path), "w", encoding="utf-8") as f:
            f.write(text)


def wrong(files, rule, expected):
    """What the rule missed (-) and what it said beside (+)."""
    with tempfile.TemporaryDirectory() as root:
        plant(root, {**GOOD, **files})
        said = [f"{path}:{line}: {what}" for path, line, what in set(rule(lint.Tree(root)))]
    result = []
    for place, word in (line.strip().split(": ", 1) for line in expected.split("\n") if line.strip()):
        hit = next((s for s in said if s.startswith(place + ": ") and word in s), None)
        if hit:
            said.remove(hit)
        else:
            result.append(f"- {place}: {word}")
    return result + ["+ " + s for s in said]


def run(files, **environment):
    with tempfile.TemporaryDirectory() as root:
        plant(root, files)
        done = subprocess.run([sys.executable, os.path.join(HERE, "lint.py"), root], text=True,
                              capture_output=True, env={**os.environ, "CI": "", **environment})
        return done.returncode, done.stdout


def whole_runs():
    code, out = run(GOOD, CLANG_FORMAT="no-such-tool")
    yield "a clean tree passes, and a missing clang-format is told", \
        code == 0 and out.count("\nok ") == len(lint.RULES) and "not ok" not in out and "is missing" in out
    code, out = run(GOOD, CLANG_FORMAT="no-such-tool", CI="true")
    yield "in CI a missing clang-format is a fault", code == 1 and "\nnot ok 8 - lint: format" in out
    code, out = run({**GOOD, "gateway/run/a.c": includes("handlers/x.h")})
    yield "a fault is printed, its rule not ok, the exit 1", \
        code == 1 and "gateway/run/a.c:2: gateway/run may not" in out and "\nnot ok 1 - lint: layers" in "\n" + out
    code, out = run({"docs/a.md": ""})
    yield "a tree without sources is no success", code == 1 and "ok" not in out


def main():
    results = [(name in CASES, f"{name}: is tested", []) for name, _ in lint.RULES]
    for name, rule in lint.RULES:
        if name == "format" and not shutil.which("clang-format"):
            print("# clang-format is missing: its rule was not seen failing")
            continue
        for title, files, expected in [("the good tree passes", {}, ""), ("every fault is named", *CASES[name])]:
            found = wrong(files, rule, expected)
            results.append((not found, f"{name}: {title}", found))
    results += [(passed, title, []) for title, passed in whole_runs()]
    for number, (passed, title, found) in enumerate(results, 1):
        print(*(f"# {f}" for f in found), f"{'ok' if passed else 'not ok'} {number} - lint: {title}", sep="\n")
    return 0 if all(passed for passed, _, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
