"""What a case looks at while its fault lasts, and what it asserts in the end."""

import collections
import http.client
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import threading
import time
import urllib.parse

from service import PATIENCE, SECRET

HERE = pathlib.Path(__file__).resolve().parent
STALL_MOST = 0.25 * PATIENCE
P99_MOST = 0.1 * PATIENCE
PLEDGE = "/in/{channel}/sms?secret={secret}&id=hang-{{number}}&from={{phone}}&to=200012&text={text}"
PLEDGE_TEXT = urllib.parse.quote_plus("نذر 1007 50000 تومان")


def pledge(channel="mci"):
    """The target of a pledge, with places for what is new in each."""
    return PLEDGE.format(channel=channel, secret=SECRET, text=PLEDGE_TEXT)


CHILDREN = []


def child(script, *words):
    process = subprocess.Popen([sys.executable, str(HERE / script), *words], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    CHILDREN.append(process)
    return process


def end_children():
    """Those that a failed case left behind."""
    for process in CHILDREN:
        if process.poll() is None:
            process.kill()
            process.communicate()
    CHILDREN.clear()


def end_of(process):
    """A child writes its figures when its standard input ends."""
    told, _ = process.communicate(timeout=60)
    return json.loads(told)


def p99_most(figures):
    """100 ms; where other programs kept the service from the processors for more than 0.3 s of each second,
    as many times more as that made its work take longer."""
    if figures["waited"] < 0.3:
        return P99_MOST
    return P99_MOST * (1 + figures["waited"] / figures["busy"])


class Load:
    """Good clients, from `begin` until `end`."""

    def __init__(self, address, target, clients=4, rate=100, first=0, fresh=False):
        self.process = child("good.py")
        json.dump({"address": address, "target": target, "clients": clients, "rate": rate,
                   "first": first, "fresh": fresh}, self.process.stdin)
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.times, self.statuses, self.overslept = [], {}, 0.0

    def end(self):
        told = end_of(self.process)
        self.times, self.statuses, self.overslept = told["times"], told["statuses"], told["overslept"]
        return self

    @property
    def count(self):
        return len(self.times)

    def p(self, share):
        return self.times[min(self.count - 1, math.ceil(self.count * share) - 1)]

    def line(self, name):
        return (f"{name}: {self.count} requests {self.statuses}, p50 {self.p(0.5) * 1000:.1f} p99 "
                f"{self.p(0.99) * 1000:.1f} worst {self.times[-1] * 1000:.1f} ms, "
                f"our own sleep late by {self.overslept * 1000:.0f} ms")

    def check(self, name, status="200", p99=P99_MOST):
        print(f"# {self.line(name)}", flush=True)
        assert set(self.statuses) == {status}, self.line(name)
        assert self.p(0.99) < p99, self.line(name)


class Watch(threading.Thread):
    """Reads /metrics twice a second, on one connection that is kept."""

    def __init__(self, service):
        super().__init__(daemon=True)
        self.service, self.ending = service, threading.Event()
        self.line = http.client.HTTPConnection(service.admin, timeout=10 * PATIENCE)
        self.stall = self.wal = 0.0
        self.failed = None
        self.began, self.cpu_began = time.monotonic(), self.cpu()
        self.waited_began = self.waited()
        self.log_began = len(self.log())
        self.read()                     # what came before is no part of the case
        self.start()

    def log(self):
        return self.service.log.read_bytes().splitlines()

    def cpu(self):
        """Seconds of processor time so far."""
        fields = pathlib.Path(f"/proc/{self.service.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def waited(self):
        """Seconds for which its threads could have run and got no processor: other programs' doing, mostly."""
        tasks = pathlib.Path(f"/proc/{self.service.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[1]) for task in tasks) / 1e9

    def read(self):
        self.line.request("GET", "/metrics")
        text = self.line.getresponse().read().decode()
        return {name: float(value) for name, value in re.findall(r"(?m)^(\w[^ ]*) (\S+)$", text)}

    def run(self):
        try:
            while not self.ending.wait(0.5):
                self.note(self.read())
        except (OSError, http.client.HTTPException) as error:
            self.failed = repr(error)

    def note(self, figures):
        self.stall = max(self.stall, figures["yavar_loop_stall_seconds"])
        self.wal = max(self.wal, figures["yavar_wal_bytes"])

    def end(self):
        """Asserts what holds in every case: the loop's stall and the log's lines."""
        self.ending.set()
        self.join(15)
        assert not self.is_alive() and not self.failed, f"/metrics: {self.failed or 'no answer'}"
        figures = self.read()
        self.note(figures)
        seconds = time.monotonic() - self.began
        events = self.events()
        waited = self.waited() - self.waited_began
        busy = (self.cpu() - self.cpu_began) / seconds
        print(f"# loop stall {self.stall * 1000:.0f} ms, WAL at most {self.wal / 1e6:.1f} MB, processor "
              f"{busy:.0%} of a core (waited for one {waited:.1f} s), log lines in {seconds:.0f} s: {dict(events)}", flush=True)
        assert self.stall < STALL_MOST, f"the loop stalled for {self.stall:.3f} s"
        for event, count in events.items():
            # one a second, and a window may touch a second more at both ends
            assert count <= seconds + 2, f"{count} lines of {event!r} in {seconds:.0f} s"
        figures["busy"], figures["waited"] = busy, waited / seconds
        return figures

    def events(self):
        """Lines of the log by event; a line that is none of ours is an event of its own wording."""
        count = collections.Counter()
        for row in self.log()[self.log_began:]:
            words = row.decode("utf-8", "replace")
            ours = re.match(r"\S+ (?:debug|info|warn|error) (\S+)", words)
            count[ours.group(1) if ours else re.sub(r"\d+", "0", words)] += 1
        return count


def total(figures, family, **labels):
    """The sum of a family's samples that carry these labels."""
    return sum(value for name, value in figures.items() if name.split("{")[0] == family and
               all(f'{label}="{want}"' in name for label, want in labels.items()))
