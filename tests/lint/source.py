"""What the rules of lint.py read: the files of a tree, and C taken apart by regular expressions."""
import functools
import os
import re

LITERAL = r'"(?:\\.|[^"\\])*"'
TOKENS = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.M)
ATTRIBUTE = re.compile(r"__attribute__\s*\(\(.*?\)\)(?!\))|\b(?:_Atomic|_Alignas|__typeof__)\s*\([^()]*\)", re.S)


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def line_at(text, offset):
    return text.count("\n", 0, offset) + 1


class Tree:
    """The files under a root, by path from it, each read once."""

    def __init__(self, root):
        self.root, self.files = root, []
        for folder, folders, names in os.walk(root):
            folders[:] = [f for f in folders if not re.match(r"\.|(build(-.*)?|__pycache__)$", f)]
            self.files += [os.path.relpath(os.path.join(folder, n), root) for n in names]
        self.files.sort()
        self.read = functools.lru_cache(None)(self.read)

    def read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as f:
            return f.read()

    def uncommented(self, path):  # same offsets, comments blank
        return TOKENS.sub(lambda m: blank(m[0]) if m[0][0] == "/" else m[0], self.read(path))

    def code(self, path):  # same offsets, comments and what stands in quotes blank
        return TOKENS.sub(lambda m: blank(m[0]) if m[0][0] == "/" else m[0][0] + blank(m[0][1:-1]) + m[0][0],
                          self.read(path))

    def all(self, *endings):
        return [f for f in self.files if f.endswith(endings)]

    def house(self, *endings):
        return [f for f in self.all(*endings) if f.startswith(("gateway/", "handlers/"))]

    def includes(self):
        for path in self.house(".c", ".h", ".def"):
            text = self.uncommented(path)
            for m in re.finditer(r"^[ \t]*#[ \t]*include\b[ \t]*(.*?)[ \t]*$", text, re.M):
                yield path, line_at(text, m.start(1)), m[1]


def top_level(code):
    """Yields (is a function, its head, start, end) of all that stands at file scope; bodies become {}."""
    head, depth, start, opened = "", 0, 0, 0
    for m in re.finditer(r"\n\}|[{};\n]|[^{};\n]+", DIRECTIVE.sub(lambda m: blank(m[0]), code)):
        token = m[0]
        if depth == 0:
            start = start if head.strip() else m.start()
            if token == ";":
                yield False, head, start, m.end()
            head = "" if token == ";" else head + ("{}" if token == "{" else token)
            depth, opened = (1, m.start()) if token == "{" else (0, opened)
        elif token == "{":
            depth += 1
        elif token[-1] == "}":
            depth = 0 if token[0] == "\n" else depth - 1  # a } at the margin closes all, whatever #if did
            if depth == 0 and re.search(r"^[^=]*\)\s*\{\}$", ATTRIBUTE.sub("", head)):
                yield True, head, opened, m.end()
                head = ""


def mutable(head):
    declared = re.sub(r"\[[^]]*\]", "[]", ATTRIBUTE.sub(" ", head)).split("=")[0]
    if re.match(r"\s*(typedef|extern|_Static_assert|static_assert)\b", declared) or not declared.strip():
        return False
    if re.fullmatch(r"\s*((static|const)\s+)*(struct|union|enum)\b\s*\w*\s*(\{\})?\s*", declared):
        return False
    pointer = re.match(r"[^(]*\(\s*\*\s*(const\b)?\s*\w+\s*(\[\]\s*)*\)", declared)  # to a function
    if pointer:
        return not pointer[1]
    if "(" in declared or re.search(r"\w_fn\s+\w+\s*$", declared):  # a prototype
        return False
    return not re.search(r"\bconst\b", declared.rsplit("*", 1)[-1])
