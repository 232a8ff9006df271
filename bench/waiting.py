"""A full outbox at the start: how long until the service is ready, and what it holds in memory."""

import time

from figures import column, spread, table
from filling import fill
from world import AT_MOST, accepted, ask, memory_mib, serving, set_up, sink, sized, until

QUEUED = sized(1000000, 20000)
SENDING_SECONDS = sized(3, 1)


class Waiting:
    title = "A full outbox"

    def __init__(self, folder):
        self.folder, self.rounds = folder, []
        fill(set_up(folder), queued=QUEUED)

    def round(self, _):
        with sink(self.folder) as telecom:
            set_up(self.folder, f"http://{telecom.peer}/sms?", AT_MOST, 64)
            with serving(self.folder) as it:
                until(lambda: ask(it.peer, "/readyz"), 30, "/readyz")
                figures = {"ready": time.monotonic() - it.began, "at_first": memory_mib(it.pid)}
                time.sleep(SENDING_SECONDS)
                figures |= {"most": memory_mib(it.pid, "VmHWM"), "sent": accepted(telecom)}
        self.rounds.append(figures)
        return f"{figures['ready']:.2f} s, {figures['most']:.0f} MiB"

    def summary(self):
        return [(f"ready with {QUEUED:,} queued", spread(column(self.rounds, "ready"), "{:.2f}") + " s", "", "", "< 2 s"),
                ("memory then, at most", spread(column(self.rounds, "most"), "{:.1f}") + " MiB", "", "", "< 40 MB")]

    def report(self):
        rows = (("seconds from exec to /readyz 200", "ready", "{:.2f}"), ("resident MiB then", "at_first", "{:.1f}"),
                (f"most resident MiB in {SENDING_SECONDS} s of sending", "most", "{:.1f}"),
                ("sent meanwhile", "sent", "{:,.0f}"))
        return f"""{QUEUED:,} messages due, a telecom that takes them as fast as they come, {SENDING_SECONDS} s long.

{table(["", ""], [[name, spread(column(self.rounds, key), form)] for name, key, form in rows])}
"""
