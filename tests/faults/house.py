"""One service that is hurt again and again, and what must hold of it.

Every message is posted as a telecom would: what had no 200 is posted again
with the same id.  The journal remembers all of it over the service's many
lives, and laws.py compares it with what is kept and what went out.
"""

import collections
import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "e2e"), os.path.join(HERE, "..", "crash")]

from laws import judge, key                                          # noqa: E402
from service import PATIENCE, Service, until                         # noqa: E402
from telecom import Telecom                                          # noqa: E402
from pledges import NEEDS, Journal, drain, pay_debts, post           # noqa: E402
from world import Control                                            # noqa: E402

SANE = {200, 503, "cut off"}                # all that a telecom may see of our troubles
# what the last line of a life that ended by itself says: a fault, by its name
CLEAR = re.compile(r"^(?:yavar|config): \S.+|^\S+Z? error \w+ .+")
UNREADABLE = b"\xff\xfe\x80 \xc3\x28"


class Silent(Exception):
    """No answer came in time: the rest of a visit would only wait as long."""


class House:
    def __init__(self, folder):
        self.control = Control(os.path.join(folder, "control"))
        self.telecom = Telecom()
        for number in range(1, 100000, 4):
            self.telecom.report(8, 1, to=f"98913{number:07d}")
        self.service = Service(
            self.telecom, needs=NEEDS, start=False, env=self.control.environment(),
            service={"uncertain_wait": "1s", "retry_first": "1s", "retry_most": "1s"},
            channel={"rate": "5000"})
        self.journal = Journal(os.path.join(folder, "acknowledged.jsonl"))
        self.asked = collections.defaultdict(dict)  # phone of an asker: {id: text}
        self.due = []                               # (phone, text, id) of askers without a 200
        self.answers = collections.Counter()        # of askers: status
        self.patient = 1.5 * PATIENCE               # how long a telecom waits while we are hurt
        self.shot_of = {}                           # phone key: the shot in which it was posted
        self.deaths = collections.Counter()         # last lines of lives that ended by themselves
        self.askers = self.log_from = 0

    def close(self, keep=False):
        self.control.disarm()
        self.service.close(keep)
        self.telecom.close()

    # -- what is posted -----------------------------------------------------

    def visit(self, shot, wait=0.3):
        """A small day's work, as far as the service lets it."""
        phones = []
        try:
            self.pledge(shot, 3, phones)
            self.pledge(shot, 1, phones)
            self.repeat(phones[0])
            self.ask(shot)
            self.look()
        except Silent:
            pass
        done = [phone for phone in phones if key(phone) in self.journal.acknowledged]
        end = time.monotonic() + wait
        for phone in done:
            self.telecom.wait(phone, 1, max(0, end - time.monotonic()))

    def post(self, line, message, settle):
        began = time.monotonic()
        status = post(self.service, line, message)
        settle(message, status)
        if status == "cut off" and time.monotonic() - began > self.patient * 0.9:
            raise Silent

    def line(self):
        return contextlib.closing(http.client.HTTPConnection(self.service.http, timeout=self.patient))

    def pledge(self, shot, count, phones):
        with self.line() as line:
            for _ in range(count):
                message = self.journal.new()
                phones.append(message[0])
                self.shot_of[key(message[0])] = shot
                self.post(line, message, self.journal.settle)

    def repeat(self, phone):
        ident = self.journal.acknowledged.get(key(phone))
        with self.line() as line:
            if ident:
                self.post(line, (phone, self.journal.offered[key(phone)][0], ident), self.count)

    def count(self, _message, status):
        self.answers[status] += 1

    def ask(self, shot):
        """Someone who pledges, asks, cancels, and writes what nobody can read."""
        self.askers += 1
        phone = f"98914{self.askers:07d}"
        self.shot_of[key(phone)] = shot
        texts = ("نذر 1029 70000 تومان", "نیاز 1007", "تعهدات", "انصراف", UNREADABLE)
        with self.line() as line:
            for number, text in enumerate(texts):
                message = (phone, text, f"ask-{self.askers}-{number}")
                self.asked[phone][message[2]] = text
                self.post(line, message, self.settle)

    def settle(self, message, status):
        self.answers[status] += 1
        if status != 200:
            self.due.append(message)

    def look(self):
        """What an operator does meanwhile: any answer, but none that kills."""
        for target, admin in (("/metrics", True), ("/readyz", False)):
            try:
                self.service.request("GET", target, admin=admin, timeout=1.5)
            except (OSError, http.client.HTTPException):
                pass
        try:
            done = self.service.cli("message", "list", expect=None, timeout=8)
            assert done.returncode in (0, 1, 75), f"message list: exit {done.returncode}\n{done.stderr}"
        except subprocess.TimeoutExpired as error:
            raise AssertionError("message list hangs") from error

    # -- its lives ----------------------------------------------------------

    def begin(self):
        """Starts it, hurt or not; false when it ended by itself instead."""
        log = self.service.log
        self.log_from = log.stat().st_size if log.exists() else 0
        try:
            self.service.start()
            return True
        except AssertionError as error:
            assert self.service.process.returncode != -signal.SIGKILL, f"hangs at its start: {error}"
            return False

    def end(self):
        """SIGTERM; gives the exit code."""
        process = self.service.process
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(6 * PATIENCE)
        except subprocess.TimeoutExpired:
            self.service.kill()
            raise AssertionError("SIGTERM: it hangs") from None
        finally:
            self.service._logging.join(5)
        return process.returncode

    def dead(self, allowed=(1, 75)):
        """None while it lives; else what is wrong with how it ended, or ''."""
        process = self.service.process
        if process.poll() is None:
            return None
        self.service._logging.join(5)
        with open(self.service.log, "rb") as log:
            log.seek(self.log_from)
            tail = log.read().decode("utf-8", "replace").splitlines()[-8:] or [""]
        last = next((row for row in reversed(tail) if CLEAR.match(row)), tail[-1])
        self.deaths[f"{process.returncode}: " + re.sub(r"^\S+Z? |[\d.:-]{9,}", "", last)[:90]] += 1
        if process.returncode < 0:
            return f"ended by signal {signal.Signals(-process.returncode).name}: {last}"
        if process.returncode not in allowed:
            return f"exit {process.returncode}: {last}"
        return "" if process.returncode == 0 or CLEAR.match(last) else f"its last line tells nothing: {last!r}"

    def recover(self):
        """Unhurt again: it is up, and takes all that is owed."""
        self.control.disarm()
        if not self.service.alive():
            assert self.begin(), f"unhurt, and it does not start:\n{self.service.log_tail()}"
        until(lambda: self.ready(), 8, "readyz is not 200 again", pause=0.01)
        pay_debts(self.service, self.journal)
        line = http.client.HTTPConnection(self.service.http, timeout=5 * PATIENCE)
        due, self.due = self.due, []
        for message in due:
            status = post(self.service, line, message)
            assert status == 200, f"unhurt again, and a message is answered {status}"
        line.close()

    def ready(self):
        try:
            return self.service.request("GET", "/readyz", timeout=2).status == 200
        except (OSError, http.client.HTTPException):
            return False

    # -- the laws -----------------------------------------------------------

    def insane(self):
        """Answers that no trouble of ours excuses."""
        seen = set(self.journal.refused) | set(self.answers)
        return sorted(map(str, seen - SANE))

    def verdict(self):
        """Drains, and names every law that does not hold."""
        drain(self.service)
        messages, pledges = self.service.rows("export", "messages"), self.service.rows("export", "pledges")
        offered = self.journal.offered
        copies = {phone: texts for phone, texts in self.telecom.copies().items() if phone in offered}
        found = judge(offered, self.journal.acknowledged,
                      [row for row in messages if key(row["phone"]) in offered],
                      [row for row in pledges if key(row["phone"]) in offered], copies)
        wrong = [f"{name}: {sentence}" for name in ("lost", "invented", "doubled", "stuck")
                 for sentence in getattr(found, name)]
        wrong += [*self._askers(messages, pledges)] + self._strangers(messages, pledges)
        return [f"{row} [{self.shot_of.get(re.sub('[^0-9]', ' ', row).split()[0], '?')}]" for row in wrong]

    def _askers(self, messages, pledges):
        """Each message once, one pledge, and never more replies than messages."""
        count = collections.Counter((row["direction"], key(row["phone"])) for row in messages)
        pledged = collections.Counter(key(row["phone"]) for row in pledges)
        for phone, ids in self.asked.items():
            name = key(phone)
            if count["in", name] != len(ids):
                yield f"{name}: {count['in', name]} messages kept of {len(ids)}"
            if pledged[name] != 1:
                yield f"{name}: {pledged[name]} pledges of an asker who made one"
            if count["out", name] > len(ids):
                yield f"{name}: {count['out', name]} replies to {len(ids)} messages"

    def _strangers(self, messages, pledges):
        known = set(self.journal.offered) | {key(phone) for phone in self.asked}
        return [f"invented: {name} never wrote" for name in
                {key(row["phone"]) for row in [*messages, *pledges]} | set(self.telecom.copies())
                if name not in known]
