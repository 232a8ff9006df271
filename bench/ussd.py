"""USSD: 1,000 sessions at once, each registering a volunteer in seven steps, beside pledges by SMS."""

from figures import COSTS, RATE, TIMES, by_thread, column, compared, ratios, spread
from world import Fault, load, memory_mib, must_hold, serving, set_up, sized

SECONDS = sized(6, 1.5)
SESSIONS = 1000
GROWTH_MOST = 24  # MiB: the database's page cache may take 16 of them


class Ussd:
    """Memory is compared with what it was after the first second, when as many sessions were open: what is kept for a
    step or a session would show in some 50,000 steps."""

    title = "USSD"

    def __init__(self, folder, inbound):
        self.folder, self.inbound, self.rounds = folder, inbound, []

    def round(self, n):
        home = set_up(self.folder / str(n))
        with serving(home) as it:
            first = load(it.peer, it.pid, 1000 + n, "-u", SESSIONS, seconds=1)
            before = memory_mib(it.pid)
            figures = load(it.peer, it.pid, n, "-u", SESSIONS, seconds=SECONDS)
            figures["mib_first"], figures["mib"] = before, memory_mib(it.pid)
        finished = first["finished"] + figures["finished"]
        must_hold(home, "volunteer", finished, "volunteers saw their last page")
        if not figures["finished"] or figures["mib"] - before > GROWTH_MOST:
            raise Fault(f"no session ended, or something is kept between steps: {figures}")
        self.rounds.append(figures)
        return f"{figures['per_second']:,} steps/s"

    def summary(self):
        beside = column(self.inbound.rounds[64]["yavar"], "per_second")
        return [("USSD steps, 64 connections", spread(column(self.rounds, "per_second")) + "/s", "inbound by SMS",
                 spread(ratios(column(self.rounds, "per_second"), beside), "{:.2f}"), "≥ 0.8")]

    def report(self):
        rows = (RATE, *TIMES, *COSTS, ("sessions finished", "finished", "{:,.0f}"),
                ("MiB after the first second", "mib_first", "{:.1f}"), ("MiB at the end", "mib", "{:.1f}"))
        return f"""{SESSIONS:,} sessions at once over 64 connections, each the seven steps of a volunteer's registration, all of whom
were found in the store. What memory grows by is SQLite's page cache, 8 MiB at most.

{compared({"USSD steps": self.rounds}, rows)}

CPU µs a step on each thread: {by_thread(self.rounds)}.
"""
