"""Lines that fail: the breaker, the next line, and what a person decides."""

import time

from service import until
from tap import case
from telecom import Telecom

PLEDGE = "نذر 1007 500 هزار تومان"
FAST = {"retry_first": "200ms", "retry_most": "1s"}


def second_line(telecom):
    return (f"\n[channel other]\nprovider = kannel\nnumber = 200013\nsend_url = {telecom.url}\n"
            "secret = s3cret-for-tests\nrate = 1000\n")


@case("a line that is down hands its messages to the next")
def next_line(stage):
    spare = Telecom()
    with stage.fresh(service=FAST, channel={"next": "other"}, more=second_line(spare)) as (service, telecom):
        telecom.down()
        phones = [stage.phone() for _ in range(8)]
        for phone in phones:
            assert service.send(phone, PLEDGE).status == 200
        for phone in phones:
            assert spare.wait(phone, 1, 10.0), "the next line did not take over"
        until(lambda: all(row["status"] in ("sent", "delivered")
                          for phone in phones for row in service.messages(phone)), 5, "all sent")
        rows = [row for phone in phones for row in service.messages(phone)]
        assert len(rows) == 8 and all(row["may_be_double"] == "0" for row in rows), f"{rows}"
        assert all(len(spare.sent_to(phone)) == 1 for phone in phones), "sent twice"


@case("a line that fails is left alone, and probed one request at a time")
def breaker(stage):
    with stage.fresh(service=FAST) as (service, telecom):
        telecom.default = "503"
        for _ in range(20):
            assert service.send(stage.phone(), PLEDGE).status == 200
        time.sleep(2)
        before = len(telecom.requests)
        time.sleep(3)
        tried = len(telecom.requests) - before
        assert tried <= 8, f"{tried} tries in 3 s at a line that is down"
        telecom.default = "accept"
        until(lambda: all(row["status"] in ("sent", "delivered") for row in service.rows("export", "messages")
                          if row["direction"] == "out"), 10, "all sent once the line is back")


@case("message retry sends a failed one again, message drop ends a waiting one")
def decided(stage):
    with stage.fresh(service=FAST) as (service, telecom):
        phone, other = stage.phone(), stage.phone()
        telecom.script("400", to=phone)
        service.send(phone, PLEDGE)
        row = until(lambda: [r for r in service.messages(phone) if r["status"] == "failed"], 4, "failed")[0]
        service.cli("message", "retry", row["id"])
        assert telecom.wait(phone, 2, 3.0), "not sent again"
        until(lambda: service.messages(phone)[0]["status"] in ("sent", "delivered"), 3, "sent")
        assert service.cli("message", "retry", row["id"], expect=None).returncode == 1, "a sent one is sent again"
        telecom.down()
        service.send(other, PLEDGE)
        row = until(lambda: service.messages(other), 3, "a row")[0]
        until(lambda: service.cli("message", "drop", row["id"], expect=None).returncode == 0, 3, "dropped")
        telecom.up()
        time.sleep(2)
        assert service.messages(other)[0]["status"] == "failed" and not telecom.sent_to(other), "sent after all"


@case("where to pay does not overtake a confirmation that failed at first")
def in_order(stage):
    with stage.fresh(service=dict(FAST, pay_to="IR740990000000000000000001")) as (service, telecom):
        phone = stage.phone()
        telecom.script("503", to=phone)
        assert service.send(phone, PLEDGE).status == 200
        sent = telecom.wait(phone, 3, 8.0)
        assert ["IR74" in one.text for one in sent] == [False, False, True], f"{[one.text for one in sent]}"


@case("many messages to one phone do not hold up the others")
def one_phone(stage):
    with stage.fresh(channel={"in_flight": "4"}) as (service, telecom):
        telecom.default = ("slow", 0.2)
        chatty, other = stage.phone(), stage.phone()
        for _ in range(60):
            assert service.send(chatty, "راهنما").status == 200
        assert service.send(other, PLEDGE).status == 200
        assert telecom.wait(other, 1, 6.0), "one phone holds up the line"


@case("what follows a confirmation that was refused for good still goes, by itself")
def rest_goes(stage):
    with stage.fresh(service=dict(FAST, pay_to="IR740990000000000000000001")) as (service, telecom):
        phone = stage.phone()
        telecom.script("400", to=phone)
        assert service.send(phone, PLEDGE).status == 200
        sent = telecom.wait(phone, 2, 4.0)
        assert sent and len(sent) == 2 and "IR74" in sent[1].text, "where to pay waits for nobody knows what"


@case("while a line rests its messages are queued, not called sending")
def resting(stage):
    with stage.fresh(service={"retry_first": "3s", "retry_most": "5s"}) as (service, telecom):
        telecom.default = "503"
        phones = [stage.phone() for _ in range(40)]
        for phone in phones:
            assert service.send(phone, PLEDGE).status == 200
        time.sleep(1.5)
        states = [service.messages(phone)[0]["status"] for phone in phones]
        assert set(states) == {"queued"}, f"{states}"
