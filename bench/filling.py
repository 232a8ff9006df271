"""Databases that were in use for a year, made by SQL over the program's own tables.

Indexes are dropped and made again behind the rows, syncs are off, and what is random in life (keys, phones) is random
here; who pledged, what was written and what was answered belong together, so that the program's own rules hold.
"""

import contextlib
import os
import sqlite3
import time

from world import CODES

DAY = 86400
BODY = "نذر شما ثبت شد\n۵۰۰٬۰۰۰ تومان\nبرای دستگاه سنجش\nکد پیگیری 48291761"
NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 0 WHERE :n > 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :n) "
AT = "(:first + i * :span / :n)"  # a year's seconds, in order
SOMEBODY = "(i * 7919 % :people)"  # each comes before anybody comes again


def phone_of(person):
    """Anywhere among all mobile numbers, the same for a person in every table: squares differ modulo a prime."""
    return f"(989000000000 + (1000000 + {person}) * (1000000 + {person}) % 999999937)"


CONTACTS = NUMBERS + f"""INSERT INTO contact (phone, language, province, stopped_at, question, question_at,
    confirmed_since, confirmed_count, unknown_since, unknown_count, unknown_hash, sent_hash, sent_hash_before,
    created_at, donor)
SELECT {phone_of(SOMEBODY)}, 'fa', :province, 0, NULL, 0, {AT}, 1, 0, 0, 0,
    random() >> 32, random() >> 32, {AT}, CASE WHEN i < :pledges THEN i + 1 ELSE 0 END FROM n"""
INBOX = NUMBERS + f"""INSERT INTO inbox (day, message_key, copy, channel, sender, body, provider_id, command, status,
    answer_status, answer, unanswered, created_at, updated_at)
SELECT {AT} / {DAY}, randomblob(16), 0, 'bench', CAST({phone_of(SOMEBODY)} AS TEXT), 'نذر 1007 500 هزار تومان', hex(randomblob(16)),
    'pledge', 'handled', 200, '', 0, {AT}, {AT} FROM n"""
PLEDGES = NUMBERS + f"""INSERT INTO pledge (id, donor, phone, need, campaign, amount_rial, money, quantity, unit, recurrence,
    status, channel, message, day, due_at, created_at, updated_at)
SELECT i + 1, i % :people + 1, {phone_of(SOMEBODY)}, (SELECT code FROM codes WHERE place = i % {len(CODES)}), NULL, 5000000, 'toman', 0, '', 'once',
    'pledged', 'bench', i + 1, {AT} / {DAY}, {AT} + 10 * {DAY}, {AT}, {AT} FROM n"""
OUTBOX = NUMBERS + f"""INSERT INTO outbox (channel, phone, body, segments, lane, status, due_ms, expires_ms, attempts,
    resends, may_be_double, reply_to, node, provider_id, reason, created_ms, updated_ms, sent_ms, delivered_ms, source)
SELECT 'bench', {phone_of(SOMEBODY)}, :body, 1, 1, :status, {AT} * 1000, {AT} * 1000 + 3 * {DAY} * 1000, :attempts, 0, 0, i + 1, '',
    '', '', {AT} * 1000, {AT} * 1000, CASE WHEN :attempts > 0 THEN {AT} * 1000 ELSE 0 END, 0, 0 FROM n"""


def insert(store, sql, n, people, span, **more):
    now = int(time.time())
    store.execute(sql, {"n": n, "people": max(people, 1), "first": now - span - 60, "span": span, **more})


def rebuilt(store, work):
    """Does WORK without the tables' indexes, which are then made anew: their pages full, as those of keys that grow are.
    An index by phone grows anywhere, and its pages are as full as years leave them."""
    indexes = store.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT LIKE '% (phone%'").fetchall()
    for name, _ in indexes:
        store.execute(f"DROP INDEX {name}")
    work(store)
    for _, sql in indexes:
        store.execute(sql)


def fill(folder, people=0, pledges=0, messages=0, queued=0, province=None):
    """Into the database that set_up made: MESSAGES half of them in, half sent; QUEUED ones are due now; people of PROVINCE."""
    def work(store):
        insert(store, CONTACTS, people, people, 360 * DAY, pledges=pledges, province=province)
        insert(store, INBOX, messages // 2, people, 360 * DAY)
        insert(store, PLEDGES, pledges, people, 360 * DAY)
        insert(store, OUTBOX, messages // 2, people, 360 * DAY, body=BODY, status="delivered", attempts=1)
        insert(store, OUTBOX, queued, queued, 60, body=BODY, status="queued", attempts=0)
        store.execute("UPDATE counter SET value = ? WHERE name = 'reference'", (pledges,))
        store.execute("UPDATE need SET pledged = (SELECT coalesce(sum(amount_rial), 0) FROM pledge "
                      "WHERE pledge.need = need.code)")

    store = sqlite3.connect(folder / "yavar.db", isolation_level=None)
    try:
        for setting in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -262144"):
            store.execute(f"PRAGMA {setting}").fetchall()
        store.execute("CREATE TEMP TABLE codes (place INTEGER PRIMARY KEY, code INTEGER)")
        store.executemany("INSERT INTO codes VALUES (?, ?)", enumerate(map(int, CODES)))
        store.execute("BEGIN")
        rebuilt(store, work)
        store.execute("COMMIT")
        store.execute("PRAGMA journal_mode = WAL").fetchall()
    finally:
        store.close()
        os.sync()  # gigabytes that are still to be written would slow what is measured next


def end_the_day(folder):
    """What came in today came in long ago: keys are found by day, and a day holds what one round brings, not all of them."""
    with contextlib.closing(sqlite3.connect(folder / "yavar.db")) as store, store:
        store.execute("UPDATE inbox SET day = (SELECT min(day) FROM inbox) - 1 WHERE day = (SELECT max(day) FROM inbox)")


def at_hand(folder):
    """Its pages in the kernel's cache, as those of a service that runs are; a machine may have dropped them meanwhile."""
    with open(folder / "yavar.db", "rb") as file:
        while file.read(1 << 20):
            pass
