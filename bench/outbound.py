"""Outbound: a full outbox emptied into a sink, beside a bare curl-multi loop to the same sink."""

from filling import fill
from figures import RATE, column, compared, ratios, spread
from world import AT_MOST, Fault, accepted, asked, measured, serving, set_up, sink, sized, threads, until

QUEUED = sized(60000, 3000)
IN_FLIGHT = 64
PATIENCE = 60
SENT = "SELECT count(*), (max(sent_ms) - min(sent_ms)) / 1000.0 FROM outbox WHERE status = 'sent'"


def emptied(folder):
    with sink(folder) as telecom:
        set_up(folder, f"http://{telecom.peer}/sms?", AT_MOST, IN_FLIGHT)
        fill(folder, queued=QUEUED)
        with serving(folder) as it:
            until(lambda: accepted(telecom) >= QUEUED, PATIENCE, "the outbox to empty")
            until(lambda: asked(folder, SENT)[0] == QUEUED, PATIENCE, "the last mark")
            spent, took = threads(it.pid), accepted(telecom)
    if took != QUEUED:
        raise Fault(f"{QUEUED} messages were queued, {took} sent")
    return {"per_second": QUEUED / asked(folder, SENT)[1], "server_cpu_us": sum(spent.values()) * 1e6 / QUEUED}


def bare_loop(folder):
    with sink(folder) as telecom:
        figures = measured("curl_loop", "-n", IN_FLIGHT, "-r", QUEUED, f"http://{telecom.peer}")
    if figures["ok"] != QUEUED:
        raise Fault(f"the bare loop: {figures}")
    return figures | {"server_cpu_us": figures["cpu_seconds"] * 1e6 / QUEUED}


class Outbound:
    title = "Outbound"

    def __init__(self, folder):
        self.folder, self.yavar, self.bare = folder, [], []

    def round(self, n):
        home = self.folder / str(n)
        self.yavar.append(emptied(home))
        self.bare.append(bare_loop(home))
        return f"{self.yavar[-1]['per_second']:,.0f}/s"

    def summary(self):
        rates = column(self.yavar, "per_second")
        return [("outbound", spread(rates) + "/s", "a bare curl-multi loop",
                 spread(ratios(rates, column(self.bare, "per_second")), "{:.2f}"), "≥ 0.8")]

    def report(self):
        return f"""{QUEUED:,} messages queued before the start, emptied into a sink that answers at once, {IN_FLIGHT} requests on the wire, from the
first mark to the last; each was accepted once and is marked. *curl-multi* sends requests of the same kind to the same
sink, as many at once, and keeps nothing.

{compared({"yavar": self.yavar, "curl-multi": self.bare}, (RATE, ("CPU, µs each", "server_cpu_us", "{:.1f}")))}
"""
