"""The conservation laws of a crash run, checked from three journals.

What was sent in and acknowledged (the test's journal), what the service says
it holds (its exports), and what the telecom was asked to send.  A pure
function of the three, so that it can be tested with made-up ones.
"""

import collections
import re
import sys
from dataclasses import dataclass, field

SETTLED = ("sent", "delivered", "held")


def key(phone):
    return re.sub(r"\D", "", phone or "")[-10:]


@dataclass
class Verdict:
    """Each a list of sentences; a law holds when its list is empty."""

    lost: list = field(default_factory=list)        # acknowledged, and not there
    invented: list = field(default_factory=list)    # there, and never sent in
    doubled: list = field(default_factory=list)     # there twice, or sent twice unmarked
    stuck: list = field(default_factory=list)       # a confirmation that did not go out

    def holds(self):
        return not (self.lost or self.invented or self.doubled or self.stuck)

    def line(self):
        return (f"lost={len(self.lost)} invented={len(self.invented)} "
                f"doubled={len(self.doubled)} stuck={len(self.stuck)}")


def judge(offered, acknowledged, messages, pledges, copies):
    """offered: {phone key: (text, rial)}, all that was ever posted, one a phone
    acknowledged: the phone keys answered 200
    messages, pledges: the rows of the two exports
    copies: {phone key: [text, …]}, what the telecom was asked to send
    """
    verdict = Verdict()
    received, sent = collections.defaultdict(list), collections.defaultdict(list)
    for row in messages:
        (received if row["direction"] == "in" else sent)[key(row["phone"])].append(row)
    pledged = collections.defaultdict(list)
    for row in pledges:
        pledged[key(row["phone"])].append(row)

    for phone in acknowledged:
        if not received[phone]:
            verdict.lost.append(f"{phone}: acknowledged, and no incoming message")
    for phone, rows in list(received.items()):
        if not rows:
            continue
        _stored(verdict, phone, rows, pledged[phone], offered.get(phone))
        _confirmed(verdict, phone, sent[phone], copies.get(phone, []))
    for phone, rows in pledged.items():
        if rows and not received[phone]:
            verdict.invented.append(f"{phone}: a pledge without its message")
    for phone in copies:
        if not received[phone]:
            verdict.invented.append(f"{phone}: an SMS to one who never wrote")
    return verdict


def _stored(verdict, phone, rows, pledges, offer):
    """One message, one pledge, both as they were offered."""
    if offer is None:
        verdict.invented.append(f"{phone}: a message nobody sent")
        return
    text, rial = offer
    if len(rows) > 1:
        verdict.doubled.append(f"{phone}: {len(rows)} incoming messages")
    if any(row["text"] != text for row in rows):
        verdict.invented.append(f"{phone}: text {rows[0]['text']!r}, not {text!r}")
    if not pledges:
        verdict.lost.append(f"{phone}: message {rows[0]['status']}, and no pledge")
    if len(pledges) > 1:
        verdict.doubled.append(f"{phone}: {len(pledges)} pledges")
    if any(row["amount_rial"] != str(rial) for row in pledges):
        verdict.invented.append(f"{phone}: pledged {pledges[0]['amount_rial']}, not {rial}")


def _confirmed(verdict, phone, rows, copies):
    """One reply, at the telecom at least once, and twice only where it says so."""
    if not rows:
        verdict.lost.append(f"{phone}: no reply in the outbox")
        return
    if len(rows) > 1:
        verdict.doubled.append(f"{phone}: {len(rows)} replies")
    row = rows[0]
    if not copies:
        verdict.stuck.append(f"{phone}: the telecom never got the reply ({row['status']})")
    elif row["status"] not in SETTLED:
        verdict.stuck.append(f"{phone}: the reply is still {row['status']}")
    if len(copies) > 1 and row["may_be_double"] != "1":
        verdict.doubled.append(f"{phone}: {len(copies)} copies, not marked may_be_double")
    if len(copies) > 3:
        verdict.doubled.append(f"{phone}: {len(copies)} copies, more than policy sends")
    if len(set(copies)) > 1:
        verdict.invented.append(f"{phone}: its copies differ")


def _self_test():
    """Each law breaks by its own name on a made-up fault."""
    def world():
        return ({"9120000001": ("a", 10)}, {"9120000001"},
                [{"direction": "in", "phone": "989120000001", "text": "a", "status": "handled"},
                 {"direction": "out", "phone": "989120000001", "text": "ok", "status": "sent",
                  "may_be_double": "0"}],
                [{"phone": "989120000001", "amount_rial": "10"}], {"9120000001": ["ok"]})

    def changed(change):
        args = world()
        change(*args)
        return judge(*args).line()

    assert judge(*world()).holds()
    cases = {
        "lost=2": lambda o, a, m, p, c: (a.add("9120000002"), p.clear()),
        "invented=2": lambda o, a, m, p, c: (o.clear(), c.update({"9120000009": ["x"]})),
        "doubled=3": lambda o, a, m, p, c: (m.append(m[0]), p.append(p[0]),
                                            c["9120000001"].append("ok")),
        "stuck=1": lambda o, a, m, p, c: c.clear(),
    }
    for want, change in cases.items():
        got = changed(change)
        assert want in got, f"{want} expected, {got}"
    print("ok 1 - the laws catch made-up faults\n1..1")


if __name__ == "__main__":
    sys.exit(_self_test())
