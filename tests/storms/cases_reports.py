"""Delivery reports in every order, twice, before and after the send's own
answer, from three kinds of telecom.  All orders of all sets are tried on the
pure state machine (tests/unit/test_report_orders.c); here a sample goes over
real HTTP, with the store and the sender's settling in between.
"""

import itertools
import json
import threading
import urllib.parse

from cases_providers import KEY, Gateway, form, signed
from service import PATIENCE, until
from tap import case

PLEDGE = "نذر 1007 500 هزار تومان"
SETS = ((8, 4, 1), (8, 2), (4, 16), (8, 1), (1, 2), (2, 1), (4, 8))
FINAL = {1: "delivered", 2: "failed", 16: "failed", "Success": "delivered", "Failed": "failed", "Rejected": "failed",
         "sms:delivered": "delivered", "sms:failed": "failed", "sms:cancelled": "failed"}


def orders(sets):
    """Every order of each set, each report twice: at once, and all over again."""
    for one in sets:
        for order in sorted(set(itertools.permutations(one)), key=str):
            yield [report for report in order for _ in range(2)]
            yield list(order) * 2


def wanted(order):
    """The first final report stays; without one the message is sent."""
    return next((FINAL[report] for report in order if report in FINAL), "sent")


def end_as(service, plans, copies):
    """plans: {phone: (order, when)}; every message ends as its reports say, sent once."""
    ended = {}

    def all_ended():
        ended.update({row["phone"]: row for row in service.rows("export", "messages") if row["direction"] == "out"})
        return all(ended[phone]["status"] == wanted(order) for phone, (order, _) in plans.items() if phone in ended)

    try:
        until(all_ended, 10, "every end state", 0.3)
    except AssertionError:
        wrong = [f"{order} {when}: {ended.get(phone, {}).get('status')}, not {wanted(order)}"
                 for phone, (order, when) in plans.items() if ended.get(phone, {}).get("status") != wanted(order)]
        raise AssertionError(f"{len(wrong)} ends are wrong: " + "; ".join(wrong[:8])) from None
    twice = {phone: copies(phone) for phone in plans if copies(phone) != 1}
    assert not twice, f"not sent once: {twice}"
    assert not [row for row in ended.values() if row["may_be_double"] == "1"], "marked as double"


@case("reports of a Kannel in every order, twice, before, around and after the answer")
def kannel(stage):
    with stage.fresh() as (service, telecom):
        plans = {}
        for order in orders(SETS):
            for when in ("before", "after"):
                phone = stage.phone()
                plans[phone] = (order, when)
                telecom.report(*order, to=phone, when=when)
                assert service.send(phone, PLEDGE).status == 200
        until(lambda: len(telecom.reported) == sum(len(order) for order, _ in plans.values()), 20, "all reports")
        refused = [str(one[1:]) for one in telecom.reported if one[2] != 200]
        assert not refused, f"reports refused: {refused[:3]}"
        end_as(service, plans, lambda phone: len(telecom.sent_to(phone)))


@case("a report before an answer that tells less: what was delivered is not sent again")
def answers_that_tell_less(stage):
    with stage.fresh() as (service, telecom):
        plans = {}
        for answer in ("500", "503", "unreadable", "reset", "close", "garbage"):
            for order in ([8, 1, 1], [1, 8], [2, 8, 2], [16, 4]):
                phone = stage.phone()
                plans[phone] = (order, f"before the answer {answer}")
                assert service.send(stage.phone(), PLEDGE).status == 200    # a good one between: no breaker opens
                until(lambda count=len(plans) * 2 - 1: len(telecom.requests) >= count, 5, "the good one")
                telecom.script(answer, to=phone)
                telecom.report(*order, to=phone, when="before")
                assert service.send(phone, PLEDGE).status == 200
                until(lambda count=len(plans) * 2: len(telecom.requests) >= count, 5, "each request")
        until(lambda: service.counted("yavar_outbox", status="queued") + service.counted(
            "yavar_outbox", status="uncertain") == 0, 10, "nothing under way")
        threading.Event().wait(3 * PATIENCE)                # an uncertain_wait and more: a second copy would come
        end_as(service, plans, lambda phone: len(telecom.sent_to(phone)))


class Split:
    """Reports of one message, some before the answer to its send and the rest after."""

    def __init__(self, plans, report):
        self.plans, self.report, self.after = plans, report, []

    def around(self, phone, name):
        order, when = self.plans[phone]
        first = {"before": len(order), "around": len(order) // 2, "after": 0}[when]
        for status in order[:first]:
            self.report(phone, name, status)
        self.after += [(phone, name, status) for status in order[first:]]

    def rest(self):
        for one in self.after:
            self.report(*one)


def planned(stage, sets):
    return {stage.phone(): (order, when) for order in orders(sets) for when in ("before", "around", "after")}


@case("reports of Africa's Talking, by its own id, in every order, twice, before its answer names the id")
def africastalking(stage):
    plans, world = planned(stage, (("Sent", "Buffered", "Success"), ("Submitted", "Rejected"), ("Failed", "Success"))), []

    def report(phone, name, status):
        answer = form(world[0], "/in/at/dlr", {"id": name, "status": status, "phoneNumber": "+" + phone})
        assert answer.status == 200, f"a report was answered {answer.status}"

    split = Split(plans, report)

    def answer(n, body):
        phone = urllib.parse.parse_qs(body.decode())["to"][0].lstrip("+")
        split.around(phone, f"ATXid_{n}A")
        return 201, {"SMSMessageData": {"Message": "Sent", "Recipients": [
            {"statusCode": 101, "number": "+" + phone, "status": "Success", "cost": "0", "messageId": f"ATXid_{n}A"}]}}

    gateway = Gateway(answer)
    line = (f"\n[channel at]\nprovider = africastalking\nnumber = 20880\nsend_url = {gateway.url}\n"
            "username = sandbox\napi_key = k\nsecret = s3cret-for-tests\n")
    with stage.fresh(more=line) as (service, _):
        world.append(service)
        for phone in plans:
            fields = {"id": f"at-{phone}", "from": "+" + phone, "to": "20880", "text": PLEDGE}
            assert form(service, "/in/at/sms", fields).status == 200
        until(lambda: len(gateway.posts) >= len(plans), 20, "every send")
        until(lambda: service.counted("yavar_outbox", status="sending") == 0, 5, "every answer settled")
        split.rest()
        end_as(service, plans, lambda phone: sum(phone in body.decode() for _, body in gateway.posts))
    gateway.close()


@case("reports of a phone as gateway, signed, in every order, twice, before and after its answer")
def android(stage):
    plans = planned(stage, (("sms:sent", "sms:delivered"), ("sms:sent", "sms:failed"), ("sms:sent", "sms:cancelled")))
    world, count = [], itertools.count()

    def report(phone, name, status):
        event = {"deviceId": "d", "event": status, "id": f"evt-{next(count)}", "webhookId": "w",
                 "payload": {"messageId": name, "recipient": phone}}
        answered = signed(world[0], event)
        assert answered.status == 200, f"a report was answered {answered.status}"

    split = Split(plans, report)

    def answer(_, body):
        message = json.loads(body)
        split.around(message["phoneNumbers"][0].lstrip("+"), message["id"])
        return 202, {"id": message["id"], "state": "Pending"}

    gateway = Gateway(answer)
    line = (f"\n[channel phone]\nprovider = android\nnumber = 09350000000\nsend_url = {gateway.url}\n"
            f"username = u\npassword = p\nsigning_key = {KEY}\nwindow = 5m\n")
    with stage.fresh(more=line) as (service, _):
        world.append(service)
        for phone in plans:
            event = {"deviceId": "d", "event": "sms:received", "id": f"in-{phone}", "webhookId": "w",
                     "payload": {"messageId": "c0ffee", "message": PLEDGE, "sender": phone, "simNumber": 1}}
            assert signed(service, event).status == 200
        until(lambda: len(gateway.posts) >= len(plans), 20, "every send")
        until(lambda: service.counted("yavar_outbox", status="sending") == 0, 5, "every answer settled")
        split.rest()
        end_as(service, plans, lambda phone: sum(phone in body.decode() for _, body in gateway.posts))
    gateway.close()
