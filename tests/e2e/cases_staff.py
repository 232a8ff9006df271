"""Staff by the command line, and what a recruiter does with a phone.

`staff add`, `list`, `remove` beside the running service and without it, their
faults and exit codes (design §10), and one person enlisted from end to end.
"""

import sqlite3
import urllib.parse

from service import until
from tap import case
from telecom import key

COLUMNS = "phone,name,role,provinces,organisation,centre,contacted,ready,deputy_of,locked_until"


def registered(service):
    return {key(row["phone"]): row for row in service.rows("staff", "list")}


@case("staff add, list and remove, through the door")
def staff(stage):
    service, _ = stage.shared()
    phone = stage.phone()
    service.cli("organisation", "add", "mehr", "--name-fa", "مهر", "--pay-to", "IR550000000000000000000005")
    assert {"slug": "mehr", "name_fa": "مهر", "name_en": "", "provinces": "", "pay_to": "IR550000000000000000000005"} \
        in service.rows("organisation", "list")
    service.cli("staff", "add", "0" + key(phone), "--role", "coordinator", "--province", "zanjan", "--province",
                "qom", "--organisation", "mehr", "--centre", "درمانگاه ده", "--name", "سارا احمدی")
    assert service.cli("staff", "list").stdout.splitlines()[0] == COLUMNS
    row = registered(service)[key(phone)]
    assert row == {"phone": phone, "name": "سارا احمدی", "role": "coordinator", "provinces": "zanjan qom",
                   "organisation": "mehr", "centre": "درمانگاه ده", "contacted": "0", "ready": "0",
                   "deputy_of": "", "locked_until": ""}, f"{row}"
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
            (("add", phone, "--role", "viewer", "--organisation", "nobodys"), 1, "no organisation with this slug"),
            (("add", phone, "--deputy-of", phone), 1, "nobody of the staff"),
            (("add", phone, "--deputy-of", "110"), 1, "no phone number that an SMS can reach"),
            (("token", phone), 1, "nobody of the staff"), (("unlock", phone), 1, "nobody of the staff"),
            (("add", phone, "--role", "viewer", "--as", phone), 1, "nobody of the staff"),
            (("list", "--as", phone), 1, "nobody of the staff"),
            (("add",), 64, "usage"), (("token",), 64, "usage"), ((), 64, "usage")):
        done = service.cli("staff", *words, expect=code)
        assert told in done.stderr, f"{words}: {done.stderr}"
    assert registered(service) == before


@case("organisation: what is wrong is told, and nothing is kept")
def organisations(stage):
    service, _ = stage.shared()
    before = service.rows("organisation", "list")
    for words, told in ((("add", "Mehr", "--name-fa", "مهر"), "slug"), (("add", "mehr2"), "Persian name"),
                        (("add", "mehr2", "--name-fa", "مهر", "--name-en", "مهر"), "Latin letters"),
                        (("add", "mehr2", "--name-fa", "مهر", "--pay-to", "9" * 27), "at most 26"),
                        (("add", "mehr2", "--name-fa", "مهر", "--province", "atlantis"), "atlantis"),
                        (("add",), "usage"), ((), "usage")):
        done = service.cli("organisation", *words, expect=64)
        assert told in done.stderr, f"{words}: {done.stderr}"
    assert service.rows("organisation", "list") == before


@case("--as: a coordinator adds and sees the own province's staff, a deputy likewise, and takes over when it goes")
def on_behalf(stage):
    with stage.fresh() as (service, _):
        chief, deputy, helper, far, admin = (stage.phone() for _ in range(5))
        service.cli("staff", "add", chief, "--role", "coordinator", "--province", "zanjan")
        service.cli("staff", "add", far, "--role", "viewer", "--province", "qom")
        service.cli("staff", "add", deputy, "--deputy-of", chief)
        service.cli("staff", "add", helper, "--role", "recruiter", "--province", "zanjan", "--as", deputy)
        for words in (("add", helper, "--role", "recruiter", "--province", "qom"),
                      ("add", helper, "--role", "coordinator", "--province", "zanjan"),
                      ("add", helper, "--role", "viewer"), ("add", far, "--role", "viewer", "--province", "zanjan"),
                      ("remove", far), ("token", far), ("unlock", far), ("remove", chief)):
            done = service.cli("staff", *words, "--as", deputy, expect=1)
            assert "not for your role" in done.stderr or "nobody of the staff" in done.stderr, f"{words}: {done.stderr}"
        service.cli("organisation", "add", "mehr", "--name-fa", "مهر", "--as", chief, expect=1)
        seen = {key(row["phone"]): row for row in service.rows("staff", "list", "--as", chief)}
        assert set(seen) == {key(p) for p in (chief, deputy, helper)}, f"{seen}"
        assert key(seen[key(deputy)]["deputy_of"]) == key(chief) and seen[key(deputy)]["role"] == "coordinator"
        service.cli("staff", "list", "--as", helper, expect=1)
        service.cli("staff", "remove", chief)
        row = registered(service)[key(deputy)]
        assert (row["role"], row["provinces"], row["deputy_of"]) == ("coordinator", "zanjan", ""), f"{row}"
        service.cli("staff", "remove", helper, "--as", deputy)
        service.cli("staff", "add", admin, "--role", "admin", "--province", "zanjan")
        done = service.cli("staff", "add", far, "--role", "admin", "--as", admin, expect=1)
        assert "not for your role" in done.stderr, done.stderr


@case("a token is told once and kept as a hash; a new one takes its place")
def token(stage):
    with stage.fresh() as (service, _):
        phone = stage.phone()
        service.cli("staff", "add", phone, "--role", "coordinator", "--province", "zanjan")
        first, second = (service.cli("staff", "token", phone).stdout for _ in range(2))
        for text in (first, second):
            assert text.startswith("yvr_") and len(text.strip()) == 68 and text.count("\n") == 1, text
        assert first != second
        service.stop()
        with sqlite3.connect(service.folder / "yavar.db") as db:
            rows = db.execute("SELECT phone, hash FROM token").fetchall()
            whole = "\n".join(db.iterdump())
        assert len(rows) == 1 and len(rows[0][1]) == 16, f"{rows}"
        assert first.strip() not in whole and second.strip() not in whole and second.strip()[4:] not in whole
        service.cli("staff", "remove", phone)
        with sqlite3.connect(service.folder / "yavar.db") as db:
            assert db.execute("SELECT count(*) FROM token").fetchone() == (0,)


@case("export audit: whatever changes something is there, with who did it; phones masked, times in UTC")
def audit(stage):
    with stage.fresh() as (service, _):
        phone, person = stage.phone(), stage.phone()
        service.cli("staff", "add", phone, "--role", "coordinator", "--province", "zanjan")
        service.cli("organisation", "add", "mehr", "--name-fa", "مهر")
        service.cli("staff", "token", phone)
        service.cli("staff", "unlock", phone)
        service.cli("campaign", "add", "نوروز")
        people = service.folder / "people.csv"
        people.write_text(f"phone,province,specialty\n{person},zanjan,nurse\n", encoding="utf-8")
        service.cli("import", "people", str(people))
        service.cli("volunteer", "verify", person, "--by", "Dr X")
        service.import_needs([])
        service.send(person, "سلام چطوری")
        text = until(lambda: service.rows("message", "list", "--unanswered"), 2, "a message that nobody answered")[0]
        service.cli("message", "reply", text["id"], "سلام")
        service.cli("channel", "send", "mci", person, "salam")
        service.cli("backup", str(service.folder / "b.db"))
        service.cli("staff", "remove", phone, "--as", phone, expect=1)
        service.cli("staff", "remove", phone)
        service.cli("forget", person, "--yes")
        rows = service.rows("export", "audit")
        said = [row["action"] for row in rows]
        for action in ("staff.add", "organisation.add", "staff.token", "staff.unlock", "campaign.add", "people.import",
                       "volunteer.verify", "need.import", "message.reply", "message.send", "backup.made",
                       "staff.remove", "person.forget"):
            assert action in said, f"{action}: {said}"
        assert said.count("staff.remove") == 1, "what was refused is not there"
        assert list(rows[0]) == ["id", "at", "actor", "door", "action", "subject", "detail"]
        assert all(row["at"].endswith("Z") and row["actor"] == "0" and row["door"] == "cli" for row in rows), f"{rows}"
        whole = service.cli("export", "audit").stdout
        assert phone in whole and person not in whole, "who is forgotten is nobody there"
        masked = service.cli("export", "audit", "--masked").stdout
        assert phone not in masked and phone[-4:] in masked


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
