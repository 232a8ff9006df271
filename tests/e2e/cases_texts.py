"""What people, machines and broken telecoms send.

Whatever the text is, the telecom gets 200, the service lives, and the sender
an SMS or silence by the rules of promise 6.
"""

import time

from cases_front_door import well
from tap import case

PLEDGE = "نذر 1007 500 هزار تومان"


def counted_bad(service):
    return service.counted("yavar_requests_total", channel="mci", outcome="bad_content")


def unreadable(stage, answered=True, **fields):
    """Faulty content: 200, counted, and the sender, where known, is told."""
    service, telecom = stage.shared()
    phone = stage.phone()
    before = counted_bad(service)
    answer = service.request("GET", service.target(phone, **fields))
    assert answer.status == 200, f"answered {answer.status}"
    assert counted_bad(service) == before + 1, "not counted as bad_content"
    if answered:
        assert telecom.wait(phone, 1, 2.0), "the sender was not told"
    assert service.pledges(phone) == []
    well(service)


@case("UTF-16BE with NULs in a get-url is understood")
def utf16_get(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    raw = PLEDGE.encode("utf-16-be")
    assert b"\0" in raw
    assert service.send(phone, raw, charset="UTF-16BE", coding="2").status == 200
    assert telecom.wait(phone, 1, 2.0), "no confirmation"
    assert [row["amount_rial"] for row in service.pledges(phone)] == ["5000000"]
    assert [row["text"] for row in service.messages(phone, "in")] == [PLEDGE], "not kept as UTF-8"


@case("a post-url with X-Kannel headers and a UTF-16BE body is understood")
def utf16_post(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    answer = service.post("+" + phone, PLEDGE.encode("utf-16-be"), charset="UTF-16BE")
    assert answer.status == 200, f"answered {answer.status}"
    assert telecom.wait(phone, 1, 2.0), "no confirmation"
    assert [row["amount_rial"] for row in service.pledges(phone)] == ["5000000"]


@case("a post-url with a UTF-8 body is understood")
def utf8_post(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    assert service.post(phone, PLEDGE.encode(), coding="0").status == 200
    assert telecom.wait(phone, 1, 2.0), "no confirmation"
    assert len(service.pledges(phone)) == 1


@case("broken percent-encoding: 200, counted, told")
def broken_escape(stage):
    unreadable(stage, raw="&text=%D9%86%zz")
    unreadable(stage, raw="&text=abc%4")


@case("bytes that are no UTF-8: 200, told")
def not_utf8(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    assert service.send(phone, b"\xc3\x28\xff\xfe 1007").status == 200
    assert telecom.wait(phone, 1, 2.0), "the sender was not told"
    assert service.pledges(phone) == []
    well(service)


@case("UTF-16BE of an odd length: 200, counted, told")
def odd_utf16(stage):
    unreadable(stage, text=PLEDGE.encode("utf-16-be") + b"\x06", charset="UTF-16BE", coding="2")


@case("an unpaired surrogate: 200, counted, told")
def surrogate(stage):
    unreadable(stage, text=b"\xd8\x3d\x00 \x001", charset="UTF-16BE", coding="2")


@case("an unknown charset: 200, counted, told")
def unknown_charset(stage):
    unreadable(stage, text=b"hello", charset="EBCDIC-X", coding="1")


@case("no sender, an empty sender, a field missing: 200, counted")
def no_sender(stage):
    service, telecom = stage.shared()
    for fields in ({"phone": None, "text": PLEDGE}, {"phone": "", "text": PLEDGE}):
        before, asked = counted_bad(service), len(telecom.requests)
        answer = service.request("GET", service.target(**fields))
        assert answer.status == 200, f"{fields}: {answer.status}"
        assert counted_bad(service) == before + 1, f"{fields}: not counted"
        time.sleep(0.2)
        assert len(telecom.requests) == asked, f"{fields}: something was sent"
    well(service)


def never_answered(stage, sender, text=PLEDGE):
    service, telecom = stage.shared()
    asked = len(telecom.requests)
    answer = service.send(sender, text)
    assert answer.status == 200, f"{sender}: answered {answer.status}"
    time.sleep(0.7)
    sent = telecom.requests[asked:]
    assert not sent, f"{sender} was answered: {sent[0].to} {sent[0].text}"
    well(service)


@case("alphanumeric senders are never answered")
def alphanumeric(stage):
    for sender in ("IRANCELL", "Bank-Melli", "بانک"):
        never_answered(stage, sender)


@case("short codes and our own number are never answered")
def short_codes(stage):
    for sender in ("200012", "+200012", "8099"):
        never_answered(stage, sender)


@case("our own confirmation sent back is no command and starts no loop")
def echo(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    service.send(phone, PLEDGE)
    first = telecom.wait(phone, 1, 2.0)
    assert first, "no confirmation"
    for _ in range(5):
        assert service.send(phone, first[0].text).status == 200
    time.sleep(1.0)
    sent = telecom.sent_to(phone)
    assert len(sent) <= 2, f"{len(sent) - 1} answers to our own text"
    assert len(service.pledges(phone)) == 1


@case("two machines do not talk for ever")
def ping_pong(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    text, turns = "I am away until Monday. Your message number 1 matters to us.", 0
    for turn in range(12):
        before = len(telecom.sent_to(phone))
        assert service.send(phone, text).status == 200
        sent = telecom.wait(phone, before + 1, 0.5)
        if len(sent) == before:
            break
        turns, text = turn + 1, f"I am away until Monday. You wrote: {sent[-1].text} ({turn})"
    assert turns <= 4, f"{turns} answers to an answering machine"


HARD = {
    "empty": b"",
    "one space": b" ",
    "only emoji": "😀🎉👨‍👩‍👧‍👦🏳️‍🌈".encode(),
    "10,000 characters": ("سلام " * 2000).encode(),
    "10,000 digits": b"1007" * 2500,
    "SQL": "نذر 1007'); DROP TABLE pledge; --".encode(),
    "regex bomb": b"((((a+)+)+)+" * 200,
    "many a": b"a" * 30000 + b"!",
    "U+FDFA x 1,000": "\ufdfa".encode() * 1000,
    "bidi controls": "\u202e\u2066نذر\u2069\u200f 1007 \u202d500\u202c هزار\u200e".encode(),
    "marks": ("ن" + "\u0300" * 5000).encode(),
    "newlines": b"\r\n" * 500,
    "NULs": b"a\0b\0c",
    "a formula": b"=cmd|'/c calc'!A1",
    "huge amount": "نذر 1007 99999999999999999999999999 میلیارد تومان".encode(),
    "many numbers": "نذر ".encode() + b"1007 5724 " * 500,
    "noncharacters": b"\xef\xbf\xbe\xef\xbf\xbf\xf4\x8f\xbf\xbf",
    "lone continuation": b"\x80" * 1000,
    "format string": b"%s%s%n%x {title} {0}",
}


@case("hard texts: 200 quickly, and the service lives")
def hard_texts(stage):
    service, telecom = stage.shared()
    for name, body in HARD.items():
        began = time.monotonic()
        answer = service.post(stage.phone(), body, coding="0")
        took = time.monotonic() - began
        assert answer.status == 200, f"{name}: answered {answer.status}"
        assert took < 1.5, f"{name}: took {took:.1f} s"
        well(service)
    phone = stage.phone()
    service.send(phone, PLEDGE)
    assert telecom.wait(phone, 1, 3.0), "no confirmation afterwards"
    for one in telecom.requests:
        units = len(one.text.encode("utf-16-be")) // 2
        assert units <= (459 if one.coding == "0" else 201), f"{units} units: {one.text[:80]}"


@case("bidi controls and Persian digits change nothing of a pledge")
def bidi(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    service.send(phone, "\u202bنذر\u200f ۱۰۰۷ \u202d۵۰۰\u202c هزار تومان")
    assert telecom.wait(phone, 1, 2.0), "no confirmation"
    assert [row["amount_rial"] for row in service.pledges(phone)] == ["5000000"]


@case("what was not understood is answered a few times an hour, not for ever")
def not_understood(stage):
    service, telecom = stage.shared()
    same, other = stage.phone(), stage.phone()
    for turn in range(6):
        assert service.send(same, "گوجه کیلویی چند است").status == 200
        assert service.send(other, f"گوجه کیلویی چند است {'؟' * turn} شماره {'آ' * turn}").status == 200
    time.sleep(1.0)
    got = len(telecom.sent_to(same)), len(telecom.sent_to(other))
    assert got[0] == 1, f"{got[0]} answers to one text repeated"
    assert 1 <= got[1] <= 3, f"{got[1]} answers to texts not understood"
    service.send(other, PLEDGE)
    assert len(telecom.wait(other, got[1] + 1, 2.0)) > got[1], "a command must still be answered"
    assert len(service.pledges(other)) == 1
