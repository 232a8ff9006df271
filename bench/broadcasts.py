"""A broadcast to very many: preview, approval, memory, drain beside the channel's pace, and the confirmations meanwhile."""

import array
import bisect
import json
import time

from filling import at_hand, fill
from figures import column, ratios, spread, table
from world import YAVAR, Fault, accepted, asked, memory_mib, pledges, run, serving, set_up, sink, sized, until

PEOPLE = sized(1000000, 20000)
SECONDS = sized(6, 2)  # of each measurement
RATES = (500, 2000)  # of the channel, messages a second
PLEDGES = 100  # a second, beside the broadcast
IN_FLIGHT = 64
PATIENCE = 30
PROVINCE = "zanjan"
AUTHOR = "989100000001"  # a coordinator; the operator's is the second yes
TEXT = "سلام! شنبه ساعت ۹ در درمانگاه زنجان گرد هم می‌آییم."
WRITTEN = "SELECT count(*), count(DISTINCT source || ' ' || phone) FROM outbox WHERE lane = 3"
CONFIRMING = "SELECT count(*) FROM outbox WHERE lane = 1 AND status IN ('queued', 'sending')"
SENT = "SELECT count(*) FROM outbox WHERE status IN ('sent', 'delivered')"
NOT_SENT = "SELECT count(*) FROM outbox WHERE status IN ('sending', 'uncertain', 'failed') AND attempts > 0"


class Line:
    """A service whose channel has RATE, and the telecom at its end; what both saw of the pledges."""

    def __init__(self, folder, rate, telecom, it):
        self.folder, self.rate, self.telecom, self.it = folder, rate, telecom, it
        self.due = {}  # by measurement: the pledges' (phone, ns)

    def measure(self, name, seed):
        """Pledges for a time; how many messages a second the telecom took of all that went out."""
        marks = self.folder / "came"
        before, began = accepted(self.telecom), time.monotonic()
        pledges(self.folder, self.it, seed, "-R", PLEDGES, "-l", marks, seconds=SECONDS)
        sent = (accepted(self.telecom) - before) / (time.monotonic() - began)
        until(lambda: asked(self.folder, CONFIRMING)[0] == 0, PATIENCE, "the last confirmation")
        self.due[name] = pairs(marks)
        return sent

    def yavar(self, *words):
        """What it printed, and how many seconds that took."""
        began = time.monotonic()
        said = run(YAVAR, "broadcast", *words, "-c", self.folder / "yavar.ini")
        return said, time.monotonic() - began


def pairs(file):
    flat = array.array("Q", file.read_bytes())
    return list(zip(flat[::2], flat[1::2], strict=True))


def p99(due, went):
    """From when a pledge was due to when its confirmation was accepted, in ms."""
    took = []
    for phone, at in due:
        times = went.get(phone, ())
        first = bisect.bisect_left(times, at)
        if first == len(times):
            raise Fault(f"the pledge of {phone} was not confirmed")
        took.append((times[first] - at) / 1e6)
    return sorted(took)[int(len(took) * 0.99)]


class Broadcasts:
    """One database with all its people; each round writes a broadcast of its own and cancels it on the way."""

    title = f"A broadcast to {PEOPLE:,}"

    def __init__(self, folder):
        self.folder, self.rounds, self.taken = folder, [], 0
        fill(set_up(folder), people=PEOPLE, province=PROVINCE)
        run(YAVAR, "staff", "add", AUTHOR, "--role", "coordinator", "--province", PROVINCE,
            "-c", folder / "yavar.ini")

    def at_rate(self, rate, work):
        """WORK at a line of RATE; each measurement's p99."""
        marks = self.folder / "went"
        with sink(self.folder, "-l", marks) as telecom:
            set_up(self.folder, f"http://{telecom.peer}/sms?", rate, IN_FLIGHT)
            with serving(self.folder) as it:
                line = Line(self.folder, rate, telecom, it)
                work(line)
            self.taken += accepted(telecom)
        went = {}
        for phone, at in pairs(marks):
            went.setdefault(phone, []).append(at)
        return {name: p99(due, went) for name, due in line.due.items()}

    def begin(self, line, figures, n):
        text = f"{TEXT} ({n})"
        figures["preview"] = line.yavar("preview", PROVINCE, text, "--channel", "bench")[1]
        said, figures["draft"] = line.yavar("add", PROVINCE, text, "--channel", "bench", "--as", AUTHOR)
        reference = str(json.loads(said)["reference"])
        figures["approval"] = line.yavar("approve", reference)[1]
        return reference

    def beside(self, line, figures, n):
        time.sleep(0.5)  # under way
        figures[f"sent {line.rate}"] = line.measure("beside", 1000 * line.rate + n)
        figures[f"most {line.rate}"] = memory_mib(line.it.pid, "VmHWM") - figures["idle"]

    def round(self, n):
        figures, references = {}, []
        at_hand(self.folder)

        def first(line):
            pledges(self.folder, line.it, 100 + n, "-R", PLEDGES, seconds=1)  # everything has been touched once
            line.measure("alone", n)
            figures["idle"] = memory_mib(line.it.pid)
            references.append(self.begin(line, figures, n))
            self.beside(line, figures, n)

        def second(line):
            self.beside(line, figures, n)
            line.yavar("cancel", references[0])

        for rate, work in zip(RATES, (first, second), strict=True):
            for name, took in self.at_rate(rate, work).items():
                figures[f"p99 {name}" if name == "alone" else f"p99 {rate}"] = took
        self.check()
        figures["memory"] = max(figures[f"most {rate}"] for rate in RATES)
        self.rounds.append(figures)
        return ", ".join(f"{figures[f'sent {rate}']:,.0f}/s of {rate:,}" for rate in RATES)

    def check(self):
        """Each person's own message once, and the telecom took what is marked as sent."""
        rows, people = asked(self.folder, WRITTEN)
        sent, left = asked(self.folder, SENT)[0], asked(self.folder, NOT_SENT)[0]
        if not rows or rows != people or left or sent != self.taken:
            raise Fault(f"{rows} rows of broadcasts to {people}; {sent} marked, {left} not, {self.taken} accepted")

    def summary(self):
        rows = [(f"preview of {PEOPLE:,}", spread(column(self.rounds, "preview"), "{:.2f}") + " s", "", "", "< 1 s"),
                ("approval's answer", spread(column(self.rounds, "approval"), "{:.3f}") + " s", "", "", "at once"),
                ("memory above idle, at most", spread(column(self.rounds, "memory"), "{:.1f}") + " MiB", "", "", "≤ 20 MB")]
        for rate in RATES:
            sent = column(self.rounds, f"sent {rate}")
            rows.append((f"broadcast drained at {rate:,}/s", spread(sent) + "/s", "the channel's pace",
                         spread(ratios(sent, [rate] * len(sent)), "{:.3f}"), "≥ 0.98"))
        for rate in RATES:
            took = column(self.rounds, f"p99 {rate}")
            rows.append((f"confirmations' p99 beside it at {rate:,}/s", spread(took, "{:.1f}") + " ms", "without it",
                         spread(ratios(took, column(self.rounds, "p99 alone")), "{:.2f}"), "≤ 2"))
        return rows

    def report(self):
        rows = [("preview, s", "preview", "{:.2f}"), ("written as a draft, s", "draft", "{:.2f}"),
                ("approved, s", "approval", "{:.3f}"), ("resident MiB before", "idle", "{:.1f}")]
        rows += [(f"resident MiB more at most, {rate:,}/s", f"most {rate}", "{:.1f}") for rate in RATES]
        rows += [(f"sent a second, {rate:,}/s", f"sent {rate}", "{:,.1f}") for rate in RATES]
        rows += [("confirmations' p99 alone, ms", "p99 alone", "{:.1f}")]
        rows += [(f"the same beside the broadcast, {rate:,}/s", f"p99 {rate}", "{:.1f}") for rate in RATES]
        return f"""A coordinator writes it, the operator approves it, through the command line and the service's door, on a database read
through before. Each measurement is {SECONDS} s
of {PLEDGES} pledges a second over the same line, and what the telecom took meanwhile, confirmations among it: alone, beside the
broadcast at {RATES[0]:,}/s, and beside the rest of it after a new start at {RATES[1]:,}/s; then it is cancelled, for to its end it would take
{PEOPLE / RATES[0] / 60:.0f} minutes. Each confirmation's time is from when its pledge was due to when the telecom accepted it.

{table(["", ""], [[name, spread(column(self.rounds, key), form)] for name, key, form in rows])}
"""
