#!/usr/bin/env python3
"""Promises 1, 2 and 5 under kill -9: durable before acknowledged, once, nothing lost.

Clients post all commands as a telecom would (people.py, load.py) while the
telecom fails in every way it can (faults.py); the service is killed at a random
instant and started again.  After the last cycle the telecom is healthy, what is
owed is posted, the outbox drains, and laws.py weighs the three journals.

    CRASH_CYCLES=200  CRASH_SEED=…  CRASH_CLIENTS=6  CRASH_KEEP=1  tests/crash/test_crash.py

The same seed gives the same messages, faults and kill instants.  How far each
life gets before a kill is the machine's, so a replay is the same storm, not the
same drop.

The page cache survives kill -9, so this proves order and atomicity, not that
the disk was asked to sync; power cuts have a test of their own.
"""

import os
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import journals                                              # noqa: E402
import laws                                                  # noqa: E402
from faults import MoodyTelecom                              # noqa: E402
from load import Client, Load                                # noqa: E402
from people import CAMPAIGN, DAYS, ITEMS, MONEY              # noqa: E402
from service import PATIENCE, SECRET, Service                # noqa: E402

CYCLES = int(os.environ.get("CRASH_CYCLES", "200"))
SEED = int(os.environ.get("CRASH_SEED", time.time_ns() % 1_000_000_007))
CLIENTS = int(os.environ.get("CRASH_CLIENTS", "6"))
LINES = ("200012", "200013")
STORMS = 0.08               # of the cycles in which the telecom refuses everything
OUTAGE, EVERY = 7, 30       # cycles 7, 37, … in which one line does, so long that the other takes over
PLENTY = {"rial": 900_000_000_000_000, "item": 1_000_000, "day": 1_000_000}
NEEDS = tuple(
    f"{code},fars,درمانگاه آزمون {code},equipment,1,دستگاه شماره {code},device {code},{unit},"
    f"{PLENTY[unit]},open,دستگاه {code},device {code}"
    for code, unit in [*((code, "rial") for code in MONEY), (ITEMS, "item"), (DAYS, "day")])


def far_from_midnight():
    """A zone in which it is three in the morning: no run crosses a local day,
    whose change would let an equal pledge be a new one."""
    ahead = (3 - time.gmtime().tm_hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def set_up(telecom):
    line = {"number": LINES[0], "rate": "5000", "in_flight": "16", "next": "other"}
    other = "\n".join((
        "", "[channel other]", "provider = kannel", f"number = {LINES[1]}", f"send_url = {telecom.url}",
        "username = yavar", "password = hidden-word", f"secret = {SECRET}", "allow = 127.0.0.1/32",
        "rate = 5000", "in_flight = 16", "next = mci", ""))
    service = Service(telecom, needs=NEEDS, start=False, channel=line, more=other, service={
        "uncertain_wait": "1s", "timezone": far_from_midnight(), "pay_to": "IR740990000000000000000001"})
    telecom.keep_journal(service.folder / "telecom.jsonl")
    service.cli("campaign", "add", *CAMPAIGN, "--name-fa", "نذر سلامت", "--name-en", "Health drive")
    service.start()
    return service


def plan(cycle):
    """When a cycle's kill comes, and the lines that are down until then."""
    dice = random.Random(f"{SEED}/cycle/{cycle}")
    if cycle % EVERY == OUTAGE:
        return dice.uniform(1.1, 1.8) * PATIENCE, (dice.choice(LINES),)
    return dice.uniform(0.05, 0.3) * PATIENCE, LINES if dice.random() < STORMS else ()


def crash(service, telecom, clients):
    """All the cycles; returns the seconds each restart took."""
    restarts = []
    for cycle in range(CYCLES):
        instant, telecom.refusing = plan(cycle)
        load = Load(service, clients)
        time.sleep(instant)
        assert service.alive(), f"the service ended by itself\n{service.log_tail()}"
        service.kill()
        load.end()
        restarts.append(service.start())
    return restarts


def settle(service, telecom, clients, patience=40.0):
    """The telecom is well again: debts are paid and the outbox drains."""
    telecom.healthy = True
    for client in clients:
        client.pay(service)
    end = time.monotonic() + patience * PATIENCE
    while time.monotonic() < end and any(
            service.counted("yavar_outbox", status=status) for status in ("queued", "sending", "uncertain")):
        time.sleep(0.25)
    telecom.end_reports()


def weigh(service):
    journals.write_tables(service, service.folder / "database")
    return laws.weigh(journals.read(*(service.folder / name for name in ("sent.jsonl", "telecom.jsonl", "database"))))


def say(clients, telecom, service, restarts, seconds):
    refused = {}
    for client in clients:
        for status, count in client.refused.items():
            refused[status] = refused.get(status, 0) + count
    states = {status: int(service.counted("yavar_outbox", status=status))
              for status in ("sent", "delivered", "failed", "expired", "held")}
    print(f"# {sum(client.acknowledged for client in clients)} messages of "
          f"{sum(client.born for client in clients)} phones acknowledged, other answers {refused}; "
          f"{len(telecom.requests)} requests to the telecom, {len(telecom.reported)} reports; replies {states}; "
          f"restart mean {sum(restarts) / len(restarts):.3f} s worst {max(restarts):.3f} s; {seconds:.0f} s")
    assert set(refused) <= {503, "cut off"}, f"answers that no telecom should get: {refused}"


def run(service, telecom):
    began = time.monotonic()
    journal = journals.SentJournal(service.folder / "sent.jsonl")
    clients = [Client(SEED, number, journal) for number in range(CLIENTS)]
    restarts = crash(service, telecom, clients)
    settle(service, telecom, clients)
    journal.close()
    say(clients, telecom, service, restarts, time.monotonic() - began)
    verdict = weigh(service)
    service.stop()
    laws.report(verdict, SEED)
    assert sum(client.acknowledged for client in clients) >= CYCLES * 5, "too little load to prove anything"
    return verdict.holds()


def main():
    print(f"# seed={SEED} cycles={CYCLES} clients={CLIENTS}", flush=True)
    service, telecom, good = None, None, False
    try:
        telecom = MoodyTelecom(SEED)
        service = set_up(telecom)
        good = run(service, telecom)
    except AssertionError as error:
        print("\n".join(f"#   {row}" for row in str(error).splitlines()))
    finally:
        if service:
            service.close(keep=not good or bool(os.environ.get("CRASH_KEEP")))
        if telecom:
            telecom.close()
    print(f"{'' if good else 'not '}ok 1 - {CYCLES} kill -9 under load: nothing acknowledged lost, "
          f"nothing doubled unmarked\n1..1")
    if not good and service:
        print(f"# kept: {service.folder}, replay with CRASH_SEED={SEED}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
