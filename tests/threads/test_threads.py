#!/usr/bin/env python3
"""Races: the whole service under ThreadSanitizer while everything happens at once.

    tests/threads/test_threads.py [WORD…]     only cases whose name holds a word

YAVAR names a binary built with SAN=thread (default: build/tsan/yavar).  Every process of it writes what the
sanitizer finds into a folder; a case fails when there is anything in it, and shows the first reports.
tests/tsan.supp holds what is not ours to mend.

THREADS_SECONDS (12) is how long the load of the first case lasts.  E2E_KEEP=1 keeps the folders.
"""

import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))
os.environ.setdefault("YAVAR", str(ROOT / "build/tsan/yavar"))
os.environ.setdefault("E2E_PATIENCE", "4")      # the sanitizer's price

import tap                                      # noqa: E402
from service import NEEDS_HEADER, PATIENCE, SECRET, binary, until    # noqa: E402
from telecom import Telecom                     # noqa: E402

SECONDS = float(os.environ.get("THREADS_SECONDS", "12"))
SHOWN = 6000                    # characters of the reports
PLEDGES = ("نذر 1007 500 هزار تومان", "نذر 1007 500 هزار تومان", "1", "نذر 5724 2 عدد", "5724", "راهنما",
           "1007 200 هزار", "بله", "what is this", "PLEDGE 1007 300000", "لغو", "stop", "start")
NEED = "1010,qom,درمانگاه دیگر,drug,1,داروی قلب,heart drug,rial,{required},open,داروی قلب,heart drug"


class Reports:
    """Where the sanitizer writes, a file a process."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="yavar-tsan-"))
        os.environ["TSAN_OPTIONS"] = (f"halt_on_error=0:exitcode=66:log_path={self.folder}/report:"
                                      f"suppressions={ROOT / 'tests/tsan.supp'}:print_suppressions=0")

    def check(self):
        told = "\n".join(path.read_text("utf-8", "replace") for path in sorted(self.folder.glob("report.*")))
        count = told.count("WARNING: ThreadSanitizer")
        assert not told, f"{count} reports of the sanitizer\n{told[:SHOWN]}"


def case(name):
    """A case after which no report may lie there."""
    def add(function):
        def guarded(stage):
            reports = Reports()
            try:
                function(stage)
            finally:            # a report says more than what it made fail
                reports.check()
                shutil.rmtree(reports.folder)
        return tap.case(name)(guarded)
    return add


class Crew:
    """Threads that do one thing each, again and again, until the end; what one of them raised is told."""

    def __init__(self):
        self.ending, self.threads, self.faults, self.counts = threading.Event(), [], [], {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def again(self, name, function, pause=0.0):
        def run():
            try:
                while not self.ending.is_set():
                    function()
                    self.counts[name] = self.counts.get(name, 0) + 1
                    self.ending.wait(pause)
            except Exception as error:      # whatever it is, the case must fail with it
                self.faults.append(f"{name}: {error!r}")
        self.threads.append(threading.Thread(target=run, daemon=True))
        self.threads[-1].start()

    def end(self):
        self.ending.set()
        for thread in self.threads:
            thread.join(30 * PATIENCE)
        self.threads.clear()


# -- what the crew does -------------------------------------------------------

def texter(stage, service, channel, statuses=(200, 503)):
    """A phone that says everything in turn, on one connection; `statuses` may be answered."""
    line = http.client.HTTPConnection(service.http, timeout=10 * PATIENCE)

    def say():
        phone = stage.phone()
        for text in PLEDGES:
            line.request("GET", service.target(phone, text, channel=channel))
            answer = line.getresponse()
            answer.read()
            assert answer.status in statuses, f"{text}: {answer.status}"
    return say


def scraper(service):
    line = http.client.HTTPConnection(service.admin, timeout=10 * PATIENCE)

    def scrape():
        for target in ("/metrics", "/readyz"):
            line.request("GET", target)
            answer = line.getresponse()
            body = answer.read()
            assert answer.status == 200 or target == "/readyz", f"{target}: {answer.status} {body}"
    return scrape


def reloader(service, other):
    """Every second config lacks the other channel, so that lines come and go; one in five is faulty."""
    config, turn = service.ini.read_text("utf-8"), [0]

    def reload():
        turn[0] += 1
        more = "" if turn[0] % 2 else other
        if turn[0] % 5 == 0:
            more = "\n[channel broken]\nprovider = nobody\n"
        service.ini.with_suffix(".new").write_text(
            config.replace(other, "").replace("rate = 1000", f"rate = {900 + turn[0]}") + more, encoding="utf-8")
        os.replace(service.ini.with_suffix(".new"), service.ini)
        service.process.send_signal(signal.SIGHUP)
    return reload


def weather(telecom):
    """A line that fails in each of its ways, and recovers."""
    turns = iter(())

    def change():
        nonlocal turns
        kind = next(turns, None)
        if kind is None:
            turns = iter(("accept", "503", "accept", "down", "up", "reset", "accept", "garbage", "accept"))
            return
        if kind in ("down", "up"):
            getattr(telecom, kind)()
        else:
            telecom.default = kind
    return change


class Door(http.client.HTTPConnection):
    """The door's socket: a command would take a tenth of a second to start."""

    def __init__(self, service):
        super().__init__("localhost", timeout=10 * PATIENCE)
        self.path = str(service.folder / "yavar.db.sock")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def caller(stage, service):
    line = Door(service)

    def call():
        for target, body, want in (("/api/v1/messages", {"phone": stage.phone(), "channel": "mci", "text": "سلام"}, 201),
                                   ("/api/v1/backups", {"file": "x"}, 201), ("/api/v1/needs", {}, 422)):
            line.request("POST", target, json.dumps(body))
            answer = line.getresponse()
            told = answer.read()
            assert answer.status == want, f"{target}: {answer.status} {told}"
    return call


def operator(service, ini):
    """Commands as a person gives them: the door's, and those that read."""
    turn = [0]

    def succeeds(*words):
        done = service.cli(*words, ini=ini, expect=None, timeout=60)
        assert done.returncode == 0, f"{words}: exit {done.returncode}, {(done.stdout + done.stderr)[-300:]}"

    def operate():
        turn[0] += 1
        needs = service.folder / "more.csv"
        needs.write_text(f"{NEEDS_HEADER}\n{NEED.format(required=1000000 + turn[0])}\n", encoding="utf-8")
        succeeds("import", "needs", str(needs))
        copy = service.folder / f"copy-{turn[0]}.db"
        succeeds("backup", str(copy))
        copy.unlink()
        succeeds("channel", "send", "mci", f"0912{turn[0]:07d}", "سلام")
        succeeds("stats", "--json")
    return operate


# -- the cases ---------------------------------------------------------------

@case("the sanitizer is in the binary")
def instrumented(_):
    with open(binary(), "rb") as program:
        assert b"__tsan_func_entry" in program.read(), f"{binary()} was not built with SAN=thread"


def other_channel(telecom):
    """By name, so that libcurl's resolver threads run."""
    return (f"\n[channel other]\nprovider = kannel\nnumber = 200013\nsend_url = "
            f"{telecom.url.replace('127.0.0.1', 'localhost')}\nsecret = {SECRET}\nrate = 1000\n")


@contextlib.contextmanager
def other_line():
    telecom = Telecom()
    try:
        yield telecom
    finally:
        telecom.close()


def hired(crew, stage, service, telecom, other):
    crew.again("texts", texter(stage, service, "mci"))
    crew.again("texts", texter(stage, service, "mci"))
    crew.again("other texts", texter(stage, service, "other", (200, 404, 503)))
    crew.again("scrapes", scraper(service), 0.02)
    crew.again("scrapes", scraper(service), 0.05)
    crew.again("reloads", reloader(service, other), 0.25)
    crew.again("calls", caller(stage, service), 0.01)
    crew.again("weather", weather(telecom), 0.4)


@case("pledges, reports, scrapes, reloads, the door, failing lines: all at once, and SIGTERM in the midst")
def all_at_once(stage):
    with other_line() as second, Crew() as crew:
        other = other_channel(second)
        rules = {"retry_first": "200ms", "retry_most": "1s", "uncertain_wait": "1s"}
        with stage.fresh(service=rules, channel={"next": None}, more=other) as (service, telecom):
            for one in (telecom, second):
                one.report(8, 1)
            steady = service.folder / "steady.ini"
            steady.write_text(service.ini.read_text("utf-8"), encoding="utf-8")
            hired(crew, stage, service, telecom, other)
            crew.again("operations", operator(service, steady), 0.2)
            time.sleep(SECONDS)
            assert not crew.faults, f"{crew.faults}"
            stop_in_the_midst(crew, service)
            print(f"# {crew.counts}, {len(telecom.requests)} + {len(second.requests)} sends, "
                  f"{len(telecom.reported) + len(second.reported)} reports", flush=True)
            for name in ("texts", "other texts", "scrapes", "reloads", "weather", "calls", "operations"):
                assert crew.counts.get(name, 0) >= 2, f"too few {name}: {crew.counts}"
            assert telecom.reported and second.reported, "no reports"
            comes_back(stage, service, telecom)


def stop_in_the_midst(crew, service):
    """SIGTERM while all of them go on; from then on they may find a closed door."""
    service.stop(within=6.0)
    crew.faults.clear()
    crew.end()


def comes_back(stage, service, telecom):
    """What waited goes out after a start, and it ends again while requests are on the wire."""
    telecom.down()              # whichever it was
    telecom.up()
    telecom.default = ("slow", 0.5)
    service.start()
    phones = [stage.phone() for _ in range(20)]
    for phone in phones:
        assert service.send(phone, PLEDGES[0]).status == 200
    until(lambda: any(telecom.sent_to(phone) for phone in phones), 10, "a send")
    service.stop(within=6.0)


if __name__ == "__main__":
    sys.exit(tap.run(sys.argv[1:]))
