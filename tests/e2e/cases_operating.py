"""What an operator does: backup, restore, doctor, and what is held after it."""

import re
import socket
import sqlite3
import threading
import time

from service import key, until
from tap import case

PLEDGE = "نذر 1007 500 هزار تومان"


@case("backup while pledges come in: a whole copy, private, and nothing waits for it")
def backup_under_load(stage):
    with stage.fresh() as (service, telecom):
        ending, phones = threading.Event(), []

        def load():
            while not ending.is_set():
                phones.append(stage.phone())
                assert service.send(phones[-1], PLEDGE).status == 200
        loader = threading.Thread(target=load)
        loader.start()
        until(lambda: len(phones) > 20, 5, "some pledges")
        before = len(phones)
        told = service.cli("backup", str(service.folder / "copy.db")).stdout
        ending.set()
        loader.join(10)
        copy = service.folder / "copy.db"
        assert "looked through" in told and copy.stat().st_mode & 0o777 == 0o600, told
        other = service.folder / "other.ini"
        other.write_text(service.ini.read_text().replace("yavar.db", "copy.db"), encoding="utf-8")
        rows = service.cli("export", "pledges", ini=other).stdout
        missing = [phone for phone in phones[:before - 1] if phone[-10:] not in rows]
        assert not missing, f"answered before the backup and not in it: {missing[:3]}"
        assert service.cli("backup", str(service.folder / "yavar.db"), expect=1).stderr


@case("restore: what waited is held and goes out only by a person's word, marked; no reference is given twice")
def restore(stage):
    with stage.fresh() as (service, telecom):
        first, second, later = (stage.phone() for _ in range(3))
        service.send(first, PLEDGE)
        assert telecom.wait(first, 1, 3), "no confirmation"
        telecom.down()
        service.send(second, PLEDGE)
        copy = str(service.folder / "copy.db")
        service.cli("backup", copy)
        service.send(later, PLEDGE)                     # lost by the restore; its number stays given
        given = {row["reference"] for row in service.rows("export", "pledges")}
        assert "stop the service" in service.cli("restore", copy, expect=75).stderr
        service.stop()
        told = service.cli("restore", copy).stdout
        assert "1 messages are held" in told and "kept as" in told, told
        telecom.up()
        service.start()
        held = service.rows("message", "list", "--held")
        assert [key(row["phone"]) for row in held] == [second[-10:]], held
        fresh = stage.phone()
        service.send(fresh, PLEDGE)
        assert telecom.wait(fresh, 1, 3), "the restored service does not confirm"
        assert service.pledges(fresh)[0]["reference"] not in given, "a reference was given twice"
        assert telecom.sent_to(second) == [], "a held message went out by itself"
        service.cli("message", "retry", held[0]["id"])
        assert telecom.wait(second, 1, 3), "retry sends it"
        row = until(lambda: [r for r in service.messages(second) if r["status"] == "sent"], 3, "sent")[0]
        assert row["may_be_double"] == "1", "it may have gone out before the restore"


@case("doctor: everything well is exit 0; a telecom that is away and a backup that was never made are faults")
def doctor(stage):
    with stage.fresh() as (service, telecom):
        service.ini.chmod(0o600)
        service.cli("backup", str(service.folder / "copy.db"))
        modes = {path.name: path.stat().st_mode & 0o777 for path in service.folder.glob("yavar.db*")}
        assert not [name for name, mode in modes.items() if mode & 0o077], f"others can read {modes}"
        well = service.cli("doctor").stdout
        for word in ("clock", "disk", "permissions", "library", "telecom", "service      it runs", "backup"):
            assert word in well, f"{word} is not in\n{well}"
        assert "fault" not in well, well
        service.send(stage.phone(), PLEDGE)
        service.stop()
        telecom.down()
        (service.folder / "copy.db").unlink()
        ill = service.cli("doctor", expect=1).stdout
        assert "fault  telecom" in ill and "does not run" in ill and "no longer there" in ill, ill


@case("doctor tells how old the last backup is: fine, to be looked at by day, a fault")
def doctor_backup_age(stage):
    with stage.fresh() as (service, _):
        copy = str(service.folder / "copy.db")
        service.cli("backup", copy)
        service.stop()
        for days, verdict in ((1, "ok"), (3, "warn"), (8, "fault")):
            with sqlite3.connect(service.folder / "yavar.db") as database:      # no command makes a backup old
                database.execute("UPDATE setting SET value = CAST(? AS BLOB) WHERE name = 'backup'",
                                 (f"{int(time.time()) - days * 86400 - 60} {copy}",))
            told = service.cli("doctor", expect=None).stdout
            assert re.search(rf"^{verdict} +backup +the last one is {days} days old", told, re.M), told


@case("doctor tells a database that nobody backed up, one that is no database, and a telecom that only accepts")
def doctor_faults(stage):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(1)
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/cgi-bin/sendsms"
        with stage.fresh(channel={"send_url": url}) as (service, _):
            service.send(stage.phone(), PLEDGE)
            told = service.cli("doctor", expect=1).stdout
            assert "fault  backup       none was ever made" in told, told
            assert "fault  telecom" in told, told
            service.kill()
            service.folder.joinpath("yavar.db").write_bytes(b"no database at all, however long it may be")
            for log in ("yavar.db-wal", "yavar.db-shm"):
                service.folder.joinpath(log).unlink(missing_ok=True)
            told = service.cli("doctor", expect=1).stdout
            assert "fault  database" in told, told
