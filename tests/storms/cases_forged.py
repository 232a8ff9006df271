"""Promise 7: nobody comes in.  Wrong secrets, wrong signatures, old requests sent
again and right signatures over other bodies, a hundred thousand of them, while
an honest telecom goes on beside.
"""

import collections
import hashlib
import hmac
import json
import os
import re
import threading
import time
import urllib.parse

from cases_providers import KEY, Gateway
from service import PATIENCE, SECRET, until
from tap import case
from telecom import key
from wire import Wire, get, post

FORGED = int(os.environ.get("STORM_FORGED", "100000"))
GROWTH_MOST = 4 << 20           # bytes of resident memory
PLEDGE = "نذر 1007 500 هزار تومان"
PATH = "/in/phone/sms"


def event(phone, ident):
    return json.dumps({"deviceId": "d", "event": "sms:received", "id": ident, "webhookId": "w", "payload": {
        "messageId": "c0ffee", "message": PLEDGE, "sender": phone, "simNumber": 1}}, ensure_ascii=False).encode()


def sign(body, at, with_key=KEY):
    mac = hmac.new(with_key.encode(), body + str(at).encode(), hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Signature": mac, "X-Timestamp": str(at)}


def wrong_secrets():
    """All but right: nothing, a part, more, another case, a neighbour, a NUL, another's."""
    return ["", SECRET[:-1], SECRET[1:], SECRET + "x", SECRET.upper(), "S" + SECRET[1:], SECRET + "\0", " " + SECRET,
            SECRET[:-1] + "t", KEY, "x" * 4000]


def forgeries(service, count):
    """Endless kinds in turn, none the same as another."""
    secrets = wrong_secrets()
    for n in range(count):
        phone, now = f"98915{n % 10_000_000:07d}", int(time.time())
        body = event(phone, f"forged-{n}")
        kind = n % 8
        if kind < 2:
            query = urllib.parse.urlencode({"secret": secrets[n // 8 % len(secrets)], "id": f"forged-{n}",
                                            "from": phone, "to": "200012", "text": PLEDGE})
            query = query.replace("secret=&", "") if n % 3 == 0 else query
            yield get(service.http, f"/in/mci/{'sms' if kind == 0 else 'dlr'}?{query}&st=1")
        elif kind == 2:         # another key
            yield post(service.http, PATH, body, sign(body, now, f"key-{n}"))
        elif kind == 3:         # right, over another body
            yield post(service.http, PATH, body, sign(event(phone, "other"), now))
        elif kind == 4:         # right, and long ago, or long ahead
            yield post(service.http, PATH, body, sign(body, now + (-1 if n // 8 % 2 else 1) * (330 + n % 1000)))
        elif kind == 5:         # right for another time than it says
            yield post(service.http, PATH, body, {**sign(body, now), "X-Timestamp": str(now + 1)})
        elif kind == 6:         # one digit off, or cut
            good = sign(body, now)
            mac = good["X-Signature"]
            good["X-Signature"] = mac[:-1] if n // 8 % 2 else mac[:-1] + ("0" if mac[-1] != "0" else "1")
            yield post(service.http, PATH, body, good)
        else:                   # no signature at all, and the other line's secret
            yield post(service.http, f"{PATH}?secret={SECRET}", body, {"Content-Type": "application/json"})


class Honest(threading.Thread):
    """Posts a good message every 50 ms, by turns on both lines."""

    def __init__(self, service):
        super().__init__(daemon=True)
        self.service, self.ending = service, threading.Event()
        self.phones, self.statuses, self.slowest = [], collections.Counter(), 0.0

    def run(self):
        while not self.ending.wait(0.05):
            number = len(self.phones)
            phone, began = f"98916{number:07d}", time.monotonic()
            self.phones.append(key(phone))
            try:
                if number % 2:
                    body = event(phone, f"good-{number}")
                    answer = self.service.request("POST", PATH, body, sign(body, int(time.time())))
                else:
                    answer = self.service.send(phone, PLEDGE)
                self.statuses[answer.status] += 1
            except OSError as error:
                self.statuses[repr(error)] += 1
            self.slowest = max(self.slowest, time.monotonic() - began)

    def finish(self):
        self.ending.set()
        self.join(20 * PATIENCE)


def storm(wire, service, count):
    statuses = collections.Counter()
    for _, status, _ in wire.ask(forgeries(service, count)):
        statuses[status] += 1
    return statuses


def log_lines(service, seconds):
    """Lines a cause; none more than one for each second, and one."""
    causes = collections.Counter(re.findall(r"(?m)^\S+Z (?:warn|error) (\w+) ", service.log.read_text("utf-8")))
    loud = {cause: n for cause, n in causes.items() if n > seconds + 2}
    assert not loud, f"more than a line a second in {seconds:.1f} s: {loud}"
    assert causes["webhook_forbidden"] > 0, "forgeries are not in the log at all"
    return sum(causes.values())


@case(f"{FORGED} forged requests: none comes in, memory stays, the log is quiet, good ones are answered")
def forged(stage):
    gateway = Gateway(lambda n, body: (202, {"id": json.loads(body)["id"], "state": "Pending"}))
    line = (f"\n[channel phone]\nprovider = android\nnumber = 09350000000\nsend_url = {gateway.url}\n"
            f"username = u\npassword = p\nsigning_key = {KEY}\nwindow = 5m\n")
    with stage.fresh(more=line) as (service, telecom):
        wire, began, honest = Wire(service.http, 32), time.monotonic(), Honest(service)
        honest.start()
        warm = storm(wire, service, min(FORGED, 4000))
        before = service.memory()
        statuses = storm(wire, service, FORGED)
        grown, seconds = service.memory() - before, time.monotonic() - began
        honest.finish()
        assert set(statuses + warm) == {403}, f"forgeries were answered {dict(statuses)}"
        assert set(honest.statuses) == {200}, f"good requests beside were answered {dict(honest.statuses)}"
        replays_inside_the_window(service)
        only_the_honest(service, telecom, gateway, honest.phones)
        lines = log_lines(service, seconds)
        print(f"# {FORGED} refused in {seconds:.1f} s, memory {grown / 1024:+.0f} KiB (bound {GROWTH_MOST >> 10}), "
              f"{lines} log lines, {len(honest.phones)} good answers, slowest {honest.slowest * 1000:.0f} ms, "
              f"reconnects {wire.reconnects}")
        assert grown <= GROWTH_MOST, f"memory grew by {grown >> 10} KiB"
        wire.close()
    gateway.close()


def replays_inside_the_window(service):
    """Overheard and sent again in time: answered as the first was, and nothing more."""
    body = event("989169999999", "good-once")
    headers = sign(body, int(time.time()))
    for _ in range(50):
        assert service.request("POST", PATH, body, headers).status == 200
    assert len(service.messages("989169999999", "in")) == 1 and len(service.messages("989169999999")) == 1


def only_the_honest(service, telecom, gateway, phones):
    phones = sorted(phones + [key("989169999999")])
    until(lambda: len(telecom.requests) + len(gateway.posts) >= len(phones), 10, "the good ones' replies")
    rows = service.rows("export", "messages")
    for direction in ("in", "out"):
        found = sorted(key(row["phone"]) for row in rows if row["direction"] == direction)
        assert found == phones, f"{direction}: {len(found)} messages for {len(phones)} good requests"
