#!/usr/bin/env python3
"""What `make run` shows: one pledge, from a donor's text to the SMS that came back.

    tests/e2e/demo.py BINARY

Starts yavar on a folder of its own with the sample needs, beside a scripted
telecom on loopback; both take free ports, and both are gone at the end.  Exits
1 with the reason when anything is not as it should be.
"""

import json
import os
import pathlib
import signal
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from service import ROOT, Service, until        # noqa: E402
from telecom import Telecom                     # noqa: E402

NEEDS = ROOT / "config" / "samples" / "needs.csv"
DONOR = "989120000000"                          # nobody's number
TEXT = "نذر 1007 500 هزار تومان"


def say(line=""):
    print(line, flush=True)


def bubble(text, note):
    for row in text.split("\n"):
        say(f"    │ {row}")
    say(f"    ╰ {note}")


def measure(service, text):
    """Encoding, units and segments, as yavar itself counts them."""
    got = json.loads(service.cli("segments", text).stdout)
    return f"{got['encoding']}, {got['units']} units, {got['segments']} segment{'s' * (got['segments'] > 1)}"


def show(service, telecom):
    say(f"1. A donor, +{DONOR}, texts the line 200012:")
    bubble(TEXT, measure(service, TEXT))
    began = time.monotonic()
    answer = service.send(DONOR, TEXT.encode("utf-16-be"), coding="2", charset="UTF-16BE")
    took = (time.monotonic() - began) * 1000
    assert answer.status == 200, f"the telecom's request was answered {answer.status}, not 200"
    say(f"   The telecom brings it to yavar: 200 in {took:.0f} ms. The pledge is on disk by then.")
    say()

    sent = telecom.wait(DONOR, 2, 10)
    assert len(sent) == 2, f"{len(sent)} messages came back in 10 s, not 2:\n{service.log_tail()}"
    sent.sort(key=lambda message: "واریز" in message.text)      # both went at once
    for number, (message, what) in enumerate(zip(sent, ("the confirmation", "where and by when to pay")), 2):
        say(f"{number}. Back comes {what}:")
        bubble(message.text, measure(service, message.text))
    say()

    pledges = service.pledges(DONOR)
    assert len(pledges) == 1, f"{len(pledges)} pledges are recorded, not 1"
    reference = pledges[0]["reference"]
    assert all(reference in message.text for message in sent), f"{reference} is not in both messages"
    until(lambda: [row["status"] for row in service.messages(DONOR)] == ["delivered"] * 2, 10,
          "the telecom's delivery reports")
    say("4. The telecom reports both delivered. What the coordinator sees (yavar export pledges):")
    for row in service.cli("export", "pledges").stdout.lstrip("\ufeff").splitlines():
        say(f"    {row}")
    say("   and the figures (yavar stats):")
    for row in service.cli("stats").stdout.splitlines():
        say(f"    {row.strip()}")
    say()


def play():
    telecom, service = Telecom(), None
    try:
        telecom.report(8, 1)                    # each message: the telecom took it, then delivered
        service = Service(telecom, needs=(), start=False)
        service.cli("import", "needs", str(NEEDS))
        needs = service.stats()["needs_open"]
        assert needs > 0, f"{NEEDS} brought no open need"
        seconds = service.start()
        say(f"Yavar is up on http://{service.http} ({seconds:.1f} s) with {needs} open sample needs.")
        say()
        show(service, telecom)
        service.stop()                          # SIGTERM; asserts that it ends well
    finally:
        if service:
            service.close()
        telecom.close()


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: demo.py BINARY")
    os.environ["YAVAR"] = os.path.abspath(sys.argv[1])
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stderr.reconfigure(encoding="utf-8")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        play()
    except (AssertionError, OSError) as error:
        sys.exit(f"The demonstration failed: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    say("It works, and everything was stopped again. Next:")
    say(f"    {sys.argv[1]} chat                    talk to it yourself, as a phone would")
    say("    cp config/yavar.ini yavar.ini       then docs/kannel.md: connect a real Kannel")


if __name__ == "__main__":
    main()
