"""Promise 2 where it hurts: a telecom that sends every message a hundred times
at the same instant, before the first one can have been answered.
"""

import collections
import os
import time

from service import PATIENCE, until
from tap import case
from telecom import key
from wire import Wire, get

IDS = int(os.environ.get("STORM_IDS", "1000"))
COPIES = int(os.environ.get("STORM_COPIES", "100"))


def message(service, number):
    """One message; every fifth has no id of the telecom's, only its time."""
    phone, text = f"98914{number:07d}", f"نذر 1007 {20000 + number} تومان"
    id_or_time = {"time": f"2026-05-01 09:{number // 60 % 60:02d}:{number % 60:02d}"} if number % 5 == 0 else {}
    target = service.target(phone, text, id=f"same-{number}", **id_or_time)
    if id_or_time:
        target = target.replace(f"&id=same-{number}", "")
    return key(phone), get(service.http, target)


def ask_until_taken(wire, request, copies, refused):
    """Every copy at once; those refused with 503 again, as a telecom does."""
    taken, end = 0, time.monotonic() + 10 * PATIENCE
    while taken < copies:
        assert time.monotonic() < end, f"{copies - taken} of {copies} copies are refused on and on"
        for _, status, head in wire.ask([request] * (copies - taken)):
            if status == 503:
                assert b"retry-after:" in head.lower(), f"503 without Retry-After: {head!r}"
                refused[status] += 1
            else:
                assert status == 200, f"answered {status}: {head!r}"
                taken += 1
        if taken < copies:
            time.sleep(0.1)


@case(f"the same message {COPIES} times at once, {IDS} messages: one effect each, all answered")
def same(stage):
    with stage.fresh(channel={"rate": "5000", "in_flight": "32"}) as (service, telecom):
        wire, refused, phones, began = Wire(service.http, COPIES), collections.Counter(), [], time.monotonic()
        for number in range(IDS):
            phone, request = message(service, number)
            phones.append(phone)
            ask_until_taken(wire, request, COPIES, refused)
        seconds = time.monotonic() - began
        until(lambda: len(telecom.requests) >= IDS, 20, "every reply")
        until(lambda: service.counted("yavar_outbox", status="sent") == IDS, 10, "every reply settled")
        one_effect_each(service, telecom, phones)
        repeats = service.counted("yavar_requests_total", channel="mci", outcome="repeat")
        assert repeats == IDS * (COPIES - 1), f"{repeats:g} counted as repeats"
        wire.close()
        print(f"# {IDS * COPIES} answers 200 in {seconds:.1f} s, 503 first: {refused[503]}, "
              f"reconnects {wire.reconnects}")


def one_effect_each(service, telecom, phones):
    rows = service.rows("export", "messages")
    for what, found in (
            ("incoming messages", [key(row["phone"]) for row in rows if row["direction"] == "in"]),
            ("replies", [key(row["phone"]) for row in rows if row["direction"] == "out"]),
            ("pledges", [key(row["phone"]) for row in service.rows("export", "pledges")]),
            ("SMS", [key(sent.to) for sent in telecom.requests])):
        wrong = collections.Counter(found)
        wrong.subtract(phones)
        wrong = [f"{phone}: {count + 1}" for phone, count in wrong.items() if count]
        assert not wrong, f"{what}: {len(wrong)} phones without exactly one, {', '.join(wrong[:5])}"
