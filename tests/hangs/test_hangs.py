#!/usr/bin/env python3
"""Hangs: while something outside is dead, slow or too much, the loop and good clients go on.

    tests/hangs/test_hangs.py [WORD…]     only cases whose name holds a word

Each case runs the real binary, puts one fault beside it and measures good clients meanwhile: all of
them answered, 99 of 100 within 100 ms, the loop never deaf for 250 ms (yavar_loop_stall_seconds, the
largest of readings twice a second), the log at most a line a second an event.

HANGS_SECONDS makes every fault last so much longer; HANGS_SLOW_CLIENTS (10000) and HANGS_MESSAGES
(200000) are the two sizes.  E2E_KEEP=1 keeps the folders.
"""

import contextlib
import http.client
import os
import pathlib
import resource
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import tap                                                   # noqa: E402
from measure import Load, Watch, p99_most, child, end_children, end_of, pledge, total  # noqa: E402
from service import PATIENCE, ROOT, SECRET, binary, until    # noqa: E402
from telecom import Telecom                                  # noqa: E402

LONGER = float(os.environ.get("HANGS_SECONDS", "0"))
SLOW_CLIENTS = int(os.environ.get("HANGS_SLOW_CLIENTS", "10000"))
MESSAGES = int(os.environ.get("HANGS_MESSAGES", "200000"))
FAULTS = ROOT / "build/tests/hangs/faults.so"
SWALLOWS = "127.9.9.9"          # a name server's address that takes packets and says nothing
MIB = 1 << 20
THREADS = 3                     # loop, store, reader


def case(name):
    """A case that leaves no clients behind, however it ends."""
    def add(function):
        def guarded(stage):
            try:
                function(stage)
            finally:
                end_children()
        return tap.case(name)(guarded)
    return add


def lasts(seconds):
    time.sleep(seconds + LONGER)


def channel(name, url, **more):
    rows = {"provider": "kannel", "number": "200013", "send_url": url, "username": "yavar",
            "password": "hidden-word", "secret": SECRET, "rate": "1000", "in_flight": "16", **more}
    return f"\n[channel {name}]\n" + "".join(f"{key} = {value}\n" for key, value in rows.items())


def confirmed(telecom, loads, most=5):
    """Every pledge of these loads has its confirmation at the telecom."""
    want = sum(load.count for load in loads)
    until(lambda: len(telecom.requests) >= want, most, f"{want} confirmations at the healthy telecom")


# -- a dead name server -----------------------------------------------------

@contextlib.contextmanager
def dead_names():
    """Words before a command that give it a dead name server, and how that was done.

    A mount namespace with a resolv.conf of its own where that may be had; else the C library's
    function is stood in for.
    """
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
        conf = pathlib.Path(folder) / "resolv.conf"
        conf.write_text(f"nameserver {SWALLOWS}\n")
        before = ["unshare", "-m", "sh", "-c", f'mount --bind {conf} /etc/resolv.conf && exec "$@"', "sh"]
        how = "a resolv.conf of its own"
        try:
            sink.bind((SWALLOWS, 53))
            subprocess.run([*before, "true"], check=True, capture_output=True, timeout=10)
        except (OSError, subprocess.SubprocessError) as error:
            before = ["env", f"LD_PRELOAD={FAULTS}", f"FAULT_NAMES={conf}"]
            how = f"getaddrinfo stood in for, as: {error}"
        yield before, how


@case("a dead name server: good clients and the healthy telecom go on, and SIGTERM ends it in time")
def name_server(stage):
    dead = channel("dead", "http://sms.telecom.example:13013/cgi-bin/sendsms")
    with dead_names() as (before, how), stage.fresh(more=dead, before=before) as (service, telecom):
        print(f"# {how}")
        watch = Watch(service)
        good = Load(service.http, pledge())
        waiting = Load(service.http, pledge("dead"), clients=2, rate=20, first=5_000_000)
        lasts(11)
        good.end()
        waiting.end()
        figures = watch.end()
        good.check("good clients", p99=p99_most(figures))
        waiting.check("on the dead channel")
        failed = total(figures, "yavar_sends_total", channel="dead")
        assert failed >= 16, f"{failed:.0f} sends failed on the dead channel: where was the fault?"
        assert total(figures, "yavar_sends_total", channel="dead", result="ok") == 0
        confirmed(telecom, [good])
        threads = f"/proc/{service.process.pid}/task"
        until(lambda: len(os.listdir(threads)) > THREADS, 10, "a thread that waits for the name server")
        stuck = len(os.listdir(threads)) - THREADS
        print(f"# ended within {service.stop():.2f} s, {stuck} threads waiting for the name server")


# -- a telecom that never answers -------------------------------------------

def beside_a_silent_telecom(stage, in_flight, seconds):
    silent = Telecom()
    silent.default = "never"
    more = channel("dead", silent.url, in_flight=in_flight)
    try:
        with stage.fresh(more=more) as (service, telecom):
            watch = Watch(service)
            waiting = Load(service.http, pledge("dead"), clients=2, rate=max(20, in_flight), first=5_000_000)
            until(lambda: len(silent.requests) >= min(in_flight, 100), 10, "requests at the silent telecom")
            time.sleep(2)       # as many as it ever gets
            good = Load(service.http, pledge())
            lasts(seconds)
            good.end()
            confirmed(telecom, [good])
            waiting.end()
            figures = watch.end()
            good.check("good clients", p99=p99_most(figures))
            waiting.check("on the silent channel", p99=1.0 * PATIENCE)    # that is a flood, to fill it
    finally:
        silent.close()


@case("a telecom that takes connections and never answers: the channel beside it goes on")
def silent_telecom(stage):
    beside_a_silent_telecom(stage, 16, 17)


@case("a silent telecom with more requests on the wire than there are for all: the others go on")
def greedy_silent_telecom(stage):
    beside_a_silent_telecom(stage, 300, 5)


# -- a slow disk ------------------------------------------------------------

FORBIDDEN = "/in/mci/sms?secret=wrong&id={number}&from={phone}&to=200012&text=hello"


@case("a slow disk, 300 ms a sync: the loop goes on, and what waits is committed together")
def slow_disk(stage):
    with tempfile.TemporaryDirectory() as folder:
        switch = pathlib.Path(folder) / "slow"
        before = ["env", f"LD_PRELOAD={FAULTS}", f"FAULT_DISK={switch}"]
        with stage.fresh(before=before) as (service, telecom):
            switch.touch()
            watch = Watch(service)
            was = watch.read()
            pledges = Load(service.http, pledge(), clients=90, rate=120)
            others = {"health": Load(service.http, "/healthz", clients=2, rate=50),
                      "forbidden": Load(service.http, FORBIDDEN, clients=2, rate=50),
                      "reads": Load(service.admin, "/metrics", clients=2, rate=20)}
            lasts(9)
            pledges.end()
            for load in others.values():
                load.end()
            grouped(was, watch.end(), pledges)
            for name, load in others.items():
                load.check(name, status="403" if name == "forbidden" else "200")
            pledges.check("pledges", p99=1.5 * PATIENCE)
            switch.unlink()
            confirmed(telecom, [pledges])


def grouped(was, figures, pledges):
    commits = figures["yavar_commit_seconds_count"] - was["yavar_commit_seconds_count"]
    jobs = figures["yavar_commit_jobs_sum"] - was["yavar_commit_jobs_sum"]
    seconds = figures["yavar_commit_seconds_sum"] - was["yavar_commit_seconds_sum"]
    print(f"# {commits:.0f} commits of {seconds / commits * 1000:.0f} ms, {jobs / commits:.1f} jobs each, "
          f"{pledges.count} pledges answered")
    assert seconds / commits > 0.25, "the disk was not slow: where was the fault?"
    assert jobs / commits >= 15, f"{jobs / commits:.1f} jobs a commit: nothing waits to be committed together"
    assert pledges.count >= 9 * 120 * 0.8, f"{pledges.count} pledges in 9 s, 120 a second were offered"


# -- a long export ----------------------------------------------------------

OLD_MESSAGES = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO inbox (day, message_key, copy, channel, sender, body, provider_id, command, status, reason,
                   answer_status, answer, unanswered, created_at, updated_at)
SELECT 1000, CAST(printf('old-%d', i) AS BLOB), 0, 'mci', printf('98911%07d', i), 'an old message of the last year',
       printf('old-%d', i), 'help', 'handled', NULL, 200, '', 0, 1700000000 + i, 1700000000 + i FROM n
"""


def fill(database, count):
    with contextlib.closing(sqlite3.connect(database)) as db, db:
        db.execute(OLD_MESSAGES, (count,))


@case("a long export to a reader that stands still: good clients go on, and the log of the database is bounded")
def long_export(stage):
    with stage.fresh(start=False) as (service, telecom):
        fill(service.folder / "yavar.db", MESSAGES)
        service.start()
        watch = Watch(service)
        good = Load(service.http, pledge())
        flood = Load(service.http, pledge(), clients=8, rate=1500, first=3_000_000)
        export = subprocess.Popen([binary(), "export", "messages", "-c", str(service.ini)],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            lasts(10)
            assert export.poll() is None, "the export did not wait for its reader"
            told, complaint = export.communicate(timeout=60 * PATIENCE)
        finally:
            if export.poll() is None:
                export.kill()
                export.wait()
        loads = [good.end(), flood.end()]
        figures = watch.end()
        assert watch.wal < 64 * MIB, f"{watch.wal / MIB:.0f} MiB of write-ahead log"
        good.check("good clients", p99=p99_most(figures))
        print(f"# {flood.line('flood')}")
        rows = told.count(b"\nin")
        assert export.returncode == 0 and rows >= MESSAGES, f"{rows} rows, {complaint[-300:]}"
        assert set(flood.statuses) == {"200"}, flood.line("flood")
        confirmed(telecom, loads, most=20)


# -- slow clients -----------------------------------------------------------

def beside_slow_clients(service, count):
    """Good clients, connected and new, while slow ones keep coming; what was told at the end."""
    watch = Watch(service)
    kept = Load(service.http, pledge(), clients=3, rate=75)
    crowd = child("slow.py", service.http, str(count))
    lasts(6)                # all of them have tried
    fresh = Load(service.http, pledge(), clients=2, rate=30, first=5_000_000, fresh=True)
    lasts(11)
    fresh.end()
    kept.end()
    told = end_of(crowd)
    print(f"# slow clients: {told}")
    assert told["opened"] >= count, "fewer slow clients than promised"
    figures = watch.end()
    kept.check("connected clients", p99=p99_most(figures))
    fresh.check("new clients", p99=p99_most(figures))
    return told


def room_for(descriptors):
    """As many descriptors for us and for the service, where we may have them."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most >= descriptors:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
    except (ValueError, OSError):
        raise tap.Skip(f"{descriptors} descriptors are needed, and ulimit -Hn is {most}") from None


@case("10,000 slow clients: all of them fit, in little memory, and good ones are served")
def slow_clients(stage):
    room_for(2 * SLOW_CLIENTS)
    with stage.fresh() as (service, _):
        before = service.memory()
        told = beside_slow_clients(service, SLOW_CLIENTS)
        each = (service.memory() - before) / told["most"]
        print(f"# {each / 1024:.1f} KiB of memory a slow client")
        assert told["most"] >= SLOW_CLIENTS, f"at most {told['most']} were connected at once"
        assert each < 8 * 1024, f"{each:.0f} bytes of memory a slow client"


@case("three times as many slow clients as there is room for: the oldest of them go, and good ones are served")
def too_many_slow_clients(stage):
    with stage.fresh(before=["prlimit", "--nofile=1500:1500"]) as (service, _):
        told = beside_slow_clients(service, 3000)
        assert told["closed"] > 3000, f"{told}: where was the flood?"


# -- no descriptors ---------------------------------------------------------

def descriptors(service):
    return len(os.listdir(f"/proc/{service.process.pid}/fd"))


def strangers(service, count):
    """Clients that connect and say nothing."""
    host, port = service.http.rsplit(":", 1)
    return [socket.create_connection((host, int(port)), 5) for _ in range(count)]


def not_busy(figures):
    assert figures["busy"] < 0.3 * PATIENCE, f"{figures['busy']:.0%} of a core"


def new_client(service):
    try:
        return service.request("GET", "/healthz", timeout=1).status == 200
    except (OSError, http.client.HTTPException):
        return False


@case("no descriptors left: who is connected is served, nothing burns, and it is over when the others leave")
def no_descriptors(stage):
    with stage.fresh() as (service, _):
        watch = Watch(service)
        good = Load(service.http, pledge())
        time.sleep(2)           # until the sender has its connections
        _, hard = resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, (descriptors(service) + 20, hard))
        crowd = strangers(service, 300)
        lasts(8)
        assert not new_client(service), "there was room for one more: where was the fault?"
        for one in crowd:
            one.close()
        began = time.monotonic()
        until(lambda: new_client(service), 5, "a new client is served")
        took = time.monotonic() - began
        good.end()
        not_busy(watch.end())
        print(f"# a new client was served {took:.2f} s after the others had left")
        assert took < 1 * PATIENCE, f"a new client was served only after {took:.2f} s"
        good.check("connected clients")


@case("few descriptors from the start: the table is smaller, and good clients are served beside 200 idle ones")
def few_descriptors(stage):
    with stage.fresh(before=["prlimit", "--nofile=80:80"]) as (service, _):
        watch = Watch(service)
        good = Load(service.http, pledge())
        time.sleep(1)
        crowd = strangers(service, 200)
        fresh = Load(service.http, pledge(), clients=2, rate=20, first=5_000_000, fresh=True)
        lasts(4)
        fresh.end()
        good.end()
        not_busy(watch.end())
        good.check("connected clients")
        fresh.check("new clients")
        for one in crowd:
            one.close()


if __name__ == "__main__":
    sys.exit(tap.run(sys.argv[1:]))
