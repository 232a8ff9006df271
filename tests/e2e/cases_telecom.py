"""What a telecom may do to us while we send: refuse, fail, hang, vanish.

Nothing is lost, nothing is sent twice unmarked, and time and memory stay
bounded (promises 5 and 8, and the traps about libcurl).
"""

import json
import signal
import time

from service import PATIENCE, until
from tap import case

PLEDGE = "نذر 1007 500 هزار تومان"
SETTLED = ("sent", "delivered")


def out(service, phone):
    """The one outgoing row for a phone."""
    rows = service.messages(phone)
    assert len(rows) == 1, f"{len(rows)} outgoing rows, not 1: {rows}"
    return rows[0]


def others_pass(stage, service, telecom, within=5.0):
    phone = stage.phone()
    assert service.send(phone, PLEDGE).status == 200
    assert telecom.wait(phone, 1, within), "one failure holds up the others"


@case("503 is retried with growing pauses until it is accepted")
def retried(stage):
    with stage.fresh(service={"retry_first": "200ms", "retry_most": "10s"}) as (service, telecom):
        phone = stage.phone()
        telecom.script("503", "503", "503", to=phone)
        assert service.send(phone, PLEDGE).status == 200
        sent = telecom.wait(phone, 4, 12.0)
        assert [one.answer for one in sent] == ["503"] * 3 + ["accept"], f"{sent}"
        assert len({one.text for one in sent}) == 1, "the text changed"
        gaps = [b.at - a.at for a, b in zip(sent, sent[1:])]
        assert gaps[0] >= 0.05 and gaps[2] > gaps[0], f"pauses {gaps}"
        until(lambda: out(service, phone)["status"] in SETTLED, 3, "sent")
        row = out(service, phone)
        assert row["attempts"] == "4" and row["may_be_double"] == "0", f"{row}"
        time.sleep(0.7)
        assert len(telecom.sent_to(phone)) == 4, "sent after it was accepted"


@case("400 and the other 403 are permanent, and hold up nobody")
def permanent(stage):
    service, telecom = stage.shared()
    for answer in ("400", "403"):
        phone = stage.phone()
        telecom.script(answer, to=phone)
        service.send(phone, PLEDGE)
        until(lambda: out(service, phone)["status"] == "failed", 4, f"{answer}: failed")
        time.sleep(0.3)
        assert len(telecom.sent_to(phone)) == 1, f"{answer}: sent again"
        assert len(service.pledges(phone)) == 1, f"{answer}: the pledge is lost"
    others_pass(stage, service, telecom)


@case("403 Authorization failed loses nothing")
def unauthorised(stage):
    with stage.fresh() as (service, telecom):
        phone = stage.phone()
        telecom.script("unauthorised", to=phone)
        service.send(phone, PLEDGE)
        assert telecom.wait(phone, 1, 2.0), "not tried"
        until(lambda: service.counted("yavar_sends_total", result="misconfigured") >= 1, 3, "counted")
        assert out(service, phone)["status"] in ("queued", "held", *SETTLED), f"{out(service, phone)}"
        assert service.request("GET", "/readyz").status == 200, "receiving must go on"
        ident = service.messages(phone)[0]["id"]
        waits_for = lambda: json.loads(service.cli("message", "show", ident).stdout)["waits_for"]
        assert "which the telecom refuses" in waits_for(), waits_for()
        telecom.script("503", to=phone)
        service.process.send_signal(signal.SIGHUP)  # a person has looked, and it is tried again
        assert telecom.wait(phone, 2, 5.0), "not tried again"
        until(lambda: "the next try at" in waits_for(), 3, "told of the next try, not of what was mended")


@case("reset after the request was read: uncertain, then again and marked")
def reset(stage):
    with stage.fresh(channel={"in_flight": "1"}) as (service, telecom):
        others_pass(stage, service, telecom)        # a connection that is kept alive
        phone = stage.phone()
        telecom.script("reset", to=phone)
        service.send(phone, PLEDGE)
        assert telecom.wait(phone, 1, 2.0), "not tried"
        until(lambda: out(service, phone)["status"] == "uncertain", 1.5, "uncertain")
        sent = telecom.wait(phone, 2, 8.0)
        assert len(sent) == 2, f"{len(sent)} requests"
        gap = sent[1].at - sent[0].at
        assert gap >= 1.5, f"again after {gap:.2f} s, before uncertain_wait"
        until(lambda: out(service, phone)["status"] in SETTLED, 3, "sent")
        assert out(service, phone)["may_be_double"] == "1", f"{out(service, phone)}"
        time.sleep(2.5)
        assert len(telecom.sent_to(phone)) == 2, "sent after it was accepted"


@case("an uncertain message that is reported delivered is not sent again")
def settled_by_report(stage):
    with stage.fresh() as (service, telecom):
        phone = stage.phone()
        telecom.script("reset", to=phone)
        telecom.report(1, to=phone)
        service.send(phone, PLEDGE)
        until(lambda: out(service, phone)["status"] == "delivered", 2, "delivered")
        time.sleep(3.0)
        assert len(telecom.sent_to(phone)) == 1, "sent again although delivered"


def odd_answer(stage, name):
    """An answer nobody can read: bounded, and any second copy is marked."""
    with stage.fresh() as (service, telecom):
        others_pass(stage, service, telecom)
        memory = service.memory()
        phone = stage.phone()
        telecom.script(name, name, name, name, to=phone)
        service.send(phone, PLEDGE)
        assert telecom.wait(phone, 1, 2.0), "not tried"
        others_pass(stage, service, telecom)
        until(lambda: out(service, phone)["status"] != "sending", 15, "a result")
        sent = telecom.wait(phone, 2, 4.0)
        row = out(service, phone)
        assert len(sent) <= 3, f"{len(sent)} copies of one message"
        assert len(sent) == 1 or row["may_be_double"] == "1", f"{len(sent)} copies, {row}"
        assert row["status"] not in ("failed", "expired"), f"given up: {row}"
        grown = service.memory() - memory
        assert grown < (8 << 20) * PATIENCE ** 2, f"memory grew by {grown >> 20} MiB"
        service.stop()


@case("a garbage answer is uncertain and bounded")
def garbage(stage):
    odd_answer(stage, "garbage")


@case("an answer of 10 MB is uncertain and bounded")
def huge(stage):
    odd_answer(stage, "huge")


@case("200 with a body nobody can read is uncertain and bounded")
def unreadable(stage):
    odd_answer(stage, "unreadable")


@case("a connection closed without an answer is uncertain and bounded")
def closed(stage):
    odd_answer(stage, "close")


@case("a slow answer is waited for, and the others pass it")
def slow(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    telecom.script(("slow", 1.5), to=phone)
    service.send(phone, PLEDGE)
    assert telecom.wait(phone, 1, 2.0), "not tried"
    others_pass(stage, service, telecom, 1.0)
    until(lambda: out(service, phone)["status"] in SETTLED, 5, "sent")
    assert len(telecom.sent_to(phone)) == 1 and out(service, phone)["may_be_double"] == "0"


@case("a telecom that never answers: others pass, SIGTERM is in time, then again and marked")
def never(stage):
    with stage.fresh() as (service, telecom):
        phone = stage.phone()
        telecom.script("never", to=phone)
        service.send(phone, PLEDGE)
        assert telecom.wait(phone, 1, 2.0), "not tried"
        others_pass(stage, service, telecom)
        service.stop()
        assert out(service, phone)["status"] == "uncertain", f"{out(service, phone)}"
        service.start()
        assert len(telecom.wait(phone, 2, 8.0)) == 2, "not sent again"
        until(lambda: out(service, phone)["status"] in SETTLED, 3, "sent")
        assert out(service, phone)["may_be_double"] == "1", f"{out(service, phone)}"


@case("a telecom that is down: the message waits, says so, and goes later")
def down(stage):
    with stage.fresh(start=False) as (service, telecom):
        telecom.down()
        service.start()
        phone = stage.phone()
        assert service.send(phone, PLEDGE).status == 200
        until(lambda: out(service, phone)["attempts"] != "0"
              and out(service, phone)["status"] == "queued", 4, "tried once and queued again")
        row = out(service, phone)
        life = json.loads(service.cli("message", "show", row["id"]).stdout)
        waits = [value for name, value in life.items() if "wait" in name and value]
        assert waits, f"does not say what it waits for: {life}"
        assert service.stats()["queued"] == 1, f"{service.stats()}"
        service.stop()
        telecom.up()
        service.start()
        assert len(telecom.wait(phone, 1, 10.0)) == 1, "not sent when the telecom came back"
        until(lambda: out(service, phone)["status"] in SETTLED, 3, "sent")
        assert out(service, phone)["may_be_double"] == "0", "it had never been on the wire"


@case("in_flight bounds what is on the wire")
def in_flight(stage):
    with stage.fresh(channel={"in_flight": "3"}) as (service, telecom):
        telecom.script(*[("slow", 1.0)] * 9)
        phones = [stage.phone() for _ in range(9)]
        for phone in phones:
            service.send(phone, PLEDGE)
        time.sleep(0.6)
        assert len(telecom.requests) == 3, f"{len(telecom.requests)} requests at once"
        for phone in phones:
            assert telecom.wait(phone, 1, 6.0), "not sent"


@case("rate bounds messages a second")
def rate(stage):
    with stage.fresh(channel={"rate": "10"}) as (service, telecom):
        phones = [stage.phone() for _ in range(40)]
        for phone in phones:
            service.send(phone, PLEDGE)
        for phone in phones:
            assert telecom.wait(phone, 1, 10.0), "not sent"
        times = sorted(one.at for one in telecom.requests)
        took = times[-1] - times[0]
        assert took >= 2.0, f"40 messages in {took:.1f} s at 10 a second"


@case("SIGTERM under load: exit 0 in time, and nothing acknowledged is lost")
def stop_under_load(stage):
    with stage.fresh() as (service, telecom):
        telecom.default = ("slow", 0.3)
        phones = [stage.phone() for _ in range(80)]
        for phone in phones:
            assert service.send(phone, PLEDGE).status == 200
        service.stop()
        telecom.default = "accept"
        service.start()
        for phone in phones:
            assert telecom.wait(phone, 1, 10.0 * PATIENCE), f"{phone}: a confirmation is lost\n{service.log_tail()}"
        twice = [phone for phone in phones if len(telecom.sent_to(phone)) > 1]  # first: a mark is older than its copy
        doubles = {row["phone"] for row in service.rows("export", "messages")
                   if row["may_be_double"] == "1"}
        extra = [phone for phone in twice if phone not in doubles]
        assert not extra, f"{len(extra)} phones got a second copy that is not marked"
