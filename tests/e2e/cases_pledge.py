"""The path a donor walks: a text in, a pledge kept, one confirmation out.

Also what happens when the same text comes again, from the telecom (nothing)
or from the donor (a question), and what the operator sees of it.
"""

import re
import time

from service import PUBLIC_URL, SECRET, until
from tap import case
from telecom import key

PLEDGE = "نذر 1007 500 هزار تومان"
OTHER = "نذر 1007 700 هزار تومان"


def quiet(telecom, phone, count, seconds=0.8):
    """No more than `count` messages go to a phone, some time later too."""
    time.sleep(seconds)
    sent = telecom.sent_to(phone)
    assert len(sent) == count, f"{len(sent)} messages to the phone, not {count}: {texts(sent)}"


def texts(sent):
    return [one.text for one in sent]


def pledge(service, telecom, phone, text=PLEDGE, id=None):
    """Sends a pledge and waits for its confirmation."""
    answer = service.send(phone, text, id)
    assert answer.status == 200, f"answered {answer.status}"
    sent = telecom.wait(phone, 1, 2.0)
    assert sent, "no confirmation within 2 s"
    return sent[0]


@case("a pledge is confirmed within 2 s, in UCS-2, in one segment")
def confirmed(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    answer = service.send(phone, PLEDGE)
    assert answer.status == 200, f"answered {answer.status}"
    assert answer.body == b"", f"the answer to an SMS has a body: {answer.body[:80]!r}"
    kind = (answer.headers["Content-Type"] or "").replace(" ", "").lower()
    assert kind == "text/plain;charset=utf-8", f"Content-Type {kind}"
    sent = telecom.wait(phone, 1, 2.0)
    assert sent, "no confirmation within 2 s"
    sms = sent[0]
    assert (sms.coding, sms.charset) == ("2", "UTF-8"), f"coding {sms.coding} {sms.charset}"
    assert (sms.username, sms.password) == ("yavar", "hidden-word"), "wrong credentials"
    assert sms.sender == "200012", f"from {sms.sender}"
    assert sms.dlr_mask == "31", f"dlr-mask {sms.dlr_mask}"
    assert sms.dlr_url.startswith(f"{PUBLIC_URL}/in/mci/dlr?"), f"dlr-url {sms.dlr_url}"
    assert f"secret={SECRET}" in sms.dlr_url and "%d" in sms.dlr_url, f"dlr-url {sms.dlr_url}"
    assert "تومان" in sms.text, f"the unit is not named: {sms.text}"
    units = len(sms.text.encode("utf-16-be")) // 2
    assert units <= 70, f"{units} units: {sms.text}"
    quiet(telecom, phone, 1)


@case("the confirmation holds the reference that is exported")
def reference(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    sms = pledge(service, telecom, phone)
    rows = service.pledges(phone)
    assert len(rows) == 1, f"{len(rows)} pledges"
    row = rows[0]
    assert row["reference"] in re.findall(r"[0-9]{8,9}", sms.text), f"{row} / {sms.text}"
    assert row["need"] == "1007" and row["amount_rial"] == "5000000", f"{row}"
    assert row["status"] == "pledged" and row["recurrence"] == "once", f"{row}"
    assert row["phone"] == phone and row["channel"] == "mci", f"{row}"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", row["created_at"]), f"{row}"


@case("a phone is one phone however the telecom writes it")
def spellings(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    for number in ("+" + phone, "00" + phone, "0" + key(phone), key(phone)):
        assert service.send(number, "نیاز 1007").status == 200
    sent = telecom.wait(phone, 4, 4.0)
    assert len(sent) >= 1, "not answered"
    got = {row["phone"] for row in service.messages(phone, "in")}
    assert got == {phone}, f"stored as {got}"
    assert len(service.messages(phone, "in")) == 4, "not every spelling was stored"


@case("a delivery report makes the message delivered, and a late 8 does not undo it")
def delivered(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    telecom.report(8, 1, 1, 8, to=phone)
    pledge(service, telecom, phone)
    until(lambda: [r["status"] for r in service.messages(phone)] == ["delivered"], 3, "delivered")
    until(lambda: sum(key(r[0].to) == key(phone) for r in telecom.reported) == 4, 3, "reports")
    got = [r[2] for r in telecom.reported if key(r[0].to) == key(phone)]
    assert got == [200] * 4, f"reports answered {got}"
    time.sleep(0.2)
    assert [r["status"] for r in service.messages(phone)] == ["delivered"], "went backwards"


@case("a delivery report that comes before the answer counts")
def early_report(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    telecom.report(1, to=phone, when="before")
    pledge(service, telecom, phone)
    until(lambda: [r["status"] for r in service.messages(phone)] == ["delivered"], 3, "delivered")


@case("a report of failure makes the message failed, and it is not sent again")
def undelivered(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    telecom.report(8, 2, to=phone)
    pledge(service, telecom, phone)
    until(lambda: [r["status"] for r in service.messages(phone)] == ["failed"], 3, "failed")
    quiet(telecom, phone, 1)


@case("a report with a wrong secret or an unknown id changes nothing")
def foreign_report(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    sms = pledge(service, telecom, phone)
    until(lambda: [r["status"] for r in service.messages(phone)] == ["sent"], 3, "sent")
    path = sms.dlr_url[len(PUBLIC_URL):].replace("%d", "2").replace("%A", "x")
    forged = service.request("GET", path.replace(SECRET, "guess"))
    assert forged.status == 403, f"wrong secret: {forged.status}"
    unknown = service.request("GET", f"/in/mci/dlr?secret={SECRET}&id=99999999999&st=1&a=x")
    assert unknown.status == 200, f"unknown id: {unknown.status}"
    assert [r["status"] for r in service.messages(phone)] == ["sent"], "state moved"


@case("the same id again: 200, no second SMS, counted as repeat")
def repeat(stage):
    service, telecom = stage.shared()
    phone, ident = stage.phone(), service.new_id()
    pledge(service, telecom, phone, id=ident)
    before = service.counted("yavar_requests_total", channel="mci", outcome="repeat")
    for _ in range(3):
        answer = service.send(phone, PLEDGE, ident)
        assert (answer.status, answer.body) == (200, b""), f"answered {answer.status}"
    quiet(telecom, phone, 1)
    assert len(service.pledges(phone)) == 1 and len(service.messages(phone, "in")) == 1
    after = service.counted("yavar_requests_total", channel="mci", outcome="repeat")
    assert after == before + 3, f"repeat counted {before} to {after}"


@case("the same id with another text: the first stands, counted and logged as conflict")
def conflict(stage):
    service, telecom = stage.shared()
    phone, ident = stage.phone(), service.new_id()
    pledge(service, telecom, phone, id=ident)
    before = service.counted("yavar_requests_total", channel="mci", outcome="conflict")
    answer = service.send(phone, OTHER, ident)
    assert answer.status == 200, f"answered {answer.status}"
    quiet(telecom, phone, 1)
    assert [r["amount_rial"] for r in service.pledges(phone)] == ["5000000"], "the first must stand"
    after = service.counted("yavar_requests_total", channel="mci", outcome="conflict")
    assert after == before + 1, f"conflict counted {before} to {after}"
    assert "message_conflict channel=mci message=" in service.log.read_text("utf-8"), service.log_tail()


@case("without an id an equal text soon after is a repeat")
def no_id(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    target = service.target(phone, PLEDGE).replace("&id=", "&unused=")
    for _ in range(2):
        assert service.request("GET", target).status == 200
    assert telecom.wait(phone, 1, 2.0), "no confirmation"
    quiet(telecom, phone, 1)
    assert len(service.pledges(phone)) == 1


def ask_again(stage, reply, pledges):
    service, telecom = stage.shared()
    phone = stage.phone()
    pledge(service, telecom, phone)
    first = service.pledges(phone)[0]["reference"]
    assert service.send(phone, PLEDGE).status == 200
    sent = telecom.wait(phone, 2, 2.0)
    assert len(sent) == 2, "the second text was not answered"
    assert first in sent[1].text, f"the first reference is not named: {sent[1].text}"
    assert len(service.pledges(phone)) == 1, "added without a yes"
    assert service.send(phone, reply).status == 200
    until(lambda: len(telecom.sent_to(phone)) >= 3, 2, f"answer to {reply}")
    assert len(service.pledges(phone)) == pledges, f"after {reply}: {service.pledges(phone)}"


@case("the same pledge as a new message asks, and 1 adds it")
def again_one(stage):
    ask_again(stage, "1", 2)


@case("the same pledge as a new message asks, and بله adds it")
def again_yes(stage):
    ask_again(stage, "بله", 2)


@case("the same pledge as a new message asks, and خیر adds nothing")
def again_no(stage):
    ask_again(stage, "خیر", 1)


@case("opted out, a pledge is still confirmed")
def opted_out(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    assert service.send(phone, "لغو").status == 200
    assert telecom.wait(phone, 1, 2.0), "the opt-out itself is confirmed"
    assert service.send(phone, PLEDGE).status == 200
    sent = telecom.wait(phone, 2, 2.0)
    assert len(sent) == 2 and len(service.pledges(phone)) == 1, f"{texts(sent)}"


@case("a pledge of items is counted in items")
def items(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    pledge(service, telecom, phone, "نذر 5724 2 عدد")
    rows = service.pledges(phone)
    assert [(r["need"], r["quantity"]) for r in rows] == [("5724", "2")], f"{rows}"


@case("one wrong digit reaches no need")
def wrong_digit(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    sms = pledge(service, telecom, phone, "نذر 1008 500 هزار تومان")
    assert service.pledges(phone) == [], f"pledged; answered {sms.text}"


@case("in English: answered in English, in GSM-7")
def english(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    sms = pledge(service, telecom, phone, "PLEDGE 1007 500000 TOMAN")
    assert sms.coding == "0" and sms.text.isascii(), f"coding {sms.coding}: {sms.text}"
    assert len(sms.text) <= 160 and "toman" in sms.text.lower(), sms.text
