"""The SQL rule of lint.py: queries and migrations in the subset both engines speak (design 8)."""
import os
import re
from fnmatch import fnmatch

from source import DIRECTIVE, LITERAL, TOKENS, blank, line_at

NOT_COMMON = [(words, re.compile(pattern, re.I)) for words, pattern in [
    ("only SQLite knows {}", r"\b(?:INSERT|UPDATE)\s+OR\b|\bREPLACE\s+INTO\b|\bWITHOUT\s+ROWID\b|\bINDEXED\s+BY\b"
     r"|\b(?:AUTOINCREMENT|rowid|last_insert_rowid|julianday|GLOB|PRAGMA|NOCASE)\b"
     r"|\b(?:IFNULL|IIF|datetime|strftime|unixepoch|typeof|group_concat|total_changes|changes)\s*\("
     r"|\bLIMIT\s+[^\s,()]+\s*,|==|`"),
    ("only SQLite knows {} of several values", r"\b(?:max|min)\s*\([^()]*,"),
    ("only SQLite compares values with {}", r"\bIS\s+(?:NOT\s+)?(?!NOT\b|NULL\b|TRUE\b|FALSE\b|DISTINCT\b)[^\s]+"),
    ("double quotes: {}", r'"[^"]*"?'),
    ("only PostgreSQL knows {}", r"::|\$\d+|\bSIMILAR\s+TO\b|\bDISTINCT\s+ON\b|\bFOR\s+SHARE\b"
     r"|\b(?:ILIKE|(?:BIG|SMALL)?SERIAL|INTERVAL|LATERAL|NOWAIT)\b|\b(?:NOW|GREATEST|LEAST|ANY|string_agg)\s*\("),
    ("a parameter without a number: {}", r"\?(?!\d)|(?<![:\w]):\w+|@\w+"),
]]
CLAIM_ONLY = re.compile(r"\bFOR\s+UPDATE\b|\bSKIP\s+LOCKED\b", re.I)
ENGINE_TYPES = re.compile(r"(?<!\{)\b(?:(?:BIG|SMALL)?INT|INTEGER|BLOB|BYTEA|BOOLEAN|REAL|DOUBLE|NUMERIC|VARCHAR|"
                          r"TIMESTAMP(?:TZ)?)\b|\{(?!(?:id|int|blob)\})\w*\}?", re.I)
QUERY_ROW = re.compile(r"\bQ\w*\(\s*(\w+)\s*,\s*(?:\w+\s*,\s*)*((?:%s\s*)+)\)" % LITERAL, re.S)
SQL_IN_C = re.compile(r'"\s*(?:(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER|WITH)\s'
                      r'|PRAGMA\s|BEGIN IMMEDIATE|insert into\s|delete from\s|update \w+ set\s|select \*)')


def sql_faults(sql, claim=False):
    """Yields (offset, what) where a statement leaves the subset both engines speak."""
    sql = re.sub(r"'(?:''|[^'])*'", lambda m: "'" + blank(m[0][1:-1]) + "'", sql)
    for words, pattern in NOT_COMMON:
        for m in pattern.finditer(sql):
            yield m.start(), words.format(" ".join(m[0].split()))
    for m in CLAIM_ONLY.finditer(sql if not claim else ""):
        yield m.start(), f"{m[0]} outside a claim"
    seen = list(dict.fromkeys(re.findall(r"\?(\d+)", sql)))
    if seen != [str(n) for n in range(1, len(seen) + 1)]:
        yield 0, "parameters not numbered in order of first appearance: ?" + " ?".join(seen)


def sql_subset(tree):
    store = "gateway/store/"
    tables = (store + "queries.def", store + "audience.def")  # whole queries; fragments of composed ones
    for path in [f for f in tree.files if f in tables]:
        text = DIRECTIVE.sub(lambda m: blank(m[0]), tree.uncommented(path))
        for m in re.finditer(r"\S[^\n]*", QUERY_ROW.sub(lambda m: blank(m[0]), text)):
            yield path, line_at(text, m.start()), f'not a row Q(name, "SQL"): {m[0]}'
        for row in QUERY_ROW.finditer(text):
            sql = "".join(t[1:-1] for t in re.findall(LITERAL, row[2], re.S)).replace('\\"', '"')
            for _, what in sql_faults(sql, row[1].startswith("claim")):
                yield path, line_at(text, row.start()), f"{row[1]}: {what}"
    for number, path in enumerate([f for f in tree.all(".sql") if f.startswith(store + "migrations/")], 1):
        sql = re.sub(r"--[^\n]*|/\*.*?\*/", lambda m: blank(m[0]), tree.read(path), flags=re.S)
        if not re.fullmatch(r"%04d_[a-z0-9_]+\.sql" % number, os.path.basename(path)):
            yield path, 1, f"should be named {number:04d}_name.sql"
        faults = list(sql_faults(sql)) + [(m.start(), f"{m[0]}: write {{id}}, {{int}}, {{blob}} or TEXT")
                                          for m in ENGINE_TYPES.finditer(sql)]
        faults += [(m.start(), "STRICT is the engine's to add") for m in re.finditer(r"\bSTRICT\b", sql, re.I)]
        for offset, what in faults:
            yield path, line_at(sql, offset), what
    for path in tree.house(".c", ".h", ".def"):
        text = tree.uncommented(path)
        for m in TOKENS.finditer(text if path not in tables else ""):
            if SQL_IN_C.match(m[0]) and not fnmatch(path, store + "engine_*.c"):
                yield path, line_at(text, m.start()), f"SQL outside queries.def: {m[0][:40]}"


AUDIT_CHANGED = re.compile(r"\b(?:UPDATE|DELETE\s+FROM|REPLACE\s+INTO|DROP\s+TABLE(?:\s+IF\s+EXISTS)?)\s+audit\b"
                           r"|\bINSERT\s+INTO\s+audit\b[^;]*\bON\s+CONFLICT\b", re.I)
# Somebody is forgotten: only who did it, and to whom.
AUDIT_FORGET = re.compile(r"UPDATE audit SET actor = (?:(?! = ).)* = (?:(?! = ).)*, subject = (?:(?! = ).)* = (?:(?! = ).)* "
                          r"WHERE [^;]*")


def audit_trail(tree):
    """What was done is only ever added to."""
    store = "gateway/store/"
    for path in [f for f in tree.files if f in (store + "queries.def", store + "audience.def")]:
        text = DIRECTIVE.sub(lambda m: blank(m[0]), tree.uncommented(path))
        for row in QUERY_ROW.finditer(text):
            sql = "".join(t[1:-1] for t in re.findall(LITERAL, row[2], re.S))
            if AUDIT_CHANGED.search(sql) and not (row[1] == "forget_audit" and AUDIT_FORGET.fullmatch(sql)):
                yield path, line_at(text, row.start()), f"{row[1]}: changes the audit trail"
    for path in [f for f in tree.all(".sql") if f.startswith(store + "migrations/")]:
        sql = re.sub(r"--[^\n]*|/\*.*?\*/", lambda m: blank(m[0]), tree.read(path), flags=re.S)
        for m in AUDIT_CHANGED.finditer(sql):
            yield path, line_at(sql, m.start()), "changes the audit trail"
