"""A telecom whose moods are derived from the run's seed.

What it answers to the nth request for a phone, which of its connections are cut
before anything is read, and which delivery reports come when, are functions of
the seed; everything is written into its journal.  While `healthy`, it accepts
all: the outbox must be able to drain.
"""

import random

from telecom import Telecom, row_of

# What it answers, how often in a thousand; the rest is accepted.
FAULTS = (("503", 40), ("503 later", 25), ("403", 20), ("400", 5), ("unauthorised", 1), ("reset", 20),
          ("close", 20), ("unreadable", 15), ("garbage", 10), ("slow", 40))
# Delivery reports on what it may have taken: %d values and when; the rest never come.
REPORTS = (((8, 1), "after", 150), ((1,), "after", 100), ((1,), "before", 80), ((1, 1), "after", 50),
           ((8, 2), "after", 20), ((8,), "after", 50), (("unknown",), "after", 50))
TAKEN = {"accept", "reset", "close", "unreadable", "garbage", "slow"}
UNKNOWN_ROW = 10 ** 12


def pick(table, point):
    """The row of the table in whose share the point (0 to 999) lies, or None."""
    for row in table:
        point -= row[-1]
        if point < 0:
            return row
    return None


class MoodyTelecom(Telecom):
    def __init__(self, seed):
        self.seed, self.healthy, self.reports_ended = seed, False, False
        self.refusing = ()      # the lines (by their number) that refuse everything
        super().__init__()

    def keep_journal(self, path):
        self._journal = open(path, "a", encoding="utf-8", buffering=1)

    def end_reports(self):
        """Waits for those under way; no more will come."""
        self.reports_ended = True
        self._posts.shutdown(wait=True)

    def _dice(self, *about):
        return random.Random("/".join(str(part) for part in (self.seed, *about)))

    def _choose(self, sent):
        if self.healthy:
            return "accept"
        if sent.sender in self.refusing:
            return "503"
        dice = self._dice("answer", sent.to, len(self._by_phone[sent.to[-10:]]))
        fault = pick(FAULTS, dice.randrange(1000))
        if fault is None or (fault[0] == "unauthorised" and self.refusing):
            return "accept"     # one line at least is up, so that it can take over
        return ("slow", dice.uniform(0.02, 0.4)) if fault[0] == "slow" else fault[0]

    def _reports_on(self, sent):
        if sent.answer not in TAKEN or self.reports_ended:
            return (), "after"
        dice = self._dice("report", sent.to, len(self._by_phone[sent.to[-10:]]))
        chosen = pick(REPORTS, dice.randrange(1000))
        return chosen[:2] if chosen else ((), "after")

    def _send_report(self, sent, status):
        if status != "unknown":
            return super()._send_report(sent, status)
        row = row_of(sent.dlr_url)
        sent.dlr_url = sent.dlr_url.replace(f"id={row}&", f"id={UNKNOWN_ROW + row}&")
        return super()._send_report(sent, 1)

    def _new_line(self):
        line = super()._new_line()
        if not self.healthy and self._dice("line", self._count).random() < 0.05:
            line.deaf = True
        return line
