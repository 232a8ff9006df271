#!/usr/bin/env python3
"""The conservation laws, checked from three journals.

    tests/crash/laws.py SENT.jsonl TELECOM.jsonl DATABASE_FOLDER [SEED]
    tests/crash/laws.py                 sees each law fail on a made-up fault

What was sent in (the clients' journal), what the telecom was asked to send (its
journal), and what the service holds (its exports); journals.py says how they look.

    acknowledged ⊆ stored ⊆ sent, one row an id
    the sum of effects is the sum of distinct messages: pledges, cancellations,
        what needs and campaigns say was pledged, each contact's state
    every effect has its reply, every confirmed number is that of one pledge
    every reply reached the telecom, or is visibly expired, failed or held;
        twice only where it says so; delivered only where the telecom said so

`weigh` does that.  `judge` is the smaller law of runs in which each phone sends
one pledge.  Both are pure functions of what they are given.
"""

import collections
import pathlib
import re
import sys
from dataclasses import dataclass, field

import journals
from journals import key

MESSAGES = pathlib.Path(__file__).resolve().parents[2] / "config" / "messages"
SETTLED = ("sent", "delivered", "held")
NEVER_DOUBLE = {"503", "503 later", "500", "400", "403", "unauthorised"}    # refused: no SMS went
ACCEPTS = {"accept", "queued", "slow"}
REFUSES = {"400", "403"}
MOST_COPIES = 3             # a confirmation, and twice more where its fate is not known
KINDS = ("lost", "invented", "doubled", "stuck")


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


# ---- three journals -----------------------------------------------------------


def weigh(all_of):
    """The verdict on journals.Journals."""
    verdict = Verdict()
    tables = all_of.tables
    incoming = _by(tables["messages"], "direction", "in")
    outgoing = _by(tables["messages"], "direction", "out")
    stored = _weigh_stored(verdict, all_of.offers, incoming)
    if any(offer.expect for offer in all_of.offers.values()):
        done = [offer for offer in all_of.offers.values() if offer.id in stored]
        _weigh_pledges(verdict, done, tables["pledges"])
        _weigh_contacts(verdict, done, tables.get("contacts"))
        _weigh_donors(verdict, tables)
        _weigh_replies(verdict, done, stored, outgoing, tables["pledges"])
    _weigh_sums(verdict, tables)
    for row in outgoing:
        number = int(row["id"][3:])
        _weigh_sent(verdict, row, all_of.requests.get(number, []), all_of.reports.get(number, []))
    _weigh_strays(verdict, all_of, outgoing)
    return verdict


def _by(rows, column, value):
    return [row for row in rows if row[column] == value]


def _weigh_stored(verdict, offers, incoming):
    """acknowledged ⊆ stored ⊆ sent, one row an id.  Returns {id: row}."""
    stored = {}
    for row in incoming:
        ident, offer = row["provider_id"], offers.get(row["provider_id"])
        if offer is None:
            verdict.invented.append(f"{row['id']}: a message nobody sent ({ident!r})")
        elif ident in stored:
            verdict.doubled.append(f"{ident}: {stored[ident]['id']} and {row['id']}")
        else:
            if key(row["phone"]) != offer.phone or (offer.text and row["text"] != offer.text):
                verdict.invented.append(f"{ident}: {row['text']!r}, not {offer.text!r}")
            if row["status"] == "failed":
                verdict.lost.append(f"{ident}: its handler failed")
            stored[ident] = row
    for offer in offers.values():
        if offer.acknowledged and offer.id not in stored:
            verdict.lost.append(f"{offer.id}: acknowledged, and not stored ({offer.text!r})")
    return stored


def _expected_pledges(done):
    """{phone: Counter of (need, campaign, rial, quantity, recurrence, status)}"""
    pledges, cancelled = {}, {offer.expect.get("cancels") for offer in done}
    for offer in done:
        made = offer.expect.get("pledge")
        if made:
            row = (made["need"], made["campaign"], str(made["rial"] or ""), str(made["quantity"] or ""),
                   made["recurrence"], "cancelled" if offer.id in cancelled else "pledged")
            pledges.setdefault(offer.phone, collections.Counter())[row] += 1
    return pledges


def _weigh_pledges(verdict, done, rows):
    expected, found = _expected_pledges(done), {}
    for row in rows:
        values = tuple(row[name] for name in ("need", "campaign", "amount_rial", "quantity", "recurrence", "status"))
        found.setdefault(key(row["phone"]), collections.Counter())[values] += 1
    for phone in expected.keys() | found.keys():
        want = expected.get(phone, collections.Counter())
        have = found.get(phone, collections.Counter())
        for row in (want - have).elements():
            verdict.lost.append(f"{phone}: no pledge {row}")
        for row in (have - want).elements():
            again = any(row[:-1] == other[:-1] for other in want)
            (verdict.doubled if again else verdict.invented).append(f"{phone}: a pledge too many {row}")


def _weigh_sums(verdict, tables):
    """What needs and campaigns say was pledged is what the open pledges add up to."""
    sums = collections.Counter()
    for row in tables["pledges"]:
        if row["status"] not in ("cancelled", "expired"):
            sums["need", row["need"]] += int(row["quantity"] or row["amount_rial"] or 0)
            sums["campaign", row["campaign"]] += int(row["amount_rial"] or 0)
    kept = [("need", row["code"], int(row["pledged"])) for row in tables.get("needs", [])]
    kept += [("campaign", row["keyword"], int(row["pledged_rial"])) for row in tables.get("campaigns", [])]
    for kind, name, value in kept:
        total = sums[kind, name]
        if value != total:
            (verdict.lost if value < total else verdict.invented).append(
                f"{kind} {name} says {value}, its pledges add up to {total}")


def _weigh_contacts(verdict, done, rows):
    """Language, consent and open question are those after the phone's last message."""
    last = {offer.phone: offer.expect["contact"] for offer in done if "contact" in offer.expect}
    found = {key(row["phone"]): row for row in rows or []}
    for phone, want in last.items():
        row = found.pop(phone, None)
        if rows is None:
            return
        if row is None:
            verdict.lost.append(f"{phone}: no contact")
            continue
        have = {"language": row["language"], "stopped": row["stopped"] == "1", "question": row["question"] == "1"}
        if have != want:
            verdict.lost.append(f"{phone}: its contact is {have}, not {want}")
    for phone in found:
        verdict.invented.append(f"{phone}: a contact who never wrote")


def _weigh_donors(verdict, tables):
    """Who pledged finds all of it, and nobody else's."""
    pledged = collections.Counter(key(row["phone"]) for row in tables["pledges"])
    for row in tables.get("contacts") or []:
        has, finds = pledged[key(row["phone"])], int(row["pledges"])
        if finds != has:
            (verdict.lost if finds < has else verdict.invented).append(f"{row['phone']}: finds {finds} of {has} pledges")


# ---- every effect has its reply -------------------------------------------------


def catalogue():
    """{"fa.pledge.ok": what such a reply looks like}"""
    looks = {}
    for path in sorted(MESSAGES.glob("*.ini")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and line[0] not in ";[" and " = " in line:
                name, text = line.split(" = ", 1)
                text = re.sub(r"\\u([0-9A-Fa-f]{4})", lambda found: chr(int(found.group(1), 16)), text)
                parts = re.split(r"(\{\w+(?::\d+)?\})", text.replace("\\n", "\n"))
                looks[f"{path.stem}.{name}"] = "".join(map(_field, parts))
    return looks


def _field(part):
    if not re.fullmatch(r"\{\w+(?::\d+)?\}", part):
        return re.escape(part)
    return r"(?P<ref>\d{8,9})" if part == "{ref}" else ".+"


def _match(looks, name, text):
    """The match of a text with a name; `name+` may go on, `name*` is any that begins so."""
    if name.endswith("+"):
        return re.match(looks[name[:-1]], text, re.S)
    names = [other for other in looks if other.startswith(name[:-1])] if name.endswith("*") else [name]
    found = (re.fullmatch(looks[other], text) for other in names if other in looks)
    return next((match for match in found if match), None)


def _weigh_replies(verdict, done, stored, outgoing, pledges):
    replies, looks = collections.defaultdict(list), catalogue()
    for row in outgoing:
        replies[row["reply_to"]].append(row)
    confirmed = collections.Counter()
    for offer in done:
        rows = sorted(replies.pop(stored[offer.id]["id"], []), key=lambda row: int(row["id"][3:]))
        names = offer.expect.get("replies")
        if names is not None:
            confirmed.update(_weigh_reply(verdict, offer, rows, names, looks))
    for reply_to, rows in replies.items():
        verdict.invented.append(f"{rows[0]['id']}: a reply to {reply_to or 'nothing'}, which is not there")
    _weigh_confirmed(verdict, confirmed, pledges)


def _weigh_reply(verdict, offer, rows, names, looks):
    """The (phone, kind, number) of what these replies confirm."""
    for row in rows:
        if key(row["phone"]) != offer.phone:
            verdict.invented.append(f"{offer.id}: {row['id']} answers another phone")
    if len(rows) < len(names):
        verdict.lost.append(f"{offer.id} {offer.text!r}: {len(rows)} replies, not {names}")
    if len(rows) > len(names):
        verdict.doubled.append(f"{offer.id} {offer.text!r}: {len(rows)} replies, not {names}")
    for row, name in zip(rows, names):
        match = _match(looks, name, row["text"])
        if match is None:
            verdict.invented.append(f"{offer.id} {offer.text!r}: {row['text']!r} is no {name}")
        elif ".pledge.ok" in name or ".cancel.ok" in name:
            yield offer.phone, name.split(".")[1], match["ref"]


def _weigh_confirmed(verdict, confirmed, pledges):
    """Each pledge is confirmed once by its number, each cancellation too, and nothing else."""
    due = collections.Counter()
    for row in pledges:
        due[key(row["phone"]), "pledge", row["reference"]] += 1
        due[key(row["phone"]), "cancel", row["reference"]] += row["status"] == "cancelled"
    for row in (due - confirmed).elements():
        verdict.lost.append(f"{row}: never confirmed")
    for row in (confirmed - due).elements():
        verdict.invented.append(f"{row}: confirmed, and not there")


# ---- what the telecom got -------------------------------------------------------


def _weigh_sent(verdict, row, requests, reports):
    """One outgoing row against all that the telecom read and reported of it."""
    ident, status = row["id"], row["status"]
    answers = [request["answer"] for request in requests]
    maybe = [answer for answer in answers if answer not in NEVER_DOUBLE]
    said = [value for value, _ in reports]
    if any(key(request["to"]) != key(row["phone"]) or request["text"] != row["text"] for request in requests):
        verdict.invented.append(f"{ident}: the telecom got something else")
    if len(maybe) > 1 and row["may_be_double"] != "1":
        verdict.doubled.append(f"{ident}: {answers}, not marked may_be_double")
    if len(maybe) > MOST_COPIES:
        verdict.doubled.append(f"{ident}: {answers}, more than policy sends")
    if status in ("queued", "sending", "uncertain"):
        verdict.stuck.append(f"{ident}: still {status}, the telecom answered {answers}")
    elif status == "sent" and not (ACCEPTS & set(answers) or {4, 8} & set(said)):
        verdict.lost.append(f"{ident}: sent, and the telecom answered {answers}")
    elif status == "delivered" and 1 not in said:
        verdict.invented.append(f"{ident}: delivered, and nobody reported it")
    elif status == "failed" and not (REFUSES & set(answers) or {2, 16} & set(said)):
        verdict.lost.append(f"{ident}: failed, and the telecom answered {answers}")
    elif status == "held" and int(row["attempts"]) < MOST_COPIES:
        verdict.lost.append(f"{ident}: held after {row['attempts']} attempts")
    if (1, 200) in reports and status not in ("delivered", "failed"):
        verdict.lost.append(f"{ident}: {status}, and its delivery was acknowledged")
    if ((2, 200) in reports or (16, 200) in reports) and status not in ("delivered", "failed"):
        verdict.lost.append(f"{ident}: {status}, and its failure was acknowledged")


def _weigh_strays(verdict, all_of, outgoing):
    known = {int(row["id"][3:]) for row in outgoing}
    for number, requests in all_of.requests.items():
        if number not in known:
            verdict.invented.append(f"out{number}: the telecom got {requests[0]['text']!r}, and there is no such row")
    for request in all_of.strays:
        verdict.invented.append(f"the telecom got {request['text']!r}, which names no row")


def report(verdict, seed, most=10):
    """Prints what broke, then the line by which a run is known."""
    for name in KINDS:
        for sentence in getattr(verdict, name)[:most]:
            print(f"#   {name}: {sentence}")
    print(f"{verdict.line()} seed={seed}", flush=True)


def main(arguments):
    if not arguments:
        import test_laws
        return test_laws.main()
    if len(arguments) not in (3, 4):
        print(__doc__)
        return 64
    verdict = weigh(journals.read(*arguments[:3]))
    report(verdict, arguments[3] if len(arguments) == 4 else "-")
    return 0 if verdict.holds() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
