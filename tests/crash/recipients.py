"""Who must get the broadcasts of a crash test, and the laws of what they got.

One province is reached; beside it stand people of another and people who opted
out.  Each broadcast carries its own number in its text, so that a row and an SMS
can be told apart by what is written on them.
"""

import collections
import re
from dataclasses import dataclass, field

import crowd
from journals import key
from telecom import Telecom

REACHED, ELSEWHERE, STOPPED = 989170000000, 989180000000, 989190000000
TEXT = "پیام شماره {} به یاوران: شنبه ساعت ۹ در درمانگاه گرد هم می‌آییم."
SETTLED = {"sent", "delivered"}
KINDS = ("lost", "invented", "doubled", "stuck")


class SlowTelecom(Telecom):
    """Takes its time, so that a kill meets messages on the wire, and refuses some; it never
    leaves an answer out, so that only a kill can make a message uncertain."""

    def __init__(self, dice):
        self.dice, self.healthy = dice, False
        super().__init__()

    def _choose(self, sent):
        point = self.dice.random()
        if self.healthy or point < 0.76:
            return "accept"
        return "503" if point < 0.8 else ("slow", self.dice.uniform(0.01, 0.3))


def number_of(text):
    """Of the broadcast that a text is; None where it is another message."""
    found = re.match(r"پیام شماره (\d+) ", text)
    return int(found.group(1)) if found else None


class Recipients:
    def __init__(self, service, count):
        self.service, self.began, self.reference = service, 0, None
        self.reached = {key(str(phone)) for phone in crowd.add_people(service.folder, REACHED, count, "zanjan")}
        crowd.add_people(service.folder, ELSEWHERE, count // 10, "qom")
        crowd.add_people(service.folder, STOPPED, count // 10, "zanjan", stopped=True)
        crowd.add_author(service, "zanjan")
        self.on_wire = set()        # (broadcast, phone key) that a kill met

    def keep_sending(self):
        """The next broadcast, once the one before is through."""
        if self.reference is None or self.is_done():
            self.began += 1
            self.reference = crowd.begin(self.service, "zanjan", TEXT.format(self.began))

    def is_done(self):
        return crowd.show(self.service, self.reference)["status"] == "done"

    def rows(self):
        return [row for row in self.service.rows("export", "messages")
                if row["direction"] == "out" and number_of(row["text"])]

    def note_on_wire(self):
        """While no service runs: what it had claimed when it was killed."""
        self.on_wire |= {(number_of(row["text"]), key(row["phone"])) for row in self.rows()
                         if row["status"] == "sending"}

    def retry_held(self):
        """What the operator does who finds them; returns how many there were."""
        held = [row["id"] for row in self.rows() if row["status"] == "held"]
        for at in range(0, len(held), 50):
            self.service.cli("message", "retry", *held[at:at + 50])
        return len(held)


@dataclass
class Verdict:
    """Each a list of sentences, as in laws.py; a law holds when its list is empty."""

    lost: list = field(default_factory=list)        # a recipient without a row, or without an SMS
    invented: list = field(default_factory=list)    # somebody reached who is not meant
    doubled: list = field(default_factory=list)     # two rows, or two SMS that nothing explains
    stuck: list = field(default_factory=list)       # a row that is not settled

    def holds(self):
        return not any(getattr(self, kind) for kind in KINDS)


def judge(began, reached, rows, accepted, on_wire):
    """began: how many broadcasts; reached: the phone keys that each is for
    rows: of the export, of broadcasts only; accepted: [(phone key, outbox row, text)] that the telecom took
    on_wire: {(broadcast, phone key)} that a kill met
    """
    verdict = Verdict()
    meant = {(number, phone) for number in range(1, began + 1) for phone in reached}
    kept, sent = collections.defaultdict(list), collections.defaultdict(list)
    for row in rows:
        kept[number_of(row["text"]), key(row["phone"])].append(row)
    for phone, row, text in accepted:
        sent[number_of(text), phone].append((row, text))
    for which in sorted(meant | set(kept) | set(sent)):
        name = f"broadcast {which[0]} to {which[1]}"
        if which not in meant:
            verdict.invented.append(f"{name}: not meant, {len(kept[which])} rows, {len(sent[which])} SMS")
        elif not kept[which] or not sent[which]:
            verdict.lost.append(f"{name}: {len(kept[which])} rows, {len(sent[which])} SMS")
        else:
            _weigh(verdict, name, kept[which], sent[which], which in on_wire)
    return verdict


def _weigh(verdict, name, rows, sent, on_wire):
    row, copies = rows[0], len(sent)
    if len(rows) > 1:
        verdict.doubled.append(f"{name}: {len(rows)} rows")
    if row["status"] not in SETTLED:
        verdict.stuck.append(f"{name}: {row['status']}")
    if copies > 1 and not on_wire:
        verdict.doubled.append(f"{name}: {copies} SMS, and no kill met it")
    if copies > 1 and row["may_be_double"] != "1":
        verdict.doubled.append(f"{name}: {copies} SMS, not marked")
    if any(number != int(row["id"][3:]) or text != row["text"] for number, text in sent):
        verdict.invented.append(f"{name}: an SMS that is not its row's")


def _made_up():
    """{law: arguments of judge that break it}, and those that break none."""
    def row(number, phone, ident, status="sent", marked="0"):
        return {"id": f"out{ident}", "phone": "98" + phone, "status": status, "may_be_double": marked,
                "text": TEXT.format(number)}

    one, two, other = "9170000000", "9170000001", "9180000000"
    rows = [row(1, one, 1), row(1, two, 2, marked="1")]
    sms = [(one, 1, TEXT.format(1)), (two, 2, TEXT.format(1)), (two, 2, TEXT.format(1))]
    good = (1, {one, two}, rows, sms, {(1, two)})
    yield "", good
    yield "lost", (*good[:2], rows[:1], sms[:1], set())
    yield "lost", (*good[:3], sms[1:], good[4])
    yield "invented", (*good[:2], [*rows, row(1, other, 3)], *good[3:])
    yield "invented", (*good[:3], [*sms, (other, 3, TEXT.format(1))], good[4])
    yield "invented", (*good[:3], [(one, 7, TEXT.format(1)), *sms[1:]], good[4])
    yield "doubled", (*good[:2], [*rows, row(1, one, 3)], *good[3:])
    yield "doubled", (*good[:4], set())
    yield "doubled", (*good[:2], [rows[0], row(1, two, 2)], *good[3:])
    yield "stuck", (*good[:2], [row(1, one, 1, "held"), rows[1]], *good[3:])


def see_each_law_fail():
    """Lines that say which law did not see the fault that was made up for it."""
    faults = []
    for law, arguments in _made_up():
        verdict = judge(*arguments)
        broken = [kind for kind in KINDS if getattr(verdict, kind)]
        if broken != ([law] if law else []):
            faults.append(f"made up {law or 'nothing'}, seen {broken}")
    return faults
