"""A Kannel, a yavar behind it and a phone in front of it, for test_kannel.py.

One such world is shared by the cases, who keep apart by their phones; a case
that failed takes it down, shows the ends of its logs, and the next gets a new
one.  After each case every text that reached a phone must be one that yavar
wrote, and no more often than it says: no placeholder or apology of Kannel's
own can pass.
"""

import collections
import contextlib
import functools
import json
import os
import re
import signal
import time

import tap
from kannel_harness import Kannel, free_ports
from service import ROOT, Service, until

DOC = str(ROOT / "docs" / "kannel.md")
NEEDS = str(ROOT / "config" / "samples" / "needs.csv")
WAIT = 8.0


class World:
    """A Kannel, a yavar behind it, and a phone in front of it."""

    def __init__(self, config=None):
        port = free_ports(1)[0]
        here = f"127.0.0.1:{port}"
        self.url = self.door = self.service = self.handset = None
        self.seen = collections.defaultdict(list)           # phone: [Message, …]
        self.kannel = Kannel(DOC, f"http://{here}", config=config, overrides={"http-queue-delay": 1})
        try:
            k = self.kannel.start()
            self.url = f"http://127.0.0.1:{k.sendsms_port}/cgi-bin/sendsms"
            self.service = Service(self, needs=(), start=False,
                                   service={"listen": here, "public_url": f"http://{here}"},
                                   channel={"username": k.user, "password": k.password,
                                            "secret": k.secret})
            self.service.cli("import", "needs", NEEDS)
            self.service.start()
            self.handset = k.handset()
        except BaseException:
            self.close()
            raise

    def close(self):
        if self.handset:
            self.handset.close()
        if self.service:
            self.service.close(keep=bool(os.environ.get("E2E_KEEP")))
        self.kannel.stop()

    # -- the phone's side

    def look(self, seconds=0.0):
        """Takes in what reached the phone by now, and in the next seconds."""
        end = time.monotonic() + seconds
        while (message := self.handset.receive(max(0.001, end - time.monotonic()))) is not None:
            self.seen[message.receiver].append(message)

    def arrived(self, phone, count=2):
        """What reached a phone, once there are `count` messages."""
        def enough():
            self.look()
            return len(self.seen[phone]) >= count
        until(enough, WAIT, f"{count} messages at {phone}; there: {self.seen[phone]}")
        return self.seen[phone]

    def only_ours(self, seconds=0.3):
        """Each text on a phone was written by yavar, and no more often than its
        export says; a copy more only where the export says it may be double."""
        self.look(seconds)
        wrote = collections.defaultdict(list)
        for row in self.service.rows("export", "messages"):
            if row["direction"] == "out":
                wrote[row["phone"], row["text"]] += [row]
        for phone, messages in self.seen.items():
            for text, copies in collections.Counter(m.text for m in messages).items():
                rows = wrote[phone, text]
                assert rows, f"{phone} got a text that is not yavar's: {text!r}"
                most = sum(2 if row["may_be_double"] == "1" else 1 for row in rows)
                assert copies <= most, f"{phone} got {copies} copies, not {most}: {text!r}"

    # -- the operator's side

    def reload(self, **changes):
        """Changes keys of yavar.ini and sends SIGHUP; returns once it took them."""
        text = self.service.ini.read_text("utf-8")
        for key, value in changes.items():
            text = re.sub(rf"(?m)^{key} = .*\n", "", text)
            head = "[channel mci]" if key in ("password", "secret") else "[service]"
            text = text.replace(head, f"{head}\n{key} = {value}")
        self.service.ini.write_text(text, "utf-8")
        self.service.process.send_signal(signal.SIGHUP)
        for _ in range(3):                          # answered by the loop that takes the signal
            self.service.request("GET", "/healthz")
        assert "reload_refused" not in self.service.log_tail(500), self.service.log_tail()

    def confirmed(self, phone):
        """Exactly one pledge, confirmed and with the way to pay, both delivered."""
        messages = self.arrived(phone)
        pledges = self.service.pledges(phone)
        assert len(pledges) == 1, f"{phone}: {len(pledges)} pledges"
        reference = pledges[0]["reference"]
        until(lambda: self.look() or all(reference in m.text for m in messages), 2,     # its last line
              f"{phone}: {reference} in {messages}")
        until(lambda: [r["status"] for r in self.service.messages(phone)] == ["delivered"] * 2, WAIT,
              f"delivery reports for {phone}")
        return pledges[0], messages

    def waiting(self, phone, status, why):
        """What `message show` says of a phone's first message, once it was tried and is so."""
        shown = {}
        def so():
            rows = self.service.messages(phone)
            if rows:
                shown.update(json.loads(self.service.cli("message", "show", rows[0]["id"]).stdout))
            return (shown.get("status") == status and shown["attempts"] > 0
                    and why in shown["waits_for"] + shown["reason"])
        until(so, WAIT, f"{phone}'s message {status}, {why!r}")
        return shown

    def tells(self, phone, text):
        """As Kannel's own webhook, where Kannel itself is down."""
        status = self.service.send(phone, text, secret=self.kannel.secret).status
        assert status == 200, f"webhook: {status}"


SHARED = []


def drop():
    while SHARED:
        SHARED.pop().close()


@contextlib.contextmanager
def world(config=None):
    if config is not None or not SHARED:
        drop()
        SHARED.append(World(config))
    try:
        yield SHARED[0]
        SHARED[0].only_ours()
    except Exception as error:
        w = SHARED[0]
        print(f"# yavar:\n{w.service.log_tail(8)}\n# kannel:\n{w.kannel.logs()[-1200:]}".replace("\n", "\n#   "))
        drop()
        raise error
    if config is not None:
        drop()


def case(name):
    def add(function):
        @functools.wraps(function)
        def play(stage):
            with world() as w:
                function(w, stage.phone())
        return tap.case(name)(play)
    return add
