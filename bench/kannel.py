"""Kannel 1.4.5: alone, as the peer of end to end, and in front of us."""

import json
import os
import re
import urllib.parse

from figures import RATE, TIMES, column, compared, ratios, spread
from world import (AT_MOST, BENCH, ROOT, SECRET, Fault, measured, must_hold, need_code, server, serving, set_up, sink,
                   sized, threads)
from kannel_harness import Kannel, fenced_config, free_ports  # world.py knows where it is

SECONDS, WARM_UP_SECONDS = sized(5, 1), 1
WINDOW = 256
IN_FLIGHT = 64
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
CPU = tuple((f"{name}'s CPU, µs each", name, "{:.0f}") for name in ("bearerbox", "smsbox", "its server"))
PLEDGE = f"PLEDGE {need_code(100)} 500000"
THANKS = "Thank you! Your pledge is recorded. Reference 48291761"
DOC = ROOT / "docs" / "kannel.md"
STORES = {  # name: what stands in its configuration, and what end to end is to reach beside it
    "no store": ("# nothing is kept in @STATE_DIR@", ""),
    "file store": ('store-type = file\nstore-location = "@STATE_DIR@/kept"', "≥ 1"),
    "spool store": ('store-type = spool\nstore-location = "@STATE_DIR@/store"', "≥ 2"),
}


def changed(config, pattern, text):
    """CONFIG with the one place that PATTERN finds first replaced."""
    config, n = re.subn(pattern, lambda _: text, config, count=1, flags=re.M)
    if n == 0:
        raise Fault(f"{DOC}: nothing matches {pattern}")
    return config


def documented(store="spool store"):
    """The configuration that our documentation gives, with this store."""
    return changed(fenced_config(DOC), r"^store-type = .*\nstore-location = .*$", STORES[store][0])


def answering(config):
    """What its service says goes to the phone."""
    return changed(config, r"^max-messages = 0$", "max-messages = 1")


def answered(kannel, seed, seconds):
    figures = measured("handset", "-s", seconds, "-S", seed, "-t", PLEDGE, "-w", WINDOW,
                       f"127.0.0.1:{kannel.fake_port}", timeout=seconds + 30)
    if figures["answered"] != figures["sent"] or figures["extra"] or not figures["sent"]:
        raise Fault(f"not every message through Kannel was answered once: {figures}\n{kannel.logs()[-2000:]}")
    return figures | {"load_cpu_us": figures["cpu_seconds"] * 1e6 / figures["answered"]}


def cpu_seconds(programs):
    return {name: sum(threads(pid).values()) for name, pid in programs.items()}


def through(kannel, seconds, **others):
    """Warmed up first: Kannel's small listen queue drops connections, and the kernel comes again only after a second.

    With the CPU time a message of both boxes, and of other programs by name and pid.
    """
    programs = kannel.pids() | others
    warm = answered(kannel, 1, WARM_UP_SECONDS)
    before = cpu_seconds(programs)
    figures = answered(kannel, 2, seconds)
    used = {name: (s - before[name]) * 1e6 / figures["answered"] for name, s in cpu_seconds(programs).items()}
    return figures | used | {"in_all": warm["answered"] + figures["answered"]}


def started(config, url="http://127.0.0.1:1", **settings):
    return Kannel(DOC, url, config=config, channel="bench", secret=SECRET, user="bench", password="bench", **settings)


def keyword_answered(store, seconds):
    """A keyword in, a fixed text out: Kannel alone."""
    config = changed(answering(documented(store)), r"^get-url = .*$",
                     f'text = "{THANKS}"\n# nobody asked: @YAVAR_URL@ @CHANNEL@ @SECRET@')
    with started(config) as kannel:
        return through(kannel, seconds)


def get_url_answered(folder, seconds):
    """The same with the text asked from a bare server."""
    with (sink(folder, "-b", THANKS) as bare,
          started(answering(documented()), f"http://{bare.peer}", where=MEMORY) as kannel):
        return through(kannel, seconds, **{"its server": bare.pid})


def sendsms_target(port):
    """What gateway/providers/kannel.c asks, but for the host before it and the phone behind it."""
    report = f"http://127.0.0.1:{port}/in/bench/dlr?secret={SECRET}&id=1&st=%d&a=%A"
    return "/cgi-bin/sendsms?" + urllib.parse.urlencode({
        "username": "bench", "password": "bench", "from": "200012", "coding": "0", "text": THANKS, "dlr-mask": "31",
        "dlr-url": report, "to": ""}, quote_via=urllib.parse.quote)


def nothing_kept(folder, seconds):
    """Our way through Kannel, every request of it, with next to nothing at its end."""
    folder.mkdir(exist_ok=True)
    port = free_ports(1)[0]
    with started(documented(), f"http://127.0.0.1:{port}", where=MEMORY) as kannel:
        with server(folder / "hops.log", BENCH / "hops", "-p", port, "-w", IN_FLIGHT, "-t", sendsms_target(port),
                    f"127.0.0.1:{kannel.sendsms_port}") as hops:
            figures = through(kannel, seconds, **{"its server": hops.pid})
    told = json.loads(hops.out)
    late = told["texts"] - told["sent"]     # a phone may have the text before sendsms has its answer
    if told["texts"] != figures["in_all"] or not 0 <= late <= IN_FLIGHT or told["reports"] < told["sent"]:
        raise Fault(f"not every message went the whole way: {figures}, {told}")
    return figures


def yavar_answered(folder, seconds):
    port = free_ports(1)[0]
    with started(documented(), f"http://127.0.0.1:{port}", where=MEMORY) as kannel:
        set_up(folder, kannel.sendsms_url(), AT_MOST, IN_FLIGHT, port)
        with serving(folder) as it:
            figures = through(kannel, seconds, **{"its server": it.pid})
    must_hold(folder, "pledge", figures["in_all"], "pledges came through Kannel")
    return figures


class BehindKannel:
    title = "Behind Kannel"

    def __init__(self, folder):
        self.folder, self.yavar, self.hops, self.bare = folder, [], [], []

    def round(self, n):
        home = self.folder / str(n)
        self.yavar.append(yavar_answered(home, SECONDS))
        self.hops.append(nothing_kept(home, SECONDS))
        self.bare.append(get_url_answered(home, SECONDS))
        return f"{self.yavar[-1]['per_second']:,.0f}/s"

    def summary(self):
        rates = column(self.yavar, "per_second")
        beside = lambda rounds: spread(ratios(rates, column(rounds, "per_second")), "{:.2f}")  # noqa: E731
        return [("behind Kannel", spread(rates) + "/s", "the same way, nothing kept", beside(self.hops), ""),
                ("behind Kannel", spread(rates) + "/s", "Kannel's get-url to a bare server", beside(self.bare),
                 "≥ 0.8")]

    def report(self):
        return f"""A phone's text through Kannel's fake SMSC to us and our confirmation back through its `sendsms`, in the configuration
of docs/kannel.md (spool store, in memory), {WINDOW} messages waiting at once; Kannel brings us two delivery reports for
each, too: four requests a message. *The same way, nothing kept*: those four requests with a server that understands and
keeps nothing, which is the most that Kannel can do here. Beside it, the same Kannel whose `get-url` asks a bare server
for a fixed text, with no `sendsms` and no reports: one request a message.

{compared({"yavar": self.yavar, "the same way, nothing kept": self.hops, "get-url, a bare server": self.bare},
          (RATE, *TIMES, *CPU))}
"""
