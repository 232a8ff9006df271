"""Inbound: pledges a second, durable and answered, beside bare evhttp and beside the same statements without HTTP."""

from figures import COSTS, RATE, TIMES, by_thread, column, compared, ratios, spread
from machine import syncs_a_second
from world import BENCH, measured, must_hold, pledges, load, server, serving, set_up, sized, sound

SECONDS = sized(5, 1.5)
AT_ONCE = (64, 256)


def statements(folder, at_once, seed):
    set_up(folder)
    figures = measured("statements", "-c", folder / "yavar.ini", "-f", folder / "codes", "-n", at_once,
                       "-s", SECONDS, "-S", seed)
    sound(figures)
    must_hold(folder, "pledge", figures["ok"], "pledges were committed")
    return figures


class Inbound:
    title = "Inbound"

    def __init__(self, folder):
        self.folder, self.syncs = folder, []
        self.rounds = {n: {"yavar": [], "bare evhttp": [], "statements": []} for n in AT_ONCE}

    def round(self, n):
        for at_once, sides in self.rounds.items():
            home = set_up(self.folder / f"{n}-{at_once}")
            with serving(home) as it:
                sides["yavar"].append(pledges(home, it, n, connections=at_once, seconds=SECONDS))
            self.syncs.append(syncs_a_second(self.folder))
            with server(home / "bare.log", BENCH / "bare") as it:
                sides["bare evhttp"].append(load(it.peer, it.pid, n, "-f", home / "codes", connections=at_once,
                                                 seconds=SECONDS))
            sides["statements"].append(statements(self.folder / f"{n}-{at_once}-statements", at_once, n))
        return f"{self.rounds[64]['yavar'][-1]['per_second']:,}/s"

    def shares(self, at_once):
        sides = self.rounds[at_once]
        lower = [min(pair) for pair in zip(*(column(sides[side], "per_second") for side in ("bare evhttp", "statements")))]
        return ratios(column(sides["yavar"], "per_second"), lower)

    def summary(self):
        return [(f"inbound, {n} connections", spread(column(self.rounds[n]["yavar"], "per_second")) + "/s",
                 "the lower of bare evhttp and the statements alone", spread(self.shares(n), "{:.2f}"), "≥ 0.6")
                for n in AT_ONCE]

    def report(self):
        text = f"""Keep-alive connections with one request in flight on each, unique ids, unique phones, 50 needs, a fresh database
each time. *bare evhttp* parses the same request, path and fields, and keeps nothing; *statements* puts the same
pledges, understood beforehand, through the same handlers, worker and group commit, without HTTP, as many at once.
This disk syncs 4 KiB {spread(self.syncs)} times a second.
"""
        for n in AT_ONCE:
            text += f"\n{n} connections:\n\n" + compared(self.rounds[n], (RATE, *TIMES, *COSTS,
                                                                         ("pledges a commit", "jobs_a_commit", "{:.1f}")))
            text += f"\n\nCPU µs a pledge on each thread: {by_thread(self.rounds[n]['yavar'])}.\n"
        return text
