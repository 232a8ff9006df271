"""Growth: inbound on a database that was in use for years, beside an empty one."""

import os
import shutil
import time

from figures import RATE, TIMES, column, compared, ratios, spread
from filling import at_hand, end_the_day, fill
from world import QUICK, pledges, serving, set_up, sized

SECONDS = sized(5, 1)
PEOPLE = sized(1000000, 20000)
SIZES = sized((1000000, 10000000), (20000,))  # messages
TARGETS = ("≥ 0.8", "≥ 0.7")
BYTES_A_MESSAGE, FREE_BYTES = 600, 4 << 30  # the largest is left out where the disk is short


def fits(folder, messages):
    return shutil.disk_usage(folder).free > 2 * BYTES_A_MESSAGE * messages + FREE_BYTES


class Growth:
    """The full databases are made once and kept for the rounds, each of which adds a little to them."""

    title = "Growth"

    def __init__(self, folder):
        self.folder, self.empty, self.made_in = folder, [], {}
        self.full = {size: [] for size in SIZES if fits(folder, size)}
        for size in self.full:
            began = time.monotonic()
            fill(set_up(self.home(size)), people=PEOPLE, pledges=PEOPLE, messages=size)
            self.made_in[size] = time.monotonic() - began

    def home(self, size):
        return self.folder / str(size)

    def measured(self, home, n):
        os.sync()  # the last one's pages are on the disk before this one's are written
        with serving(home) as it:
            return pledges(home, it, n, seconds=SECONDS)

    def round(self, n):
        self.empty.append(self.measured(set_up(self.folder / f"empty-{n}"), n))
        for size, rounds in self.full.items():
            at_hand(self.home(size))
            rounds.append(self.measured(self.home(size), n))
            end_the_day(self.home(size))
        return ", ".join(f"{rounds[-1]['per_second']:,}/s" for rounds in (self.empty, *self.full.values()))

    def summary(self):
        rates = column(self.empty, "per_second")
        return [(f"growth, {size:,} messages", spread(column(rounds, "per_second")) + "/s", "an empty database",
                 spread(ratios(column(rounds, "per_second"), rates), "{:.2f}"), target)
                for (size, rounds), target in zip(self.full.items(), TARGETS)]

    def report(self):
        sides = {"empty": self.empty} | {f"{size:,} messages": rounds for size, rounds in self.full.items()}
        made = ", ".join(f"{size:,} in {seconds:.0f} s" for size, seconds in self.made_in.items())
        left = "" if QUICK or len(self.full) == len(SIZES) else " The largest was left out: this disk is too short."
        return f"""Inbound at 64 connections on databases with so many messages (half came in, half went out), {PEOPLE:,} pledges and
{PEOPLE:,} contacts of a year, made by SQL ({made}), read through before; each round is a day of its own, and the phones that pledge
are new and spread over all.{left}

{compared(sides, (RATE, *TIMES))}
"""
