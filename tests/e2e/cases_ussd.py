"""USSD: every gateway from the dialled code to a volunteer, and what goes wrong on the way."""

import json
import signal
import threading
import time

import ussd_wire
from service import PATIENCE, until
from tap import case
from telecom import key
from ussd_wire import DESCRIBED, GATEWAYS, Handset

ROOT_MENU, GO_ON, SORRY = "یاور سلامت", "ادامه: 1", "بعد"
# Province by area code, what, when, consent, confirm.
ANSWERS = ("داوطلبی", "24", "پرستار", "هر وقت", "بله", "بله")
REGISTERED = {"province": "zanjan", "specialty": "nurse", "availability": "any", "consent_channel": "ussd",
              "status": "active"}


def house(stage, **options):
    return stage.fresh(more=ussd_wire.sections(), **options)


def volunteers(service, phone):
    """The rows of `export volunteers` of one phone."""
    return [row for row in service.rows("export", "volunteers") if key(row["phone"]) == key(phone)]


def register(handset):
    """Dials and answers to the end."""
    page = handset.dial()
    assert page and page.text.startswith(ROOT_MENU) and not page.last, f"{handset.gateway.name}: {page}"
    page = handset.walk(*ANSWERS)
    assert page.last, f"{handset.gateway.name}: not over: {page}"


def check_registered(service, telecom, phone, name):
    rows = volunteers(service, phone)
    assert len(rows) == 1, f"{name}: {len(rows)} volunteers"
    differ = {column: rows[0][column] for column, want in REGISTERED.items() if rows[0][column] != want}
    assert not differ, f"{name}: {differ}"
    assert rows[0]["consent_version"] and str(rows[0]["consent_at"]) not in ("", "0"), f"{name}: consent {rows[0]}"
    texts = [sent.text for sent in telecom.wait(phone, 2, 5.0 * PATIENCE)]
    assert len(texts) == 2 and "زنجان" in texts[0] and "پرستار" in texts[0], f"{name}: texted {texts}"


@case("USSD: a volunteer registers over each of the described gateways")
def described(stage):
    with house(stage) as (service, telecom):
        phones = [(gateway, stage.phone()) for gateway in DESCRIBED]
        for gateway, phone in phones:
            register(Handset(service, gateway, phone))
        for gateway, phone in phones:
            check_registered(service, telecom, phone, gateway.name)


@case("USSD: a volunteer registers over Africa's Talking, Infobip and Kannel")
def spoken(stage):
    with house(stage) as (service, telecom):
        for name in ("at", "ib", "mci"):
            phone = stage.phone()
            register(Handset(service, GATEWAYS[name], phone))
            check_registered(service, telecom, phone, name)


@case("USSD: a pledge dialled in one string, over every gateway")
def deep(stage):
    with house(stage) as (service, _):
        for gateway in GATEWAYS.values():
            phone = stage.phone()
            handset = Handset(service, gateway, phone)
            page = handset.dial("1", "1007", "500000")
            assert page and "۵۰۰٬۰۰۰ تومان" in page.text, f"{gateway.name}: {page}"
            page = handset.press("1")
            while page and not page.last and "بیشتر: 9" in page.text:      # a small page: the rest behind 9
                page = handset.press("9")
            assert page and page.last, f"{gateway.name}: {handset.page}"
            rows = service.pledges(phone)
            assert [(row["need"], row["amount_rial"], row["channel"]) for row in rows] == [
                ("1007", "5000000", gateway.name)], f"{gateway.name}: {rows}"


@case("USSD: a repeated request gets the same page and moves nothing")
def repeats(stage):
    with house(stage) as (service, telecom):
        phones = []
        for gateway in GATEWAYS.values():
            phone = stage.phone()
            handset = Handset(service, gateway, phone)
            first = handset.dial()
            assert handset.again() == first, f"{gateway.name}: the first page, repeated: {handset.page}"
            for answer in ANSWERS:
                page = handset.walk(answer)
                assert handset.again() == page, f"{gateway.name}: after {answer}: {page}, then {handset.page}"
            assert page.last and len(volunteers(service, phone)) == 1, f"{gateway.name}: {page}"
            telecom.wait(phone, 2, 5.0 * PATIENCE)
            phones.append(phone)
        time.sleep(0.3)
        assert [len(telecom.sent_to(phone)) for phone in phones] == [2] * len(GATEWAYS), "texted again, or not at all"


@case("USSD: what was dropped is gone on with by dialling again, and is offered by SMS where the gateway tells")
def dropped(stage):
    with house(stage) as (service, telecom):
        for gateway in GATEWAYS.values():
            phone = stage.phone()
            handset = Handset(service, gateway, phone)
            handset.dial()
            before = handset.walk(*ANSWERS[:3])
            if gateway.ends:
                assert handset.end() is None, f"{gateway.name}: an end is shown a page: {handset.page}"
                assert telecom.wait(phone, 1, 3.0 * PATIENCE), f"{gateway.name}: no SMS offers to go on"
                handset.end()       # told twice
            handset.dial()          # lost again, at the offer
            page = handset.dial()
            assert GO_ON in page.text, f"{gateway.name}: dialled again: {page}"
            assert handset.press("1") == before, f"{gateway.name}: gone on elsewhere: {handset.page}"
            page = handset.walk(*ANSWERS[3:])
            assert page.last and len(volunteers(service, phone)) == 1, f"{gateway.name}: {page}"
            offers = [sent for sent in telecom.sent_to(phone) if "ادامه" in sent.text]
            assert len(offers) == gateway.ends, f"{gateway.name}: {len(offers)} offers"


@case("USSD: what was dropped is finished by SMS")
def by_sms(stage):
    with house(stage) as (service, telecom):
        phone = stage.phone()
        handset = Handset(service, GATEWAYS["at"], phone)
        handset.dial()
        handset.walk(*ANSWERS[:3])
        handset.end()
        assert telecom.wait(phone, 1, 3.0 * PATIENCE), "no SMS offers to go on"
        for count, text in enumerate(("1", "1", "1", "1"), 2):
            assert service.send(phone, text).status == 200
            assert len(telecom.wait(phone, count, 3.0 * PATIENCE)) >= count, f"no answer to the {count - 1}th"
        rows = volunteers(service, phone)
        assert [(row["province"], row["specialty"]) for row in rows] == [("zanjan", "nurse")], f"{rows}"


@case("USSD: the last answer that arrives only with the end is not lost")
def last_with_end(stage):
    with house(stage) as (service, _):
        phone = stage.phone()
        handset = Handset(service, GATEWAYS["at"], phone)
        handset.dial()
        handset.walk(*ANSWERS[:-1])
        handset.press_made.inputs.append("1")
        handset.end()
        until(lambda: len(volunteers(service, phone)) == 1, 3, "registered by the end notice")


@case("USSD: two sessions of one phone do not mix")
def two_sessions(stage):
    with house(stage) as (service, _):
        phone = stage.phone()
        one, other = Handset(service, GATEWAYS["at"], phone), Handset(service, GATEWAYS["hubtel"], phone)
        one.dial()
        one.walk("1", "1007")
        other.dial("2")
        one.press("20000")
        other.press("1007")
        assert "۲۰٬۰۰۰" in one.page.text and "۲۰٬۰۰۰" not in other.page.text, f"{one.page} {other.page}"
        one.press("1")
        assert [row["amount_rial"] for row in service.pledges(phone)] == ["200000"]


@case("USSD: what was dropped outlives another thing that is done meanwhile, and is not offered once it is done")
def outlives(stage):
    with house(stage) as (service, _):
        phone = stage.phone()
        handset = Handset(service, GATEWAYS["hubtel"], phone)
        handset.dial()
        before = handset.walk(*ANSWERS[:3])
        assert handset.dial("1", "1007", "500000", "1").last, "pledged meanwhile"
        assert GO_ON in handset.dial().text, f"the registration is gone: {handset.page}"
        assert handset.press("1") == before
        for _ in range(10):         # lost at the offer, over and over
            handset.dial()
        handset.press("1")
        assert handset.walk(*ANSWERS[3:]).last and len(volunteers(service, phone)) == 1
        assert handset.dial().text.startswith(ROOT_MENU), f"offered what is done: {handset.page}"


@case("USSD: the name that is asked by SMS can be given after another session")
def name_later(stage):
    with house(stage) as (service, telecom):
        phone = stage.phone()
        handset = Handset(service, GATEWAYS["at"], phone)
        register(handset)
        assert handset.dial("1", "1007", "500000", "1").last
        assert len(telecom.wait(phone, 3, 3.0 * PATIENCE)) >= 3, "two texts of the registration, one of the pledge"
        service.send(phone, "مریم رضایی")
        until(lambda: [row["name"] for row in volunteers(service, phone)] == ["مریم رضایی"], 3, "named")


@case("USSD: a wrong secret is 403, an unknown address 404, over every gateway")
def forbidden(stage):
    with house(stage) as (service, _):
        for gateway in GATEWAYS.values():
            handset = Handset(service, gateway, stage.phone())
            handset.dial()
            method, target, body, headers = gateway.request(handset.press_made)
            for secret in ("wrong", "", "s3cret-for-test"):
                wrong = target.replace("secret=s3cret-for-tests", f"secret={secret}")
                answer = service.request(method, wrong, body and body.encode(), headers)
                assert answer.status == 403 and not answer.text, f"{gateway.name}: {answer.status} {answer.text!r}"
            nowhere = target.replace(f"/in/{gateway.name}/", "/in/nobody/")
            assert service.request(method, nowhere, body and body.encode(), headers).status == 404


@case("USSD: bodies that cannot be read close the session with an apology, and harm nobody")
def broken(stage):
    with house(stage) as (service, _):
        for name in ("hubtel", "arkesel", "beem", "xmlrpc", "ib", "moolre"):
            gateway = GATEWAYS[name]
            handset = Handset(service, gateway, stage.phone())
            page = handset.dial()
            method, target, body, headers = gateway.request(handset.press_made)
            for wrong in (body[:len(body) // 2].encode(), b"", b"\x00\xff\xfe", b"[" * 5000, b"<" * 5000):
                answer = service.request(method, target, wrong, headers)
                assert answer.status == 200, f"{name}: {answer.status} to {wrong[:20]!r}"
                shown = gateway.read(answer)
                assert shown is None or shown.last, f"{name}: left open: {shown}"
            assert handset.press("3").text.startswith("کد تلفن"), f"{name}: {handset.page}"
            assert page.text.startswith(ROOT_MENU)


@case("USSD: inputs that make no sense are asked again, and the third leaves politely")
def nonsense(stage):
    with house(stage) as (service, _):
        for gateway in GATEWAYS.values():
            handset = Handset(service, gateway, stage.phone())
            handset.dial()
            first = handset.press("3")
            for text in ("99 99", "الف" * (3000 if gateway.posts else 40)):
                assert not handset.press(text).last, f"{gateway.name}: {handset.page}"
            assert first.text.split("\n")[0] in handset.page.text, f"{gateway.name}: not asked again: {handset.page}"
            assert handset.press("xyz").last, f"{gateway.name}: the third is not the last: {handset.page}"


@case("USSD: what the phones of one village press at once is answered within 3 s")
def at_once(stage):
    with house(stage) as (service, _):
        gateways = list(GATEWAYS.values())
        slowest, faults, crowd = [], [], []

        def play(gateway, phone):
            try:
                handset = Handset(service, gateway, phone)
                handset.dial()
                for answer in ANSWERS:
                    began = time.monotonic()
                    handset.walk(answer)
                    slowest.append(time.monotonic() - began)
                assert handset.page.last, f"{gateway.name}: {handset.page}"
            except Exception as error:      # told below, in the case's own thread
                faults.append(f"{gateway.name}: {error!r}")

        for number in range(60):
            crowd.append(threading.Thread(target=play, args=(gateways[number % len(gateways)], stage.phone())))
            crowd[-1].start()
        for one in crowd:
            one.join()
        assert not faults, faults[:3]
        assert max(slowest) < 3 * PATIENCE, f"a page took {max(slowest):.1f} s"


@case("USSD: while nothing can be kept, the page is an apology, and later the session goes on")
def store_away(stage):
    with house(stage, service={"disk_reserve": "1TiB"}) as (service, _):
        answer = service.request("GET", "/readyz")
        assert (answer.status, answer.body) == (503, b"not ready\n"), answer
        for gateway in GATEWAYS.values():
            handset = Handset(service, gateway, stage.phone())
            page = handset.dial()
            assert page and page.last and SORRY in page.text, f"{gateway.name}: {page}"
        service.ini.write_text(service.ini.read_text("utf-8").replace("1TiB", "1MiB"), "utf-8")
        service.process.send_signal(signal.SIGHUP)
        until(lambda: service.request("GET", "/readyz").status == 200, 10, "ready again")
        register(Handset(service, GATEWAYS["at"], stage.phone()))


# ---- chat --ussd ----

def chat(service, *lines, words=()):
    done = service.cli("chat", "--ussd", *words, stdin="\n".join(lines) + "\n")
    return [json.loads(row) for row in done.stdout.splitlines()]


@case("chat --ussd: pages and SMS as objects, a dropped session is gone on with")
def chatted(stage):
    service, _ = stage.shared()
    got = chat(service, "*0000#", "3", "24", "2", "drop", "*0000#", "1", "1", "1", "1", "9")
    assert set(got[0]) == {"page", "last", "encoding", "units", "left"}, got[0]
    assert got[0]["page"].startswith(ROOT_MENU) and got[0]["units"] + got[0]["left"] == 70
    offer, resumed, again = got[4:7]
    assert "ادامه: 1" in offer["text"] and "segments" in offer, offer
    assert GO_ON in resumed["page"] and again["page"] == got[3]["page"], (resumed, again)
    page, confirmation, name = got[9:12]
    assert page["last"] and confirmation["text"] == page["page"] and "نام" in name["text"]
    assert got[12] == {}, "a press without a session shows nothing"


@case("chat --ussd: a need's code dialled, a quiet drop, an SMS beside it, another phone, the house's own code")
def chatted_more(stage):
    service, _ = stage.shared()
    code, dropped_, sms = chat(service, "*0000*1007#", "drop quietly", "sms راهنما")
    assert "مانده" in code["page"] and dropped_ == {} and "text" in sms, (code, dropped_, sms)
    assert chat(service, "#1007*0000*")[0]["page"] == code["page"], "the code as right-to-left text shows it"
    pledged = chat(service, "*0000*1*1007*500000*1#", words=("--from", "09121112233"))
    assert pledged[0]["last"] and "تومان" in pledged[0]["page"] and pledged[1]["text"] == pledged[0]["page"]
    english = chat(service, "*0000*5*2#", "*0000#")
    assert english[-1]["encoding"] == "GSM-7" and english[-1]["units"] + english[-1]["left"] == 182, english
    with house(stage, start=False) as (other, _):
        page = chat(other, "*713*3*24#", "drop")
        assert page[0]["page"].startswith("چه کاری") and "*713#" in page[1]["text"], page
