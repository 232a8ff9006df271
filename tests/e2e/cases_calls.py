"""Calls by the command line and SMS: waves, places, who stands by, scope.

The service runs for real, the telecom is ours; what needs another day on the
clock stands in tests/storms/cases_calls.py.
"""

import concurrent.futures
import csv
import http.client
import io
import json
import socket
import sqlite3
import time

from service import SECRET, until
from tap import case
from telecom import Telecom, key

OPEN_LINE = {"quiet": ""}          # cases run at any hour
PEOPLE = "phone,name,province,specialty,availability,language,consent_source,consent_at"
PARKED = 253402300800000
FROM, TO = "2031-12-06 08:00", "2031-12-06 16:00"


def join(stage, service, specialty, count, province="zanjan", verified=()):
    """COUNT volunteers of a specialty, as a list brings them."""
    phones = [stage.phone() for _ in range(count)]
    path = service.folder / f"people-{phones[0]}.csv"
    rows = [f"{phone},نام {i},{province},{specialty},any,en,paper,2026-01-01" for i, phone in enumerate(phones)]
    path.write_text("\n".join([PEOPLE, *rows]) + "\n", encoding="utf-8")
    service.cli("import", "people", str(path))
    for i in verified:
        service.cli("volunteer", "verify", phones[i], "--by", "Dr. A")
    return phones


def call(service, *needs, province="zanjan", more=(), expect=0):
    words = [word for need in needs for word in ("--need", need)]
    done = service.cli("call", "add", "--kind", "team", "--title", "تیم درمان", "--place", "Sarfaryab clinic",
                       "--from", FROM, "--to", TO, "--province", province, *words, *more, expect=expect)
    if expect != 0:
        return done
    made = json.loads(done.stdout)
    return {**made, "reference": str(made["reference"])}


def shown(service, reference):
    return json.loads(service.cli("call", "show", reference).stdout)


def roster(service, reference):
    rows = csv.DictReader(io.StringIO(service.cli("call", "roster", reference).stdout))
    return {key(row["phone"]): row for row in rows}


def texts(telecom, phone):
    return [sent.text for sent in telecom.sent_to(phone)]


def asked(telecom, phones, reference):
    return [phone for phone in phones if any(f"YES or NO {reference}" in text for text in texts(telecom, phone))]


def at_the_door(service, path, phone):
    """GET /api/v1/calls… through the door, for somebody of the staff."""
    line = http.client.HTTPConnection("door")
    line.sock = socket.socket(socket.AF_UNIX)
    line.sock.connect(str(service.folder / "yavar.db.sock"))
    line.request("GET", f"/api/v1/calls{path}", headers={"X-Yavar-As": phone})
    answer = line.getresponse()
    return answer.status, answer.read().decode()


@case("a call asks in waves, is filled in turn, keeps who stands by, and moves them up")
def life(stage):
    with stage.fresh(channel=OPEN_LINE) as (service, telecom):
        drivers = join(stage, service, "driver", 12)
        nurses = join(stage, service, "nurse", 3, verified=(0,))
        far = join(stage, service, "driver", 2, province="fars")
        made = call(service, "driver=2", "nurse=1")
        reference = made["reference"]
        assert made["status"] == "open" and made["people"] == 13, f"{made}"
        until(lambda: len(asked(telecom, drivers, reference)) == 8, 5, "four are asked for each place")
        until(lambda: asked(telecom, nurses, reference) == nurses[:1], 5, "only the verified nurse is asked")
        first, second, third, fourth = asked(telecom, drivers, reference)[:4]
        for phone in (first, second, third, fourth):
            service.send(phone, f"YES {reference}")
        service.send(nurses[0], f"بله {reference}")
        until(lambda: shown(service, reference)["status"] == "full", 3, "full")
        service.send(nurses[1], f"YES {reference}")
        service.send(far[0], f"YES {reference}")
        states = {phone: row["state"] for phone, row in roster(service, reference).items()}
        assert states == {key(first): "place", key(second): "place", key(third): "standby", key(fourth): "standby",
                          key(nurses[0]): "place"}, f"{states}"
        service.send(first, f"NO {reference}")
        until(lambda: roster(service, reference)[key(third)]["state"] == "place", 3, "the next one moves up")
        assert roster(service, reference)[key(fourth)]["state"] == "standby"
        until(lambda: any("your turn: a place" in text for text in texts(telecom, third)), 3, "and is told")
        time.sleep(2.2)
        assert len(asked(telecom, drivers, reference)) == 8, "nobody more is asked for a call that is full"
        assert sum(len(texts(telecom, phone)) for phone in drivers[8:] + nurses[2:]) == 0
        masked = service.cli("call", "roster", reference, "--masked").stdout
        assert first not in masked and first[-4:] in masked
        counted = shown(service, reference)
        assert counted["answers"] == {"place": 3, "standby": 1, "no": 0, "withdrawn": 1, "arrived": 0}, f"{counted}"


@case("a call: a place given back by another line is told at once to who moves up")
def by_another_line(stage):
    spare = Telecom()
    other = (f"\n[channel other]\nprovider = kannel\nnumber = 200013\nsend_url = {spare.url}\n"
             f"secret = {SECRET}\nrate = 1000\n")
    with stage.fresh(channel=OPEN_LINE, more=other) as (service, telecom):
        first, second = join(stage, service, "driver", 2)
        reference = call(service, "driver=1")["reference"]
        until(lambda: len(asked(telecom, (first, second), reference)) == 2, 5, "both are asked")
        for phone in (first, second):
            service.send(phone, f"YES {reference}")
        until(lambda: roster(service, reference)[key(second)]["state"] == "standby", 3, "one place, and a stand-by")
        until(lambda: all(row["status"] in ("sent", "delivered") for row in service.rows("export", "messages")
                          if row["direction"] == "out"), 3, "nothing that would wake the line by itself")
        assert service.send(first, f"NO {reference}", channel="other").status == 200
        assert spare.wait(first, 1, 3), "an answer by the line that was written to"
        until(lambda: any("your turn: a place" in text for text in texts(telecom, second)), 3, "the next one is told")


@case("a call's last place is taken once, however many say yes at the same instant")
def last_place(stage):
    with stage.fresh(channel=OPEN_LINE) as (service, telecom):
        drivers = join(stage, service, "driver", 24)
        reference = call(service, "driver=1")["reference"]
        with concurrent.futures.ThreadPoolExecutor(24) as pool:
            answers = list(pool.map(lambda phone: service.send(phone, f"YES {reference}").status, drivers))
        assert answers == [200] * 24, f"{answers}"
        states = [row["state"] for row in roster(service, reference).values()]
        assert sorted(states) == ["place"] + ["standby"] * 23, f"{states}"
        need = shown(service, reference)["needs"][0]
        assert (need["places"], need["taken"]) == (1, 1), f"{need}"
        until(lambda: sum("Your place is kept" in text for phone in drivers for text in texts(telecom, phone)) == 1,
              3, "one confirmation of a place")


@case("a call: killed in the middle of a wave and started again, everybody is asked once")
def restarted(stage):
    with stage.fresh(channel={**OPEN_LINE, "rate": "20"}) as (service, telecom):
        drivers = join(stage, service, "driver", 120)
        reference = call(service, "driver=25")["reference"]
        until(lambda: len(asked(telecom, drivers, reference)) >= 15, 5, "a wave has begun")
        service.kill()
        before = len(asked(telecom, drivers, reference))
        assert before < 100, f"the wave was over: {before}"
        service.start()

        def ended():        # what was on the wire at the kill is held in the end, and nothing waits
            states = [row["status"] for row in service.rows("export", "messages")]
            return len(states) == 100 and not {"queued", "sending", "uncertain"} & set(states) and states
        states = until(ended, 20, "the wave goes on")
        time.sleep(1.5)
        copies = [len(texts(telecom, phone)) for phone in drivers]
        assert max(copies) == 1 and sum(copies) >= 100 - states.count("held"), f"{copies}"
        assert shown(service, reference)["needs"][0]["asked"] == 100


@case("a call: paused, no invitation goes; resumed, they do; cancelled, who has a place is told")
def steered(stage):
    with stage.fresh(channel={**OPEN_LINE, "rate": "10", "in_flight": "2"}) as (service, telecom):
        drivers = join(stage, service, "driver", 80)
        reference = call(service, "driver=20")["reference"]
        until(lambda: len(asked(telecom, drivers, reference)) >= 3, 5, "a wave has begun")
        service.send(drivers[0], f"YES {reference}")
        service.cli("call", "pause", reference)
        time.sleep(1.2)
        before = len(asked(telecom, drivers, reference))
        assert before < 70, f"{before}: there is nothing left to be paused"
        time.sleep(2)
        assert len(asked(telecom, drivers, reference)) == before, "an invitation went out while it was paused"
        service.cli("call", "resume", reference)
        until(lambda: len(asked(telecom, drivers, reference)) > before + 5, 5, "it goes on")
        service.cli("call", "cancel", reference)
        until(lambda: any("is cancelled" in text for text in texts(telecom, drivers[0])), 5, "told")
        time.sleep(1.2)
        after = len(asked(telecom, drivers, reference))
        time.sleep(1.5)
        assert len(asked(telecom, drivers, reference)) == after, "an invitation went out after the end"
        told = [phone for phone in drivers if any("cancelled" in text for text in texts(telecom, phone))]
        assert told == drivers[:1], "only who has a place is told"
        done = service.cli("call", "resume", reference, expect=1)
        assert "does not stand so" in done.stderr, done.stderr


@case("a call: quiet hours and opting out hold at the last moment; an urgent one passes quiet hours")
def quiet(stage):
    with stage.fresh(channel={"quiet": "00:00-23:59"}) as (service, telecom):
        drivers = join(stage, service, "driver", 6)
        service.send(drivers[5], "STOP")
        calm = call(service, "driver=1")["reference"]
        time.sleep(2.5)
        assert asked(telecom, drivers, calm) == [], "asked in quiet hours"
        urgent = call(service, "driver=2", more=("--urgent", "--reason", "earthquake"))
        assert urgent["status"] == "draft", f"{urgent}"
        staff = stage.phone()
        service.cli("staff", "add", staff, "--role", "coordinator", "--province", "zanjan")
        service.cli("call", "approve", urgent["reference"], "--as", staff)
        until(lambda: len(asked(telecom, drivers, urgent["reference"])) == 5, 5, "asked at once")
        time.sleep(1.2)
        assert asked(telecom, drivers, urgent["reference"]) == drivers[:5], "one who opted out was asked"


@case("a call is there for coordinators of all its provinces, whatever they try")
def scope(stage):
    with stage.fresh(channel=OPEN_LINE) as (service, _):
        drivers = join(stage, service, "driver", 2)
        here, there, viewer, auditor = (stage.phone() for _ in range(4))
        service.cli("staff", "add", here, "--role", "coordinator", "--province", "zanjan")
        service.cli("staff", "add", there, "--role", "coordinator", "--province", "qom")
        service.cli("staff", "add", viewer, "--role", "viewer", "--province", "zanjan")
        service.cli("staff", "add", auditor, "--role", "auditor")
        reference = call(service, "driver=1", more=("--as", here))["reference"]
        until(lambda: shown(service, reference)["messages"]["sent"] == 2, 5, "all are asked")
        before = shown(service, reference)
        for word in ("pause", "resume", "approve", "cancel", "close"):
            done = service.cli("call", word, reference, "--as", there, expect=1)
            assert "no call with this reference" in done.stderr, f"{word}: {done.stderr}"
            done = service.cli("call", word, reference, "--as", viewer, expect=1)
            assert "not for your role" in done.stderr, f"{word}: {done.stderr}"
        for word in ("show", "roster"):
            service.cli("call", word, reference, "--as", there, expect=1)
            service.cli("call", word, reference, "--as", here)
        assert [row["reference"] for row in service.rows("call", "list", "--as", there)] == []
        assert [row["reference"] for row in service.rows("call", "list", "--as", here)] == [reference]
        assert [row["reference"] for row in service.rows("call", "list", "--as", auditor)] == [reference]
        for province in ("zanjan", "all"):
            done = call(service, "driver=1", province=province, more=("--as", there), expect=1)
            assert "not in your provinces" in done.stderr, done.stderr
        call(service, "driver=1", more=("--as", viewer), expect=1)
        call(service, "driver=1", more=("--as", stage.phone()), expect=1)
        assert shown(service, reference) == before
        assert len(service.rows("call", "list")) == 1
        for phone, path, status in ((here, "", 200), (there, "", 200), (here, f"/{reference}", 200),
                                    (there, f"/{reference}", 404), (here, f"/{reference}/roster", 200),
                                    (there, f"/{reference}/roster", 404), (viewer, f"/{reference}/roster", 403)):
            answer = at_the_door(service, path, phone)
            assert answer[0] == status, f"{path}: {answer}"
        assert json.loads(at_the_door(service, "", there)[1]) == {"items": [], "next": None}
        listed = json.loads(at_the_door(service, "", here)[1])["items"]
        assert [str(one["reference"]) for one in listed] == [reference], f"{listed}"
        assert json.loads(at_the_door(service, f"/{reference}/roster", here)[1]) == {"items": [], "next": None}
        for phone in drivers:
            service.send(phone, f"YES {reference}")
        service.cli("forget", drivers[1], "--yes")
        pages, after = [], 0
        while after is not None:
            page = json.loads(at_the_door(service, f"/{reference}/roster?limit=1&after={after}", here)[1])
            pages += page["items"]
            after = page["next"]
        assert [row.get("phone") for row in pages] == [None, "98" + key(drivers[0])], f"{pages}"


@case("a call: who is of an organisation or a centre calls the provinces named for them, and none without")
def named_places(stage):
    with stage.fresh(channel=OPEN_LINE) as (service, _):
        join(stage, service, "driver", 2)
        service.cli("organisation", "add", "omid", "--name-fa", "امید")
        bare, clinic, named, deputy = (stage.phone() for _ in range(4))
        service.cli("staff", "add", bare, "--role", "coordinator", "--organisation", "omid")
        service.cli("staff", "add", clinic, "--role", "coordinator", "--centre", "Sarfaryab")
        service.cli("staff", "add", named, "--role", "coordinator", "--organisation", "omid", "--province", "zanjan")
        service.cli("staff", "add", deputy, "--deputy-of", bare)
        reference = call(service, "driver=1")["reference"]
        for who in (bare, clinic, deputy):
            for province in ("zanjan", "all"):
                done = call(service, "driver=1", province=province, more=("--as", who), expect=1)
                assert "not in your provinces" in done.stderr, done.stderr
            for word in ("show", "roster", "pause", "approve", "cancel"):
                service.cli("call", word, reference, "--as", who, expect=1)
            assert service.rows("call", "list", "--as", who) == []
            assert json.loads(at_the_door(service, "", who)[1])["items"] == []
            for path in (f"/{reference}", f"/{reference}/roster"):
                assert at_the_door(service, path, who)[0] == 404
        call(service, "driver=1", province="all", more=("--as", named), expect=1)
        own = call(service, "driver=1", more=("--as", named))["reference"]
        service.cli("call", "pause", own, "--as", named)
        assert shown(service, reference)["status"] == "open" and shown(service, own)["status"] == "paused"


@case("a call: of one who is a coordinator no more no draft begins; their deputies go with them")
def author_gone(stage):
    with stage.fresh(channel=OPEN_LINE, service={"second_yes_above": "1"}) as (service, telecom):
        drivers = join(stage, service, "driver", 3)
        author, deputy, other = (stage.phone() for _ in range(3))
        service.cli("staff", "add", author, "--role", "coordinator", "--province", "zanjan")
        service.cli("staff", "add", other, "--role", "coordinator", "--province", "zanjan")
        service.cli("staff", "add", deputy, "--deputy-of", author)
        drafts = [call(service, "driver=1", more=("--as", who))["reference"] for who in (author, deputy)]
        service.cli("staff", "remove", deputy)
        service.cli("staff", "add", author, "--role", "coordinator", "--province", "qom")
        for reference in drafts:
            done = service.cli("call", "approve", reference, "--as", other, expect=1)
            assert "may not call these provinces any more" in done.stderr, done.stderr
            assert shown(service, reference)["status"] == "draft"
        time.sleep(1.5)
        assert [asked(telecom, drivers, reference) for reference in drafts] == [[], []]
        service.cli("staff", "add", author, "--role", "coordinator", "--province", "zanjan")
        service.cli("call", "approve", drafts[0], "--as", other)
        until(lambda: len(asked(telecom, drivers, drafts[0])) == 3, 5, "the first one begins")


@case("a call: invitations end with the line's words, answers do not; who is left out is counted apart")
def ends(stage):
    with stage.fresh(channel={**OPEN_LINE, "suffix": "STOP 11"}) as (service, telecom):
        drivers = join(stage, service, "driver", 3)
        path = service.folder / "abroad.csv"
        path.write_text(f"{PEOPLE}\n+905321112233,Ali,zanjan,driver,any,en,paper,2026-01-01\n", encoding="utf-8")
        service.cli("import", "people", str(path))
        service.send(drivers[2], "STOP")
        made = call(service, "driver=2")
        assert made["people"] == 2, f"{made}"
        reference = made["reference"]
        until(lambda: len(asked(telecom, drivers, reference)) == 2, 5, "asked")
        for phone in drivers[:2]:
            assert texts(telecom, phone)[-1].endswith(f"YES or NO {reference}\nSTOP 11"), f"{texts(telecom, phone)}"
        service.send(drivers[0], f"YES {reference}")
        until(lambda: any("Your place is kept" in text for text in texts(telecom, drivers[0])), 3, "an answer")
        assert not texts(telecom, drivers[0])[-1].endswith("STOP 11")
        until(lambda: shown(service, reference)["messages"]["sent"] == 2, 3, "sent")
        told = shown(service, reference)["left_out"]
        assert told == {"stopped": 1, "abroad": 1, "blocked": 0, "stopped_later": 0, "cancelled": 0}, f"{told}"
        assert telecom.sent_to("905321112233") == [], "somebody abroad was asked"


@case("a call: while it is paused what waits is parked, what was claimed comes back, and cancelled it ends")
def parked(stage):
    with stage.fresh(channel={**OPEN_LINE, "rate": "2", "in_flight": "16"}) as (service, telecom):
        drivers = join(stage, service, "driver", 40)
        reference = call(service, "driver=10")["reference"]
        until(lambda: len(asked(telecom, drivers, reference)) >= 2, 5, "a wave has begun")
        service.cli("call", "pause", reference)
        time.sleep(2.5)
        before = len(asked(telecom, drivers, reference))
        time.sleep(1.5)
        assert len(asked(telecom, drivers, reference)) == before, "what was claimed before the pause went out"
        with sqlite3.connect(service.folder / "yavar.db") as db:
            waits = db.execute("SELECT due_ms, attempts FROM outbox WHERE status IN ('queued', 'sending')").fetchall()
        assert len(waits) > 20, f"{len(waits)}"
        assert {due for due, _ in waits} == {PARKED} and {tries for _, tries in waits} == {0}, f"{waits}"
        service.cli("call", "cancel", reference)
        until(lambda: shown(service, reference)["messages"]["queued"] == 0, 3, "nothing waits")
        assert shown(service, reference)["left_out"]["cancelled"] == len(waits)


@case("a call that is urgent, or would ask many, needs the yes of another person")
def second(stage):
    with stage.fresh(channel=OPEN_LINE, service={"second_yes_above": "5"}) as (service, telecom):
        drivers = join(stage, service, "driver", 6)
        one, other = stage.phone(), stage.phone()
        for phone in (one, other):
            service.cli("staff", "add", phone, "--role", "coordinator", "--province", "zanjan")
        made = call(service, "driver=1", more=("--as", one))
        assert made["status"] == "draft" and made["people"] == 6, f"{made}"
        done = service.cli("call", "approve", made["reference"], "--as", one, expect=1)
        assert "second person" in done.stderr, done.stderr
        service.send(drivers[0], f"YES {made['reference']}")
        until(lambda: any("no call with this number" in text for text in texts(telecom, drivers[0])), 3, "a draft")
        time.sleep(1.5)
        assert asked(telecom, drivers, made["reference"]) == [], "a draft asks nobody"
        service.cli("call", "approve", made["reference"], "--as", other)
        until(lambda: len(asked(telecom, drivers, made["reference"])) == 4, 5, "asked")
        service.cli("call", "approve", made["reference"], expect=1)
        service.cli("volunteer", "show", drivers[0])


@case("call: what is wrong is told, with its exit code, and nothing is kept")
def faults(stage):
    with stage.fresh(channel={**OPEN_LINE, "line": "promo"}) as (service, _):
        good = {"--kind": "team", "--title": "t", "--place": "p", "--from": "1410/09/15 08:00",
                "--to": "۱۵ آذر ۱۴۱۰ ۱۶:۰۰", "--province": "zanjan", "--need": "driver=1"}
        for change, code, told in (
                ({"--kind": "party"}, 1, 'not "party"'), ({"--from": "1409/12/31 08:00"}, 1, "from:"),
                ({"--from": "1404/12/30 08:00"}, 1, "1404"), ({"--from": "1410/09/15"}, 1, "the hour is missing"),
                ({"--from": "1400/01/01 08:00"}, 1, "in the past"), ({"--to": "1410/09/15 07:00"}, 1, "must end after"),
                ({"--to": "1411/09/15 07:00"}, 1, "60 days"), ({"--province": "atlantis"}, 1, "atlantis"),
                ({"--province": None}, 1, "provinces are missing"), ({"--need": "wizard=1"}, 1, "wizard"),
                ({"--need": "driver=0"}, 1, "places must be"), ({"--need": "driver"}, 64, "SPECIALTY=N"),
                ({"--need": None}, 64, "SPECIALTY=N"), ({"--title": ""}, 1, "title"), ({"--place": "a\nb"}, 1, "one line"),
                ({"--place-en": "زنجان"}, 1, "Latin"), ({"--channel": "nope"}, 1, "nope"),
                ({"--reason": "x", "--urgent": ""}, 1, "class service"), ({"--urgent": ""}, 1, "reason")):
            words = []
            for name, value in {**good, **change}.items():
                words += [] if value is None else [name] if name == "--urgent" else [name, value]
            done = service.cli("call", "add", *words, expect=code)
            assert told in done.stderr, f"{change}: {done.stderr}"
        for words, code in ((("show", "12345678"), 1), (("show", "x"), 1), (("pause", "0"), 1), (("pause", "9999999999999"), 1),
                            (("roster", ""), 1), (("burn", "1"), 64), ((), 64), (("show",), 64)):
            service.cli("call", *words, expect=code)
        assert service.rows("call", "list") == []
        twice = [word for name, value in good.items() for word in (name, value)] + ["--need", "driver=2"]
        assert "twice" in service.cli("call", "add", *twice, expect=1).stderr
