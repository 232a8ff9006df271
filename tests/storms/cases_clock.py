"""A wall clock that jumps a day, ahead or back, while messages wait.

libfaketime moves only the wall clock, as a wrong time server does; the
monotonic clock goes on.  Everything that waits when it jumps (retries, an open
breaker, a request on the wire, uncertain ones) must go out soon after, once.
"""

import collections
import contextlib
import glob
import os
import pathlib
import shutil
import tempfile
import time

from laws import judge
from service import binary, until
from tap import case
from telecom import key

LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"
SOON = 20                       # seconds: retry_most is 2 s here
UNCERTAIN = "4s"                # longer than the preparations take: they are uncertain still when it jumps
WAITS = ("", "unreadable", "503", ("slow", 4.0))
REFUSED = ("503",)              # answers after which a second copy is no second SMS


class Clock:
    def __init__(self, folder):
        self.folder, self.program = folder, folder / "yavar-by-another-clock"
        self.jump(0)

    def jump(self, days):
        """Of all programs that run by this clock, at once."""
        fresh = self.folder / "clock.new"
        fresh.write_text(f"{days * 86400:+d}\n")
        fresh.rename(self.folder / "clock")

    def wrap(self, library):
        self.program.write_text(
            f"#!/bin/sh\nLD_PRELOAD={library} FAKETIME_TIMESTAMP_FILE={self.folder}/clock FAKETIME_NO_CACHE=1 "
            f"FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1 exec {binary()} \"$@\"\n")
        self.program.chmod(0o755)


@contextlib.contextmanager
def another_clock():
    """The binary runs by a clock of ours, and so do the commands beside it."""
    library = next(iter(glob.glob(LIBRARIES)), None)
    assert library, "libfaketime is not installed: `make test-deps`"
    clock, before = Clock(pathlib.Path(tempfile.mkdtemp(prefix="yavar-clock-"))), os.environ.get("YAVAR")
    clock.wrap(library)
    os.environ["YAVAR"] = str(clock.program)
    try:
        yield clock
    finally:
        os.environ.pop("YAVAR")
        if before is not None:
            os.environ["YAVAR"] = before
        shutil.rmtree(clock.folder, ignore_errors=True)


class World:
    """Pledges of many phones, each to wait in its own way, and what becomes of them."""

    def __init__(self, stage, service, telecom):
        self.stage, self.service, self.telecom, self.offered, self.posts = stage, service, telecom, {}, {}

    def post(self, wait):
        phone, toman = self.stage.phone(), 20000 + len(self.offered)
        text, ident = f"نذر 1007 {toman} تومان", self.service.new_id()
        if wait and wait != "down":
            self.telecom.script(wait, to=phone)
        self.offered[key(phone)], self.posts[phone] = (text, toman * 10), (text, ident)
        answer = self.service.send(phone, text, ident)
        assert answer.status == 200, f"answered {answer.status}"
        return phone

    def repeat_all(self):
        """Every message from before comes again, and changes nothing."""
        for phone, (text, ident) in self.posts.items():
            answer = self.service.send(phone, text, ident)
            assert answer.status == 200, f"a repeat was answered {answer.status}"

    def let_wait(self):
        """Some of every kind, the last behind a line that is down and a breaker that is open."""
        requests, retries = len(self.telecom.requests), self.retries()
        for wait in WAITS * 2:          # fewer bad answers than open a breaker
            self.post(wait)
        until(lambda: len(self.telecom.requests) >= requests + 2 * len(WAITS), 3, "the first tries")
        self.telecom.default = "503"
        for _ in range(12):
            self.post("down")
        until(lambda: self.retries() >= retries + 5, 3, "a line that is down")
        states = [row["status"] for row in self.service.rows("export", "messages") if row["direction"] == "out"]
        few = [status for status in ("queued", "uncertain", "sending") if states.count(status) < 2]
        assert not few, f"the preparations took too long, few are {few}: {states}"

    def retries(self):
        return self.service.counted("yavar_sends_total", result="retry")

    def drained(self, what):
        def under_way():
            return sum(self.service.counted("yavar_outbox", status=status)
                       for status in ("queued", "sending", "uncertain"))
        began = time.monotonic()
        try:
            until(lambda: under_way() == 0, SOON, what, 0.2)
        except AssertionError as error:
            rows = [row for row in self.service.rows("export", "messages")
                    if row["direction"] == "out" and row["status"] in ("queued", "sending", "uncertain")]
            raise AssertionError(f"{error}: {len(rows)} wait, one is {rows[0] if rows else None}") from None
        return time.monotonic() - began

    def taken(self):
        """What the telecom took, or may have taken; what it refused is nobody's copy."""
        copies = collections.defaultdict(list)
        for sent in self.telecom.requests:
            if sent.answer not in REFUSED:
                copies[key(sent.to)].append(sent.text)
        return copies

    def holds(self):
        self.repeat_all()
        self.drained("after the repeats")
        verdict = judge(self.offered, set(self.offered), self.service.rows("export", "messages"),
                        self.service.rows("export", "pledges"), self.taken())
        sentences = verdict.lost + verdict.invented + verdict.doubled + verdict.stuck
        assert verdict.holds(), f"{verdict.line()}: {'; '.join(sentences[:4])}"


def timers_go_on(world):
    """A new message goes at once, and one refused once is tried again in its time."""
    for wait, within in (("", 2), ("503", 5)):
        phone = world.post(wait)
        tries = 2 if wait else 1
        assert len(world.telecom.wait(phone, tries, within)) == tries, f"a new message (answer {wait or 'accept'}) hangs"


def goes_on_after(world, clock, days):
    """Jumps; returns the seconds until nothing waited any more."""
    clock.jump(days)
    world.telecom.default = "accept"
    seconds = world.drained(f"what waited goes out at {days:+d} day")
    timers_go_on(world)
    world.drained("what was new")
    world.holds()
    return seconds


def jump_while_it_runs(stage, days):
    with contextlib.ExitStack() as stack:
        clock = stack.enter_context(another_clock())
        service, telecom = stack.enter_context(stage.fresh(service={"uncertain_wait": UNCERTAIN}))
        world = World(stage, service, telecom)
        world.let_wait()
        there = goes_on_after(world, clock, days)
        world.let_wait()
        again = goes_on_after(world, clock, 0)
        print(f"# {days:+d} day: {len(world.offered)} messages, drained {there:.1f} s after the jump, "
              f"{again:.1f} s after the jump to the right time")


@case("the clock jumps a day ahead and back again: what waits goes out, once, and repeats stay repeats")
def ahead(stage):
    jump_while_it_runs(stage, 1)


@case("the clock jumps a day back and ahead again: what waits goes out, once, and repeats stay repeats")
def back(stage):
    jump_while_it_runs(stage, -1)


@case("the clock is a day back after a restart: what waits goes out, once, and repeats stay repeats")
def back_at_start(stage):
    with contextlib.ExitStack() as stack:
        clock = stack.enter_context(another_clock())
        service, telecom = stack.enter_context(stage.fresh(service={"uncertain_wait": UNCERTAIN}))
        world = World(stage, service, telecom)
        world.let_wait()
        service.stop()
        clock.jump(-1)
        telecom.default = "accept"
        service.start()
        seconds = world.drained("what waited goes out")
        timers_go_on(world)
        world.drained("what was new")
        world.holds()
        print(f"# -1 day at the start: {len(world.offered)} messages, drained in {seconds:.1f} s")
