"""What a message costs in each part, in instructions: callgrind counts them, so that nothing else on the machine matters.

Four runs under callgrind: pledges that come in, of which the loop's part is taken; the same without HTTP, of which the
store's part is taken, since under callgrind ten milliseconds, the most that a batch may take, are over after three
pledges, where here it holds as many as in life; a full outbox that is sent; and the steps of USSD sessions.
"""

import json
import re

from figures import table
from filling import fill
from world import (AT_MOST, BENCH, Fault, accepted, asked, load, must_hold, pledges, run, serving, set_up, sink, sized,
                   sound, until)

PLEDGES, BATCH = sized(2048, 192), 64
QUEUED = sized(2000, 200)
STEPS, SESSIONS = sized(2100, 210), sized(100, 10)
PATIENCE = 120
ROW = re.compile(r"^\s*([\d,]+) (?:\([ .\d]+%\))?\s*(\S+):(\S+)(?: \[.*\])?$", re.M)
# Everything that the engine does for a statement goes through these.
STATEMENTS = [f"engine_{what}" for what in ("prepare", "bind", "step", "reset", "int", "text")]
# The store's functions that a pledge calls, in their order, and a sent message, and a USSD step.
OF_A_PLEDGE = ("inbox_find", "contact_get", "inbox_add", "store_savepoint", "need_get", "pledge_same", "need_pledge",
               "pledge_add", "ussd_stopped", "outbox_add", "contact_put", "store_savepoint_keep")
OF_A_MESSAGE = ("outbox_claim", "outbox_sent")
OF_A_STEP = ("ussd_get", "store_savepoint", "contact_get", "volunteer_of", "inbox_add", "consent_text_add",
             "volunteer_put", "outbox_add", "ussd_stopped", "ussd_put", "contact_put", "store_savepoint_keep")


class Counted:
    """Instructions of a run, by function, with all that it calls."""

    def __init__(self, file):
        text = run("callgrind_annotate", "--inclusive=yes", "--threshold=100", file, timeout=60)
        self.by_function = {}
        for cost, where, function in ROW.findall(text):
            key = (where.rpartition("/")[2], function.partition("'")[0])
            self.by_function[key] = max(self.by_function.get(key, 0), int(cost.replace(",", "")))

    def of(self, function, file=None):
        found = [cost for (where, name), cost in self.by_function.items() if name == function and file in (None, where)]
        if not found:
            raise Fault(f"callgrind saw no {function}")
        return max(found)

    def any_of(self, functions):
        return sum(cost for (_, name), cost in self.by_function.items() if name in functions)


def under_callgrind(file):
    return "valgrind", "--tool=callgrind", f"--callgrind-out-file={file}"


def counted(folder, work):
    """WORK done to a service under callgrind; what its functions cost."""
    file = folder / "callgrind.out"
    with serving(folder, *under_callgrind(file), patience=PATIENCE) as it:
        work(it)
    return Counted(file)


def came_in(folder):
    set_up(folder)
    c = counted(folder, lambda it: pledges(folder, it, 1, "-r", PLEDGES, seconds=PATIENCE))
    loop, taken, understood = c.of("loop_run"), c.of("inbound_request"), c.of("understand")
    return [
        ("HTTP in and out: libevent, the front door, its answers", "loop", (loop - taken) / PLEDGES),
        ("parse: channel, secret, the provider's fields, the job", "loop", (taken - understood) / PLEDGES),
        ("understand", "loop", understood / PLEDGES),
    ]


def kept(folder):
    """What the store's functions cost, and the parts."""
    set_up(folder)
    file = folder / "callgrind.out"
    figures = json.loads(run(*under_callgrind(file), BENCH / "statements", "-c", folder / "yavar.ini",
                             "-f", folder / "codes", "-n", BATCH, "-r", PLEDGES, timeout=PATIENCE))
    sound(figures)
    must_hold(folder, "pledge", PLEDGES, "pledges were committed")
    c, n = Counted(file), PLEDGES
    store, handled, committed = c.of("run_here"), c.of("dispatch"), c.of("store_commit")
    statements = c.any_of(STATEMENTS)
    return {name: c.of(name) / n for name in OF_A_PLEDGE}, [
        ("handler: dispatch, limits, texts, all but its statements", "store", (handled - statements) / n),
        ("statements", "store", statements / n),
        ("commit", "store", committed / n),
        ("batches: what is left of the store's thread", "store", (store - handled - committed) / n),
    ]


def went_out(folder):
    with sink(folder) as telecom:
        set_up(folder, f"http://{telecom.peer}/sms?", AT_MOST, 64)
        fill(folder, queued=QUEUED)

        def work(_):
            until(lambda: accepted(telecom) >= QUEUED, PATIENCE, "the outbox to empty")
            until(lambda: asked(folder, "SELECT count(*) FROM outbox WHERE status = 'sent'")[0] == QUEUED, PATIENCE,
                  "the last mark")

        c = counted(folder, work)
    loop, built, settled = c.of("loop_run"), c.of("build", "kannel.c"), c.of("settle", "kannel.c")
    store, committed, statements = c.of("thread_main", "worker.c"), c.of("store_commit"), c.any_of(STATEMENTS)
    given = c.of("http_client_send")
    return {name: c.of(name) / QUEUED for name in OF_A_MESSAGE}, [
        ("build", "loop", built / QUEUED),
        ("send: handed to libcurl", "loop", given / QUEUED),
        ("settle: the answer read", "loop", settled / QUEUED),
        ("wire and lanes: libcurl, libevent, whose turn it is", "loop", (loop - built - given - settled) / QUEUED),
        ("statements: claims and marks", "store", statements / QUEUED),
        ("commit", "store", committed / QUEUED),
        ("batches: what is left of the store's thread", "store", (store - statements - committed) / QUEUED),
    ]


def stepped(folder):
    set_up(folder)
    c, n = counted(folder, lambda it: load(it.peer, it.pid, 1, "-u", SESSIONS, "-r", STEPS, seconds=PATIENCE)), STEPS
    loop, taken, handled = c.of("loop_run"), c.of("inbound_request"), c.of("dispatch_step")
    store, committed, statements = c.of("thread_main", "worker.c"), c.of("store_commit"), c.any_of(STATEMENTS)
    pages, kept_text = c.any_of(("menu_lay", "menu_view")), c.any_of(("json_read", "json_write"))
    return {name: c.of(name) / n for name in OF_A_STEP}, [
        ("HTTP in and out", "loop", (loop - taken) / n),
        ("parse, and understand what was pressed", "loop", taken / n),
        ("pages: what fits on them, and their text", "store", pages / n),
        ("where a session stands: its JSON, read and written", "store", kept_text / n),
        ("handler: what is left of it", "store", (handled - pages - kept_text - statements) / n),
        ("statements", "store", statements / n),
        ("commit", "store", committed / n),
        ("batches: what is left of the store's thread", "store", (store - handled - committed) / n),
    ]


def shown(functions, parts):
    whole = sum(cost for _, _, cost in parts)
    rows = [(name, thread, f"{cost:,.0f}", f"{cost / whole:.1%}") for name, thread, cost in parts]
    split = ", ".join(f"{name} {cost:,.0f}" for name, cost in functions.items())
    return (table(("part", "thread", "instructions", "share"), [*rows, ("all", "", f"{whole:,.0f}", "")])
            + f"\n\nThe store's functions, each with all that it does: {split}.")


class Parts:
    """Taken once: instructions do not differ between rounds."""

    title = "Where a message's time goes"

    def __init__(self, folder):
        self.folder, self.tables = folder, []

    def round(self, _):
        if not self.tables:
            functions, parts = kept(self.folder / "kept")
            self.tables = [shown(functions, came_in(self.folder / "in") + parts), shown(*went_out(self.folder / "out")),
                           shown(*stepped(self.folder / "steps"))]
        return "counted"

    def summary(self):
        return []

    def report(self):
        return f"""Instructions a message, counted by callgrind: what happens in the kernel is not in them (a sync least of all), and CPU
time on each thread stands with the figures above. Pledges that came in over 64 connections, and were kept {BATCH} a commit; nothing sent:

{self.tables[0]}

{QUEUED:,} messages sent from a full outbox, 64 on the wire:

{self.tables[1]}

{STEPS:,} steps of {SESSIONS} USSD sessions at once, seven of which register a volunteer. Ten milliseconds, the most that a batch
may take, hold a few of them under callgrind, so that a commit costs a step more here than in life:

{self.tables[2]}
"""
