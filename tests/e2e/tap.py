"""The runner: cases by name, one line each in TAP, and the stage they play on.

A service costs a fraction of a second to start, so cases share one and keep
apart by using their own phones; a case that failed takes its stage with it,
and the next gets a new one.  A case that needs its own rules asks for a
`fresh` service.
"""

import contextlib
import multiprocessing
import os
import sys
import time
import traceback

from service import Service
from telecom import Telecom

CASES = []
AT_END = []   # called by each player once it plays no more
LONGEST = 300  # s that any case may take


class Skip(Exception):
    """What a case needs is not to be had here; says what."""


def case(name):
    """Marks a function of one Stage as a case."""
    def add(function):
        CASES.append((name, function))
        return function
    return add


class Stage:
    def __init__(self):
        self._shared = None
        self._phone = 9120000000 + (int(time.time()) + os.getpid()) % 1000 * 1000
        self.open = []

    def phone(self):
        """A phone nobody used yet, as a telecom writes it."""
        self._phone += 1
        return f"98{self._phone}"

    def shared(self):
        """(service, telecom) with plain rules, used by many cases."""
        if self._shared and not self._shared[0].alive():
            self.drop_shared()
        if not self._shared:
            self._shared = self._build()
        return self._shared

    def drop_shared(self, keep=False):
        if self._shared:
            self._take_down(self._shared, keep)
            self._shared = None

    def _build(self, telecom=None, **options):
        telecom = telecom or Telecom()
        try:
            return Service(telecom, **options), telecom
        except BaseException:
            telecom.close()
            raise

    @staticmethod
    def _take_down(pair, keep=False):
        pair[0].close(keep)
        pair[1].close()

    @contextlib.contextmanager
    def fresh(self, **options):
        pair = self._build(**options)
        self.open.append(pair)
        try:
            yield pair
        finally:
            self.open.remove(pair)
            self._take_down(pair, keep=bool(os.environ.get("E2E_KEEP")))


def reason(error):
    """An assertion speaks for itself; anything else shows where it happened."""
    if isinstance(error, AssertionError) and str(error):
        return str(error)
    return "".join(traceback.format_exception(error)[-4:])


def play(stage, number, name, function):
    """(whether it went well, its lines)"""
    began = time.monotonic()
    try:
        function(stage)
    except Skip as why:
        return True, f"ok {number} - {name} # SKIP {why}"
    except Exception as error:      # whatever it is, the case failed
        stage.drop_shared(keep=bool(os.environ.get("E2E_KEEP")))
        told = "\n".join(f"    {row}" for row in reason(error).rstrip().splitlines())
        return False, f"not ok {number} - {name}\n{told}"
    return True, f"ok {number} - {name} # {time.monotonic() - began:.1f} s"


def leave(stage):
    stage.drop_shared()
    for function in AT_END:
        function()


def work(chosen, numbers, told):
    """One of several players, each with a stage of its own; takes the next case as it comes."""
    stage = Stage()
    for number in iter(numbers.get, None):
        told.put((number, *play(stage, number, *chosen[number - 1])))
    leave(stage)


def played(chosen, jobs):
    """Each case's (whether it went well, its lines), in order."""
    if jobs < 2:
        stage = Stage()
        for number, one in enumerate(chosen, 1):
            yield play(stage, number, *one)
        leave(stage)
        return
    processes = multiprocessing.get_context("fork")
    numbers, told, early = processes.Queue(), processes.Queue(), {}
    for number in (*range(1, len(chosen) + 1), *[None] * jobs):
        numbers.put(number)
    players = [processes.Process(target=work, args=(chosen, numbers, told)) for _ in range(jobs)]
    for player in players:
        player.start()
    for number in range(1, len(chosen) + 1):
        while number not in early:
            done, *rest = told.get(timeout=LONGEST)
            early[done] = rest
        yield early.pop(number)
    for player in players:
        player.join()


def run(wanted=()):
    """Runs the cases whose name holds one of the words, E2E_JOBS of them at once; returns the exit code."""
    chosen = [(name, function) for name, function in CASES
              if not wanted or any(word in name for word in wanted)]
    failed = 0
    for good, lines in played(chosen, int(os.environ.get("E2E_JOBS", "1"))):
        failed += not good
        print(lines, flush=True)
    print(f"1..{len(chosen)}")
    return 1 if failed or not chosen else 0
