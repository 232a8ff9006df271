"""The three journals of a run, as files, so that they can be judged elsewhere.

`sent.jsonl`     the clients': a line a post, written once its answer is known (or
                 that none came): id, phone, channel, text, status, and expect,
                 what the message must cause (people.py); `other: true` marks a
                 text posted under an id that belongs to another.
`telecom.jsonl`  the fake telecom's: a line a request it read, with the text, the
                 number of the outbox row and what it answered; and a line a
                 delivery report, with what the service answered.
the database     a folder: messages.csv, pledges.csv, needs.csv and campaigns.csv
                 as the service exports them, and contacts.csv, which no export
                 tells, read from the file without writing.
"""

import csv
import json
import pathlib
import re
import sqlite3
import threading
from dataclasses import dataclass, field

TABLES = {"messages": ("export", "messages"), "pledges": ("export", "pledges"),
          "needs": ("export", "needs"), "campaigns": ("campaign", "list")}
CONTACTS = ("SELECT phone, coalesce(language, ''), coalesce(stopped_at, 0) > 0, coalesce(question, '') <> '', "
            "(SELECT count(*) FROM pledge WHERE pledge.donor = contact.donor) FROM contact ORDER BY phone")


def key(phone):
    """One person, however the number was written: the last ten digits."""
    return re.sub(r"\D", "", phone or "")[-10:]


@dataclass
class Offer:
    """One message that was posted, once or more often."""

    id: str
    phone: str
    text: str
    expect: dict
    acknowledged: bool = False
    posts: int = 0


@dataclass
class Journals:
    offers: dict = field(default_factory=dict)      # id: Offer, each phone's in their order
    requests: dict = field(default_factory=dict)    # outbox row: [what the telecom read]
    strays: list = field(default_factory=list)      # requests that name no row
    reports: dict = field(default_factory=dict)     # outbox row: [(%d, what we answered)]
    tables: dict = field(default_factory=dict)      # name: rows; what is not known is left out


class SentJournal:
    """Written by many clients."""

    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8")
        self.lock = threading.Lock()

    def note(self, message, status, other=False):
        line = {"id": message.id, "phone": message.phone, "channel": message.channel,
                "text": message.text, "status": status, "expect": message.expect}
        if other:
            line["other"] = True
        with self.lock:
            self.file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self.file.flush()

    def close(self):
        self.file.close()


def write_tables(service, folder):
    """The database's journal, by the service's own exports."""
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    for name, command in TABLES.items():
        (folder / f"{name}.csv").write_text(service.cli(*command, timeout=120).stdout, encoding="utf-8")
    with sqlite3.connect(f"file:{service.folder / 'yavar.db'}?mode=ro", uri=True) as database, \
            open(folder / "contacts.csv", "w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("phone", "language", "stopped", "question", "pledges"))
        rows.writerows(database.execute(CONTACTS))
    database.close()


def read(sent, telecom, folder):
    journals = Journals(offers=_read_sent(sent), tables=_read_tables(folder))
    for line in _lines(telecom):
        if "report" in line:
            journals.reports.setdefault(line["row"], []).append((line["report"], line["status"]))
        elif line.get("row") is None:
            journals.strays.append(line)
        else:
            journals.requests.setdefault(line["row"], []).append(line)
    return journals


def _lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _read_sent(path):
    offers = {}
    for line in _lines(path):
        if line.get("other"):
            continue
        offer = offers.setdefault(line["id"], Offer(line["id"], key(line["phone"]), line["text"],
                                                    line.get("expect") or {}))
        offer.posts += 1
        offer.acknowledged = offer.acknowledged or line["status"] == 200
    return offers


def _read_tables(folder):
    csv.field_size_limit(1 << 24)
    tables = {}
    for name in (*TABLES, "contacts"):
        path = pathlib.Path(folder) / f"{name}.csv"
        if path.exists():
            with open(path, encoding="utf-8-sig", newline="") as file:
                tables[name] = list(csv.DictReader(file))
    return tables
