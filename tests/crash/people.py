"""What one person texts, and what each text must cause.

A person has a phone of their own and a life made of short scenes: a pledge, the
same one again and a yes, a cancellation, a look at what is open, a word nobody
understands.  All of it is derived from the run's seed and the person's number.
Every message carries what it must cause: pledges, a cancellation, the replies by
their names in the catalogue, and the contact's state after it.

This is a second, simpler telling of the rules; where it and the service differ,
one of them is wrong.
"""

import random
from dataclasses import dataclass, field

MONEY, ITEMS, DAYS = ("1007", "1029", "1032"), "5724", "1041"
CAMPAIGN = ("سلامت", "salamat")
HOW_MANY_UNKNOWN = 3        # replies an hour to what was not understood, by default

WORDS = {
    "fa": {"pledge": ("نذر", "تعهد", "اهدا"), "need": "نیاز", "mine": "تعهدات", "cancel": "انصراف",
           "account": "حساب", "stop": "لغو", "start": "شروع", "help": "راهنما", "yes": ("بله", "1"),
           "no": ("خیر", "2"), "items": "عدد", "days": "روز", "toman": "تومان", "thousand": "هزار تومان",
           "monthly": "ماهانه", "campaign": CAMPAIGN[0], "province": "فارس",
           "closed": ("پرداخت 48291761 120045", "درخواست ویلچر")},
    "en": {"pledge": ("PLEDGE", "GIVE", "give"), "need": "NEED", "mine": "MINE", "cancel": "CANCEL",
           "account": "ACCOUNT", "stop": "STOP", "start": "START", "help": "HELP", "yes": ("YES", "1"),
           "no": ("NO", "2"), "items": "items", "days": "days", "toman": "toman", "thousand": "k",
           "monthly": "monthly", "campaign": CAMPAIGN[1], "province": "fars",
           "closed": ("PLAQUE 48291761 Ali", "ASK wheelchair")},
}


@dataclass
class Message:
    """One text of one phone, and what must come of it once it is stored."""

    id: str
    phone: str
    channel: str
    text: str                   # as the service must store it; "" where it is unreadable
    wire: dict = field(default_factory=dict)    # the fields in which it goes, beside id and phone
    expect: dict = field(default_factory=dict)


class Person:
    def __init__(self, seed, number):
        self.dice = random.Random(f"{seed}/person/{number}")
        self.seed, self.number = seed, number
        self.phone = f"98913{number:07d}"
        self.channel = self.dice.choice(("mci", "mci", "other"))
        self.tongue = self.dice.choice(("fa", "fa", "en"))
        self.utf16 = self.dice.random() < 0.2       # as a Kannel without mo-recode sends it
        self.words = WORDS[self.tongue]
        self.language, self.stopped, self.question = "", False, False
        self.open = []              # ids of the messages whose pledges are open, oldest first
        self.of_money = set()       # those of them that promise money
        self.toman, self.count, self.counted = 20000, 0, 0
        self.limited, self.limited_last = 0, None
        self.story = self._life()

    def next(self):
        """The next message, or None at the end of the life."""
        return next(self.story, None)

    # -- saying something ---------------------------------------------------

    def _say(self, text, *replies, spoken=None, **effects):
        """A message; `replies` are names in the catalogue, said in the language that is due."""
        self.count += 1
        tongue = self.language or spoken or self.tongue
        message = Message(f"{self.seed}-{self.number}-{self.count}", self.phone, self.channel, text)
        message.wire = {"text": text}
        if self.utf16:
            message.wire = {"text": text.encode("utf-16-be"), "coding": "2", "charset": "UTF-16BE"}
        message.expect = {"replies": [f"{tongue}.{name}" for name in replies], **effects,
                          "contact": {"language": self.language, "stopped": self.stopped,
                                      "question": self.question}}
        return message

    def _word(self, name):
        word = self.words[name]
        return word if isinstance(word, str) else self.dice.choice(word)

    def _new_toman(self):
        """Never twice on one phone, unless a scene wants it."""
        self.toman += 1000 * self.dice.randrange(1, 9)
        return self.toman

    def _pledge(self, text, replies, monthly=False, **what):
        message = self._say(text, *replies, pledge={
            "need": "", "campaign": "", "rial": 0, "quantity": 0,
            "recurrence": "monthly" if monthly else "once", **what})
        self.open.append(message.id)
        if message.expect["pledge"]["rial"]:
            self.of_money.add(message.id)
        return message

    def _money(self, text, rial, monthly=False, **target):
        replies = ("pledge.ok.monthly" if monthly else "pledge.ok", "pledge.pay")
        return self._pledge(text, replies, monthly, rial=rial, **target)

    # -- scenes: each leaves no question open -------------------------------

    def _life(self):
        scenes = (self._plain, self._plain, self._counted, self._monthly, self._to_campaign, self._twice,
                  self._cancel, self._reads, self._reads, self._consent, self._languages, self._nonsense,
                  self._unreadable, self._asked_amount, self._thousandfold, self._guess, self._later)
        for _ in range(self.dice.randrange(4, 9)):
            yield from self.dice.choice(scenes)()

    def _plain(self):
        need, toman = self.dice.choice(MONEY), self._new_toman()
        written = self.dice.choice((f"{toman} {self.words['toman']}", f"{toman // 1000} {self.words['thousand']}",
                                    f"{toman}"))
        yield self._money(f"{self._word('pledge')} {need} {written}", toman * 10, need=need)

    def _counted(self):
        need, unit = self.dice.choice(((ITEMS, "items"), (DAYS, "days")))
        self.counted += 1           # so that no two of one phone count alike
        count = self.counted
        yield self._pledge(f"{self._word('pledge')} {need} {count} {self.words[unit]}", ("pledge.ok",),
                           need=need, quantity=count)

    def _monthly(self):
        need, toman = self.dice.choice(MONEY), self._new_toman()
        text = f"{self._word('pledge')} {need} {toman} {self.words['toman']} {self.words['monthly']}"
        yield self._money(text, toman * 10, monthly=True, need=need)

    def _to_campaign(self):
        toman = self._new_toman()
        yield self._money(f"{self._word('pledge')} {self.words['campaign']} {toman} {self.words['toman']}",
                          toman * 10, campaign=CAMPAIGN[0])

    def _answer(self, name, *replies, **effects):
        self.question = False
        return self._say(self._word(name), *replies, **effects)

    def _ask(self, text, name, **effects):
        self.question = True
        return self._say(text, name, **effects)

    def _twice(self):
        """The same pledge as a new message is asked about; nothing is added without a yes."""
        need, toman = self.dice.choice(MONEY), self._new_toman()
        text = f"{self._word('pledge')} {need} {toman} {self.words['toman']}"
        yield self._money(text, toman * 10, need=need)
        yield self._ask(text, "pledge.duplicate")
        if self.dice.random() < 0.3:
            yield self._say(self.words["help"], "help.text")    # runs, and leaves it open
        if self.dice.random() < 0.3:
            yield self._answer("no", "question.dropped")
            return
        self.question = False
        yield self._money(self._word("yes"), toman * 10, need=need)

    def _cancel(self):
        """Alone: the only open pledge, else it asks which."""
        text = self.words["cancel"]
        if not self.open:
            yield self._say(text, "cancel.none")
        elif len(self.open) == 1:
            yield self._say(text, "cancel.ok", cancels=self.open.pop())
        else:
            yield self._ask(text, "cancel.which+")
            if self.dice.random() < 0.2:
                self.question = False
                yield self._say("0", "question.dropped")
                return
            place = self.dice.randrange(1, min(len(self.open), 3) + 1)
            self.question = False
            yield self._say(str(place), "cancel.ok", cancels=self.open.pop(-place))

    def _reads(self):
        what = self.dice.choice(("need", "list", "mine", "account", "help"))
        if what == "need":
            yield self._say(f"{self.words['need']} {self.dice.choice(MONEY)}", "need.status*")
        elif what == "list":
            yield self._say(f"{self.words['need']} {self.words['province']}", "need.list+")
        elif what == "mine":
            yield self._say(self.words["mine"], "mine.head+" if self.open else "mine.none")
        elif what == "account":
            yield self._say(self.words["account"],
                            "pledge.pay" if self.of_money & set(self.open) else "account.none")
        else:
            yield self._say(self.words["help"], "help.text")

    def _consent(self):
        self.stopped = self.dice.random() < 0.6
        word = "stop" if self.stopped else "start"
        yield self._say(self.words[word], f"{word}.ok")

    def _languages(self):
        self.language = self.dice.choice(("fa", "en"))
        yield self._say("LANG EN" if self.language == "en" else "زبان فارسی", "language.ok")

    def _later(self):
        text = self.dice.choice(self.words["closed"])
        yield self._say(text, "ask.closed" if text == self.words["closed"][1] else "later.closed")

    def _asked_amount(self):
        need, toman = self.dice.choice(MONEY), self._new_toman()
        yield self._ask(f"{self._word('pledge')} {need}", "amount.missing")
        self.question = False
        yield self._money(f"{toman} {self.words['toman']}", toman * 10, need=need)

    def _thousandfold(self):
        """500 toman, as people say it, is 500,000; asked, and added only on a yes."""
        need, said = self.dice.choice(MONEY), self._new_toman() // 100
        yield self._ask(f"{self._word('pledge')} {need} {said} {self.words['toman']}", "pledge.unit")
        self.question = False
        yield self._money(self._word("yes"), said * 10000, need=need)

    def _guess(self):
        """No keyword: it is asked back, in the house's language, since the text has none."""
        need, toman = self.dice.choice(MONEY), self._new_toman()
        text = f"{need} {toman}"
        self.limited_last = text
        self.question = True
        yield self._say(text, "pledge.ask", spoken="fa")
        if self.dice.random() < 0.5:
            self.question = False
            yield self._say("0", "question.dropped", spoken="fa")
            return
        self.question = False
        message = self._money("1", toman * 10, need=need)
        message.expect["replies"] = [f"{self.language or 'fa'}.{name}" for name in ("pledge.ok", "pledge.pay")]
        yield message

    def _limited(self, text, name, spoken="fa"):
        """One reply to a text that repeats, three an hour to those that differ."""
        repeated = self.limited > 0 and text == self.limited_last
        self.limited_last = text
        if repeated or self.limited >= HOW_MANY_UNKNOWN:
            return self._say(text, spoken=spoken)
        self.limited += 1
        return self._say(text, name, spoken=spoken)

    def _nonsense(self):
        text = "سنجاقک " + "".join(self.dice.choice("بتجدزسشک") for _ in range(6))
        for _ in range(self.dice.choice((1, 1, 2))):
            yield self._limited(text, "help.unknown")

    def _unreadable(self):
        mark = "".join(self.dice.choice("bcdfg") for _ in range(6))
        message = self._limited(mark, "text.unreadable")
        message.text, message.wire = "", {"text": b"\xff\xfe\x80" + mark.encode() + b"\xc3\x28"}
        yield message
