"""A plain load for tests that break something: unique pledges, posted as a telecom would.

Each has its own phone, amount and id, so that laws.judge can say of each
whether it is there once, as it was offered.  What had no 200 is owed, and is
posted again with the same id.
"""

import http.client
import json
import os
import random
import threading
import time

from laws import key
from service import PATIENCE

CLIENTS = int(os.environ.get("CRASH_CLIENTS", "6"))
PAUSE = 0.003               # of a client between two posts: some hundred pledges a cycle
NEEDS = tuple(
    f"{code},fars,درمانگاه آزمون {code},equipment,1,دستگاه شماره {code},device {code},rial,"
    f"900000000000000,open,دستگاه {code},device {code}" for code in ("1007", "1029", "1032"))


class Journal:
    """What was offered and what was acknowledged; the second on disk as well."""

    def __init__(self, path, name=None):
        self.name = name or os.getpid()     # ids hold it: of one run, or of one seed
        self.lock = threading.Lock()
        self.offered = {}           # phone key: (text, rial)
        self.acknowledged = {}      # phone key: the id
        self.owed = []              # (phone, text, id) without an answer
        self.refused = {}           # status: how often
        self.file = open(path, "w", encoding="utf-8")
        self.count = 0

    def new(self):
        """A pledge nobody made yet: its own phone, amount and id."""
        with self.lock:
            self.count += 1
            number = self.count
            phone, toman = f"98913{number:07d}", 20000 + number
            text = f"نذر {('1007', '1029', '1032')[number % 3]} {toman} تومان"
            self.offered[key(phone)] = (text, toman * 10)
        return phone, text, f"pledge-{self.name}-{number}"

    def next(self, dice):
        """What a telecom would post now: what is owed, or new, rarely a repeat."""
        with self.lock:
            if self.owed:
                return self.owed.pop()
            if self.acknowledged and dice.random() < 0.05:
                phone = dice.choice(list(self.acknowledged)[-50:])
                return "98" + phone, self.offered[phone][0], self.acknowledged[phone]
        return self.new()

    def settle(self, message, status):
        phone, _, ident = message
        with self.lock:
            if status == 200:
                if key(phone) not in self.acknowledged:
                    self.acknowledged[key(phone)] = ident
                    self.file.write(json.dumps({"id": ident, "phone": phone}) + "\n")
                    self.file.flush()
            else:
                self.refused[status] = self.refused.get(status, 0) + 1
                self.owed.append(message)


class Client(threading.Thread):
    """One keep-alive connection of the telecom; ends when told or cut off."""

    def __init__(self, service, journal, seed, ending):
        super().__init__(daemon=True)
        self.service, self.journal, self.ending = service, journal, ending
        self.dice = random.Random(seed)

    def run(self):
        line = http.client.HTTPConnection(self.service.http, timeout=5 * PATIENCE)
        try:
            while not self.ending.is_set():
                message = self.journal.next(self.dice)
                status = post(self.service, line, message)
                self.journal.settle(message, status)
                if status == "cut off":
                    return
                time.sleep(PAUSE)
        finally:
            line.close()


def post(service, line, message):
    """The answer's status, or "cut off"."""
    try:
        line.request("GET", service.target(*message))
        answer = line.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        return "cut off"


def load(service, journal, dice):
    ending = threading.Event()
    clients = [Client(service, journal, dice.random(), ending) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    return ending, clients


def finish(ending, clients):
    ending.set()
    for client in clients:
        client.join(10 * PATIENCE)
        assert not client.is_alive(), "a client is stuck: the service does not answer"


def pay_debts(service, journal):
    """Posts what is owed until everything offered is acknowledged."""
    line = http.client.HTTPConnection(service.http, timeout=5 * PATIENCE)
    end = time.monotonic() + 20 * PATIENCE
    while journal.owed:
        assert time.monotonic() < end, f"{len(journal.owed)} messages are never acknowledged"
        message = journal.owed.pop()
        status = post(service, line, message)
        journal.settle(message, status)
        if status != 200:
            line.close()
            time.sleep(0.05)
    line.close()


def drain(service, patience=30.0):
    """Waits until no outgoing row is under way; the laws name what is left."""
    end = time.monotonic() + patience * PATIENCE
    while time.monotonic() < end:
        under_way = {"queued", "sending", "uncertain"}
        if not any(row["direction"] == "out" and row["status"] in under_way
                   for row in service.rows("export", "messages")):
            return
        time.sleep(0.5)
