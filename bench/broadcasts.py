"""A broadcast to very many: preview, approval, memory, pace, and the confirmations beside it.

One database with its million contacts (QUICK: some thousands) all through.  The
program has made it; the contacts are put in by one statement.  The telecom is
bare evhttp, which takes everything at once.  For each rate the service is
started anew: first for pledges alone, then the broadcast goes on where it
stood, for a time and not to its end, which at 500 a second would be 33 minutes.

A confirmation's time is from the pledge's being stored to the telecom's having
taken its confirmation, as the outbox keeps both.
"""

import contextlib
import http.client
import json
import re
import sqlite3
import sys
import time
import urllib.parse

from common import BARE, HEADER, HERE, QUICK, ROW, SECRET, YAVAR, Fault, memory_mib, need_code, run, server

sys.path.insert(0, str(HERE.parent / "tests" / "e2e"))

import crowd                                                 # noqa: E402

PEOPLE = 30_000 if QUICK else 1_000_000
WINDOW = 2 if QUICK else 10     # seconds of each measurement
RATES = (500, 2000)             # of the channel, messages a second
PLEDGES = 100                   # a second, beside the broadcast
PREVIEWS = 1 if QUICK else 3
TEXT = "سلام! شنبه ساعت ۹ در درمانگاه زنجان گرد هم می‌آییم."
FIRST = 989120000000
CONFIG = """[service]
listen = 127.0.0.1:0
admin_listen = 127.0.0.1:0
database = {folder}/yavar.db

[channel bench]
provider = kannel
number = 200012
username = bench
password = bench
secret = {secret}
send_url = http://{sink}/cgi-bin/sendsms
rate = {rate}
in_flight = 64
quiet =
"""


class World:
    """What stays while the service is started again and again."""

    def __init__(self, folder, sink):
        self.folder, self.sink, self.ini = folder, sink, folder / "yavar.ini"
        self.code, self.count = need_code(100), 0

    def set_rate(self, rate):
        self.ini.write_text(CONFIG.format(folder=self.folder, sink=self.sink, secret=SECRET, rate=rate), "utf-8")

    def yavar(self, *words, timeout=120):
        """What it printed, and how many seconds that took."""
        began = time.monotonic()
        said = run(YAVAR, *words, "-c", str(self.ini), timeout=timeout)
        return said, time.monotonic() - began

    def query(self, query, *values):
        store = sqlite3.connect(f"file:{self.folder}/yavar.db?mode=ro", uri=True)
        try:
            return store.execute(query, values).fetchall()
        finally:
            store.close()


def fill(world):
    needs = world.folder / "needs.csv"
    needs.write_text(f"{HEADER}\n{ROW.format(*[world.code] * 3)}\n", "utf-8")
    world.yavar("import", "needs", str(needs))
    crowd.add_people(world.folder, FIRST, PEOPLE, "zanjan")
    world.yavar("staff", "add", crowd.AUTHOR, "--role", "coordinator", "--province", "zanjan")


@contextlib.contextmanager
def serving(world):
    log = world.folder / "log"
    with server(log, YAVAR, "serve", "-c", str(world.ini)) as (process, peer):
        admin = re.search(r"^listening .*admin=(\S+)", log.read_text("utf-8", "replace"), re.M).group(1)
        yield process, peer, admin
    if process.returncode != 0:
        raise Fault(f"yavar serve: exit {process.returncode} on SIGTERM")


def sends(admin):
    """Of the broadcasts' channel, taken by the telecom so far."""
    line = http.client.HTTPConnection(admin, timeout=10)
    try:
        line.request("GET", "/metrics")
        text = line.getresponse().read().decode()
    finally:
        line.close()
    found = re.findall(r'^yavar_sends_total\{channel="bench",result="(\w+)"\} (\d+)', text, re.M)
    if any(int(count) for result, count in found if result != "ok"):
        raise Fault(f"the telecom takes everything, and yet: {found}")
    return sum(int(count) for _, count in found)


def pace(admin):
    """Messages a second over the window."""
    before, began = sends(admin), time.monotonic()
    time.sleep(WINDOW)
    return (sends(admin) - before) / (time.monotonic() - began)


def pledge(world, peer, seconds):
    """One pledge after another at their own slow pace, each from a phone of its own."""
    line = http.client.HTTPConnection(peer, timeout=10)
    began = time.monotonic()
    for number in range(int(seconds * PLEDGES)):
        time.sleep(max(0.0, began + number / PLEDGES - time.monotonic()))
        world.count += 1
        line.request("GET", "/in/bench/sms?" + urllib.parse.urlencode({
            "secret": SECRET, "id": world.count, "from": f"98935{world.count:07d}", "to": "200012",
            "text": f"نذر {world.code} {20000 + world.count} تومان"}))
        answer = line.getresponse()
        answer.read()
        if answer.status != 200:
            raise Fault(f"a pledge was answered {answer.status}")
    line.close()


def confirmations(world, peer):
    """The p50 and p99 of what was confirmed in the window, in ms."""
    since = int(time.time() * 1000)
    pledge(world, peer, WINDOW)
    end = time.monotonic() + 10
    while time.monotonic() < end:
        rows = world.query("SELECT sent_ms, created_ms FROM outbox WHERE lane = 1 AND created_ms >= ?1", since)
        if len(rows) >= WINDOW * PLEDGES and all(sent for sent, _ in rows):
            times = sorted(sent - created for sent, created in rows)
            return times[len(times) // 2], times[int(len(times) * 0.99)]
        time.sleep(0.1)
    raise Fault(f"{WINDOW * PLEDGES} pledges, and not as many confirmations: {len(rows)}")


def begin(world, figures):
    previews = [world.yavar("broadcast", "preview", "zanjan", TEXT)[1] for _ in range(PREVIEWS)]
    said, figures["add_s"] = world.yavar("broadcast", "add", "zanjan", TEXT, "--as", crowd.AUTHOR)
    reference = str(json.loads(said)["reference"])
    _, figures["approve_s"] = world.yavar("broadcast", "approve", reference)
    figures["preview_s"] = previews


def at_rate(world, rate, figures):
    """Pledges alone, then the broadcast alone, then both."""
    world.set_rate(rate)
    with serving(world) as (process, peer, admin):
        if rate == RATES[0]:
            pledge(world, peer, 0.5)        # everything has been touched once
            figures["alone_ms"] = confirmations(world, peer)
            time.sleep(0.5)
            figures["idle_mib"] = memory_mib(process.pid)
            begin(world, figures)
        time.sleep(1)
        figures[f"pace_{rate}"] = pace(admin)
        figures[f"beside_{rate}_ms"] = confirmations(world, peer)
        figures[f"mib_{rate}"] = memory_mib(process.pid)
        figures[f"most_{rate}"] = memory_mib(process.pid, "VmHWM")


def check(world):
    """One row a person, and those who are still to come have none."""
    rows, people = world.query("SELECT count(*), count(DISTINCT phone) FROM outbox WHERE lane = 3")[0]
    if not 0 < rows == people <= PEOPLE:
        raise Fault(f"{rows} rows of a broadcast to {people} of {PEOPLE}")
    return rows


def measure(folder):
    figures = {}
    folder.mkdir()
    with server(folder / "sink.log", BARE) as (_, sink):
        world = World(folder, sink)
        world.set_rate(RATES[0])
        began = time.monotonic()
        fill(world)
        figures["fill_s"] = time.monotonic() - began
        for rate in RATES:
            at_rate(world, rate, figures)
        figures["rows"] = check(world)
    return figures


def table(f):
    grew = max(f[f"most_{rate}"] for rate in RATES) - f["idle_mib"]
    rows = [("figure", "measured", "to hold")]
    rows += [("preview, s", f"{sorted(f['preview_s'])[len(f['preview_s']) // 2]:.2f}", "below 1"),
             ("written as a draft, s", f"{f['add_s']:.2f}", ""),
             ("approved, s", f"{f['approve_s']:.3f}", "at once"),
             ("resident when idle, MiB", f"{f['idle_mib']:.1f}", ""),
             ("resident at most, MiB more", f"{grew:.1f}", "at most 20")]
    for rate in RATES:
        rows.append((f"a second through a line of {rate:,}",
                     f"{f[f'pace_{rate}']:,.0f} ({f[f'pace_{rate}'] / rate - 1:+.1%})", "within 2 %"))
    rows.append((f"{PLEDGES} confirmations a second alone: p50, p99, ms", "{:,}, {:,}".format(*f["alone_ms"]), ""))
    for rate in RATES:
        rows.append((f"the same beside the broadcast at {rate:,}, ms", "{:,}, {:,}".format(*f[f"beside_{rate}_ms"]),
                     "p99 at most twice that"))
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths)) + " |" for row in rows]
    return "\n".join([lines[0], "| " + " | ".join("-" * w for w in widths) + " |", *lines[1:]])


def report(f):
    return f"""## A broadcast to {PEOPLE:,}

Each figure over {WINDOW} s, on the same database; the broadcast is not waited for to its end: {f['rows']:,} of
{PEOPLE:,} rows were written. The draft is written by a coordinator and approved by the operator, through the command
line and the service's door; the telecom is bare evhttp. A confirmation's time is from the pledge's being stored to the
telecom's having taken it, over the same line; "alone" on the line of {RATES[0]:,}.

{table(f)}
"""
