"""The mixed load: clients that post as a telecom does, each with people of its own.

A phone belongs to one client, and its next message goes out only after the one
before was acknowledged; what had no answer is posted again with the same id.  So
the order of each phone's messages is known, and with it what they must cause.
Now and then a message is repeated as it was, or its id comes with another text:
both must change nothing.
"""

import http.client
import random
import threading
import time
from dataclasses import replace

from people import Person
from service import PATIENCE

PEOPLE = 8              # whose lives a client plays at once
REPEATS, CLASHES = 0.05, 0.01
REMEMBERED = 50
PAUSE = 0.004           # of a client between two posts
LIVES = 100_000         # phones a client may use


class Client:
    """One connection of the telecom; lives through the crashes."""

    def __init__(self, seed, number, journal):
        self.seed, self.number, self.journal = seed, number, journal
        self.dice = random.Random(f"{seed}/client/{number}")
        self.people, self.born = [], 0
        self.owed = None            # (person, message) that had no 200 yet
        self.past = []
        self.acknowledged, self.refused = 0, {}

    def _next(self):
        """(message, kind): what is owed, a repeat, a clash, or something new."""
        if self.owed:
            return self.owed, "new"
        point = self.dice.random()
        if self.past and point < REPEATS:
            return self.dice.choice(self.past), "repeat"
        if self.past and point < REPEATS + CLASHES:
            other = replace(self.dice.choice(self.past), wire={"text": "نذر 1007 999999 تومان"})
            return other, "clash"
        self.owed = self._new()
        return self.owed, "new"

    def _new(self):
        while True:
            while len(self.people) < PEOPLE:
                self.people.append(Person(self.seed, self.number * LIVES + self.born))
                self.born += 1
            person = self.dice.choice(self.people)
            message = person.next()
            if message:
                return message
            self.people.remove(person)

    def _settle(self, message, kind, status):
        self.journal.note(message, status, other=kind == "clash")
        if status != 200:
            self.refused[status] = self.refused.get(status, 0) + 1
        elif kind == "new":
            self.owed = None
            self.acknowledged += 1
            self.past = [*self.past[1 - REMEMBERED:], message]

    def post(self, service, line):
        """One post and its journal; the status, or "cut off"."""
        message, kind = self._next()
        wire = dict(message.wire)
        text = wire.pop("text")
        try:
            line.request("GET", service.target(message.phone, text, message.id, channel=message.channel, **wire))
            answer = line.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            status = "cut off"
        self._settle(message, kind, status)
        return status

    def play(self, service, ending):
        """Posts until told to end, or cut off."""
        line = http.client.HTTPConnection(service.http, timeout=5 * PATIENCE)
        try:
            while not ending.is_set() and self.post(service, line) != "cut off":
                time.sleep(PAUSE)
        finally:
            line.close()

    def pay(self, service, patience=20.0):
        """Posts what is owed until it is acknowledged."""
        line = http.client.HTTPConnection(service.http, timeout=5 * PATIENCE)
        end = time.monotonic() + patience * PATIENCE
        while self.owed:
            assert time.monotonic() < end, f"{self.owed.id} is never acknowledged: {self.refused}"
            if self.post(service, line) != 200:
                line.close()
                time.sleep(0.05)
        line.close()


class Load:
    """All clients at once, each in a thread, for one cycle."""

    def __init__(self, service, clients):
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=client.play, args=(service, self.ending), daemon=True)
                        for client in clients]
        for thread in self.threads:
            thread.start()

    def end(self):
        self.ending.set()
        for thread in self.threads:
            thread.join(10 * PATIENCE)
            assert not thread.is_alive(), "a client is stuck: the service does not answer"
