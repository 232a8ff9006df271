"""Staff by the command line, and what a recruiter does with a phone.

`staff add`, `list`, `remove` beside the running service and without it, their
faults and exit codes (design §10), and one person enlisted from end to end.
"""

import sqlite3
import urllib.parse

from service import until
from tap import case
from telecom import key

COLUMNS = "phone,name,role,provinces,organisation,centre,contacted,ready"


def registered(service):
    return {key(row["phone"]): row for row in service.rows("staff", "list")}


@case("staff add, list and remove, through the door")
def staff(stage):
    service, _ = stage.shared()
    phone = stage.phone()
    service.cli("staff", "add", "0" + key(phone), "--role", "coordinator", "--province", "zanjan", "--province",
                "qom", "--organisation", "mehr", "--centre", "درمانگاه ده", "--name", "سارا احمدی")
    assert service.cli("staff", "list").stdout.splitlines()[0] == COLUMNS
    row = registered(service)[key(phone)]
    assert row == {"phone": phone, "name": "سارا احمدی", "role": "coordinator", "provinces": "zanjan qom",
                   "organisation": "mehr", "centre": "درمانگاه ده", "contacted": "0", "ready": "0"}, f"{row}"
    service.cli("staff", "add", "+" + phone, "--role", "auditor")
    row = registered(service)[key(phone)]
    assert row["role"] == "auditor" and row["provinces"] == "", f"added again, it is as told last: {row}"
    masked = service.cli("staff", "list", "--masked").stdout
    assert phone not in masked and phone[-4:] in masked, masked
    service.cli("staff", "remove", phone)
    assert key(phone) not in registered(service)
    gone = service.cli("staff", "remove", phone, expect=1)
    assert "nobody of the staff" in gone.stderr, gone.stderr


@case("staff: what is wrong is told, with its exit code, and nothing is kept")
def faults(stage):
    service, _ = stage.shared()
    phone, before = stage.phone(), registered(service)
    for words, code, told in (
            (("add", phone), 64, "the role must be"),
            (("add", phone, "--role", "boss"), 64, 'not "boss"'),
            (("add", phone, "--role", "viewer", "--province", "atlantis"), 64, "atlantis"),
            (("add", phone, "--role", "viewer", "--organisation", "Mehr Charity"), 64, "slug"),
            (("add", phone, "--role", "viewer", "--name", "a\nb"), 64, "one line"),
            (("add", "110", "--role", "viewer"), 1, "no phone number that an SMS can reach"),
            (("add", "MCI", "--role", "viewer"), 1, "no phone number that an SMS can reach"),
            (("remove", "110"), 1, "no phone number that an SMS can reach"),
            (("add",), 64, "usage"), (("token", phone), 64, "usage"), ((), 64, "usage")):
        done = service.cli("staff", *words, expect=code)
        assert told in done.stderr, f"{words}: {done.stderr}"
    assert registered(service) == before


@case("staff works alone where no service runs")
def alone(stage):
    with stage.fresh(start=False) as (service, _):
        service.cli("staff", "add", "09120001122", "--role", "recruiter")
        assert registered(service)["9120001122"]["role"] == "recruiter"
        service.cli("staff", "add", "110", "--role", "viewer", expect=1)
        service.cli("staff", "remove", "09120001122")
        assert registered(service) == {}


@case("a recruiter enlists: one SMS to that person, whose yes is kept with the very words")
def enlist(stage):
    with stage.fresh() as (service, telecom):
        recruiter, person = stage.phone(), stage.phone()
        service.send(recruiter, f"ENLIST 0{key(person)} nurse zanjan any time")
        assert telecom.wait(recruiter, 1, 2.0) and telecom.sent_to(person) == [], "only staff may"
        service.cli("staff", "add", recruiter, "--role", "recruiter", "--name", "Sara Ahmadi")
        service.send(recruiter, f"ENLIST 0{key(person)} nurse zanjan any time")
        asked = telecom.wait(person, 1, 2.0)
        assert len(asked) == 1 and "Sara Ahmadi" in asked[0].text, f"{asked}"
        row = until(lambda: registered(service).get(key(recruiter)), 2, "listed")
        assert (row["contacted"], row["ready"]) == ("1", "0"), f"{row}"
        service.send(person, "1")
        assert len(telecom.wait(person, 2, 2.0)) >= 2, "no confirmation"
        row = registered(service)[key(recruiter)]
        assert (row["contacted"], row["ready"]) == ("1", "1"), f"{row}"
        service.send(recruiter, f"ENLIST {person}")
        assert telecom.wait(recruiter, 3, 2.0), "no answer to the second request"
        assert sum("Sara Ahmadi" in sent.text for sent in telecom.sent_to(person)) == 1, "asked twice"
        service.stop()
        with sqlite3.connect(service.folder / "yavar.db") as db:
            kept = db.execute("SELECT v.status, v.consent_channel, v.consent_at > 0, t.body FROM volunteer v JOIN "
                              "consent_text t ON t.version = v.consent_version").fetchall()
        assert kept == [("active", "sms", 1, asked[0].text)], f"{kept}"


USSD = """
[channel at]
provider = africastalking
number = 22334
send_url = http://127.0.0.1:9/
username = u
api_key = k
secret = s3cret-for-tests
sms = mci
dial = *384*96#
"""


def dial(service, session, phone, text):
    body = urllib.parse.urlencode({"sessionId": session, "serviceCode": "*384*96#", "phoneNumber": f"+{phone}",
                                   "text": text})
    answer = service.request("POST", "/in/at/ussd?secret=s3cret-for-tests", body=body.encode(),
                             headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 200, f"{answer.status}"
    return answer.text


@case("who was asked by a recruiter may dial instead: the request waits meanwhile, and it is the same person")
def enlisted_by_ussd(stage):
    with stage.fresh(more=USSD) as (service, telecom):
        recruiter, person = stage.phone(), stage.phone()
        service.cli("staff", "add", recruiter, "--role", "recruiter")
        service.send(recruiter, f"ENLIST 0{key(person)}")
        assert telecom.wait(person, 1, 2.0), "not asked"
        page = dial(service, "s1", person, "1007*1*500000*1")
        assert page.startswith("END"), f"the request stands in the way of another page: {page}"
        for text in ("3", "3*24", "3*24*2", "3*24*2*1", "3*24*2*1*1"):
            page = dial(service, "s2", person, text)
            assert page.startswith("CON"), f"{text}: {page}"
        assert dial(service, "s2", person, "3*24*2*1*1*1").startswith("END")
        row = registered(service)[key(recruiter)]
        assert (row["contacted"], row["ready"]) == ("1", "1"), f"{row}"
        service.stop()
        with sqlite3.connect(service.folder / "yavar.db") as db:
            kept = db.execute("SELECT status, province, specialty, consent_channel FROM volunteer").fetchall()
        assert kept == [("active", "zanjan", "nurse", "ussd")], f"{kept}"
