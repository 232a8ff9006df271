#!/usr/bin/env python3
"""Promise 1 and 2 under kill -9: durable before acknowledged, and once.

Clients post unique pledges as a telecom would; the service is killed at a
random instant, started again, and what had no answer is posted again with the
same id.  After the last cycle the outbox drains, and laws.py compares the
journal of acknowledged ids, the exports and what the scripted telecom got.

    CRASH_CYCLES=50  CRASH_SEED=…  CRASH_CLIENTS=6  CRASH_KEEP=1  tests/crash/test_crash.py

The page cache survives kill -9, so this proves order and atomicity, not that
the disk was asked to sync; power cuts have a test of their own.
"""

import http.client
import json
import os
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from laws import judge, key                                  # noqa: E402
from service import PATIENCE, Service                        # noqa: E402
from telecom import Telecom                                  # noqa: E402

CYCLES = int(os.environ.get("CRASH_CYCLES", "50"))
SEED = int(os.environ.get("CRASH_SEED", time.time_ns() % 1_000_000_007))
CLIENTS = int(os.environ.get("CRASH_CLIENTS", "6"))
PAUSE = 0.003               # of a client between two posts: some hundred pledges a cycle
NEEDS = tuple(
    f"{code},fars,درمانگاه آزمون {code},equipment,1,دستگاه شماره {code},device {code},rial,"
    f"900000000000000,open,دستگاه {code},device {code}" for code in ("1007", "1029", "1032"))


class Journal:
    """What was offered and what was acknowledged; the second on disk as well."""

    def __init__(self, path):
        self.lock = threading.Lock()
        self.offered = {}           # phone key: (text, rial)
        self.acknowledged = {}      # phone key: the id
        self.owed = []              # (phone, text, id) without an answer
        self.refused = {}           # status: how often
        self.file = open(path, "w", encoding="utf-8")
        self.count = 0

    def new(self):
        """A pledge nobody made yet: its own phone, amount and id."""
        with self.lock:
            self.count += 1
            number = self.count
            phone, toman = f"98913{number:07d}", 20000 + number
            text = f"نذر {('1007', '1029', '1032')[number % 3]} {toman} تومان"
            self.offered[key(phone)] = (text, toman * 10)
        return phone, text, f"crash-{SEED}-{number}"

    def next(self, dice):
        """What a telecom would post now: what is owed, or new, rarely a repeat."""
        with self.lock:
            if self.owed:
                return self.owed.pop()
            if self.acknowledged and dice.random() < 0.05:
                phone = dice.choice(list(self.acknowledged)[-50:])
                return "98" + phone, self.offered[phone][0], self.acknowledged[phone]
        return self.new()

    def settle(self, message, status):
        phone, _, ident = message
        with self.lock:
            if status == 200:
                if key(phone) not in self.acknowledged:
                    self.acknowledged[key(phone)] = ident
                    self.file.write(json.dumps({"id": ident, "phone": phone}) + "\n")
                    self.file.flush()
            else:
                self.refused[status] = self.refused.get(status, 0) + 1
                self.owed.append(message)


class Client(threading.Thread):
    """One keep-alive connection of the telecom; ends when told or cut off."""

    def __init__(self, service, journal, seed, ending):
        super().__init__(daemon=True)
        self.service, self.journal, self.ending = service, journal, ending
        self.dice = random.Random(seed)

    def run(self):
        line = http.client.HTTPConnection(self.service.http, timeout=5 * PATIENCE)
        try:
            while not self.ending.is_set():
                message = self.journal.next(self.dice)
                status = post(self.service, line, message)
                self.journal.settle(message, status)
                if status == "cut off":
                    return
                time.sleep(PAUSE)
        finally:
            line.close()


def post(service, line, message):
    """The answer's status, or "cut off"."""
    try:
        line.request("GET", service.target(*message))
        answer = line.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        return "cut off"


def load(service, journal, dice):
    ending = threading.Event()
    clients = [Client(service, journal, dice.random(), ending) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    return ending, clients


def finish(ending, clients):
    ending.set()
    for client in clients:
        client.join(10 * PATIENCE)
        assert not client.is_alive(), "a client is stuck: the service does not answer"


def pay_debts(service, journal):
    """Posts what is owed until everything offered is acknowledged."""
    line = http.client.HTTPConnection(service.http, timeout=5 * PATIENCE)
    end = time.monotonic() + 20 * PATIENCE
    while journal.owed:
        assert time.monotonic() < end, f"{len(journal.owed)} messages are never acknowledged"
        message = journal.owed.pop()
        status = post(service, line, message)
        journal.settle(message, status)
        if status != 200:
            line.close()
            time.sleep(0.05)
    line.close()


def drain(service, patience=30.0):
    """Waits until no outgoing row is under way; the laws name what is left."""
    end = time.monotonic() + patience * PATIENCE
    while time.monotonic() < end:
        under_way = {"queued", "sending", "uncertain"}
        if not any(row["direction"] == "out" and row["status"] in under_way
                   for row in service.rows("export", "messages")):
            return
        time.sleep(0.5)


def crash(service, journal, dice):
    """All the cycles; returns the seconds each restart took."""
    restarts = []
    for _ in range(CYCLES):
        ending, clients = load(service, journal, dice)
        time.sleep(dice.uniform(0.05, 0.4) * PATIENCE)
        assert service.alive(), f"the service ended by itself\n{service.log_tail()}"
        service.kill()
        finish(ending, clients)
        restarts.append(service.start())
    pay_debts(service, journal)
    drain(service)
    return restarts


def main():
    began = time.monotonic()
    print(f"# seed={SEED} cycles={CYCLES} clients={CLIENTS}", flush=True)
    dice = random.Random(SEED)
    telecom = Telecom()
    for number in range(1, 20000, 5):
        telecom.report(8, 1, to=f"98913{number:07d}")
    service = Service(telecom, needs=NEEDS, service={"uncertain_wait": "1s"},
                      channel={"rate": "5000", "in_flight": "16"})
    journal = Journal(service.folder / "acknowledged.jsonl")
    good = False
    try:
        restarts = crash(service, journal, dice)
        verdict = judge(journal.offered, journal.acknowledged, service.rows("export", "messages"),
                        service.rows("export", "pledges"), telecom.copies())
        service.stop()
        doubles = sum(len(copies) - 1 for copies in telecom.copies().values())
        print(f"# {len(journal.acknowledged)} acknowledged, other answers {journal.refused}, "
              f"{doubles} marked second copies, restart mean {sum(restarts) / len(restarts):.3f} s "
              f"worst {max(restarts):.3f} s, in all {time.monotonic() - began:.0f} s")
        for name in ("lost", "invented", "doubled", "stuck"):
            for sentence in getattr(verdict, name)[:5]:
                print(f"#   {name}: {sentence}")
        print(f"{verdict.line()} seed={SEED}")
        assert len(journal.acknowledged) >= CYCLES * 5, "too little load to prove anything"
        good = verdict.holds()
    except AssertionError as error:
        print("\n".join(f"#   {row}" for row in str(error).splitlines()))
    finally:
        keep = not good or bool(os.environ.get("CRASH_KEEP"))
        service.close(keep)
        telecom.close()
    print(f"{'' if good else 'not '}ok 1 - {CYCLES} kill -9 under load: nothing acknowledged lost, "
          f"nothing doubled unmarked\n1..1")
    if not good:
        print(f"# kept: {service.folder}, replay with CRASH_SEED={SEED}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
