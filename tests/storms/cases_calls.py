"""The days of a call, on a clock that jumps: one reminder on the day before,
a check-in on the day, hours when it is over; the service is killed in between."""

import contextlib
import datetime
import json
import time

from cases_clock import another_clock
from service import until
from tap import case
from telecom import key

TEHRAN = datetime.timezone(datetime.timedelta(hours=3, minutes=30))
PEOPLE = "phone,name,province,specialty,availability,language,consent_source,consent_at"


def set_clock(clock, moment):
    """Of all programs that run by it, to the given local moment."""
    fresh = clock.folder / "clock.new"
    fresh.write_text(f"{int(moment.timestamp() - time.time()):+d}\n")
    fresh.rename(clock.folder / "clock")


def reminders(telecom, phone):
    return [sent.text for sent in telecom.sent_to(phone) if "reminder: tomorrow" in sent.text]


def hours(service, phone):
    return json.loads(service.cli("volunteer", "show", phone).stdout)["people"][0]["hours_served"]


@case("a call lives through its days on a clock that jumps: reminded once, checked in, hours credited once")
def days(stage):
    with contextlib.ExitStack() as stack:
        clock = stack.enter_context(another_clock())
        day = datetime.datetime.now(TEHRAN).replace(hour=8, minute=0, second=0, microsecond=0)
        begins = day + datetime.timedelta(days=10)
        service, telecom = stack.enter_context(stage.fresh(channel={"quiet": ""}))
        comes, late = stage.phone(), stage.phone()
        rows = [f"{phone},N,qom,driver,any,en,paper,2026-01-01" for phone in (comes, late)]
        path = service.folder / "people.csv"
        path.write_text("\n".join([PEOPLE, *rows]) + "\n", encoding="utf-8")
        service.cli("import", "people", str(path))
        made = json.loads(service.cli("call", "add", "--kind", "visit", "--title", "t", "--place", "Qom", "--province",
                                      "qom", "--need", "driver=2", "--from", f"{begins:%Y-%m-%d %H:%M}", "--to",
                                      f"{begins:%Y-%m-%d} 16:00").stdout)
        reference = str(made["reference"])
        for phone in (comes, late):
            service.send(phone, f"YES {reference}")
        before = begins - datetime.timedelta(days=1)
        set_clock(clock, before.replace(hour=9, minute=58))
        time.sleep(2.5)
        assert reminders(telecom, comes) == [], "before ten"
        set_clock(clock, before.replace(hour=10, minute=1))
        for phone in (comes, late):
            until(lambda who=phone: len(reminders(telecom, who)) == 1, 5, "reminded")
        for moment in (before - datetime.timedelta(days=2), before.replace(hour=12), before.replace(hour=10, minute=1)):
            set_clock(clock, moment)
            time.sleep(1.5)
        service.kill()
        service.start()
        time.sleep(1.5)
        assert [len(reminders(telecom, phone)) for phone in (comes, late)] == [1, 1], "reminded once"
        set_clock(clock, begins - datetime.timedelta(minutes=20))
        service.send(comes, f"HERE {reference}")
        set_clock(clock, begins + datetime.timedelta(hours=2))
        service.send(late, "here")
        for phone in (comes, late):
            until(lambda who=phone: any("Welcome" in sent.text for sent in telecom.sent_to(who)), 3, "checked in")
        set_clock(clock, begins + datetime.timedelta(hours=8, minutes=58))
        time.sleep(2)
        assert hours(service, comes) == 0, "an hour after its end it is closed by itself, no sooner"
        set_clock(clock, begins + datetime.timedelta(hours=9, minutes=1))
        until(lambda: hours(service, comes) == 8, 5, "hours from the beginning")
        assert hours(service, late) in (5, 6), f"hours from the arrival: {hours(service, late)}"
        set_clock(clock, begins)
        time.sleep(1.5)
        set_clock(clock, begins + datetime.timedelta(days=1))
        time.sleep(1.5)
        assert hours(service, comes) == 8, "credited twice"
        roster = {key(row["phone"]): row for row in service.rows("call", "roster", reference)}
        assert roster[key(comes)]["hours"] == "8.00" and roster[key(comes)]["state"] == "arrived", f"{roster}"
