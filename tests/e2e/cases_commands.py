"""The operator's side: commands beside the running service, and faults.

Exit codes, the shape of what is printed, the door and the lock (design §10),
and a configuration that is refused with file and line (design §12).
"""

import json
import pathlib

from cases_front_door import well
from service import NEEDS, binary, until
from tap import case
from telecom import key

PLEDGE = "نذر 1007 500 هزار تومان"


@case("stats --json has the keys of the contract, and counts")
def stats(stage):
    service, telecom = stage.shared()
    before = service.stats()
    keys = {"pledges", "pledged_rial", "needs_open", "volunteers", "messages_in", "messages_out",
            "queued", "held", "unanswered"}
    assert keys <= set(before), f"missing {keys - set(before)}"
    assert before["needs_open"] == len(NEEDS), f"{before}"
    phone = stage.phone()
    service.send(phone, PLEDGE)
    assert telecom.wait(phone, 1, 2.0), "no confirmation"
    after = service.stats()
    grown = {name: after[name] - before[name] for name in ("pledges", "pledged_rial", "messages_in")}
    assert grown == {"pledges": 1, "pledged_rial": 5000000, "messages_in": 1}, f"{grown}"
    assert service.cli("stats").stdout.strip(), "stats as text is empty"


@case("commands that read work while the service runs")
def reads(stage):
    service, _ = stage.shared()
    listed = service.rows("need", "list")
    assert {"1007", "5724"} <= {row["code"] for row in listed}, f"{listed}"
    shown = json.loads(service.cli("need", "show", "1007").stdout)
    assert str(shown["code"]) == "1007", f"{shown}"
    exported = {row["code"]: row for row in service.rows("export", "needs")}
    assert exported["5724"]["unit"] == "item" and "pledged" in exported["5724"], f"{exported}"
    assert "mci" in service.cli("channel", "list").stdout
    service.rows("campaign", "list")
    service.cli("check")
    assert service.cli("--version").stdout.strip()
    well(service)


@case("export messages: columns, masked phones, lanes, what answers what")
def export(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    service.send(phone, PLEDGE)
    assert telecom.wait(phone, 1, 2.0), "no confirmation"
    columns = ("id,direction,channel,phone,status,attempts,segments,text,created_at,updated_at,"
               "provider_id,lane,reply_to,may_be_double")
    head = service.cli("export", "messages").stdout.lstrip("\ufeff").splitlines()[0]
    assert head == columns, head
    head = service.cli("export", "pledges").stdout.lstrip("\ufeff").splitlines()[0]
    assert head == ("reference,need,campaign,phone,amount_rial,quantity,recurrence,status,channel,"
                    "created_at"), head
    received, sent = service.messages(phone, "in")[0], service.messages(phone)[0]
    assert received["status"] == "handled" and received["text"] == PLEDGE, f"{received}"
    assert sent["reply_to"] == received["id"] and sent["segments"] == "1", f"{sent}"
    assert sent["text"] == telecom.sent_to(phone)[0].text, f"{sent}"
    assert phone[-10:] not in service.cli("export", "messages", "--masked").stdout, "not masked"


@case("a cell that a spreadsheet would run is made harmless")
def formula(stage):
    service, _ = stage.shared()
    phone = stage.phone()
    service.send(phone, "=HYPERLINK(\"http://x\")")
    row = until(lambda: service.messages(phone, "in"), 2, "stored")[0]
    assert not row["text"].startswith(("=", "+", "-", "@")), row["text"]


@case("what was not understood is listed, and a person's answer goes out")
def unanswered(stage):
    service, telecom = stage.shared()
    phone, text = stage.phone(), "سلام گوجه کیلویی چند است"
    service.send(phone, text)
    telecom.wait(phone, 1, 2.0)
    ident = until(lambda: service.messages(phone, "in"), 2, "stored")[0]["id"]
    listed = service.rows("message", "list", "--unanswered")
    assert ident in {row["id"] for row in listed}, f"{ident} is not in {listed}"
    before = len(telecom.sent_to(phone))
    service.cli("message", "reply", ident, "سلام، اینجا دفتر خیریه است.")
    sent = telecom.wait(phone, before + 1, 2.0)
    assert len(sent) == before + 1, "the reply did not reach the telecom"
    assert sent[-1].text == "سلام، اینجا دفتر خیریه است.", sent[-1].text
    listed = service.rows("message", "list", "--unanswered")
    assert ident not in {row["id"] for row in listed}, "still listed as unanswered"


@case("message show tells one message's life")
def show(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    service.send(phone, PLEDGE)
    assert telecom.wait(phone, 1, 2.0), "no confirmation"
    for direction in ("in", "out"):
        ident = service.messages(phone, direction)[0]["id"]
        life = json.loads(service.cli("message", "show", ident).stdout)
        assert isinstance(life, dict) and str(life["id"]) == ident, f"{life}"
    assert service.cli("message", "show", "999999999", expect=None).returncode != 0


@case("channel send: one SMS through the door")
def channel_send(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    service.cli("channel", "send", "mci", "0" + key(phone), "سلام از یاور")
    sent = telecom.wait(phone, 1, 2.0)
    assert sent and sent[0].text == "سلام از یاور", f"{sent}"
    assert service.cli("channel", "send", "nowhere", phone, "x", expect=None).returncode != 0


@case("campaign add: its keyword takes pledges at once")
def campaign(stage):
    with stage.fresh() as (service, telecom):
        service.cli("campaign", "add", "سلامت", "--name-fa", "نذر سلامت",
                    "--goal", "1000000000 toman")
        assert "سلامت" in service.cli("campaign", "list").stdout
        phone = stage.phone()
        service.send(phone, "نذر سلامت 1 میلیون")
        assert telecom.wait(phone, 1, 2.0), "no confirmation"
        rows = service.pledges(phone)
        assert [(r["campaign"], r["amount_rial"]) for r in rows] == [("سلامت", "10000000")], f"{rows}"


@case("campaigns: a window in Solar Hijri, shown in both calendars; changed, summed, allotted")
def campaign_windows(stage):
    with stage.fresh() as (service, telecom):
        head, *_ = service.cli("campaign", "list").stdout.splitlines()
        assert head == ("id,keyword,name_fa,name_en,goal_rial,pledged_rial,from,to,provinces,pay_to,pledges,"
                        "received_rial"), head
        service.cli("campaign", "add", "مهر", "mehr", "--name-fa", "نذر مهر", "--name-en", "Nazr-e Mehr", "--from",
                    "۱۴۰۵/۰۱/۰۱", "--to", "30 esfand 1408", "--goal", "۱۰۰۰۰۰۰۰ تومان", "--province", "fars")
        shown = json.loads(service.cli("campaign", "show", "MEHR").stdout)
        assert (shown["from"], shown["from_solar_hijri"], shown["to"], shown["to_solar_hijri"]) == (
            "2026-03-21", "1405/01/01", "2030-03-20", "1408/12/30"), f"{shown}"
        assert shown["keywords"] == ["مهر", "mehr"] and shown["percent"] == 0 and shown["state"] == "open", f"{shown}"
        row, = service.rows("campaign", "list")
        assert (row["from"], row["to"]) == ("2026-03-20T20:30:00Z", "2030-03-20T20:30:00Z"), f"{row}"
        phone = stage.phone()
        service.send(phone, "نذرمهر 500 هزار تومان")
        assert telecom.wait(phone, 1, 2.0), "no confirmation"
        shown = json.loads(service.cli("campaign", "show", "مهر").stdout)
        assert (shown["pledged_rial"], shown["pledges"], shown["donors"], shown["percent"]) == (5000000, 1, 1, 5)
        assert service.cli("campaign", "sums", "mehr").stdout.splitlines() == [
            "province,pledges,amount_rial,received_rial,donors", "unknown,1,5000000,0,1"]
        pledge, = service.pledges(phone)
        service.cli("campaign", "allot", pledge["reference"], "1007")
        pledge, = service.pledges(phone)
        assert (pledge["need"], pledge["campaign"]) == ("1007", "مهر"), f"{pledge}"
        again = service.cli("campaign", "allot", pledge["reference"], "1007", expect=1)
        assert "counts to a need already" in again.stderr, again.stderr
        service.send(phone, f"لغو {pledge['reference']}")
        assert telecom.wait(phone, 2, 2.0), "no answer"
        need = json.loads(service.cli("need", "show", "1007").stdout)
        shown = json.loads(service.cli("campaign", "show", "مهر").stdout)
        assert (need["pledged"], shown["pledged_rial"], shown["pledges"]) == (0, 0, 0), f"{need} {shown}"
        service.cli("campaign", "change", "مهر", "--from", "1405/01/01", "--to", "1405/01/31")
        service.send(phone, "نذر مهر 500 هزار تومان")
        closed = telecom.wait(phone, 3, 2.0)
        assert "۱۴۰۵/۰۱/۳۱" in closed[-1].text, f"{closed[-1].text}"


@case("campaigns: what is wrong is told, and a coordinator keeps to the own provinces")
def campaign_faults(stage):
    with stage.fresh() as (service, _):
        where = "09121110000"
        service.cli("staff", "add", where, "--role", "coordinator", "--province", "fars")
        for words, told in (
                (("add", "x", "--from", "1404/12/30"), "from: 30 Esfand 1404 does not exist: 1404 is a common year"),
                (("add", "x", "--to", "05/09/15"), 'to: "05" is no year'),
                (("add", "x", "--to", "soon"), 'to: "soon" is no date'),
                (("add", "x", "--from", "1405/9/2", "--to", "1405/9/1"), "end before it begins"),
                (("add", "x", "--goal", "many"), "goal: must be money"),
                (("add", "x", "--province", "atlantis"), "must be one of our list"),
                (("add", "two words"), "one word"),
                (("add", "x", "--as", where), "only for your own provinces"),
                (("add", "x", "--province", "qom", "--as", where), "only for your own provinces"),
                (("add", "x", "--as", "09129999999"), "nobody of the staff"),
                (("show", "x"), "no campaign has the keyword x"), (("sums", "x"), "no campaign has the keyword x"),
                (("change", "x"), "no campaign has the keyword x"),
                (("allot", "48291761", "1007"), "no pledge to a campaign")):
            done = service.cli("campaign", *words, expect=1)
            assert told in done.stderr, f"{words}: {done.stderr}"
        assert service.rows("campaign", "list") == [], "nothing is kept of what was refused"
        service.cli("campaign", "add", "x", "--province", "fars", "--as", where)
        service.cli("campaign", "add", "y")
        done = service.cli("campaign", "change", "y", "--goal", "5 toman", "--as", where, expect=1)
        assert "no campaign of yours" in done.stderr, done.stderr
        service.cli("campaign", "change", "x", "--goal", "5000 toman", "--as", where)
        goals = {row["keyword"]: row["goal_rial"] for row in service.rows("campaign", "list")}
        assert goals == {"x": "50000", "y": "0"}, f"{goals}"
        assert service.cli("campaign", "allot", "a", "1007", expect=64)
        assert service.cli("campaign", "move", expect=64)


@case("import needs while the service runs: seen at once")
def import_running(stage):
    with stage.fresh() as (service, telecom):
        service.import_needs(["1010,qom,درمانگاه دیگر,drug,1,داروی قلب,heart drug,rial,"
                              "1000000000,open,داروی قلب,heart drug"], name="more.csv")
        phone = stage.phone()
        service.send(phone, "نذر 1010 500 هزار تومان")
        assert telecom.wait(phone, 1, 2.0), "no confirmation"
        assert [row["need"] for row in service.pledges(phone)] == ["1010"]


@case("import needs is all or nothing, and names every fault's line")
def import_faults(stage):
    with stage.fresh(start=False) as (service, _):
        good = "1010,qom,درمانگاه,drug,1,دارو,drug,rial,1000000000,open,دارو,drug"
        done = service.import_needs(
            [good, good.replace("1010", "1011"), good.replace("1010,qom", "1029,atlantis"),
             good.replace("1010", "1032").replace("1000000000", "many")], expect=None)
        told = done.stdout + done.stderr
        assert done.returncode == 1, f"exit {done.returncode}: {told}"
        for line in (3, 4, 5):
            assert f"needs.csv:{line}" in told or f"line {line}" in told, f"line {line}: {told}"
        codes = {row["code"] for row in service.rows("need", "list")}
        assert codes == {"1007", "5724"}, f"imported {codes}"


@case("explain and segments need no database")
def explain(stage):
    service, _ = stage.shared()
    got = json.loads(service.cli("explain", PLEDGE).stdout)
    want = {"command": "pledge", "certainty": "exact", "need": "1007", "amount_rial": 5000000}
    assert {name: str(got.get(name)) for name in want} == {
        name: str(value) for name, value in want.items()}, f"{got}"
    got = json.loads(service.cli("segments", "سلام").stdout)
    assert got == {"encoding": "UCS-2", "units": 4, "segments": 1}, f"{got}"


def chat(service, *texts, sender=None):
    """What `yavar chat` answers when no terminal asks: JSON, a line an answer."""
    words = ("chat", "--from", sender) if sender else ("chat",)
    told = service.cli(*words, stdin="".join(f"{text}\n" for text in texts)).stdout
    return [json.loads(row) for row in told.splitlines()]


def measures(answer):
    """Encoding, units and segments as anyone may count them in an answer without €[]{} and the like."""
    wide = any(ord(letter) > 127 for letter in answer["text"])
    units = len(answer["text"].encode("utf-16-le")) // 2 if wide else len(answer["text"])
    room, part = (70, 67) if wide else (160, 153)
    return ("UCS-2" if wide else "GSM-7", units, 1 if units <= room else -(-units // part))


@case("chat: what a phone would be answered, in JSON where no terminal asks; nothing of it is kept")
def chats(stage):
    service, _ = stage.shared()
    before = service.stats()
    told = chat(service, PLEDGE, "HELP", "", "سلام گوجه کیلویی چند است")
    assert [set(answer) for answer in told] == [{"text", "encoding", "units", "segments"}] * 5, f"{told}"
    for answer in told:
        assert (answer["encoding"], answer["units"], answer["segments"]) == measures(answer), f"{answer}"
    confirmed, pay, guide, empty, unknown = (answer["text"] for answer in told)
    assert "۵۰۰٬۰۰۰ تومان" in confirmed and "IR" in pay, f"{told}"
    assert "GIVE" in guide and told[2]["encoding"] == "GSM-7", f"{told}"
    assert empty == unknown, f"{told}"
    assert chat(service, "HELP", sender="BANK") == [{}], "a machine was answered"
    assert chat(service) == [], "answers to nothing"
    assert service.cli("chat", "HELP", expect=64).stdout == ""
    after = service.stats()
    assert [after[key] for key in ("pledges", "messages_in")] == \
        [before[key] for key in ("pledges", "messages_in")], f"kept: {before} {after}"


@case("a second serve on the same database is refused")
def second(stage):
    service, telecom = stage.shared()
    done = service.cli("serve", expect=None, timeout=10)
    assert done.returncode in (75, 78), f"exit {done.returncode}: {done.stderr[-300:]}"
    phone = stage.phone()
    service.send(phone, PLEDGE)
    assert telecom.wait(phone, 1, 2.0), "the first suffered"


@case("usage faults exit 64")
def usage(stage):
    service, _ = stage.shared()
    for args in (("frobnicate",), ("export", "dreams"), ("need",), ("message", "show"),
                 ("stats", "--frob")):
        code = service.cli(*args, expect=None).returncode
        assert code == 64, f"yavar {' '.join(args)}: exit {code}"


FAULTS = (
    ("unknown key", "listen =", "lisen =", "listen"),
    ("bad duration", "retry_first = 1s", "retry_first = soon", "retry_first"),
    ("key of another provider", "username = yavar", "signing_key = yavar", "signing_key"),
    ("unknown provider", "provider = kannel", "provider = pigeon", "pigeon"),
    ("bad number", "in_flight = 16", "in_flight = -3", "in_flight"),
    ("bad network", "allow = 127.0.0.1/32", "allow = 127.0.0.1/99", "allow"),
)


@case("a config fault: file, line, the nearest key, exit 78, nothing started")
def config_faults(stage):
    with stage.fresh(start=False) as (service, _):
        good = service.ini.read_text("utf-8")
        bad = service.folder / "bad.ini"
        for name, was, now, word in FAULTS:
            rows = good.replace(was, now, 1).splitlines()
            line = next(n for n, row in enumerate(rows, 1) if row.startswith(now))
            bad.write_text("\n".join(rows) + "\n", "utf-8")
            for command in ("check", "serve", "stats"):
                done = service.cli(command, ini=bad, expect=None, timeout=10)
                told = done.stdout + done.stderr
                assert done.returncode == 78, f"{name}: {command} exit {done.returncode}: {told}"
                assert f"bad.ini:{line}" in told and word in told, f"{name}: {command}: {told}"


@case("every config fault is told, not only the first")
def all_faults(stage):
    with stage.fresh(start=False) as (service, _):
        text = service.ini.read_text("utf-8")
        text = text.replace("retry_first = 1s", "retry_first = soon").replace("rate =", "rat =")
        bad = service.folder / "bad.ini"
        bad.write_text(text, "utf-8")
        done = service.cli("check", ini=bad, expect=78)
        told = done.stdout + done.stderr
        for number, row in enumerate(text.splitlines(), 1):
            if row.startswith(("retry_first", "rat =")):
                assert f"bad.ini:{number}" in told, f"line {number} is not told: {told}"


@case("no secret, a missing file, a PostgreSQL address: exit 78")
def refused(stage):
    with stage.fresh(start=False) as (service, _):
        assert pathlib.Path(binary()).exists()
        good = service.ini.read_text("utf-8")
        bad = service.folder / "bad.ini"
        rows = [row for row in good.splitlines() if not row.startswith("secret =")]
        bad.write_text("\n".join(rows) + "\n", "utf-8")
        service.cli("check", ini=bad, expect=78)
        service.cli("check", ini=service.folder / "none.ini", expect=78)
        service.cli("serve", ini=service.folder / "none.ini", expect=78)
        rows = ["database = postgresql://localhost/yavar" if row.startswith("database") else row
                for row in good.splitlines()]
        bad.write_text("\n".join(rows) + "\n", "utf-8")
        service.cli("serve", ini=bad, expect=78, timeout=10)


@case("stopped and started again: what was there is there")
def restart(stage):
    with stage.fresh() as (service, telecom):
        phone, ident = stage.phone(), "the-same-id"
        service.send(phone, PLEDGE, ident)
        assert telecom.wait(phone, 1, 2.0), "no confirmation"
        until(lambda: service.messages(phone)[0]["status"] == "sent", 2, "sent")
        service.stop()
        assert len(service.pledges(phone)) == 1, "commands that read need no service"
        service.start()
        assert service.send(phone, PLEDGE, ident).status == 200
        telecom.wait(phone, 2, 1.0)
        assert len(telecom.sent_to(phone)) == 1 and len(service.pledges(phone)) == 1, "repeated"
