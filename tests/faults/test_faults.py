#!/usr/bin/env python3
"""Every n-th call fails: no crash, no loss, no leak, a sane answer.

As SQLite's own tests do: a call of one kind (memory, a read, a sync, an
accept…) is made to fail, the n-th once, or the n-th and all after it.  n goes
over all calls that a small day's work makes, in a running service and in one
that is hurt from its first instruction on; over the commands, too.

    FAULTS_SECONDS=50  FAULTS_EVERY=1  FAULTS_SEED=…  FAULTS_KINDS=sync,send  FAULTS_KEEP=1

By default n is drawn by a printed seed until the seconds are used up;
FAULTS_LEAK_SECONDS=20 looks longer for leaks, for each kind;
FAULTS_EVERY=1 takes every n there is, however long that lasts.
"""

import os
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from commands import commands_hurt                          # noqa: E402
from house import House                                     # noqa: E402
from leaks import leaks                                     # noqa: E402
from stories import stories                                 # noqa: E402
from world import KINDS                                     # noqa: E402

SECONDS = float(os.environ.get("FAULTS_SECONDS", "50"))
EVERY = bool(os.environ.get("FAULTS_EVERY"))
SEED = int(os.environ.get("FAULTS_SEED", time.time_ns() % 1_000_000_007))
FEW = 6                         # shots that may all miss: no two days make the same calls
WANTED = [kind for kind in KINDS if kind in os.environ.get("FAULTS_KINDS", ",".join(KINDS)).split(",")]


class Plan:
    """Which n of which kind comes next: one of each kind and mode a round."""

    def __init__(self, counts, dice, end):
        self.end, self.rounds, self.left = end, 0, {}
        for kind in WANTED:
            for mode in ("once", "onwards") if kind != "lock" else ("once",):
                numbers = list(range(1, counts[kind] + 1))
                dice.shuffle(numbers)
                if numbers:
                    self.left[kind, mode] = numbers

    def shots(self):
        """(kind, mode, n, errno) until the time is up or nothing is left."""
        while any(self.left.values()):
            self.rounds += 1
            for (kind, mode), numbers in self.left.items():
                if not EVERY and time.monotonic() > self.end:
                    return
                if numbers:
                    yield kind, mode, numbers.pop(), KINDS[kind][self.rounds % len(KINDS[kind])]


class Tally:
    """What went wrong, by kind, and how often each was tried."""

    def __init__(self):
        self.tried, self.hit, self.wrong = {}, {}, {}

    def shot(self, kind, hit, faults):
        self.tried[kind] = self.tried.get(kind, 0) + 1
        self.hit[kind] = self.hit.get(kind, 0) + bool(hit)
        self.wrong.setdefault(kind, []).extend(faults)


def hurt_running(house, kind, shot):
    """Up and well, then the n-th call fails; what went wrong as sentences."""
    faults = []
    try:
        house.visit(shot)
        hit = house.control.failed()
        if hit and kind == "sync" and house.service.alive():
            house.service.process.wait(2)       # an unknown commit must end it
        dead = house.dead(allowed=(75,) if kind == "malloc" else (1,))
        faults += [f"{shot}: {dead}"] if dead else []
        house.recover()
    except Exception as error:
        faults.append(f"{shot}: {error}\n{house.service.log_tail(5)}")
        house.service.kill()
        house.recover()
    return house.control.failed(), faults


def hurt_from_start(house, kind, shot):
    """Hurt from its first call to its last, through SIGTERM."""
    faults = []
    try:
        if house.begin():
            house.visit(shot, wait=0.1)
        house.end()
        dead = house.dead(allowed=(0, 1, 75, 78))
        faults += [f"{shot}: {dead}"] if dead else []
    except Exception as error:
        faults.append(f"{shot}: {error}\n{house.service.log_tail(5)}")
        house.service.kill()
    hit = house.control.failed()
    house.recover()
    house.end()
    return hit, faults


def campaign(house, name, hurt, counts, dice, seconds):
    """Shots of one way to hurt, with the laws looked at now and then."""
    tally, plan, began = Tally(), Plan(counts, dice, time.monotonic() + seconds), time.monotonic()
    try:
        for kind, mode, n, error in plan.shots():
            shot = f"{name} {kind} {n} {mode} {error}"
            house.control.arm(kind, n, mode, error)
            tally.shot(kind, *hurt(house, kind, shot))
    finally:
        house.control.disarm()
    if not house.service.alive():
        house.service.start()
    laws = house.verdict()
    print(f"# {name}: {sum(tally.tried.values())} faults in {plan.rounds} rounds, "
          f"{time.monotonic() - began:.0f} s")
    return tally, laws


def measure_running(house):
    house.visit("warm-up")
    house.control.arm()
    house.visit("counting")
    house.control.disarm()
    house.recover()
    return house.control.counts()


def measure_whole(house):
    house.control.arm()
    house.begin()
    house.visit("counting")
    code = house.end()
    assert code == 0, f"unhurt, and SIGTERM gives {code}"
    return house.control.counts()


class Report:
    def __init__(self):
        self.number = self.failed = 0

    def line(self, good, what, faults=()):
        self.number += 1
        self.failed += not good
        print(f"{'' if good else 'not '}ok {self.number} - {what}")
        for fault in list(faults)[:8]:
            print("\n".join(f"    {row}" for row in str(fault).splitlines()))
        sys.stdout.flush()

    def tally(self, name, tally, laws):
        for kind in tally.tried:
            self.line(not tally.wrong[kind] and (tally.hit[kind] > 0 or tally.tried[kind] < FEW),
                      f"{name}: {kind} fails: {tally.hit[kind]} of {tally.tried[kind]} hit", tally.wrong[kind])
        self.line(not laws, f"{name}: nothing lost, invented, doubled or stuck", laws)


def serve_hurt(report, folder, dice):
    house = House(folder)
    try:
        counts = measure_whole(house)
        print("# calls from start to end: " + " ".join(f"{k}={n}" for k, n in counts.items()))
        report.tally("from the start", *campaign(house, "from the start", hurt_from_start, counts, dice,
                                                 SECONDS * 0.4))
        counts = measure_running(house)
        print("# calls of one visit: " + " ".join(f"{k}={n}" for k, n in counts.items()))
        report.tally("running", *campaign(house, "running", hurt_running, counts, dice, SECONDS * 0.3))
        insane = house.insane()
        report.line(not insane, "a telecom saw 200, 503 or a closed connection", insane)
        for last, count in house.deaths.most_common():
            print(f"# {count} lives ended with {last}")
    finally:
        house.close(keep=bool(os.environ.get("FAULTS_KEEP")))


def main():
    print(f"# seed={SEED} seconds={SECONDS:g}{' every' if EVERY else ''}", flush=True)
    dice, report, folder = random.Random(SEED), Report(), tempfile.mkdtemp(prefix="yavar-faults-")
    try:
        serve_hurt(report, folder, dice)
        commands_hurt(report, folder, dice, SECONDS * 0.2, EVERY, WANTED)
        leaks(report, WANTED)
        stories(report)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"1..{report.number}")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
