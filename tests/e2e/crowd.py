"""Broadcasts to many: people by the thousand, and the command line that reaches them.

The people go into a database that the program itself made, by one statement
while no service runs: thousands of texts would take longer than the test.
"""

import json
import sqlite3

AUTHOR = "989100000001"         # a coordinator; the operator's is the second yes
INSERT = """
WITH RECURSIVE i (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM i WHERE n + 1 < :count)
INSERT INTO contact (phone, language, province, stopped_at, question_at, confirmed_since, confirmed_count,
                     unknown_since, unknown_count, unknown_hash, sent_hash, sent_hash_before)
SELECT :first + n, 'fa', :province, :stopped, 0, 0, 0, 0, 0, 0, 0, 0 FROM i"""


def add_people(folder, first, count, province, stopped=False):
    """Contacts with the phones FIRST, FIRST + 1, …; returns those phones as a range."""
    database = sqlite3.connect(folder / "yavar.db")
    try:
        with database:
            database.execute(INSERT, {"first": first, "count": count, "province": province, "stopped": int(stopped)})
    finally:
        database.close()
    return range(first, first + count)


def add_author(service, province):
    service.cli("staff", "add", AUTHOR, "--role", "coordinator", "--province", province)


def begin(service, audience, text):
    """A coordinator writes it, the operator says the second yes; its reference."""
    said = service.cli("broadcast", "add", audience, text, "--as", AUTHOR)
    reference = str(json.loads(said.stdout)["reference"])
    service.cli("broadcast", "approve", reference)
    return reference


def show(service, reference):
    return json.loads(service.cli("broadcast", "show", reference).stdout)
