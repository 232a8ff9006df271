#!/usr/bin/env python3
"""End to end with a real Kannel: Debian's bearerbox and smsbox, by docs/kannel.md.

    tests/e2e/test_kannel.py [WORD…]     only cases whose name holds a word

The configuration is the one an operator copies from docs/kannel.md; only
http-queue-delay is 1 s instead of 3, so that waiting is short.  All is on
loopback and free ports, ends by its own pid, and needs no root.  The handset
is the fake SMSC's other side: it sees what a donor would see.
"""

import collections
import json
import os
import re
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import tap                                                      # noqa: E402
from kannel_harness import FAKESMSC, fenced_config, post_variant    # noqa: E402
from kannel_world import DOC, WAIT, case, drop, world           # noqa: E402
from service import binary, until                               # noqa: E402

PLEDGE_FA = "نذر 1007 500 هزار تومان"
PLEDGE_EN = "GIVE 1007 500000 TOMAN"


@case("Persian in UCS-2 comes, the confirmation and the way to pay go back in UCS-2")
def persian(w, phone):
    w.handset.send_ucs2(PLEDGE_FA, sender=phone)
    first, second = sorted(w.arrived(phone), key=lambda m: "واریز" in m.text)
    assert (first.coding, second.coding) == ("UCS-2", "UCS-2"), w.seen[phone]
    assert first.sender == "200012", f"from {first.sender}"
    pledge = w.service.pledges(phone)[0]
    assert pledge["amount_rial"] == "5000000" and pledge["need"] == "1007", pledge
    for word in ("سپاس", "ثبت شد", "۵۰۰٬۰۰۰ تومان", "دستگاه دیالیز", pledge["reference"]):
        assert word in first.text, f"{word!r} is not in {first.text!r}"
    for word in ("واریز", "IR740990000000000000000001", f"پرداخت {pledge['reference']}"):
        assert word in second.text, f"{word!r} is not in {second.text!r}"
    assert all(len(m.text) <= 70 for m in (first, second)), "more than one segment"


@case("a delivery report comes back: export says delivered, show tells when")
def reported(w, phone):
    w.handset.send_ucs2(PLEDGE_FA, sender=phone)
    w.confirmed(phone)
    row = w.service.messages(phone)[0]
    shown = json.loads(w.service.cli("message", "show", row["id"]).stdout)
    assert shown["status"] == "delivered" and shown["delivered_at"], shown
    assert shown["waits_for"] == "nothing" and row["attempts"] == "1", shown


@case("an English pledge in GSM-7 is answered in GSM-7")
def english(w, phone):
    w.handset.send_gsm7(PLEDGE_EN, sender=phone)
    _, messages = w.confirmed(phone)
    assert [m.coding for m in messages] == ["GSM-7"] * 2, messages
    assert "Your pledge is recorded: 500,000 toman for dialysis machine" in messages[0].text, messages


@case("what nobody understands, a picture, a machine: answered by yavar or by nobody")
def odd_texts(w, phone):
    w.handset.send_ucs2("سیب و گلابی", sender=phone)
    w.handset.send_8bit(b"\xff\xd8\x00", sender=phone)      # a picture
    w.handset.send_gsm7("hello", sender="IRANCELL")         # a machine
    w.arrived(phone, 1)
    w.look(0.7)
    assert not w.seen["IRANCELL"], f"a machine was answered: {w.seen['IRANCELL']}"


@case("a long Persian text in four parts comes as one")
def parts(w, phone):
    w.handset.send_parts(PLEDGE_FA + " " + "با سلام و سپاس از یاوران " * 8, sender=phone)
    w.arrived(phone, 1)
    came = w.service.messages(phone, "in")
    assert len(came) == 1 and came[0]["status"] == "handled", came


@case("yavar ended by SIGTERM while texts come: after its start each is one pledge, confirmed once")
def stopped(w, phone):
    phones = [f"{int(phone) + 100000 + i}" for i in range(10)]
    for i, sender in enumerate(phones):
        if i == 5:
            w.service.stop()
        w.handset.send_ucs2(PLEDGE_FA, sender=sender)
    w.look(2.5)                                             # two retries of Kannel's
    late = [p for p in phones[5:] if w.seen[p]]
    assert not late, f"texted while yavar was down: {[w.seen[p] for p in late]}"
    w.service.start()
    for sender in phones:
        w.confirmed(sender)


@case("yavar answers 503 (disk below its reserve): Kannel keeps the text, one pledge after it is mended")
def unavailable(w, phone):
    w.reload(disk_reserve="1000000GiB")
    until(lambda: w.service.request("GET", "/readyz").status == 503, 4, "/readyz 503")
    w.handset.send_ucs2(PLEDGE_FA, sender=phone)
    until(lambda: w.service.counted("yavar_requests_total", channel="mci", outcome="unavailable") >= 3, WAIT,
          "three refusals")
    assert not w.service.pledges(phone), "a pledge was recorded and refused"
    w.reload(disk_reserve="1MiB")
    w.confirmed(phone)


@case("a wrong webhook secret (403): Kannel keeps the text, one pledge once it is right")
def forbidden(w, phone):
    w.reload(secret="another")
    w.handset.send_ucs2(PLEDGE_FA, sender=phone)
    until(lambda: w.service.counted("yavar_requests_total", channel="mci", outcome="forbidden") >= 2, WAIT,
          "two refusals")
    w.reload(secret=w.kannel.secret)
    w.confirmed(phone)


@case("smsbox stopped: the message waits and says what for, and goes once it is back")
def no_smsbox(w, phone):
    w.kannel.stop_box("smsbox")
    w.tells(phone, PLEDGE_FA)
    shown = w.waiting(phone, "queued", "the next try at ")
    assert re.search("refused|connect", shown["reason"], re.I), shown
    w.kannel.start_smsbox()
    w.confirmed(phone)


@case("the whole Kannel stopped: the same")
def no_kannel(w, phone):
    w.handset.close()
    w.kannel.stop_box("smsbox")
    w.kannel.stop_box("bearerbox")
    w.tells(phone, PLEDGE_FA)
    w.waiting(phone, "queued", "the next try at ")
    w.kannel.start_bearerbox()
    w.kannel.start_smsbox()
    w.handset = w.kannel.handset()
    w.confirmed(phone)


@case("the telecom link down: Kannel says Queued, it is sent once, delivered when the link is up")
def no_link(w, phone):
    w.handset.close()
    w.tells(phone, PLEDGE_FA)
    shown = w.waiting(phone, "sent", "a delivery report")
    assert shown["attempts"] == 1, shown
    w.handset = w.kannel.handset()
    w.confirmed(phone)


@case("a wrong sendsms password: nothing lost, delivered soon after the config is mended and SIGHUP")
def misconfigured(w, phone):
    w.reload(password="wrong")
    w.handset.send_ucs2(PLEDGE_FA, sender=phone)
    w.waiting(phone, "queued", "misconfigured")
    w.look(2.0)
    assert not w.seen[phone], w.seen[phone]
    w.reload(password=w.kannel.password)
    w.confirmed(phone)


@case("fakesmsc of Debian brings 50 pledges: all recorded once, confirmed and delivered")
def fifty(w, phone):
    phones = [f"{int(phone) + 200000 + i}" for i in range(50)]
    w.handset.close()
    fake = subprocess.Popen([FAKESMSC, "-H", "127.0.0.1", "-r", str(w.kannel.fake_port), "-i", "0.01"], text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        got = collections.Counter()
        for sender in [*phones, None]:      # a line at a time: it polls its input, then reads ahead
            if sender:
                fake.stdin.write(f"{sender} 200012 text {PLEDGE_EN}\n")
                fake.stdin.flush()
            for line in fake.stdout:
                found = re.search(r"Got message \d+: <200012 (\d+) text Thank you!", line)
                got.update(found.groups() if found else ())
                if (sender and "sent message" in line) or (not sender and len(got) == 50):
                    break
        mine = lambda rows: [r for r in rows if r["phone"] in phones]   # noqa: E731
        until(lambda: [r["status"] for r in mine(w.service.rows("export", "messages"))
                       if r["direction"] == "out"] == ["delivered"] * 100, WAIT, "100 delivery reports")
    finally:
        fake.terminate()
        fake.communicate(timeout=5)
        w.handset = w.kannel.handset()
    assert sorted(got) == phones and set(got.values()) == {1}, got
    assert sorted(r["phone"] for r in mine(w.service.rows("export", "pledges"))) == phones


@case("Kannel's logs hold no phone, no text and no secret; yavar's neither")
def quiet_logs(w, phone):
    w.service.stop()
    w.handset.send_ucs2(PLEDGE_FA, sender=phone)
    w.look(1.5)                                             # a retry of Kannel's that is refused
    w.service.start()
    w.confirmed(phone)
    for whose, log in (("Kannel", w.kannel.logs()), ("yavar", w.service.log.read_text("utf-8", "replace"))):
        for row in log.splitlines():
            for word in (phone, w.kannel.secret, w.kannel.password, "text="):
                assert word not in row, f"{word!r} in {whose}'s log: {row[:300]}"


@tap.case("the yavar.ini of docs/kannel.md, its secrets filled in, passes yavar check")
def documented(_stage):
    with open(DOC, encoding="utf-8") as file, tempfile.TemporaryDirectory() as folder:
        ini = re.search(r"(?ms)^```\n(\[service\].*?)^```", file.read()).group(1)
        path = os.path.join(folder, "yavar.ini")
        with open(path, "w", encoding="utf-8") as out:
            out.write(ini.replace("…", "abc123"))
        done = subprocess.run([binary(), "check", "-c", path], cwd=folder, capture_output=True, text=True,
                              check=False)
        assert done.returncode == 0, f"exit {done.returncode}: {done.stdout}{done.stderr}"


@tap.case("the post-url form of docs/kannel.md: Persian and English, body and headers")
def post_form(stage):
    with world(post_variant(DOC)) as w:
        a, b = stage.phone(), stage.phone()
        w.handset.send_ucs2(PLEDGE_FA, sender=a)
        w.handset.send_gsm7(PLEDGE_EN, sender=b)
        assert [m.coding for m in w.confirmed(a)[1]] == ["UCS-2"] * 2, w.seen[a]
        assert [m.coding for m in w.confirmed(b)[1]] == ["GSM-7"] * 2, w.seen[b]


@tap.case("yavar hangs: smsbox asks max-pending-requests at once, bearerbox keeps the rest on disk, none is lost")
def hanging(stage):
    config = fenced_config(DOC)
    at_once = int(re.search(r"(?m)^max-pending-requests = (\d+)$", config).group(1))
    phones = [stage.phone() for _ in range(at_once + 8)]
    with world(config) as w:        # one that has retried nothing: a retry is not counted
        w.service.process.send_signal(signal.SIGSTOP)
        try:
            for phone in phones:
                w.handset.send_gsm7(PLEDGE_EN, sender=phone)
            w.look(1.0)
            assert w.kannel.stored() == 8, f"{w.kannel.stored()} of {len(phones)} texts are on disk"
        finally:
            w.service.process.send_signal(signal.SIGCONT)
        for phone in phones:
            w.confirmed(phone)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    tap.AT_END.append(drop)
    try:
        code = tap.run(sys.argv[1:])
    finally:
        drop()
    sys.exit(code)
