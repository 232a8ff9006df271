"""Reading: how needs stand, a second, and what a full export does to pledges that come meanwhile."""

import contextlib
import subprocess
import threading

from figures import COSTS, RATE, TIMES, column, compared, ratios, spread
from world import YAVAR, Fault, load, must_hold, pledges, serving, set_up, sized

SECONDS = sized(4, 1)
PACE = sized(2000, 500)


@contextlib.contextmanager
def exporting(folder):
    """`yavar export messages`, over and over; gives how often it came to its end."""
    done, ended = [], threading.Event()

    def export():
        while not ended.is_set():
            with subprocess.Popen([YAVAR, "export", "messages", "-c", str(folder / "yavar.ini")],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
                while process.poll() is None:
                    if ended.wait(0.02):
                        process.terminate()
                        return
                done.append(process.returncode)

    thread = threading.Thread(target=export)
    thread.start()
    try:
        yield done
    finally:
        ended.set()
        thread.join()
    if any(done):
        raise Fault(f"yavar export messages: exits {done}")


class Reading:
    """On the database that growth filled."""

    title = "Reading"

    def __init__(self, folder, growth):
        self.folder, self.growth = folder, growth
        self.needs, self.alone, self.beside = [], [], []

    def asked(self, n):
        home = set_up(self.folder / str(n))
        with serving(home) as it:
            figures = load(it.peer, it.pid, n, "-f", home / "codes", "-q", seconds=SECONDS)
        must_hold(home, "inbox", figures["ok"], "questions were answered")
        must_hold(home, "outbox", figures["ok"], "questions were answered")
        return figures

    def round(self, n):
        home = self.growth.home(min(self.growth.full))
        self.needs.append(self.asked(n))
        with serving(home) as it:
            self.alone.append(pledges(home, it, 100 + n, "-R", PACE, seconds=SECONDS))
            with exporting(home):
                self.beside.append(pledges(home, it, 200 + n, "-R", PACE, seconds=SECONDS))
        return f"{self.needs[-1]['per_second']:,} needs/s"

    def summary(self):
        return [("`need` by SMS", spread(column(self.needs, "per_second")) + "/s", "", "", ""),
                ("pledges' p99 during a full export", spread(column(self.beside, "p99_us")) + " µs", "without it",
                 spread(ratios(column(self.beside, "p99_us"), column(self.alone, "p99_us")), "{:.2f}"), "≤ 1.5")]

    def report(self):
        sides = {"`need`": self.needs, "pledges": self.alone, "pledges beside an export": self.beside}
        return f"""`need` is asked as fast as it is answered over 64 connections; every question and its answer were found in the store.
Pledges come at {PACE:,} a second to a database of {min(self.growth.full):,} messages, alone and while `yavar export messages` runs over
and over.

{compared(sides, (RATE, *TIMES, *COSTS))}
"""
