"""What the cases of the admin API share: docs/openapi.yaml, a service with
people and drives in Zanjan and in Qom, and somebody of each role with a token.

Whatever belongs to Qom carries the word SECRET, or is a number in `hidden`.
"""

import contextlib
import http.client
import json
import socket
import sqlite3
import urllib.parse

import jsonschema
import yaml

from service import NEEDS, PATIENCE, ROOT, until
from telecom import key

SECRET_WORD = "QOMSECRET"
METHODS = ("get", "post", "put", "delete")
QOM_NEED = f",qom,{SECRET_WORD} clinic,drug,1,{SECRET_WORD} fa,{SECRET_WORD} en,item,5000,open,{SECRET_WORD},x"
PEOPLE = ("phone,name,province,specialty,availability,language,consent_source,consent_at",
          "09121110001,زهرا,zanjan,physician,any,fa,paper,2025-09-23",
          f"09121110002,{SECRET_WORD} person,qom,physician,any,fa,paper,2025-09-23",
          "09121110003,رضا,zanjan,driver,any,fa,paper,2025-09-23")
STAFF = {"admin": ("admin", ()), "viewer": ("viewer", ()), "auditor": ("auditor", ()),
         "coordinator": ("coordinator", ()), "zanjan": ("coordinator", ("zanjan",)),
         "zanjan_viewer": ("viewer", ("zanjan",)), "zanjan_admin": ("admin", ("zanjan",)),
         "zanjan_auditor": ("auditor", ("zanjan",)), "qom": ("coordinator", ("qom",))}


def spec():
    return yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))


def operations(doc):
    """{(method, path): operation}, every path's id called {id}."""
    return {(method.upper(), path): operation for path, rows in doc["paths"].items()
            for method, operation in rows.items() if method in METHODS}


def plain(schema, doc):
    """JSON Schema of an OpenAPI 3.0 schema: references put in place, nullable as a type."""
    if isinstance(schema, list):
        return [plain(part, doc) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return plain(follow(schema["$ref"], doc), doc)
    made = {name: plain(part, doc) for name, part in schema.items() if name not in ("nullable", "example")}
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") else made


def follow(ref, doc):
    for name in ref.removeprefix("#/").split("/"):
        doc = doc[name]
    return doc


def fits(doc, method, path, answer):
    """The answer's status is one of the operation's, and its body fits."""
    rows = operations(doc)[(method, path)]["responses"]
    assert str(answer.status) in rows, f"{method} {path}: {answer.status} is not in openapi.yaml: {answer.text[:200]}"
    row = rows[str(answer.status)]
    row = follow(row["$ref"], doc) if "$ref" in row else row
    if "content" not in row:
        return None
    if "text/csv" in row["content"]:
        assert answer.headers["Content-Type"] == "text/csv; charset=UTF-8", f"{method} {path}: no CSV"
        return {}
    assert answer.headers["Content-Type"] == "application/json", f"{method} {path}: {answer.headers['Content-Type']}"
    body = json.loads(answer.body)
    try:
        jsonschema.validate(body, plain(row["content"]["application/json"]["schema"], doc))
    except jsonschema.ValidationError as fault:
        raise AssertionError(f"{method} {path} {answer.status}: {fault.message} at {list(fault.absolute_path)}") from None
    for name in row.get("headers", ()):
        assert answer.headers[name], f"{method} {path} {answer.status}: no {name}"
    return body


class Door(http.client.HTTPConnection):
    """DATABASE.sock."""

    def __init__(self, path):
        super().__init__("door", timeout=10 * PATIENCE)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class World:
    def __init__(self, service, telecom):
        self.service, self.telecom, self.doc = service, telecom, spec()
        self.phones = {name: f"98913000{number:04}" for number, name in enumerate(STAFF, 1)}
        self.tokens, self.hidden = {}, set()
        self.made = {}                  # what calls of operations named, by the operation

    def call(self, who, method, path, body=None, headers=None, query=None):
        """WHO: a name of STAFF, a token as it is, or None."""
        headers = dict(headers or {})
        if who is not None:
            headers["Authorization"] = f"Bearer {self.tokens.get(who, who)}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        target = path + (f"?{urllib.parse.urlencode(query)}" if query else "")
        return self.service.request(method, target, body.encode() if isinstance(body, str) else body, headers,
                                    admin=True, timeout=30)

    def get(self, who, path, **query):
        answer = self.call(who, "GET", path, query=query)
        assert answer.status == 200, f"GET {path} as {who}: {answer.status} {answer.text[:200]}"
        return json.loads(answer.body)

    def items(self, who, path, limit=500):
        """All pages of a list."""
        after, found = 0, []
        while after is not None:
            page = self.get(who, path, after=after, limit=limit)
            assert len(page["items"]) <= limit, f"{path}: {len(page['items'])} of {limit}"
            found += page["items"]
            after = page["next"]
        return found

    def door(self, method, path, body=None, headers=None):
        line = Door(self.service.folder / "yavar.db.sock")
        try:
            line.request(method, path, body.encode() if isinstance(body, str) else body, headers or {})
            answer = line.getresponse()
            answer.body = answer.read()
            return answer
        finally:
            line.close()

    # -- what there is ------------------------------------------------------

    def enlist(self):
        for name, (role, provinces) in STAFF.items():
            words = [word for slug in provinces for word in ("--province", slug)]
            called = f"{SECRET_WORD} colleague" if name == "qom" else name
            self.service.cli("staff", "add", self.phones[name], "--role", role, "--name", called, *words)

    def give_tokens(self):
        for name, phone in self.phones.items():
            self.tokens[name] = self.service.cli("staff", "token", phone).stdout.strip()

    def fill(self):
        service = self.service
        self.enlist()
        for slug, province in (("mehr", "zanjan"), (SECRET_WORD.lower(), "qom")):
            service.cli("organisation", "add", slug, "--name-fa", slug.upper(), "--province", province)
        for words in (("MEHR", "--province", "zanjan"), (SECRET_WORD, "--province", "qom"), ("HAMEH",)):
            service.cli("campaign", "add", *words)
        path = service.folder / "people.csv"
        path.write_text("\n".join(PEOPLE) + "\n", encoding="utf-8")
        service.cli("import", "people", str(path))
        self.qom_need = next(row["code"] for row in service.rows("export", "needs") if row["province"] == "qom")
        self.hidden |= {self.qom_need, "09121110002", "989121110002", self.phones["qom"]}
        for number, (target, hidden) in enumerate((("5724 2", False), (f"{self.qom_need} 3", True),
                                                   ("MEHR 500000 toman", False), (f"{SECRET_WORD} 600000 toman", True),
                                                   ("HAMEH 700000 toman", True), ("5724 4", False))):
            phone = f"98914000{number:04}"
            assert service.send(phone, f"PLEDGE {target}").status == 200
            row = until(lambda at=phone: service.pledges(at), 3, f"pledge {target}")[0]
            self.made[target.split()[0]] = row["reference"]
            if hidden:
                self.hidden |= {row["reference"], phone}
        for number in range(3):
            service.send(f"98915000{number:04}", f"سلام گوجه کیلویی چند است {SECRET_WORD}{number}")
        until(lambda: len(service.rows("message", "list", "--unanswered")) == 3, 3, "unanswered")
        for number in range(3):
            service.cli("channel", "send", "mci", f"98916000{number:04}", "سلام")
        until(lambda: len([row for row in service.rows("export", "messages") if row["phone"].startswith("98916000")
                           and row["status"] in ("sent", "delivered")]) == 3, 5, "sent")

    def hold(self):
        """The three that were sent wait for a person now."""
        with contextlib.closing(sqlite3.connect(self.service.folder / "yavar.db")) as db, db:
            db.execute("UPDATE outbox SET status = 'held' WHERE phone BETWEEN 989160000000 AND 989160009999")
            db.execute("INSERT INTO audit (at, actor, door, action, subject, detail) VALUES "
                       "(1762500000, 0, 'cli', 'try', '1', ?), (1762500001, ?, 'api', 'try', '2', '')",
                       (SECRET_WORD, int(self.phones["admin"])))
        self.held = [row["id"] for row in self.service.rows("export", "messages")
                     if key(row["phone"]).startswith("916000")]
        self.unanswered = [row["id"] for row in self.service.rows("message", "list", "--unanswered")]


@contextlib.contextmanager
def world(stage):
    with stage.fresh(needs=[*NEEDS, QOM_NEED]) as (service, telecom):
        w = World(service, telecom)
        w.fill()
        w.give_tokens()
        service.stop()
        w.hold()
        service.start()
        yield w


def scalars(value):
    if isinstance(value, dict):
        for part in value.values():
            yield from scalars(part)
    elif isinstance(value, list):
        for part in value:
            yield from scalars(part)
    else:
        yield str(value)
