"""The runner: cases by name, one line each in TAP, and the stage they play on.

A service costs a fraction of a second to start, so cases share one and keep
apart by using their own phones; a case that failed takes its stage with it,
and the next gets a new one.  A case that needs its own rules asks for a
`fresh` service.
"""

import contextlib
import os
import sys
import time
import traceback

from service import Service
from telecom import Telecom

CASES = []


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
        self._phone = 9120000000 + int(time.time()) % 1000 * 1000
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


def run(wanted=()):
    """Runs the cases whose name holds one of the words; returns the exit code."""
    chosen = [(name, function) for name, function in CASES
              if not wanted or any(word in name for word in wanted)]
    stage, failed = Stage(), 0
    for number, (name, function) in enumerate(chosen, 1):
        began = time.monotonic()
        try:
            function(stage)
        except KeyboardInterrupt:
            raise
        except Skip as why:
            print(f"ok {number} - {name} # SKIP {why}")
        except Exception as error:      # whatever it is, the case failed
            failed += 1
            print(f"not ok {number} - {name}")
            print("\n".join(f"    {row}" for row in reason(error).rstrip().splitlines()))
            stage.drop_shared(keep=bool(os.environ.get("E2E_KEEP")))
        else:
            print(f"ok {number} - {name} # {time.monotonic() - began:.1f} s")
        finally:
            sys.stdout.flush()
    stage.drop_shared()
    print(f"1..{len(chosen)}")
    return 1 if failed or not chosen else 0
