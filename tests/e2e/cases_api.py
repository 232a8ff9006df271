"""The admin HTTP API (design §11): docs/openapi.yaml against the program, who
may do what where, and what hostile requests are told.

To add an operation: its row in the program, its path in docs/openapi.yaml, and
a call of it in CALLS.  The cases say which of the three is missing.
"""

import json
import sqlite3
import threading
import time

from api_world import METHODS, SECRET_WORD, fits, operations, scalars, world
from service import PATIENCE, until
from tap import case

def made(w, path):
    """The reference of what was made there."""
    return w.made.get(path, "1")


def draft(w):
    """A broadcast that has not begun."""
    answer = w.call("coordinator", "POST", "/api/v1/broadcasts", {"audience": "drivers zanjan", "text": "دوم"})
    return json.loads(answer.body)["reference"] if answer.status == 201 else "1"


def answered(w):
    """The call that was made there, with somebody who comes."""
    reference = made(w, "calls")
    if reference != "1":
        w.service.send("989121110003", f"YES {reference}")
        until(lambda: w.service.rows("call", "roster", str(reference)), 3, "an answer")
    return reference


def a_call(province, title):
    return {"kind": "team", "title": title, "place": title, "from": hour(8), "to": hour(18), "provinces": province,
            "needs": [{"specialty": "driver", "places": 1}]}


def hour(number):
    """Of a day that is to come."""
    return time.strftime(f"%Y-%m-%d {number:02}:00", time.gmtime(time.time() + 10 * 86400))


# What to call each operation with, in this order, and the status that is due:
# {id} and the body, made from the world; and who calls, where it is not the admin.
CALLS = {
    "GET /api/v1": lambda w: (None, None, 200),
    "GET /api/v1/needs": lambda w: (None, None, 200),
    "GET /api/v1/needs/{id}": lambda w: ("1007", None, 200),
    "POST /api/v1/needs": lambda w: (None, "code,province,centre,category,priority,title_fa,title_en,unit,required,"
                                           "status\n,zanjan,x,drug,2,دارو,drug,item,50,open\n", 200),
    "GET /api/v1/campaigns": lambda w: (None, None, 200),
    "POST /api/v1/campaigns": lambda w: (None, {"keywords": ["پاییز", "PAYIZ"], "goal_rial": 10**9, "provinces": "zanjan"},
                                         201),
    "GET /api/v1/campaigns/{id}": lambda w: ("1", None, 200),
    "POST /api/v1/campaigns/{id}": lambda w: ("1", {"goal": "200000000 toman"}, 200),
    "POST /api/v1/campaigns/{id}/allot": lambda w: ("1", {"reference": int(w.made["MEHR"]), "need": 1007}, 200),
    "GET /api/v1/campaigns/{id}/sums": lambda w: ("1", None, 200),
    "POST /api/v1/broadcasts": lambda w: (None, {"audience": "drivers zanjan", "text": "سلام"}, 201),
    "POST /api/v1/broadcasts/preview": lambda w: (None, {"audience": "drivers zanjan", "text": "سلام"}, 200),
    "POST /api/v1/broadcasts/test": lambda w: (None, {"text": "سلام"}, 200),
    "GET /api/v1/broadcasts": lambda w: (None, None, 200),
    "GET /api/v1/broadcasts/{id}": lambda w: (made(w, "broadcasts"), None, 200),
    "POST /api/v1/broadcasts/{id}/approve": lambda w: (made(w, "broadcasts"), None, 200),
    "POST /api/v1/broadcasts/{id}/pause": lambda w: (made(w, "broadcasts"), None, (200, 409)),    # it may be done
    "POST /api/v1/broadcasts/{id}/resume": lambda w: (made(w, "broadcasts"), None, (200, 409)),
    "POST /api/v1/broadcasts/{id}/cancel": lambda w: (draft(w), None, 200),
    "POST /api/v1/calls": lambda w: (None, a_call("zanjan", "تیم"), 201),
    "GET /api/v1/calls": lambda w: (None, None, 200),
    "GET /api/v1/calls/{id}": lambda w: (made(w, "calls"), None, 200),
    "GET /api/v1/calls/{id}/roster": lambda w: (answered(w), None, 200),
    "POST /api/v1/calls/{id}/approve": lambda w: (made(w, "calls"), None, 409, "coordinator"),    # it asks already
    "POST /api/v1/calls/{id}/pause": lambda w: (made(w, "calls"), None, (200, 409)),    # all may be asked by then
    "POST /api/v1/calls/{id}/resume": lambda w: (made(w, "calls"), None, (200, 409)),
    "POST /api/v1/calls/{id}/close": lambda w: (made(w, "calls"), None, (200, 409)),
    "POST /api/v1/calls/{id}/cancel": lambda w: (made(w, "calls"), None, (200, 409)),
    "GET /api/v1/pledges": lambda w: (None, None, 200),
    "GET /api/v1/volunteers": lambda w: (None, None, 200),
    "POST /api/v1/volunteers/{id}/verify": lambda w: ("09121110001", {"by": "Dr Karimi"}, 200),
    "POST /api/v1/people": lambda w: (None, "phone,name\n09121110009,x\n", 200),
    "POST /api/v1/people/{id}/forget": lambda w: ("09121110009", None, 200),
    "GET /api/v1/messages/unanswered": lambda w: (None, None, 200),
    "POST /api/v1/messages": lambda w: (None, {"channel": "mci", "phone": "09121110003", "text": "سلام"}, 201),
    "POST /api/v1/messages/{id}/reply": lambda w: (w.unanswered[0], {"text": "سلام"}, 201),
    "POST /api/v1/messages/{id}/retry": lambda w: (w.held[0], None, 201),
    "POST /api/v1/messages/{id}/drop": lambda w: (w.held[1], None, 201),
    "GET /api/v1/staff": lambda w: (None, None, 200),
    "POST /api/v1/staff": lambda w: (None, {"phone": "09121110004", "role": "viewer", "provinces": "zanjan"}, 201),
    "POST /api/v1/staff/{id}/unlock": lambda w: ("09121110004", None, 201),
    "POST /api/v1/staff/{id}/token": lambda w: ("09121110004", None, 201),
    "POST /api/v1/staff/{id}/remove": lambda w: ("09121110004", None, 201),
    "POST /api/v1/organisations": lambda w: (None, {"slug": "omid", "name_fa": "خیریه امید", "provinces": "zanjan"}, 201),
    "GET /api/v1/organisations": lambda w: (None, None, 200),
    "GET /api/v1/audit": lambda w: (None, None, 200),
    "GET /api/v1/stats": lambda w: (None, None, 200),
    "POST /api/v1/backups": lambda w: (None, {"file": "/backups/yavar.db"}, 201),
}


def told(w):
    """The program's own table, {(method, path): row}."""
    rows = w.get("viewer", "/api/v1")["operations"]
    table = {(row["method"], row["path"]): row for row in rows}
    assert len(table) == len(rows), "an operation stands twice in the table"
    return table


def names(pairs):
    return ", ".join(sorted(f"{method} {path}" for method, path in pairs))


def ask(w, who, method, path, id="1", body=None, **more):
    return w.call(who, method, path.replace("{id}", str(id)), body, **more)


def fault(answer, status, *words):
    assert answer.status == status, f"{answer.status}, not {status}: {answer.text[:200]}"
    said = json.loads(answer.body)["error"]
    for word in words:
        assert word in said, f"{word} is not in: {said}"
    return said


@case("API: openapi.yaml describes the operations that there are, their roles and their fields")
def described(stage):
    with world(stage) as w:
        table, doc = told(w), operations(w.doc)
        missing, extra = table.keys() - doc.keys(), doc.keys() - table.keys()
        assert not missing, f"openapi.yaml lacks: {names(missing)}"
        assert not extra, f"the program lacks: {names(extra)}"
        for (method, path), row in table.items():
            operation, name = doc[(method, path)], f"{method} {path}"
            assert operation["x-role"] == row["role"], f"{name}: x-role {operation['x-role']}, not {row['role']}"
            ids = [one for one in operation.get("parameters", ()) if one.get("in") == "path"]
            assert len(ids) == path.count("{id}"), f"{name}: the id is not described"
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            assert (body is not None) == ("fields" in row), f"{name}: a JSON body, or none"
            if body is None:
                continue
            schema = w.doc["components"]["schemas"][body["schema"]["$ref"].rsplit("/", 1)[1]]
            fields = {field.split(":")[0] for field in row["fields"].split()}
            assert fields == set(schema["properties"]), f"{name}: {fields ^ set(schema['properties'])}"
        ids = [operation["operationId"] for operation in doc.values()]
        assert len(set(ids)) == len(ids), "two operations of one name"


@case("API: every operation does what it promises, and its answer fits its schema")
def every_operation(stage):
    with world(stage) as w:
        table = told(w)
        calls = {tuple(name.split()) for name in CALLS}
        assert calls == table.keys(), f"no call in cases_api.py, or of nothing: {names(calls ^ table.keys())}"
        for name, make in CALLS.items():
            method, path = name.split()
            id, body, status, *who = make(w)
            answer = ask(w, who[0] if who else "admin", method, path, id, body)
            due = status if isinstance(status, tuple) else (status,)
            assert answer.status in due, f"{name}: {answer.status}, not {status}: {answer.text[:300]}"
            body = fits(w.doc, method, path, answer)
            if status == 201 and "reference" in body:
                w.made[path.rsplit("/", 1)[1]] = body["reference"]
            if "next" in body:
                assert body["items"], f"{name}: nothing in the list, which proves nothing"
                here = path.replace("{id}", str(id))
                one = w.get("admin", here, limit=1)
                assert len(one["items"]) == 1 and w.items("admin", here, 1) == w.items("admin", here), f"{name}: pages"
        assert w.get("admin", "/api/v1/needs/1007")["province"] == "fars"
        assert w.get("admin", "/api/v1/needs/%31%30%30%37")["code"] == 1007, "an escaped id"


@case("API: without a token or with a wrong one nothing is told, and nothing done")
def unknown(stage):
    with world(stage) as w:
        before = w.service.stats()
        for (method, path), row in told(w).items():
            answer = ask(w, None, method, path, body="{}")
            fits(w.doc, method, path, answer)
            fault(answer, 401, "token")
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="yavar"'
        for number, value in enumerate(("Bearer yvr_x", f"Bearer {w.tokens['admin'][:-1]}", f"Bearer {w.tokens['admin']}x",
                                        f"Bearer {w.tokens['admin'].upper()}")):
            answer = w.service.request("GET", "/api/v1/stats", headers={"Authorization": value}, admin=True)
            fault(answer, 401, "nobody")
            assert "invalid_token" in answer.headers["WWW-Authenticate"], f"{number}"
        for value in ("Basic eDp5", w.tokens["admin"], "Bearer", "Bearer ", ""):
            answer = w.service.request("GET", "/api/v1/stats", headers={"Authorization": value}, admin=True)
            fault(answer, 401, "token")
        answer = w.service.request("GET", "/api/v1/stats", headers={"Authorization": f"bearer  {w.tokens['admin']}"},
                                   admin=True)
        assert answer.status == 200, "the scheme's letters and blanks do not count"
        assert w.service.stats() == before
        w.service.cli("staff", "remove", w.phones["viewer"])
        fault(w.call("viewer", "GET", "/api/v1/stats"), 401)


MAY = {"viewer": {"viewer"}, "auditor": {"viewer", "auditor"},
       "coordinator": {"viewer", "reporter", "recruiter", "coordinator"}}


@case("API: what is not for a role is refused, whoever they say they are, and nothing is done")
def roles(stage):
    with world(stage) as w:
        before = w.service.stats(), w.service.rows("export", "messages"), w.service.rows("staff", "list")
        for (method, path), row in told(w).items():
            for who, may in MAY.items():
                if row["role"] in may:
                    continue
                id, body = CALLS[f"{method} {path}"](w)[:2]
                answer = ask(w, who, method, path, id, body)
                fits(w.doc, method, path, answer)
                fault(answer, 403, "role")
                answer = ask(w, who, method, path, id, body, headers={"X-Yavar-As": w.phones["admin"]})
                assert answer.status == 403, f"{method} {path} as another: {answer.status}"
                door = w.door(method, path.replace("{id}", str(id)), json.dumps(body) if isinstance(body, dict) else body,
                              {"X-Yavar-As": w.phones[who]})
                assert door.status == 403, f"{method} {path} through the door as {who}: {door.status} {door.body}"
        assert before == (w.service.stats(), w.service.rows("export", "messages"), w.service.rows("staff", "list"))


@case("API: an admin of one province does nothing that concerns the whole service")
def confined_admin(stage):
    with world(stage) as w:
        before = w.service.rows("export", "messages"), w.service.rows("export", "needs")
        for name in ("POST /api/v1/needs", "POST /api/v1/people", "POST /api/v1/people/{id}/forget", "POST /api/v1/messages",
                     "POST /api/v1/messages/{id}/reply", "POST /api/v1/messages/{id}/retry",
                     "POST /api/v1/messages/{id}/drop", "POST /api/v1/backups", "POST /api/v1/organisations"):
            id, body = CALLS[name](w)[:2]
            fault(ask(w, "zanjan_admin", *name.split(), id, body), 403, "whole country")
        for who in ("zanjan", "zanjan_admin"):
            fault(ask(w, who, "POST", "/api/v1/volunteers/{id}/verify", "09121110002", {"by": "x"}), 404, "nobody")
        assert ask(w, "zanjan", "POST", "/api/v1/volunteers/{id}/verify", "09121110001", {"by": "x"}).status == 200
        assert before == (w.service.rows("export", "messages"), w.service.rows("export", "needs"))


def ident(item):
    """By which it is named in a path."""
    return next(item[name] for name in ("code", "reference", "id", "slug", "phone") if name in item)


def leaks(w, value):
    return [text for text in scalars(value) if SECRET_WORD in text or text in w.hidden]


@case("API: in no list and behind no id does one province see what is another's")
def scope(stage):
    with world(stage) as w:
        for province, title in (("zanjan", "تیم"), ("qom", SECRET_WORD)):
            assert w.call("admin", "POST", "/api/v1/calls", a_call(province, title)).status == 201
        for method, path in told(w):
            if method != "GET":
                continue
            for who in ("zanjan", "zanjan_viewer", "zanjan_admin", "zanjan_auditor"):
                if "{id}" not in path:
                    answer = w.call(who, "GET", path)
                    assert answer.status in (200, 403), f"{path} as {who}: {answer.status}"
                    found = leaks(w, json.loads(answer.body))
                    assert not found, f"{path} as {who}: {found}"
                    continue
                parent = path[:path.index("/{id}")]
                if w.call(who, "GET", parent).status == 403:
                    continue
                own = {ident(item) for item in w.items(who, parent)}
                for item in w.items("admin", parent):
                    answer = ask(w, who, "GET", path, ident(item))
                    found = leaks(w, json.loads(answer.body))
                    assert not found, f"{path} {ident(item)} as {who}: {found}"
                    if path.endswith("/roster") and answer.status == 403:    # not for a viewer or an auditor
                        continue
                    assert path.endswith("/sums") or (answer.status == 200) == (ident(item) in own), \
                        f"{path} {ident(item)} as {who}: {answer.status}, in the list: {ident(item) in own}"
        for path, own, all_of_them in (("needs", 1, 3), ("pledges", 3, 6), ("campaigns", 1, 3), ("volunteers", 2, 3),
                                       ("messages/unanswered", 0, 3), ("calls", 1, 2)):
            assert len(w.items("zanjan", f"/api/v1/{path}")) == own, f"{path}: {w.items('zanjan', f'/api/v1/{path}')}"
            assert len(w.items("coordinator", f"/api/v1/{path}")) == all_of_them, f"{path}: all"
        assert {row["name"] for row in w.items("zanjan", "/api/v1/staff")} == {"zanjan", "zanjan_viewer", "zanjan_admin",
                                                                               "zanjan_auditor"}
        done = {row["actor"] for row in w.items("auditor", "/api/v1/audit")}
        assert {"operator", w.phones["admin"]} <= done, f"{done}"
        assert w.items("zanjan_auditor", "/api/v1/audit") == [], "nobody of Zanjan has done anything yet"


@case("API: figures are the sums of the rows that one may see")
def figures(stage):
    with world(stage) as w:
        until(lambda: w.service.stats() == w.get("viewer", "/api/v1/stats"), 5, "the same figures, once all is sent")
        for who in ("zanjan", "qom", "coordinator"):
            got, pledges = w.get(who, "/api/v1/stats"), w.items(who, "/api/v1/pledges")
            assert got["pledges"] == len(pledges) and pledges, f"{who}: {got}"
            assert got["pledged_rial"] == sum(row.get("amount_rial", 0) for row in pledges), f"{who}: {got}"
            assert got["needs_open"] == sum(row["status"] == "open" for row in w.items(who, "/api/v1/needs")), f"{who}"
            assert got["volunteers"] == len(w.items(who, "/api/v1/volunteers")), f"{who}"
            assert ("unanswered" in got) == (who == "coordinator"), f"{who}: {got}"


@case("API: phones are masked but for coordinators and admins")
def masked(stage):
    with world(stage) as w:
        for path in ("pledges", "volunteers"):
            for who in ("coordinator", "admin", "zanjan"):
                phones = [row["phone"] for row in w.items(who, f"/api/v1/{path}")]
                assert phones and all(phone.isdigit() for phone in phones), f"{path} as {who}: {phones}"
            for who in ("viewer", "auditor", "zanjan_viewer"):
                phones = [row["phone"] for row in w.items(who, f"/api/v1/{path}")]
                assert phones and all("***" in phone for phone in phones), f"{path} as {who}: {phones}"


@case("API: unknown paths, other methods, bodies too long")
def front(stage):
    with world(stage) as w:
        table = told(w)
        for path in ("/api/v1/", "/api/v1/nothing", "/api/v1/needs/1007/more", "/api/v1/needs/", "/api/v1//needs"):
            fault(w.call("viewer", "GET", path), 404, "no such operation")
        for path in {path for _, path in table}:
            have = {method for method, other in table if other == path}
            for method in (*(one.upper() for one in METHODS), "PATCH", "OPTIONS"):
                if method in have or (method, path.rsplit("/", 1)[0] + "/{id}") in table:
                    continue
                answer = ask(w, "viewer", method, path)
                fault(answer, 405, "method")
                allowed = set(answer.headers["Allow"].split(", "))
                assert allowed >= have, f"{method} {path}: Allow {allowed}"
            assert ask(w, "viewer", "HEAD", path).status == 405, path
        for method, path in table:
            if method != "POST":
                continue
            try:
                assert ask(w, "admin", method, path, body=b"x" * 65537).status == 413, path
            except (BrokenPipeError, ConnectionResetError):
                pass                    # refused before it was read: as good


@case("API: ten wrong tokens a minute, then 429; who is known is let through")
def slowed(stage):
    with world(stage) as w:
        assert w.call("admin", "GET", "/api/v1/stats").status == 200
        for number in range(10):
            fault(w.call(f"yvr_{number:043}", "GET", "/api/v1/stats"), 401)
        for method, path in (("GET", "/api/v1/stats"), ("POST", "/api/v1/people"), ("POST", "/api/v1/backups")):
            answer = w.call("yvr_again", method, path, body="{}")
            fits(w.doc, method, path, answer)
            fault(answer, 429, "wait")
            assert 0 < int(answer.headers["Retry-After"]) <= 60, answer.headers["Retry-After"]
        assert w.call("viewer", "GET", "/api/v1/stats").status == 429, "a token not seen before is a try like any other"
        assert w.call("admin", "GET", "/api/v1/stats").status == 200, "one that was right a moment ago is not"
        fault(w.call(None, "GET", "/api/v1/stats"), 401)
        assert w.service.request("GET", "/healthz", admin=True).status == 200
        assert w.service.cli("staff", "list").stdout, "the door is not meant"


@case("API: a burst of wrong tokens is told ten times that they are wrong")
def burst(stage):
    with world(stage) as w:
        found = []
        tries = [threading.Thread(target=lambda n=n: found.append(
            w.call(f"yvr_{n:043}", "POST" if n % 2 else "GET", "/api/v1/campaigns", body="{}").status))
            for n in range(40)]
        for one in tries:
            one.start()
        for one in tries:
            one.join()
        assert sorted(found) == [401] * 10 + [429] * 30, f"{sorted(found)}"


@case("API: hostile bodies are refused, and the fault names the field")
def hostile_bodies(stage):
    with world(stage) as w:
        before = w.service.stats()
        for (method, path), row in told(w).items():
            if "fields" not in row:
                continue
            id = CALLS[f"{method} {path}"](w)[0]

            def post(body, status, *words):
                answer = ask(w, "admin", method, path, id, body)
                fits(w.doc, method, path, answer)
                fault(answer, status, *words)
            for body in ("", "{", "nonsense", "[" * 5000, '{"a":' * 70 + "1" + "}" * 70, '{"a":1,"a":2}', '{"a":1e999}',
                         '{"a":123456789012345678901234567890}', b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}', "{} {}",
                         '{"a":"\\u0000"}', "\x00"):
                post(body, 400, "JSON")
            for body in ("[]", "1", '"x"', "null", "true"):
                post(body, 422, "object")
            post({"nobody_knows": 1}, 422, "nobody_knows")
            for field in row["fields"].split():
                name, kind = field.split(":")
                for value in ("x", 1, 1.5, [], {}, None, True):
                    given = {str: "text", int: "number", list: "list", bool: "boolean"}.get(type(value))
                    if given != kind:
                        post({name: value}, 422, f"{name}: must be a {kind}")
        assert w.service.stats() == before


@case("API: hostile paths and queries are refused, and the fault names the parameter")
def hostile_paths(stage):
    with world(stage) as w:
        for ident, status in (("%zz", 400), ("%", 400), ("%00", 400), ("%FF", 400), ("..%2f..", 404), ("0", 404),
                              ("-1", 404), ("99999999999999999999999", 404), ("4294968303", 404), ("1007x", 404),
                              ("%D8%A7", 404), ("' OR 1=1 --".replace(" ", "%20"), 404)):
            fault(w.call("admin", "GET", f"/api/v1/needs/{ident}"), status)
        for ident in ("in", "out", "in99999999999999999999", "in-1", "1", "%69n99", "outin1"):
            fault(w.call("admin", "POST", f"/api/v1/messages/{ident}/retry"), 404)
        for ident in ("x", "%zz", "1", "%00"):
            assert w.call("admin", "POST", f"/api/v1/people/{ident}/forget").status in (400, 422)
        answer = w.call("admin", "POST", "/api/v1/calls", a_call("zanjan", "تیم"))
        reference = json.loads(answer.body)["reference"]
        for (method, path), row in operations(w.doc).items():
            if method != "GET" or not any("after" in one.get("$ref", "") for one in row.get("parameters", ())):
                continue
            here = path.replace("{id}", str(reference))
            for query, status, word in (("after=x", 422, "after"), ("after=-1", 422, "after"), ("after=", 422, "after"),
                                        ("after=1.5", 422, "after"), ("after=99999999999999999999", 422, "after"),
                                        ("limit=0", 422, "limit"), ("limit=501", 422, "limit"), ("limit=x", 422, "limit"),
                                        ("afer=1", 422, "after"), ("after=%zz", 400, "escape")):
                answer = w.call("admin", "GET", f"{here}?{query}")
                fits(w.doc, method, path, answer)
                fault(answer, status, word)
            assert w.call("admin", "GET", f"{here}?after=0&limit=500").status == 200, path


@case("API: what takes longer than two seconds to read ends with 503, and delays no pledge")
def too_long(stage):
    with world(stage) as w:
        w.service.stop()
        with sqlite3.connect(w.service.folder / "yavar.db") as db:
            db.execute("ALTER TABLE audit RENAME TO audit_kept")
            db.execute("CREATE VIEW audit AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                       "SELECT -i AS id, 0 AS at, 0 AS actor, '' AS door, '' AS action, '' AS subject, '' AS detail FROM n")
        db.close()
        w.service.start()
        found, began = [], time.monotonic()
        asker = threading.Thread(target=lambda: found.append((w.call("admin", "GET", "/api/v1/audit"),
                                                              time.monotonic() - began)))
        asker.start()
        time.sleep(0.3)
        at = time.monotonic()
        assert w.service.send("989149990001", "PLEDGE 5724 1").status == 200
        assert time.monotonic() - at < 1 * PATIENCE, "a pledge waited for a reader"
        asker.join()
        answer, took = found[0]
        assert 1.9 < took < 3.5 * PATIENCE, f"{took:.1f} s"
        fits(w.doc, "GET", "/api/v1/audit", answer)
        fault(answer, 503, "two seconds")
        assert w.call("admin", "GET", "/api/v1/stats").status == 200, "the reader goes on"


@case("API: the door reads as it did, without a token")
def door(stage):
    with world(stage) as w:
        answer = w.door("GET", "/api/v1/stats")
        assert answer.status == 200 and json.loads(answer.body) == w.service.stats()
        answer = w.door("GET", "/api/v1/needs", headers={"X-Yavar-As": w.phones["zanjan"]})
        assert not leaks(w, json.loads(answer.body)) and answer.status == 200
        assert w.door("GET", "/api/v1/needs", headers={"X-Yavar-As": "989999999999"}).status == 403
