"""Nobody who opted out is reached by a broadcast: people stop and start again at random
times while broadcasts run, and the telecom's journal is held against what they were answered.

STOPS_SEED and STOPS_SECONDS make another run, or a longer one.
"""

import os
import random
import time
from dataclasses import dataclass

import crowd
from service import PATIENCE, until
from tap import case
from telecom import key

SEED = int(os.environ.get("STOPS_SEED", time.time_ns() % 1_000_000_007))
SECONDS = float(os.environ.get("STOPS_SECONDS", "9"))
FIRST, PEOPLE, RATE, IN_FLIGHT = 989160000000, 400, 150, 4
# What was claimed before the stop was stored goes within the pace of that moment: a message is
# claimed when a slot is free for it, so a second is plenty and far below what a window holds.
ON_WIRE_SECONDS = 0.5
TEXT = "پیام {} به یاوران زنجان"


@dataclass
class Word:
    """Stop or start, as one person texted it."""

    stops: bool
    posted: float
    answered: float


class Person:
    def __init__(self, phone):
        self.phone, self.words = str(phone), []

    def says(self, service):
        """The other word than the last time; its answer is the telecom's 200: stop is stored then."""
        stops = not (self.words and self.words[-1].stops)
        posted = time.time()
        answer = service.send(self.phone, "لغو" if stops else "شروع")
        assert answer.status == 200, f"{self.phone}: {answer.status}"
        self.words.append(Word(stops, posted, time.time()))

    def has_stopped(self, at):
        """Whether AT lies behind a stop that was answered and before any start that was posted."""
        last = None
        for word in self.words:
            if not word.stops and word.posted <= at:
                last = None
            elif word.stops and word.answered <= at:
                last = word
        return last is not None

    def stopped_throughout(self, since, to):
        """Whether no start was under way between, so that nothing may come."""
        return self.has_stopped(since) and not any(
            not word.stops and since <= word.posted <= to for word in self.words)


def live(service, people, dice):
    """Broadcast after broadcast, while somebody changes their mind every few milliseconds."""
    end, began, reference = time.monotonic() + SECONDS * PATIENCE, 0, None
    while time.monotonic() < end:
        if reference is None or crowd.show(service, reference)["status"] == "done":
            began += 1
            reference = crowd.begin(service, "zanjan", TEXT.format(began))
        for _ in range(8):
            dice.choice(people).says(service)
            time.sleep(dice.uniform(0, 0.02))
    until(lambda: crowd.show(service, reference)["status"] == "done", 30, "the last broadcast is through")
    return began


def reached_too_late(person, sent):
    """The broadcasts that were read after the stop was answered, and how many just then."""
    late = [s for s in sent if person.has_stopped(s.at)]
    over = [s for s in late if person.has_stopped(s.at - ON_WIRE_SECONDS * PATIENCE)
            and person.stopped_throughout(s.at - ON_WIRE_SECONDS * PATIENCE, s.at)]
    return over, len(late)


@case("broadcasts: while people stop and start at random, none goes to one whose stop was answered")
def _(stage):
    with stage.fresh(start=False, channel={"rate": str(RATE), "in_flight": str(IN_FLIGHT), "quiet": ""}) as (
            service, telecom):
        dice = random.Random(SEED)
        people = [Person(phone) for phone in crowd.add_people(service.folder, FIRST, PEOPLE, "zanjan")]
        crowd.add_author(service, "zanjan")
        service.start()
        began = live(service, people, dice)
        texts = {TEXT.format(number) + "\nلغو۱۱" for number in range(1, began + 1)}
        sent = {}
        for one in telecom.requests:
            if one.text in texts:
                sent.setdefault(key(one.to), []).append(one)
        told, wire, spared = [], 0, 0
        for person in people:
            mine = sent.get(key(person.phone), [])
            over, late = reached_too_late(person, mine)
            told += [f"{person.phone}: {s.text!r} {s.at:.3f}, {person.words}" for s in over]
            wire += late
            spared += began - len({s.text for s in mine})
            assert person.words or len(mine) == began, f"{person.phone} never stopped and got {len(mine)} of {began}"
        assert not told, f"seed {SEED}: {len(told)} reached after their stop:\n" + "\n".join(told[:5])
        stops = sum(word.stops for person in people for word in person.words)
        assert began >= 2 and stops >= 100 and spared >= 50, f"too little: {began} broadcasts, {stops} stops, {spared}"
        assert wire <= stops / 10, f"seed {SEED}: {wire} of {stops} were on the wire: what is claimed waits too long"
