"""The commands under failing calls.

Never a signal, never a hang, only the exit codes of the contract; and exit 0
means the answer of an unhurt run, whole.  An import is all or nothing.  What
writes works on a copy of the database.
"""

import os
import pathlib
import re
import shutil
import subprocess
import time

from house import NEEDS
from service import PATIENCE, Service, binary
from telecom import Telecom
from world import KINDS, Control

CODES = {0, 1, 75, 78}
TEXTS = "نذر 1007 500 هزار تومان\nنیاز زنجان\nتعهدات\nسلام علیکم\nNEED 5724\n"
COMMANDS = {
    "explain": (("explain", "نذر 1007 پانصد هزار تومان ماهانه"), ""),
    "explain, by lines": (("explain",), TEXTS),
    "segments": (("segments",), TEXTS),
    "check": (("check",), ""),
    "check --sample": (("check", "--sample"), ""),
    "chat": (("chat",), TEXTS),
    "export needs": (("export", "needs"), ""),
    "export pledges": (("export", "pledges"), ""),
    "export messages": (("export", "messages"), ""),
    "need list": (("need", "list"), ""),
    "need show": (("need", "show", "1007"), ""),
    "message list": (("message", "list"), ""),
    "message show": (("message", "show", "out1"), ""),
    "stats": (("stats", "--json"), ""),
    "channel list": (("channel", "list"), ""),
    "campaign list": (("campaign", "list"), ""),
    "message reply": (("message", "reply", "in1", "سلام"), ""),
    "import": (("import", "needs", "more.csv"), ""),
}
SLOW = {"lock"}         # SQLite tries for 10 s where a lock is never to be had
WRITERS = {"import", "message reply"}


def plain(text):
    """References and times differ from run to run."""
    return re.sub("[0-9۰-۹]+", "#", text)


class Desk:
    """A folder with a database that has seen a few pledges, and no service."""

    def __init__(self, folder):
        self.control = Control(os.path.join(folder, "control-of-commands"))
        self.telecom = Telecom()
        self.service = Service(self.telecom, needs=NEEDS)
        for number in range(5):
            answer = self.service.send(f"98912000{number:04d}", "نذر 1007 50000 تومان")
            assert answer.status == 200
        self.telecom.wait("989120000004")
        self.service.stop()
        self.folder = self.service.folder
        self.more = ["5724,fars,بیمارستان,drug,2,دارو,medicine,item,10,open,دارو,medicine"]
        self.service.import_needs([*NEEDS, *self.more], name="more.csv")
        shutil.copy(self.folder / "yavar.db", self.folder / "kept.db")

    def close(self):
        self.service.close()
        self.telecom.close()

    def fresh(self):
        """The database as it was before a writer."""
        for path in self.folder.glob("yavar.db*"):
            path.unlink()
        shutil.copy(self.folder / "kept.db", self.folder / "yavar.db")

    def run(self, name, hurt=True, out=subprocess.PIPE):
        words, stdin = COMMANDS[name]
        env = {**os.environ, **(self.control.environment() if hurt else {})}
        if "ASAN_OPTIONS" in env:
            env["ASAN_OPTIONS"] += ":detect_leaks=0"    # who ends by a fault need not tidy up
        return subprocess.run([binary(), *words, "-c", "yavar.ini"], cwd=self.folder, env=env, check=False,
                              input=stdin.encode(), stdout=out, stderr=subprocess.PIPE,
                              timeout=20 * PATIENCE)


def judge(desk, name, shot, usual):
    """Runs it hurt; what is wrong with how it ended, if anything."""
    if name in WRITERS:
        desk.fresh()
    try:
        done = desk.run(name)
    except subprocess.TimeoutExpired:
        return f"{shot}: hangs"
    finally:
        desk.control.disarm()
    said = done.stderr.decode("utf-8", "replace")[-300:]
    if done.returncode not in CODES:
        return f"{shot}: exit {done.returncode}: {said}"
    if done.returncode != 0 and not said.strip():
        return f"{shot}: exit {done.returncode}, and not a word why"
    if done.returncode == 0 and plain(done.stdout.decode()) != usual:
        return f"{shot}: exit 0 with another answer: {done.stdout.decode()[-200:]!r} {said}"
    return None


def whole(desk, name, shot):
    """After a writer: the database is sound, and the same again succeeds."""
    done = desk.run(name, hurt=False)
    if done.returncode != 0 and name == "import":
        return f"{shot}: and unhurt again, exit {done.returncode}: {done.stderr.decode()[-300:]}"
    found = desk.run("export needs", hurt=False)
    rows = len(found.stdout.decode().splitlines())
    return None if rows == len(NEEDS) + len(desk.more) + 1 else f"{shot}: {rows} rows of needs"


def numbers(count, dice, every):
    """All where few; else the first ones and some of the rest, by chance."""
    chosen = list(range(1, count + 1))
    dice.shuffle(chosen)
    return chosen if every else chosen[:400]


def hurt_one(desk, name, dice, end, every, wanted):
    """(faults, how many shots) for one command."""
    if name in WRITERS:
        desk.fresh()
    desk.control.arm()
    unhurt = desk.run(name)
    counts, usual = desk.control.counts(), plain(unhurt.stdout.decode())
    if unhurt.returncode != 0:
        return [f"unhurt, exit {unhurt.returncode}: {unhurt.stderr.decode()}"], 1
    shots = [(kind, mode, n) for kind in wanted for mode in ("once", "onwards")
             for n in numbers(counts[kind], dice, every) if mode == "once" or kind not in SLOW]
    dice.shuffle(shots)
    faults, tried = [], 0
    for kind, mode, n in shots:
        if not every and time.monotonic() > end:
            break
        error = KINDS[kind][n % len(KINDS[kind])]
        shot, tried = f"{kind} {n} {mode} {error}", tried + 1
        desk.control.arm(kind, n, mode, error)
        found = judge(desk, name, shot, usual)
        if found is None and name in WRITERS:
            found = whole(desk, name, shot)
        faults += [found] if found else []
    return faults, tried


def full_disk(desk):
    """Standard output that takes nothing is a fault, for every command."""
    with open("/dev/full", "wb") as full:
        return [f"{name}: exit 0 onto a full disk" for name in COMMANDS
                if name not in WRITERS and desk.run(name, hurt=False, out=full).returncode == 0]


def commands_hurt(report, folder, dice, seconds, every, wanted):
    desk = Desk(folder)
    try:
        for name in COMMANDS:
            end = time.monotonic() + seconds / len(COMMANDS)
            faults, tried = hurt_one(desk, name, dice, end, every, wanted)
            report.line(not faults and tried > 1, f"yavar {name}: {tried} faults", faults)
        silent = full_disk(desk)
        report.line(not silent, "no command claims success onto a full disk", silent)
    finally:
        desk.close()
