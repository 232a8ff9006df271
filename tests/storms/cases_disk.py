"""A disk that fills and is given space back, on a small file system of its own:
once with a reserve, which stops taking before the end, and once without, so
that the engine itself is told that there is no space left.
"""

import contextlib
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

from laws import judge
from service import PATIENCE, until
from tap import Skip, case
from pledges import NEEDS, Journal, drain, finish, load, pay_debts

SIZE = 128 << 20                # more than a write-ahead log grows to, and so only the ballast fills it
RESERVE = 24 << 20              # more than is written in the second between two looks at the disk
FULL_SECONDS = float(os.environ.get("STORM_FULL", "1"))


def become_root():
    """Without root: the same again in a user namespace of our own, where there is one."""
    trial = subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False)
    if trial.returncode == 0:
        os.execvp("unshare", ["unshare", "-rm", sys.executable, *sys.argv])


@contextlib.contextmanager
def small_disk():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="yavar-disk-"))
    try:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)],
                              capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Skip("there is no mount program") from None
    if done.returncode != 0:
        folder.rmdir()
        raise Skip(f"no file system can be mounted: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)
        folder.rmdir()


def free(folder):
    figures = os.statvfs(folder)
    return figures.f_bavail * figures.f_frsize


def fill(folder, leave):
    """Ballast until only so much is left; with 0, until the kernel refuses a byte."""
    with open(folder / "ballast", "ab", buffering=0) as ballast:
        with contextlib.suppress(OSError):
            while free(folder) > leave:
                ballast.write(b"\0" * max(4096, min(1 << 20, free(folder) - leave)))
    assert free(folder) <= leave, f"{free(folder)} bytes are still free"


def readings_go_on(service):
    assert "1007" in service.cli("need", "list").stdout, "need list does not list"
    assert service.metrics()
    for admin in (False, True):
        alive = service.request("GET", "/healthz", admin=admin).status
        assert alive == 200, f"/healthz: {alive}"


def not_ready(service):
    for admin in (False, True):
        ready = service.request("GET", "/readyz", admin=admin).status
        assert ready == 503, f"/readyz: {ready} while no message can be taken"


def while_it_is_full(service, stage, journal):
    """503 for everything that would be stored, a question too; reading goes on."""
    answer = service.send(stage.phone(), "نیاز 1007")
    assert answer.status == 503 and answer.headers["Retry-After"], f"a query: {answer.status}"
    readings_go_on(service)
    taken, refused = len(journal.acknowledged), journal.refused.get(503, 0)
    time.sleep(FULL_SECONDS)
    assert journal.refused.get(503, 0) > refused, "nobody was refused any more"
    return len(journal.acknowledged) - taken


def fill_and_free(stage, service, telecom, journal, disk, leave):
    """Returns (seconds to the first 503, to the first 200 again)."""
    ending, clients = load(service, journal, random.Random(7))
    until(lambda: len(journal.acknowledged) > 300, 10, "a load")
    fill(disk, leave)
    began = time.monotonic()
    until(lambda: journal.refused.get(503), 5, "a first 503", 0.01)
    refused_after = time.monotonic() - began
    taken = while_it_is_full(service, stage, journal)
    if leave:
        assert taken == 0, f"{taken} taken below the reserve"
        until(lambda: service.counted("yavar_outbox", status="queued") == 0, 5, "sending goes on below the reserve")
    not_ready(service)
    before = len(journal.acknowledged)
    (disk / "ballast").unlink()
    began = time.monotonic()
    until(lambda: len(journal.acknowledged) > before + 20, 10, "a first 200 again", 0.01)
    taken_after = time.monotonic() - began
    time.sleep(1.0)
    finish(ending, clients)
    return refused_after, taken_after


def whole_story(stage, leave):
    with small_disk() as disk, stage.fresh(
            needs=NEEDS, channel={"rate": "5000"},
            service={"database": disk / "yavar.db", "disk_reserve": f"{leave >> 20}MiB"}) as (service, telecom):
        journal, process = Journal(service.folder / "acknowledged.jsonl"), service.process.pid
        refused_after, taken_after = fill_and_free(stage, service, telecom, journal, disk, leave)
        assert service.alive() and service.process.pid == process, f"it ended by itself\n{service.log_tail()}"
        ready = until(lambda: service.request("GET", "/readyz").status == 200, 3, "/readyz 200 again")
        pay_debts(service, journal)
        drain(service)
        verdict = judge(journal.offered, journal.acknowledged, service.rows("export", "messages"),
                        service.rows("export", "pledges"), telecom.copies())
        print(f"# {len(journal.acknowledged)} acknowledged, other answers {journal.refused}, first 503 after "
              f"{refused_after:.2f} s, taken again after {taken_after:.2f} s, {verdict.line()}")
        sentences = verdict.lost + verdict.invented + verdict.doubled + verdict.stuck
        assert verdict.holds() and ready, f"{verdict.line()}: {'; '.join(sentences[:5])}"
        assert set(journal.refused) == {503}, f"answers other than 503: {journal.refused}"
        assert refused_after <= 1.2 * PATIENCE, f"503 only after {refused_after:.2f} s"
        assert taken_after <= 5 * PATIENCE, f"taken again only after {taken_after:.2f} s"
        doubles = {phone: len(copies) for phone, copies in telecom.copies().items() if len(copies) > 1}
        assert not doubles, f"sent twice, and nothing was uncertain: {doubles}"


@case("the disk falls below its reserve and recovers: 503, sending and reading go on, nothing lost or doubled")
def reserve(stage):
    whole_story(stage, RESERVE)


@case("the disk is full to the last byte, no reserve: 503, reading goes on, nothing lost or doubled")
def full(stage):
    whole_story(stage, 0)
