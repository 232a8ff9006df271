"""Two faults at once, as they happen: found by these tests, kept so that they stay mended."""

import signal
import sqlite3
import tempfile
import threading
import time

from house import NEEDS, PATIENCE, Control, Service, Telecom, until

RULES = {"uncertain_wait": "1s", "retry_first": "1s", "retry_most": "1s"}


def going_out(service):
    return [row["status"] for row in service.rows("export", "messages") if row["direction"] == "out"]


def full_disk_and_resting_line(folder):
    """What was claimed goes out later, without a new start."""
    telecom, control = Telecom(), Control(f"{folder}/control-of-story")
    service = Service(telecom, needs=NEEDS, env=control.environment(), service=RULES,
                      channel={"rate": "8", "in_flight": "16"})
    try:
        for number in range(40):
            assert service.send(f"98915000{number:04d}", "نذر 1007 50000 تومان").status == 200
        telecom.default = ("slow", 0.1, "500")
        until(lambda: going_out(service).count("sending") > 8, 5, "rows are claimed")
        control.arm("write", 1, "onwards", "ENOSPC")
        time.sleep(2.5)
        control.disarm()
        assert control.failed(), "nothing was hurt"
        telecom.default = "accept"
        until(lambda: set(going_out(service)) == {"sent"}, 15, "all goes out", pause=0.5)
    finally:
        service.close()
        telecom.close()


def lock_held_by_a_stranger(_folder):
    """SIGTERM ends it in 5 s even while somebody's sqlite3 shell holds the database."""
    telecom = Telecom()
    service = Service(telecom, needs=NEEDS)
    stranger = sqlite3.connect(service.folder / "yavar.db", isolation_level=None)
    try:
        stranger.execute("BEGIN IMMEDIATE")
        posts = [threading.Thread(target=post_one, args=(service, number)) for number in range(3)]
        for post in posts:
            post.start()
            time.sleep(0.1)
        began = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        service.process.wait(30 * PATIENCE)
        took = time.monotonic() - began
        assert took <= 5 * PATIENCE, f"{took:.1f} s"
    finally:
        stranger.close()
        service.close()
        telecom.close()
    for post in posts:
        post.join()


def post_one(service, number):
    try:
        answer = service.send(f"98916000{number:04d}", "نذر 1007 50000 تومان")
        assert answer.status == 503
    except OSError:
        pass                        # cut off: the telecom posts it again


STORIES = {"the disk is full while a line rests": full_disk_and_resting_line,
           "SIGTERM while a stranger holds the lock": lock_held_by_a_stranger}


def stories(report):
    for name, story in STORIES.items():
        with tempfile.TemporaryDirectory(prefix="yavar-story-") as folder:
            try:
                story(folder)
                report.line(True, name)
            except AssertionError as error:
                report.line(False, name, [error])
