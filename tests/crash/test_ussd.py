#!/usr/bin/env python3
"""USSD under kill -9: no answer that was acknowledged by a page is lost, none counts twice.

Phones walk flows over gateways of every kind (walkers.py); the service is
killed at random instants and started again.  A phone that saw no page repeats
its press, or dials again and goes on.  At the end every registration and pledge
that a phone finished is there once, with exactly the answers it gave, and
nothing else is.

    USSD_CYCLES=40  USSD_SEED=…  USSD_PHONES=8  CRASH_KEEP=1  tests/crash/test_ussd.py

The same seed gives the same walks and kill instants; how far each life gets
before a kill is the machine's.
"""

import os
import pathlib
import random
import sqlite3
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from service import PATIENCE, Service                        # noqa: E402
from telecom import Telecom                                  # noqa: E402
from ussd_wire import GATEWAYS, sections                     # noqa: E402
from walkers import LINES, NEEDS, Walker                     # noqa: E402

CYCLES = int(os.environ.get("USSD_CYCLES", "40"))
SEED = int(os.environ.get("USSD_SEED", time.time_ns() % 1_000_000_007))
PHONES = int(os.environ.get("USSD_PHONES", "8"))
ROWS = tuple(f"{code},fars,درمانگاه آزمون {code},equipment,1,دستگاه شماره {code},device {code},rial,"
             f"900000000000000,open,دستگاه {code},device {code}" for code in NEEDS)


def set_up(telecom):
    return Service(telecom, needs=ROWS, more=sections([GATEWAYS[name] for name in LINES]),
                   channel={"rate": "5000"}, service={"pay_to": "IR740990000000000000000001"})


def crash(service, walkers, threads):
    for cycle in range(CYCLES):
        time.sleep(random.Random(f"{SEED}/cycle/{cycle}").uniform(0.05, 0.35) * PATIENCE)
        assert service.alive(), f"the service ended by itself\n{service.log_tail()}"
        service.kill()
        service.start()
        told = [fault for walker in walkers for fault in walker.faults]
        assert not told, "\n".join(told)
        assert all(thread.is_alive() for thread in threads), "a walker ended early"


def storm(service):
    """All the kills; then every walker finishes what it is at."""
    over = threading.Event()
    walkers = [Walker(SEED, number, service) for number in range(PHONES)]
    threads = [threading.Thread(target=walker.walk, args=(GATEWAYS, over.is_set), daemon=True) for walker in walkers]
    for thread in threads:
        thread.start()
    try:
        crash(service, walkers, threads)
    finally:
        over.set()
    for thread in threads:
        thread.join(20 * PATIENCE)
        assert not thread.is_alive(), "a walker does not come to its end"
    told = [fault for walker in walkers for fault in walker.faults]
    assert not told, "\n".join(told)
    return walkers


def read(service, query):
    store = sqlite3.connect(f"file:{service.folder}/yavar.db?mode=ro", uri=True)
    try:
        return store.execute(query).fetchall()
    finally:
        store.close()


def kept_of(service):
    """(phone, what) of everything in the store, counted."""
    rows = [(phone, *what) for phone, *what in read(
        service, "SELECT phone, province, specialty, availability FROM volunteer")]
    rows += [(phone, str(need), str(rial // 10)) for phone, need, rial in read(
        service, "SELECT phone, need, amount_rial FROM pledge")]
    return rows


def weigh(service, walkers):
    """(lost, doubled): lines that say what is not as it was answered."""
    wanted = [(int(flow.phone), *(flow.answers[at] for at in sorted(flow.answers) if flow.answers[at]))
              for walker in walkers for flow in walker.finished]
    kept = kept_of(service)
    lost = [row for row in wanted if row not in kept]
    extra = [row for row in kept if row not in wanted or kept.count(row) > 1]
    return lost, extra


def say(walkers, lost, extra, seconds):
    total = {name: sum(getattr(walker, name) for walker in walkers) for name in ("steps", "resumed", "repeated")}
    finished = sum(len(walker.finished) for walker in walkers)
    print(f"# kept wrongly: lost {lost[:5]}, not answered so or twice {extra[:5]}" if lost or extra else "#")
    print(f"seed={SEED} cycles={CYCLES} pages={total['steps']} resumed={total['resumed']} "
          f"repeated={total['repeated']} finished={finished} seconds={seconds:.0f} "
          f"lost={len(lost)} doubled={len(extra)}")
    assert finished >= CYCLES and total["resumed"] >= CYCLES / 4, "too little load to prove anything"


def run(service):
    began = time.monotonic()
    walkers = storm(service)
    service.stop()
    lost, extra = weigh(service, walkers)
    say(walkers, lost, extra, time.monotonic() - began)
    return not lost and not extra


def main():
    print(f"# seed={SEED} cycles={CYCLES} phones={PHONES}", flush=True)
    telecom, service, good = Telecom(), None, False
    try:
        service = set_up(telecom)
        good = run(service)
    except AssertionError as error:
        print("\n".join(f"#   {row}" for row in str(error).splitlines()))
    finally:
        if service:
            service.close(keep=not good or bool(os.environ.get("CRASH_KEEP")))
        telecom.close()
    print(f"{'' if good else 'not '}ok 1 - {CYCLES} kill -9 between steps: no acknowledged answer is lost, "
          f"none counts twice\n1..1")
    if not good and service:
        print(f"# kept: {service.folder}, replay with USSD_SEED={SEED}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
