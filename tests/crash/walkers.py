"""Phones that walk USSD flows while the service is killed under them.

A walker presses what its screen shows and knows, at every moment, which page
it was shown last and which answer had no page yet.  Whatever page comes next
must be the one behind that answer, or the one that asks it again: an earlier
one means that something acknowledged was lost.
"""

import http.client
import random
import re
import time
from dataclasses import dataclass, field

from ussd_wire import Handset

# The walkers' gateways: all inputs so far; the last one with its number; the
# last one alone; the last one, and the phone for a session.
LINES = ("at", "hubtel", "nsano", "mci", "imimobile")
ROOT, OFFER, SORRY = "یاور سلامت", "کارتان نیمه مانده بود.", "ببخشید"
# What each position of a flow shows first, from the page behind the root menu to the last.
SHOWS = {
    "volunteer": ("کد تلفن استان شما؟", "چه کاری از شما برمی‌آید؟", "چه وقت می‌توانید؟",
                  "نام و شماره‌تان برای فراخوان سلامت بماند؟", "درست است؟", "سپاس، خوش آمدید!"),
    "pledge": ("کد نیاز", "چند تومان؟ مثلاً 200000", "این ثبت شود؟", "سپاس! تعهد ثبت شد"),
}
DOOR = {"volunteer": "داوطلبی", "pledge": "تعهد"}
PROVINCES = {"24": "zanjan", "71": "fars", "021": "tehran", "۳۱": "isfahan"}
SPECIALTIES = {"یاور": "helper", "پرستار": "nurse", "پزشک": "physician", "ماما": "midwife"}
AVAILABILITIES = {"هر وقت": "any", "روزهای کاری": "weekdays", "آخر هفته": "weekends", "فقط بحران": "emergency"}
NEEDS = ("1007", "1029", "1032")
PAUSE = 0.01            # before a phone tries again
DROPS, ENDS, DEEP = 0.06, 0.5, 0.3      # how often a walker loses the network, and that is told; dials it all


@dataclass
class Flow:
    """One flow of one phone: what was answered, as far as it is known."""

    name: str
    phone: str
    answers: dict = field(default_factory=dict)     # position: value that counts
    kept: int = -1          # the position of the last page that came; -1: the root menu
    pending: object = None  # (position it leads to, {position: value}), while no page has come

    @property
    def done(self):
        return self.kept == len(SHOWS[self.name]) - 1


class Walker:
    def __init__(self, seed, number, service):
        self.dice = random.Random(f"{seed}/walker/{number}")
        self.number, self.service = number, service
        self.gateway = self.handset = self.flow = None
        self.lives = self.steps = self.resumed = self.repeated = 0
        self.finished, self.faults = [], []

    # -- a life: somebody enlists, and pledges ------------------------------

    def walk(self, gateways, ending):
        while not ending() and not self.faults:
            self.lives += 1
            phone = f"98914{self.number:02d}{self.lives:05d}"
            self.gateway = gateways[self.dice.choice(LINES)]
            self.handset = Handset(self.service, self.gateway, phone)
            for name in ("volunteer", "pledge", "pledge"):
                self._finish_flow(Flow(name, phone))

    def _finish_flow(self, flow):
        self.flow = flow
        self._try(lambda: self._dial_anew(first=True))
        while not flow.done and not self.faults:
            if self.dice.random() < DROPS:
                self._lose_network()
            else:
                self._try(self._answer)
        self.finished.append(flow)

    # -- asking, until there is a page --------------------------------------

    def _ask(self, step):
        """A page, or None where none came, or none that acknowledges anything."""
        try:
            page = step()
        except (OSError, http.client.HTTPException):
            return None
        return None if page is None or page.text.startswith(SORRY) else page

    def _try(self, step):
        """One step, then the same request again or dialling again until a page is there."""
        page = self._ask(step)
        while page is None and not self.faults:
            time.sleep(PAUSE)
            if self._may_repeat() and self.dice.random() < 0.6:
                self.repeated += 1
                page = self._ask(self.handset.again)
            else:
                page = self._ask(self._dial_anew)
        if page is not None:
            self._look(page)

    def _may_repeat(self):
        """Where a gateway names its steps, what is repeated is known; else who saw nothing dials."""
        return self.gateway.hops or self.gateway.accumulates

    def _lose_network(self):
        if self.gateway.ends and self.dice.random() < ENDS:
            self._ask(self.handset.end)
        self._try(self._dial_anew)

    # -- what is pressed ----------------------------------------------------

    def _dial_anew(self, first=False):
        if first and self.flow.name == "pledge" and self.dice.random() < DEEP:
            need, toman = self._pledge()
            self.flow.pending = (2, {0: need, 1: toman})
            return self.handset.dial("1", need, toman)
        return self.handset.dial()

    def _pledge(self):
        return self.dice.choice(NEEDS), str(self.dice.randrange(20_000, 900_000))

    def _answer(self):
        """Presses an answer to the page that is shown, and notes what it must become."""
        at, text = self.flow.kept, self.handset.page.text
        if at < 0:
            return self._press(self._key(text, DOOR[self.flow.name]), None)
        if self.flow.name == "pledge":
            pressed = (*self._pledge(), None)[at]
            return self._press(pressed or self._key(text, "بله"), pressed)
        choices = (None, SPECIALTIES, AVAILABILITIES)[at] if at < 3 else {"بله": None}
        if choices is None:
            pressed = self.dice.choice(sorted(PROVINCES))
            return self._press(pressed, PROVINCES[pressed])
        label = self.dice.choice([label for label in choices if f"\n{label}: " in text])
        return self._press(self._key(text, label), choices[label])

    @staticmethod
    def _key(text, label):
        return re.search(rf"^{re.escape(label)}: (\d+)$", text, re.M).group(1)

    def _press(self, text, value):
        at = self.flow.kept
        self.flow.pending = (at + 1, {at: value} if at >= 0 else {})
        return self.handset.press_apart(text)

    # -- what is shown ------------------------------------------------------

    def _look(self, page):
        self.steps += 1
        flow, first = self.flow, page.text.split("\n")[0]
        if first == OFFER:
            self.resumed += 1
            self._take_offer(page)
        elif first == ROOT:
            self._at_root()
        else:
            shown = [at for at, words in enumerate(SHOWS[flow.name]) if first.startswith(words)]
            self._stand(shown[0] if shown else None, page)

    def _take_offer(self, page):
        """Something is unfinished: on with it."""
        if self.flow.kept < 1 and not self.flow.pending:
            self._fault("offered to go on with nothing", page)
        self._try(lambda: self.handset.press_apart(self._key(page.text, "ادامه")))

    def _at_root(self):
        """Nothing is unfinished: right only where nothing was kept, or all is done."""
        flow = self.flow
        last = len(SHOWS[flow.name]) - 1
        if flow.pending and flow.pending[0] == last:
            flow.kept = last            # at the end it is weighed whether that holds
        elif flow.kept > 0:
            self._fault("answers that were acknowledged are gone", self.handset.page)
        else:
            flow.kept = -1
        flow.pending = None

    def _stand(self, at, page):
        flow = self.flow
        reached, values = flow.pending or (flow.kept, {})
        if at is not None and at == reached:
            flow.answers.update(values)
        elif at is None or at != flow.kept:
            self._fault(f"position {at}, not {flow.kept} or {reached}", page)
            return
        flow.kept, flow.pending = at, None
        if page.last != flow.done:
            self._fault("open or closed wrongly", page)

    def _fault(self, what, page):
        flow = self.flow
        self.faults.append(f"{flow.phone} over {self.gateway.name}, {flow.name} at {flow.kept}, pending "
                           f"{flow.pending}: {what}: {page}; {self.handset.press_made}")
