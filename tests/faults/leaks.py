"""A service that outlives hundreds of faults holds no more than before them.

Every few calls of a kind one fails, over many visits; then, unhurt and idle, its
descriptors are as many as before, and its resident memory is flat.  A warm-up
of the same faults comes first, so that what grows only once does not count.
"""

import os
import tempfile
import time

from house import House, drain
from service import until
from world import KINDS

# How often the n-th call fails, by kind, so that most visits still get through.
# A sync or a write that fails is a commit of unknown outcome: it ends a life.
EVERY = {"read": 8, "write": 25, "accept": 3, "receive": 5, "send": 5, "connect": 2, "socket": 2, "epoll": 9,
         "lock": 9}
ERRORS = {"write": "ENOSPC"}
FAULTS = 200
SPREAD = 16                     # as many connections to the telecom may stand idle; a leak would be tens
GROWTH = 4 << 20                # bytes: what malloc keeps for later, and what SQLite's cache of 8 MiB still grew
SECONDS = float(os.environ.get("FAULTS_LEAK_SECONDS", "2"))


def descriptors(service):
    return len(os.listdir(f"/proc/{service.process.pid}/fd"))


def idle(house):
    """Unhurt, all sent, and the telecom's connections closed."""
    house.recover()
    drain(house.service)
    house.telecom.drop()
    time.sleep(0.3)


def suffer(house, kind, faults, end):
    """Visits until so many calls failed; how many did."""
    errors, hit, visits = KINDS[kind], 0, 0
    while hit < faults and time.monotonic() < end:
        visits += 1
        house.control.arm(kind, EVERY[kind], "every", ERRORS.get(kind, errors[visits % len(errors)]))
        house.visit(f"leak {kind}", wait=0.05)
        hit += house.control.failed()
        house.control.disarm()
        if kind in ("connect", "socket"):
            house.telecom.drop()            # so that the next sends have to connect
        if not house.service.alive():
            return hit
    return hit


def leak_of(house, kind):
    """(what is wrong or None, a line of figures)"""
    suffer(house, kind, FAULTS / 2, time.monotonic() + SECONDS / 2)
    idle(house)
    before, memory = descriptors(house.service), house.service.memory()
    hit = suffer(house, kind, FAULTS, time.monotonic() + SECONDS)
    if not house.service.alive():
        return f"it ended:\n{house.service.log_tail(3)}", ""
    idle(house)
    try:
        until(lambda: descriptors(house.service) <= before + SPREAD, 25, "descriptors", pause=0.2)
    except AssertionError:
        pass
    after, grown = descriptors(house.service), house.service.memory() - memory
    figures = f"{hit} faults, {before} descriptors before and {after} after, {grown // 1024:+d} KiB"
    return None if after <= before + SPREAD and grown < GROWTH else figures, figures


def leaks(report, wanted):
    for kind in [kind for kind in EVERY if kind in wanted]:
        folder = tempfile.TemporaryDirectory(prefix="yavar-leaks-")
        house = House(folder.name)
        try:
            house.begin()
            house.patient = 0.2
            wrong, figures = leak_of(house, kind)
            report.line(wrong is None, f"no leak: {kind}: {figures}", [wrong] if wrong else [])
            laws = house.verdict() if house.service.alive() else []
            if laws:
                report.line(False, f"no leak: {kind}: the laws", laws)
        finally:
            house.close()
            folder.cleanup()
