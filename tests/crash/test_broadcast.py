#!/usr/bin/env python3
"""A broadcast under kill -9: every recipient has one row and gets it, twice only where it says so.

Broadcasts to some thousand people go out one after another, between the
confirmations of pledges; the service is killed at random instants and started
again.  A message that a kill met on the wire is uncertain and then held; after
the last cycle the operator sends the held ones once more (`message retry`), and
those are marked.  At the end every person who was meant has exactly one row a
broadcast and at least one SMS; two only of rows that a kill met, and marked.

    BROADCAST_CYCLES=50  BROADCAST_PEOPLE=2500  BROADCAST_SEED=…  CRASH_KEEP=1  tests/crash/test_broadcast.py

The same seed gives the same kill instants; how far each life gets before a kill
is the machine's.
"""

import os
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import laws                                                  # noqa: E402
import pledges                                               # noqa: E402
from journals import key                                     # noqa: E402
from recipients import KINDS, Recipients, SlowTelecom, judge, number_of, see_each_law_fail   # noqa: E402
from service import PATIENCE, Service, until                 # noqa: E402
from telecom import row_of                                   # noqa: E402

CYCLES = int(os.environ.get("BROADCAST_CYCLES", "50"))
PEOPLE = int(os.environ.get("BROADCAST_PEOPLE", "2500"))
SEED = int(os.environ.get("BROADCAST_SEED", time.time_ns() % 1_000_000_007))
RATE = 600                  # messages a second; a broadcast goes through some dozen lives
TAKEN = {"accept", "slow"}


def set_up(telecom):
    return Service(telecom, needs=pledges.NEEDS, start=False, service={"uncertain_wait": "1s"},
                   channel={"rate": str(RATE), "in_flight": "12", "quiet": ""})


def crash(service, recipients, journal):
    """All the cycles; a client posts pledges, so that two lanes share the line."""
    for cycle in range(CYCLES):
        dice = random.Random(f"{SEED}/cycle/{cycle}")
        recipients.keep_sending()
        ending = threading.Event()
        client = pledges.Client(service, journal, dice.random(), ending)
        client.start()
        time.sleep(dice.uniform(0.05, 0.6) * PATIENCE)
        assert service.alive(), f"the service ended by itself\n{service.log_tail()}"
        service.kill()
        pledges.finish(ending, [client])
        recipients.note_on_wire()
        service.start()


def under_way(service):
    return any(service.counted("yavar_outbox", status=status) for status in ("queued", "sending", "uncertain"))


def settle(service, recipients, journal):
    """No more kills: all goes out, and then what is held once more; how many those were."""
    patience = 20 + 4 * PEOPLE / RATE
    pledges.pay_debts(service, journal)
    until(recipients.is_done, patience, "the broadcast is through")
    until(lambda: not under_way(service), patience, "the outbox drains", pause=0.25)
    held = recipients.retry_held()
    until(lambda: not under_way(service), patience, "what was held goes out", pause=0.25)
    return held


def weigh(service, telecom, recipients, journal):
    """Of the broadcasts, and of the pledges that went on meanwhile."""
    taken = [(key(sent.to), sent) for sent in telecom.requests if sent.answer in TAKEN]
    accepted = [(phone, row_of(sent.dlr_url), sent.text) for phone, sent in taken if number_of(sent.text)]
    copies = {}
    for phone, sent in taken:
        if not number_of(sent.text):
            copies.setdefault(phone, []).append(sent.text)
    messages = [row for row in service.rows("export", "messages") if not number_of(row["text"])]
    verdict = judge(recipients.began, recipients.reached, recipients.rows(), accepted, recipients.on_wire)
    of_pledges = laws.judge(journal.offered, journal.acknowledged, messages, service.rows("export", "pledges"), copies)
    return verdict, of_pledges, len(accepted)


def say(verdict, of_pledges, recipients, held, accepted, seconds):
    for one in (verdict, of_pledges):
        for kind in KINDS:
            for line in getattr(one, kind)[:5]:
                print(f"# {kind}: {line}")
    meant = recipients.began * len(recipients.reached)
    print(f"seed={SEED} cycles={CYCLES} broadcasts={recipients.began} recipients={meant} sms={accepted} "
          f"on_wire={len(recipients.on_wire)} held={held} seconds={seconds:.0f} "
          + " ".join(f"{kind}={len(getattr(verdict, kind))}" for kind in KINDS) + f" pledges: {of_pledges.line()}")
    assert len(recipients.on_wire) >= CYCLES and held >= CYCLES, "too few kills met a message: this proves nothing"


def run(service, telecom):
    began = time.monotonic()
    recipients = Recipients(service, PEOPLE)
    service.start()
    journal = pledges.Journal(service.folder / "acknowledged.jsonl", SEED)
    crash(service, recipients, journal)
    telecom.healthy = True
    held = settle(service, recipients, journal)
    verdict, of_pledges, accepted = weigh(service, telecom, recipients, journal)
    service.stop()
    say(verdict, of_pledges, recipients, held, accepted, time.monotonic() - began)
    return verdict.holds() and of_pledges.holds()


def main():
    unseen = see_each_law_fail()
    print("\n".join(f"#   {line}" for line in unseen) or "#")
    print(f"{'not ' if unseen else ''}ok 1 - each law is broken by the fault made up for it")
    print(f"# seed={SEED} cycles={CYCLES} people={PEOPLE}", flush=True)
    telecom, service, good = SlowTelecom(random.Random(SEED)), None, False
    try:
        service = set_up(telecom)
        good = run(service, telecom)
    except AssertionError as error:
        print("\n".join(f"#   {row}" for row in str(error).splitlines()))
    finally:
        if service:
            service.close(keep=not good or bool(os.environ.get("CRASH_KEEP")))
        telecom.close()
    print(f"{'' if good else 'not '}ok 2 - {CYCLES} kill -9 during broadcasts: every recipient has one row and "
          f"an SMS, two only where a kill met it, marked\n1..2")
    if not good and service:
        print(f"# kept: {service.folder}, replay with BROADCAST_SEED={SEED}")
    return 0 if good and not unseen else 1


if __name__ == "__main__":
    sys.exit(main())
