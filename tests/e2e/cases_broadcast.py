"""Broadcasts: looked at before, said yes to, begun, paused, gone on with, cancelled.

The real service with a telecom that takes everything; people come by import.
"""

import datetime
import json
import re
import sqlite3
import time

from service import SECRET, until
from tap import case
from telecom import Telecom, key

OPEN = {"quiet": ""}                      # at any hour of the day
TEXT = "Free visits on Saturday at the clinic"


def crowd(service, n, province="zanjan", first=9151000000):
    """Imports n volunteers of a province; their phones."""
    phones = [f"98{first + i}" for i in range(n)]
    path = service.folder / f"people-{first}.csv"
    rows = [f"{phone},nurse,{province},en,paper form,2026-01-05" for phone in phones]
    path.write_text("\n".join(["phone,specialty,province,language,consent_source,consent_at", *rows]) + "\n", encoding="utf-8")
    service.cli("import", "people", str(path), timeout=60)
    return phones


def ask(service, *words, expect=0):
    done = service.cli("broadcast", *words, expect=expect)
    return json.loads(done.stdout) if expect == 0 else done.stderr


def show(service, reference):
    return ask(service, "show", str(reference))


def ended(service, reference, timeout=20):
    return until(lambda: (lambda b: b if "ended_at" in b else None)(show(service, reference)), timeout,
                 f"broadcast {reference} ends")


def reached(telecom, phones, text=TEXT):
    """How often the text went to each of them."""
    return [sum(text in sent.text for sent in telecom.sent_to(phone)) for phone in phones]


def coordinator(stage, service, *provinces, role="coordinator"):
    phone = stage.phone()
    words = [word for province in provinces for word in ("--province", province)]
    service.cli("staff", "add", phone, "--role", role, *words)
    return phone


def code_in(telecom, phone, count):
    """The one-time code in the newest of so many texts."""
    texts = [sent.text for sent in telecom.wait(phone, count, 3)]
    assert len(texts) >= count, f"{texts}"
    codes = re.findall(r"(?:CODE|کد) (\d{6})", texts[-1])
    assert codes, texts
    return codes[0]


def rows_add_up(b):
    """Everybody is in one place: nobody is dropped in silence."""
    rows, left = b["messages"], b["left_out"]
    return sum(rows.values()) + left["duplicate"] + left["late"] + left.get("unwritten", 0) == b["people"], b


def seconds_of(stamp):
    return datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def slow(**more):
    """A line of a hundred a second, so that there is a middle."""
    return {**OPEN, "rate": "100", **more}


@case("broadcast: preview tells people, segments, what forced UCS-2, cost and the end; it keeps nothing")
def preview(stage):
    with stage.fresh(channel={**OPEN, "price": "200 toman"}) as (service, telecom):
        phones = crowd(service, 30)
        service.send(phones[0], "STOP")
        telecom.wait(phones[0])
        crowd(service, 1, first=9159000000, province="qom")
        seen = ask(service, "preview", "nurse and zanjan", TEXT)
        assert (seen["people"], seen["stopped"], seen["segments"]) == (29, 1, 1), seen
        assert seen["cost_rial"] == 29 * 2000 and not seen["second_yes"] and "forced_by" not in seen, seen
        seen = ask(service, "preview", "everyone", "It’s " + "x" * 80)
        assert seen["people"] == 30 and seen["segments"] == 2 and seen["second_yes"], seen
        assert seen["forced_by"] == "’" and seen["forced_at"] == 2, seen
        assert service.rows("broadcast", "list") == []
        path = service.folder / "listed.csv"
        path.write_text("phone,province\n989157000000,zanjan\n", encoding="utf-8")
        service.cli("import", "people", str(path))
        assert ask(service, "preview", "everyone", TEXT)["people"] == 30, "who is only on a list is not meant"


@case("broadcast: what is wrong is told, with its place, and nothing is kept")
def faults(stage):
    with stage.fresh(channel=OPEN) as (service, _):
        crowd(service, 3)
        told = ask(service, "add", "nurse and zanjann", TEXT, expect=1)
        lines = told.splitlines()
        assert "zanjann" in lines[0] and lines[2].index("^") == lines[1].index("zanjann"), told
        assert lines[2].count("^") == len("zanjann"), told
        for words, part in (
                (("add", "tehran", TEXT), "Nobody is meant"), (("add", "", TEXT), "audience is missing"),
                (("add", "nurse", ""), "no text"), (("add", "nurse", "x" * 1000), "too long"),
                (("add", "nurse", TEXT, "--channel", "mars"), "no line of that name"),
                (("add", "nurse", TEXT, "--urgent"), "reason"),
                (("add", "nurse", TEXT, "--until", "30 Esfand 1404"), "does not exist"),
                (("add", "nurse", TEXT, "--until", "2020-01-01"), "past"),
                (("approve", "12345678"), "no broadcast of that number"),
                (("show", "x"), "no broadcast of that number")):
            told = ask(service, *words, expect=1)
            assert part in told, f"{words}: {told}"
        service.cli("broadcast", "frobnicate", expect=64)
        assert service.rows("broadcast", "list") == []


@case("broadcast: approved, it reaches everybody once, opted out and blocked ones not, and it ends")
def whole(stage):
    with stage.fresh(channel=OPEN) as (service, telecom):
        phones = crowd(service, 700)
        service.send(phones[3], "STOP")
        telecom.wait(phones[3])
        made = ask(service, "add", "nurse", TEXT)
        assert made["status"] == "draft" and reached(telecom, phones[:9]) == [0] * 9
        began = time.monotonic()
        said = ask(service, "approve", str(made["reference"]))
        assert said["status"] == "approved" and time.monotonic() - began < 1, said
        b = ended(service, made["reference"])
        assert b["status"] == "done" and b["sent"] == 699 and b["left_out"]["stopped"] == 1, b
        assert rows_add_up(b)[0], b
        assert reached(telecom, phones) == [0 if i == 3 else 1 for i in range(700)]
        assert "cannot do that now" in ask(service, "approve", str(made["reference"]), expect=1)
        bar = service.cli("broadcast", "watch", str(made["reference"])).stdout
        assert "100% done: 699 sent, 0 to come" in bar, bar


@case("broadcast: pausing stops it within a second; it goes on where it was; cancelling ends it")
def steering(stage):
    with stage.fresh(channel=slow(in_flight="4")) as (service, telecom):
        phones = crowd(service, 900)
        reference = str(ask(service, "send", "nurse", TEXT)["reference"])
        until(lambda: sum(reached(telecom, phones)) > 50, 10, "it begins")
        assert ask(service, "pause", reference)["status"] == "paused"
        time.sleep(1)
        before = sum(reached(telecom, phones))
        time.sleep(2)
        assert sum(reached(telecom, phones)) == before, "nothing is sent while it is paused"
        rows = show(service, reference)["messages"]
        assert rows["sending"] == 0 and rows["queued"] > 0, rows
        ask(service, "pause", reference, expect=1)
        assert ask(service, "resume", reference)["status"] == "sending"
        until(lambda: sum(reached(telecom, phones)) > before + 100, 10, "it goes on")
        assert ask(service, "cancel", reference)["status"] == "cancelled"
        b = ended(service, reference, 5)
        sent = sum(reached(telecom, phones))
        time.sleep(1)
        assert sum(reached(telecom, phones)) == sent < 900, "nothing follows"
        assert b["messages"]["queued"] == b["messages"]["sending"] == 0 and b["waits"] == 0, b
        assert b["left_out"]["cancelled"] > 0 and max(reached(telecom, phones)) == 1, b
        assert rows_add_up(b)[0], b
        ask(service, "resume", reference, expect=1)


@case("broadcast: paused and resumed, what another line had taken over goes on there")
def taken_over(stage):
    spare = Telecom()
    other = (f"\n[channel other]\nprovider = kannel\nnumber = 200013\nsend_url = {spare.url}\nsecret = {SECRET}\n"
             "rate = 20\nquiet =\n")
    with stage.fresh(channel={**OPEN, "next": "other"}, service={"retry_first": "200ms", "retry_most": "1s"},
                     more=other) as (service, telecom):
        telecom.down()
        phones = crowd(service, 200)
        reference = str(ask(service, "send", "nurse", TEXT)["reference"])
        until(lambda: sum(reached(spare, phones)) > 10, 20, "the next line has taken over")
        ask(service, "pause", reference)
        time.sleep(1.5)
        before = sum(reached(spare, phones))
        time.sleep(1)
        assert sum(reached(spare, phones)) == before < 150, "nothing is sent while it is paused"
        ask(service, "resume", reference)
        until(lambda: sum(reached(spare, phones)) > before + 20, 5, "it goes on")


@case("broadcast: a cancelled one tells whom it had not come to")
def cancelled_early(stage):
    with stage.fresh(channel=slow(rate="10"), service={"second_yes_above": "5000"}) as (service, telecom):
        phones = crowd(service, 1500)
        reference = str(ask(service, "send", "nurse", TEXT)["reference"])
        until(lambda: sum(reached(telecom, phones)) > 2, 10, "it begins")
        ask(service, "cancel", reference)
        b = ended(service, reference, 5)
        assert b["left_out"]["unwritten"] > 200 and rows_add_up(b)[0], b
        draft = str(ask(service, "add", "nurse", TEXT)["reference"])
        assert "unwritten" not in show(service, draft)["left_out"]
        ask(service, "cancel", draft)
        b = ended(service, draft, 5)
        assert b["left_out"]["unwritten"] == b["people"] == 1500, b


@case("broadcast: on a slow line what was claimed and not begun stops with it too")
def slow_line(stage):
    with stage.fresh(channel={**OPEN, "rate": "3", "in_flight": "16"}) as (service, telecom):
        phones = crowd(service, 60)
        reference = str(ask(service, "send", "nurse", TEXT)["reference"])
        until(lambda: sum(reached(telecom, phones)) > 2, 10, "it begins")
        ask(service, "pause", reference)
        time.sleep(1)
        before = sum(reached(telecom, phones))
        time.sleep(3)
        assert sum(reached(telecom, phones)) == before, "three a second would have gone on"
        row = [m for m in service.messages(phones[-1]) if m["status"] == "queued"]
        waits = json.loads(service.cli("message", "show", row[0]["id"]).stdout)
        assert "its broadcast to go on" in waits["waits_for"] and waits["broadcast"] == int(reference), waits
        ask(service, "cancel", reference)
        ended(service, reference, 5)
        assert sum(reached(telecom, phones)) == before


@case("broadcast: who opts out after their row was written is not reached")
def late_stop(stage):
    with stage.fresh(channel=slow()) as (service, telecom):
        phones = crowd(service, 400)
        reference = str(ask(service, "send", "nurse", TEXT)["reference"])
        until(lambda: show(service, reference)["messages"]["queued"] > 100, 10, "its rows are written")
        service.send(phones[-1], "STOP")
        b = ended(service, reference)
        assert reached(telecom, phones) == [1] * 399 + [0], "the last one stopped in time"
        assert b["left_out"]["stopped_later"] == 1 and b["messages"]["failed"] == 1, b
        assert rows_add_up(b)[0], b


@case("broadcast: on a slow line too, who opts out is not reached a moment later")
def slow_stop(stage):
    with stage.fresh(channel=slow(rate="3", in_flight="16")) as (service, telecom):
        phones = crowd(service, 24)
        reference = str(ask(service, "send", "nurse", TEXT)["reference"])
        until(lambda: sum(reached(telecom, phones)) >= 2, 10, "it begins")
        for phone in phones[12:15]:
            service.send(phone, "STOP")
        b = ended(service, reference)
        assert reached(telecom, phones) == [0 if 12 <= i < 15 else 1 for i in range(24)], "three stopped in time"
        assert b["left_out"]["stopped_later"] == 3 and rows_add_up(b)[0], b


@case("broadcast: a kill and a restart in the middle leave nobody out and nobody twice but in flight")
def killed(stage):
    with stage.fresh(channel=slow(in_flight="4")) as (service, telecom):
        phones = crowd(service, 700)
        reference = str(ask(service, "send", "nurse", TEXT)["reference"])
        for part in (100, 350):
            until(lambda: sum(reached(telecom, phones)) > part, 20, "it is on its way")
            service.kill()
            service.start()
        b = ended(service, reference, 30)
        assert sum(b["messages"].values()) == 700, b
        counts = reached(telecom, phones)
        held = b["messages"]["held"] + b["messages"]["uncertain"]
        assert max(counts) == 1 and counts.count(0) <= held, f"{counts.count(0)} left out, {b}"
        store = sqlite3.connect(service.folder / "yavar.db")
        twice = store.execute("SELECT phone FROM outbox WHERE source > 0 GROUP BY phone HAVING count(*) > 1").fetchall()
        store.close()
        assert twice == [], twice


@case("broadcast: a second yes is another person's; by SMS its code, by the command line --as")
def second(stage):
    with stage.fresh(channel=OPEN, service={"second_yes_above": "10"}) as (service, telecom):
        phones = crowd(service, 20)
        author, other = coordinator(stage, service, "zanjan"), coordinator(stage, service, "zanjan")
        elsewhere = coordinator(stage, service, "qom")
        made = ask(service, "send", "nurse", TEXT, "--as", author)
        reference = str(made["reference"])
        assert made["status"] == "draft" and "another coordinator" in made["note"], made
        code = code_in(telecom, other, 2)
        assert TEXT in telecom.sent_to(other)[0].text, "they see what they say yes to"
        assert telecom.sent_to(elsewhere) == [], "not of these provinces"
        assert ask(service, "approve", reference, "--as", author)["status"] == "draft"
        assert len(telecom.sent_to(other)) == 2, "nobody is asked twice an hour"
        assert "no broadcast" in ask(service, "approve", reference, "--as", elsewhere, expect=1)
        service.send(other, f"CODE {code}")
        b = ended(service, reference)
        assert b["sent"] == 20 and b["author"] == author and b["approver"] == other, b
        assert reached(telecom, phones) == [1] * 20
        made = ask(service, "send", "nurse", TEXT + "!")
        assert made["status"] == "draft", "the operator is one person too"
        house = stage.phone()
        service.cli("organisation", "add", "mehr", "--name-fa", "مهر")
        service.cli("staff", "add", house, "--role", "coordinator", "--organisation", "mehr")
        assert "Nobody is meant" in ask(service, "send", "nurse", TEXT, "--as", house, expect=1), "of no province"
        assert "no broadcast" in ask(service, "approve", str(made["reference"]), "--as", house, expect=1)
        assert len(service.rows("broadcast", "list", "--as", house)) == 0
        everywhere = coordinator(stage, service)
        assert "no broadcast" in ask(service, "approve", str(made["reference"]), "--as", author, expect=1)
        assert ask(service, "approve", str(made["reference"]), "--as", everywhere)["status"] == "approved"


@case("broadcast by SMS: a preview with a code, the code starts it; a number tells how far it is")
def by_sms(stage):
    with stage.fresh(channel=OPEN) as (service, telecom):
        phones = crowd(service, 5)
        crowd(service, 4, first=9158000000, province="qom")
        me = coordinator(stage, service, "zanjan")
        service.send(me, f"BROADCAST everyone: {TEXT}")
        code = code_in(telecom, me, 1)
        assert "Recipients: 5" in telecom.sent_to(me)[0].text, "the own province only"
        assert reached(telecom, phones) == [0] * 5
        service.send(me, f"CODE {code}")
        reference = re.search(r"\d{8,9}", telecom.wait(me, 2, 3)[1].text)[0]
        b = ended(service, reference)
        assert b["sent"] == 5 and b["provinces"] == "zanjan", b
        service.send(me, f"CODE {code}")
        telecom.wait(me, 3)
        service.send(me, f"BROADCAST {reference}")
        assert "Sent: 5" in telecom.wait(me, 4, 3)[3].text
        assert reached(telecom, phones) == [1] * 5, "a code is good once"
        service.send(me, "BROADCAST ME: only a try")
        assert telecom.wait(me, 5, 3)[4].text == "only a try\nSTOP 11"
        stranger = coordinator(stage, service, "qom")
        service.send(stranger, f"BROADCAST {reference} CANCEL")
        assert "no broadcast of that number" in telecom.wait(stranger, 1, 3)[0].text


@case("broadcast: a coordinator removed in the middle starts nothing more")
def removed(stage):
    with stage.fresh(channel=OPEN, service={"second_yes_above": "2"}) as (service, telecom):
        phones = crowd(service, 5)
        me, other = coordinator(stage, service, "zanjan"), coordinator(stage, service, "zanjan")
        service.send(me, f"BROADCAST nurse: {TEXT}")
        code = code_in(telecom, me, 1)
        made = ask(service, "send", "nurse", TEXT, "--as", me)
        service.cli("staff", "remove", me)
        service.send(me, f"CODE {code}")
        telecom.wait(me, 2)
        assert "may not send it any more" in ask(service, "approve", str(made["reference"]), "--as", other, expect=1)
        assert len(service.rows("broadcast", "list")) == 1 and reached(telecom, phones) == [0] * 5


@case("broadcast: in quiet hours it waits; an urgent one of two people on a service line passes")
def quiet(stage):
    hour = int(time.strftime("%H", time.gmtime()))
    hours = f"{(hour + 23) % 24:02}:00-{(hour + 2) % 24:02}:00"
    with stage.fresh(channel={"quiet": hours}, service={"timezone": "UTC"}) as (service, telecom):
        phones = crowd(service, 5)
        me = coordinator(stage, service)
        waits = str(ask(service, "send", "nurse", TEXT)["reference"])
        made = ask(service, "send", "nurse", "Earthquake: come", "--urgent", "--reason", "earthquake")
        assert made["status"] == "draft", "urgent needs two"
        assert ask(service, "approve", str(made["reference"]), "--as", me)["status"] == "approved"
        assert ended(service, made["reference"])["sent"] == 5
        time.sleep(1)
        assert show(service, waits)["status"] == "approved" and reached(telecom, phones) == [0] * 5
        soon = time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() + 1800))
        told = ask(service, "send", "nurse", TEXT, "--until", soon, expect=1)
        assert "never lets" in told, f"it would be over before its line opens: {told}"
        assert reached(telecom, phones, "Earthquake") == [1] * 5
        # the hours are changed: it goes on by itself
        service.ini.write_text(service.ini.read_text().replace(f"quiet = {hours}", "quiet = "), "utf-8")
        service.process.send_signal(1)
        assert ended(service, waits)["sent"] == 5


@case("broadcast: its window over, the rest counts as expired or late and it is done")
def window(stage):
    with stage.fresh(channel=slow(rate="20"), service={"second_yes_above": "5000"}) as (service, telecom):
        crowd(service, 1500)
        reference = str(ask(service, "send", "nurse", TEXT)["reference"])
        until(lambda: show(service, reference)["sent"] > 20, 10, "it begins")
        service.stop()
        store = sqlite3.connect(service.folder / "yavar.db")
        store.execute("UPDATE broadcast SET until_at = ?", (int(time.time()) + 1,))
        store.commit()
        store.close()
        service.start()
        b = ended(service, reference)
        assert b["status"] == "done" and b["messages"]["expired"] > 0 and b["left_out"]["late"] > 0, b
        assert rows_add_up(b)[0], b
        assert service.cli("forget", f"98{9151000000}", "--yes", expect=None).returncode == 0
        assert service.cli("forget", f"98{9151000001}", "--yes", expect=None).returncode == 0
        assert sum(show(service, reference)["messages"].values()) == sum(b["messages"].values()), "sums stay"


@case("broadcast: an audience whose names are longer than its spellings is sent as it was previewed")
def long_names(stage):
    with stage.fresh(channel=OPEN) as (service, telecom):
        phones = crowd(service, 3, province="kohgiluyeh_boyerahmad")
        made = ask(service, "send", " or ".join(["yasuj"] * 50), TEXT)
        assert made["people"] == 3 and made["status"] == "approved", made
        assert ended(service, made["reference"])["sent"] == 3
        assert reached(telecom, phones) == [1] * 3


@case("broadcast: the claim itself looks whether it goes on, whatever feeds it has not come to yet")
def claims_look(stage):
    with stage.fresh(channel={**OPEN, "rate": "300", "in_flight": "1"},
                     service={"second_yes_above": "5000"}) as (service, telecom):
        phones = crowd(service, 3000)
        reference = str(ask(service, "send", "nurse", TEXT)["reference"])
        store = sqlite3.connect(service.folder / "yavar.db", isolation_level=None, timeout=5)
        went = []
        for _ in range(3):
            begun = sum(reached(telecom, phones)) + 40
            until(lambda: sum(reached(telecom, phones)) > begun, 20, "it is on its way")
            until(lambda: show(service, reference)["messages"]["queued"] > 400, 10, "rows wait")
            # behind its back: nothing wakes what parks and calls back, which looks once a second
            store.execute("UPDATE broadcast SET status = 'paused'")
            before = sum(reached(telecom, phones))
            until(lambda: show(service, reference)["messages"]["sending"] == 0, 5, "what was claimed has gone")
            time.sleep(1.2)
            went.append(sum(reached(telecom, phones)) - before)
            store.execute("UPDATE broadcast SET status = 'sending'")
        store.close()
        assert max(went) <= 8, f"at most what was claimed and on the wire: {went}"
        ask(service, "cancel", reference)
        ended(service, reference, 5)
        assert max(reached(telecom, phones)) == 1


@case("broadcast: when it ends counts those that go before it on its line")
def behind_others(stage):
    with stage.fresh(channel=slow(rate="1"), service={"second_yes_above": "5000"}) as (service, _):
        crowd(service, 600)
        alone = ask(service, "preview", "nurse", TEXT)["finish"]
        first = str(ask(service, "send", "nurse", TEXT)["reference"])
        behind = ask(service, "preview", "nurse", TEXT + "!")["finish"]
        minutes = (seconds_of(behind) - seconds_of(alone)) / 60
        assert 9 <= minutes <= 10.5, f"600 at one a second are ten minutes: {alone}, {behind}"
        second = str(ask(service, "send", "nurse", TEXT + "!")["reference"])
        gap = seconds_of(show(service, second)["until"]) - seconds_of(show(service, first)["until"])
        assert 500 < gap < 660, f"its window counts them too: {gap}"
        ask(service, "cancel", first)
        again = ask(service, "preview", "nurse", TEXT)["finish"]
        assert seconds_of(again) - seconds_of(behind) < 60, "what was cancelled is not waited for"


@case("broadcast: a draft that has come to reach more than one person may say yes to is counted again")
def grown(stage):
    with stage.fresh(channel=OPEN, service={"second_yes_above": "10"}) as (service, telecom):
        crowd(service, 5)
        me, other = coordinator(stage, service, "zanjan"), coordinator(stage, service, "zanjan")
        reference = str(ask(service, "add", "nurse", TEXT, "--as", me)["reference"])
        phones = crowd(service, 20, first=9155000000)
        store = sqlite3.connect(service.folder / "yavar.db", isolation_level=None, timeout=5)
        store.execute("UPDATE broadcast SET created_at = created_at - 7200")
        store.close()
        said = ask(service, "approve", reference, "--as", me)
        assert said["status"] == "draft" and "another coordinator" in said["note"], said
        asked = [sent.text for sent in telecom.wait(other, 2, 3)]
        assert "۲۵" in asked[1], f"they learn how many it is now: {asked}"
        assert reached(telecom, phones) == [0] * 20
        assert ask(service, "approve", reference, "--as", other)["status"] == "approved"
        assert ended(service, reference)["sent"] == 25


@case("broadcast: who waits for a code of their own is not asked for a second yes meanwhile")
def busy_others(stage):
    with stage.fresh(channel=OPEN, service={"second_yes_above": "2"}) as (service, telecom):
        crowd(service, 5)
        path = service.folder / "one.csv"
        me, busy, free = (coordinator(stage, service, "zanjan") for _ in range(3))
        path.write_text("phone,specialty,province,language,consent_source,consent_at\n"
                        "989157000000,physician,zanjan,en,paper form,2026-01-05\n", encoding="utf-8")
        service.cli("import", "people", str(path))
        service.send(busy, "BROADCAST physician: come at eight")
        code = code_in(telecom, busy, 1)
        assert ask(service, "send", "nurse", TEXT, "--as", me)["status"] == "draft"
        code_in(telecom, free, 2)
        assert len(telecom.sent_to(busy)) == 1, "another code would have taken the place of theirs"
        service.send(busy, f"CODE {code}")
        assert "started" in telecom.wait(busy, 2, 3)[1].text


@case("broadcast: its line is taken out of the configuration in the middle: it waits, and goes on when it is back")
def line_gone(stage):
    spare = Telecom()
    line = (f"\n[channel other]\nprovider = kannel\nnumber = 200013\nsend_url = {spare.url}\n"
            "secret = s3cret-for-tests\nrate = 100\nquiet =\n")
    try:
        with stage.fresh(channel=OPEN, more=line) as (service, telecom):
            phones = crowd(service, 500)
            reference = str(ask(service, "send", "nurse", TEXT, "--channel", "other")["reference"])
            until(lambda: sum(reached(spare, phones)) > 50, 10, "it begins")
            text = service.ini.read_text("utf-8")
            service.ini.write_text(text.replace(line.strip(), ""), "utf-8")
            service.process.send_signal(1)
            until(lambda: show(service, reference)["messages"]["sending"] == 0, 5, "what was claimed is back")
            before = sum(reached(spare, phones))
            time.sleep(2)
            assert sum(reached(spare, phones)) == before < 500 and show(service, reference)["status"] == "sending"
            service.ini.write_text(text, "utf-8")
            service.process.send_signal(1)
            b = ended(service, reference, 20)
            assert b["sent"] == 500 and reached(spare, phones) == [1] * 500 and reached(telecom, phones) == [0] * 500
    finally:
        spare.close()


@case("broadcast: a line that takes over keeps its own quiet hours")
def taken_over(stage):
    hour = int(time.strftime("%H", time.gmtime()))
    spare = Telecom()
    line = (f"\n[channel other]\nprovider = kannel\nnumber = 200013\nsend_url = {spare.url}\nsecret = s3cret-for-tests\n"
            f"rate = 100\nquiet = {(hour + 23) % 24:02}:00-{(hour + 2) % 24:02}:00\n")
    try:
        with stage.fresh(channel={**OPEN, "next": "other"}, more=line,
                         service={"timezone": "UTC", "retry_first": "200ms", "retry_most": "500ms"}) as (service, telecom):
            phones = crowd(service, 20)
            telecom.down()
            reference = str(ask(service, "send", "nurse", TEXT)["reference"])
            until(lambda: any(m["channel"] == "other" for m in service.messages(phones[0])), 20, "it was handed over")
            time.sleep(3)
            assert reached(spare, phones) == [0] * 20, "nobody is woken by it"
            waits = [json.loads(service.cli("message", "show", service.messages(phone)[0]["id"]).stdout)["waits_for"]
                     for phone in phones]
            assert any("quiet hours of channel other" in what for what in waits), waits
            assert show(service, reference)["status"] == "sending"
    finally:
        spare.close()
