"""End to end: from a pledge's webhook to its confirmation accepted by the telecom and marked, beside Kannel."""

import array

from figures import COSTS, RATE, by_thread, column, compared, ratios, spread, table
from kannel import STORES, WINDOW, keyword_answered
from world import AT_MOST, Fault, accepted, asked, pledges, serving, set_up, sink, sized, until

SECONDS = sized(5, 1)
PACES = sized((200, 2000), (200, 1000))
IN_FLIGHT = 64
PATIENCE = 60
LEFT = "SELECT count(*) FROM outbox WHERE status IN ('queued', 'sending')"
MARKED = "SELECT count(*), (max(sent_ms) - min(created_ms)) / 1000.0 FROM outbox WHERE status IN ('sent', 'delivered')"


def read_marks(file):
    """Phone: nanoseconds."""
    pairs = array.array("Q", file.read_bytes())
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def part(values, share):
    return values[min(len(values) - 1, int(len(values) * share))]


def confirmed(folder, seed, *how, marks=(), seconds=SECONDS, **options):
    """Pledges, all of whose confirmations reached a sink once and are marked; the load's figures and the sink's count."""
    with sink(folder, *marks) as telecom:
        set_up(folder, f"http://{telecom.peer}/sms?", AT_MOST, IN_FLIGHT)
        with serving(folder) as it:
            figures = pledges(folder, it, seed, *how, seconds=seconds, **options)
            until(lambda: accepted(telecom) >= figures["ok"], PATIENCE, "the last confirmation")
            until(lambda: asked(folder, LEFT)[0] == 0, PATIENCE, "the last mark")
            took = accepted(telecom)
    marked, spent = asked(folder, MARKED)
    if not marked == took == figures["ok"]:
        raise Fault(f"{figures['ok']} pledges, {took} confirmations accepted, {marked} marked")
    return figures | {"per_second": marked / spent, "seconds": spent}


def latency(folder, seed, pace):
    """From when a webhook was due to when its confirmation was accepted."""
    folder.mkdir()  # the load's marks go there, too
    came, went = folder / "came", folder / "went"
    figures = confirmed(folder, seed, "-R", pace, "-l", came, marks=("-l", went))
    begun, ended = read_marks(came), read_marks(went)
    if begun.keys() != ended.keys():
        raise Fault(f"{len(begun)} phones pledged, {len(ended)} were answered")
    took = sorted((ended[phone] - begun[phone]) / 1e6 for phone in begun)
    return figures | {"p50": part(took, 0.5), "p99": part(took, 0.99), "most": took[-1]}


class EndToEnd:
    title = "End to end"

    def __init__(self, folder):
        self.folder = folder
        self.yavar, self.paced = [], {pace: [] for pace in PACES}
        self.kannel = {store: [] for store in STORES}

    def round(self, n):
        home = self.folder / str(n)
        self.yavar.append(confirmed(home, n, connections=WINDOW))
        for pace, rounds in self.paced.items():
            rounds.append(latency(self.folder / f"{n}-{pace}", n, pace))
        for store, rounds in self.kannel.items():
            rounds.append(keyword_answered(store, SECONDS))
        return f"{self.yavar[-1]['per_second']:,.0f}/s"

    def summary(self):
        rates = column(self.yavar, "per_second")
        rows = [("end to end", spread(rates) + "/s", f"Kannel, {store}",
                 spread(ratios(rates, column(rounds, "per_second")), "{:.2f}"), STORES[store][1])
                for store, rounds in self.kannel.items()]
        return rows + [(f"end to end at {pace:,}/s, p99", spread(column(rounds, "p99"), "{:.1f}") + " ms", "", "",
                        "< 20 ms" if pace == 2000 else "") for pace, rounds in self.paced.items()]

    def report(self):
        sides = {"yavar": self.yavar} | {f"Kannel, {store}": rounds for store, rounds in self.kannel.items()}
        paced = [[f"{pace:,}/s", *(spread(column(rounds, key), "{:.2f}") for key in ("p50", "p99", "most"))]
                 for pace, rounds in self.paced.items()]
        return f"""From a pledge's webhook to its confirmation accepted by a sink that answers at once, and marked sent: all pledges of
{SECONDS} s of full load over {WINDOW} connections, by the time from the first to the last mark; {IN_FLIGHT} requests out at once. Each
confirmation was accepted once, and is marked. Kannel 1.4.5 (bearerbox and smsbox) beside it: a keyword in, a fixed
text out, through its fake SMSC with {WINDOW} messages waiting at once, too; none of its stores syncs.

{compared(sides, (RATE, *COSTS))}

CPU µs a pledge on each thread, while pledges came in: {by_thread(self.yavar)}.

At a steady pace, from when a webhook was due to when its confirmation was accepted, in ms:

{table(["pace", "p50", "p99", "longest"], paced)}
"""
