"""Sees each law fail by its own name on a made-up fault, and hold on none."""

import collections
import contextlib
import copy
import io
import json
import pathlib
import sys
import tempfile

import laws
import people
from journals import Journals, Offer

PHONE, ROW = "9120000001", "989120000001"
CONTACT = {"language": "", "stopped": False, "question": False}
OK = "سپاس! تعهد ثبت شد\n۲۵٬۰۰۰ تومان\nدستگاه 1007\nشماره {}"
CANCELLED = "به خواست شما تعهد {} لغو شد\n۲۵٬۰۰۰ تومان\nسپاس که همراهید"


def offer(number, text, replies, **effects):
    expect = {"replies": [f"fa.{name}" for name in replies], "contact": CONTACT, **effects}
    return Offer(f"m-{number}", PHONE, text, expect, acknowledged=True, posts=1)


def incoming(number, text):
    return {"id": f"in{number}", "direction": "in", "phone": ROW, "status": "handled", "attempts": "",
            "text": text, "provider_id": f"m-{number}", "reply_to": "", "may_be_double": "0"}


def outgoing(number, text, status="sent"):
    return {"id": f"out{number}", "direction": "out", "phone": ROW, "status": status, "attempts": "1",
            "text": text, "provider_id": "", "reply_to": f"in{number}", "may_be_double": "0"}


def pledge(reference, status):
    return {"reference": reference, "need": "1007", "campaign": "", "phone": ROW, "amount_rial": "250000",
            "quantity": "", "recurrence": "once", "status": status}


def world():
    """Two equal pledges, the first of them cancelled; a question; a second copy, marked."""
    made = {"need": "1007", "campaign": "", "rial": 250000, "quantity": 0, "recurrence": "once"}
    offers = [offer(1, "نذر 1007 25000", ["pledge.ok"], pledge=made),
              offer(2, "انصراف", ["cancel.ok"], cancels="m-1"),
              offer(3, "نذر 1007 25000", ["pledge.ok"], pledge=made),
              offer(4, "راهنما", ["help.text"])]
    texts = [OK.format("48291761"), CANCELLED.format("48291761"), OK.format("52839177"),
             "نمونه:\nنذر 1007 500 هزار تومان\nنیاز زنجان\nتعهدات\nلغو\nتلفن ۱"]
    messages = [incoming(n, each.text) for n, each in enumerate(offers, 1)]
    messages += [outgoing(n, text) for n, text in enumerate(texts, 1)]
    messages[5]["may_be_double"] = "1"
    messages[6]["status"] = "delivered"
    requests = {n: [{"to": ROW, "text": text, "answer": "accept"}] for n, text in enumerate(texts, 1)}
    requests[2].insert(0, {"to": ROW, "text": texts[1], "answer": "reset"})
    requests[4].insert(0, {"to": ROW, "text": texts[3], "answer": "503"})
    return Journals(
        offers={each.id: each for each in offers}, requests=requests, reports={3: [(8, 200), (1, 200)]},
        tables={"messages": messages, "pledges": [pledge("48291761", "cancelled"), pledge("52839177", "pledged")],
                "needs": [{"code": "1007", "pledged": "250000"}], "campaigns": [{"keyword": "س", "pledged_rial": "0"}],
                "contacts": [{"phone": ROW, "language": "", "stopped": "0", "question": "0", "pledges": "2"}]})


def row(journals, ident):
    return next(row for row in journals.tables["messages"] if row["id"] == ident)


def drop(rows, index):
    rows.pop(index)


# What is broken, the law (and where others see it too, the words) by which it
# must be seen, and how it is broken.
FAULTS = (
    ("an acknowledged message is gone", "lost", lambda j: drop(j.tables["messages"], 3)),
    ("a message nobody sent", "invented", lambda j: j.tables["messages"].append(incoming(9, "x"))),
    ("one id stored twice", "doubled", lambda j: j.tables["messages"].append(incoming(4, "راهنما") | {"id": "in9"})),
    ("another text under the id", "invented", lambda j: row(j, "in4").update(text="x")),
    ("a handler failed", "lost", lambda j: row(j, "in4").update(status="failed")),
    ("a pledge is gone", "lost", lambda j: drop(j.tables["pledges"], 1)),
    ("a pledge is there twice", "doubled", lambda j: j.tables["pledges"].append(pledge("52839178", "pledged"))),
    ("a pledge of another amount", "invented", lambda j: j.tables["pledges"][1].update(amount_rial="1")),
    ("a cancellation is forgotten", "lost", lambda j: j.tables["pledges"][0].update(status="pledged")),
    ("a need's sum is short", "lost", lambda j: j.tables["needs"][0].update(pledged="0")),
    ("a need's sum is too much", "invented", lambda j: j.tables["needs"][0].update(pledged="500000")),
    ("a campaign's sum is too much", "invented", lambda j: j.tables["campaigns"][0].update(pledged_rial="10")),
    ("a stop is forgotten", "lost", lambda j: j.offers["m-4"].expect.update(contact=CONTACT | {"stopped": True})),
    ("a contact is gone", "lost", lambda j: j.tables["contacts"].clear()),
    ("a contact who never wrote", "invented", lambda j: j.tables["contacts"].append(
        {"phone": "989129999999", "language": "", "stopped": "0", "question": "0", "pledges": "0"})),
    ("a donor does not find a pledge", "lost: finds 1 of 2", lambda j: j.tables["contacts"][0].update(pledges="1")),
    ("a donor finds another's pledge", "invented: finds 3 of 2", lambda j: j.tables["contacts"][0].update(pledges="3")),
    ("an effect without its reply", "lost", lambda j: j.tables["messages"].remove(row(j, "out4"))),
    ("a reply too many", "doubled", lambda j: j.tables["messages"].append(outgoing(9, "x") | {"reply_to": "in4"})),
    ("a reply of another kind", "invented: is no fa.help.text", lambda j: row(j, "out4").update(text="x")),
    ("a reply to what is not there", "invented", lambda j: row(j, "out4").update(reply_to="in77")),
    ("a confirmation to another phone", "invented: answers another phone", lambda j: row(j, "out3").update(phone="989129999999")),
    ("another's number is confirmed", "invented: confirmed, and not there", lambda j: row(j, "out3").update(text=OK.format("99999999"))),
    ("a pledge nobody was told of", "lost", lambda j: row(j, "out3").update(text=OK.format("99999999"))),
    ("sent, and the telecom never got it", "lost", lambda j: j.requests.pop(1)),
    ("sent, and the telecom refused", "lost", lambda j: j.requests[1][0].update(answer="503")),
    ("a reply still waits", "stuck", lambda j: row(j, "out1").update(status="queued")),
    ("a reply is on the wire for ever", "stuck", lambda j: row(j, "out1").update(status="sending")),
    ("a reply stays uncertain", "stuck", lambda j: row(j, "out1").update(status="uncertain")),
    ("a second copy is not marked", "doubled", lambda j: row(j, "out2").update(may_be_double="0")),
    ("more copies than policy sends", "doubled", lambda j: j.requests[2].extend([j.requests[2][0]] * 2)),
    ("delivered, and nobody said so", "invented", lambda j: j.reports.clear()),
    ("an acknowledged report is lost", "lost", lambda j: row(j, "out3").update(status="sent")),
    ("an acknowledged failure is lost", "lost", lambda j: j.reports.update({1: [(2, 200)]})),
    ("failed, and nobody refused", "lost", lambda j: row(j, "out1").update(status="failed")),
    ("held too early", "lost", lambda j: row(j, "out1").update(status="held")),
    ("an SMS of no row", "invented", lambda j: j.requests.update({77: j.requests[1]})),
    ("an SMS that names no row", "invented", lambda j: j.strays.append({"text": "x"})),
    ("the telecom got another text", "invented", lambda j: j.requests[1][0].update(text="x")),
)


def check_weigh():
    verdict = laws.weigh(world())
    assert verdict.holds(), f"laws fail on a good world: {verdict}"
    for what, law, spoil in FAULTS:
        journals = copy.deepcopy(world())
        spoil(journals)
        kind, _, words = law.partition(": ")
        seen = getattr(laws.weigh(journals), kind)
        assert any(words in sentence for sentence in seen), f"{what}: not seen by {law}, only {seen}"
    return f"{len(FAULTS)} made-up faults in three journals are each seen"


def check_allowed():
    """What a crash may leave behind breaks no law."""
    def never_acknowledged(journals):       # nor stored: the client was cut off, and gave up
        journals.offers["m-4"].acknowledged = False
        journals.tables["messages"].remove(row(journals, "in4"))
        journals.tables["messages"].remove(row(journals, "out4"))
        journals.requests.pop(4)

    def stored_and_not_acknowledged(journals):
        journals.offers["m-4"].acknowledged = False

    def visibly_given_up(journals):
        row(journals, "out1").update(status="held", attempts="3")
        row(journals, "out4").update(status="expired")
        journals.requests[1], journals.requests[4] = [], []

    for change in (never_acknowledged, stored_and_not_acknowledged, visibly_given_up):
        journals = world()
        change(journals)
        verdict = laws.weigh(journals)
        assert verdict.holds(), f"{change.__name__}: {verdict}"
    return "what a crash may leave behind breaks no law"


def check_files():
    """The program reads three journals and says what it found."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        sent = [{"id": "m-1", "phone": ROW, "text": "x", "status": status} for status in ("cut off", 200)]
        sent.append({"id": "m-1", "phone": ROW, "text": "y", "status": 200, "other": True})
        (folder / "sent.jsonl").write_text("".join(json.dumps(line) + "\n" for line in sent), encoding="utf-8")
        (folder / "telecom.jsonl").write_text("", encoding="utf-8")
        for table in ("messages", "pledges"):
            (folder / f"{table}.csv").write_text("\ufeffid,direction,phone,status\n", encoding="utf-8")
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = laws.main([str(folder / "sent.jsonl"), str(folder / "telecom.jsonl"), name, "7"])
        assert code == 1, f"exit {code}"
        assert out.getvalue().endswith("lost=1 invented=0 doubled=0 stuck=0 seed=7\n"), out.getvalue()
    return "three files are read and judged"


def check_judge():
    """The laws of runs with one pledge a phone."""
    def small():
        return ({PHONE: ("a", 10)}, {PHONE},
                [{"direction": "in", "phone": ROW, "text": "a", "status": "handled"},
                 {"direction": "out", "phone": ROW, "text": "ok", "status": "sent", "may_be_double": "0"}],
                [{"phone": ROW, "amount_rial": "10"}], collections.defaultdict(list, {PHONE: ["ok"]}))

    assert laws.judge(*small()).holds()
    cases = {
        "lost=2": lambda o, a, m, p, c: (a.add("9120000002"), p.clear()),
        "invented=2": lambda o, a, m, p, c: (o.clear(), c.update({"9120000009": ["x"]})),
        "doubled=3": lambda o, a, m, p, c: (m.append(m[0]), p.append(p[0]), c[PHONE].append("ok")),
        "stuck=1": lambda o, a, m, p, c: c.clear(),
    }
    for want, spoil in cases.items():
        given = small()
        spoil(*given)
        got = laws.judge(*given).line()
        assert want in got, f"{want} expected, {got}"
    return "the laws of one pledge a phone catch made-up faults"


def check_replay():
    """A seed's lives are the same every time, and another seed's are others."""
    def lives(seed):
        return [list(iter(people.Person(seed, number).next, None)) for number in range(50)]

    assert lives(7) == lives(7), "the same seed gives other messages"
    assert lives(7) != lives(8), "another seed gives the same messages"
    return "a seed gives the same messages, with what they must cause"


def main():
    checks, failed = (check_weigh, check_allowed, check_files, check_judge, check_replay), 0
    for number, check in enumerate(checks, 1):
        try:
            print(f"ok {number} - {check()}")
        except AssertionError as error:
            failed += 1
            print(f"not ok {number} - {check.__name__}: {error}")
    print(f"1..{len(checks)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
