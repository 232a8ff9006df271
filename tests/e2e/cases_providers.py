"""Two telecoms of other kinds, on the wire: Africa's Talking answers a send with
a status for each recipient and names it by its own id; a phone as gateway signs
its webhooks and takes our id.
"""

import hashlib
import hmac
import http.server
import json
import threading
import time
import urllib.parse

from service import until
from tap import case

PLEDGE = "نذر 1007 500 هزار تومان"
KEY = "sign-me"


class Gateway:
    """Answers each POST with what `answer` makes of it, and keeps them; each GET by `told`."""

    def __init__(self, answer, told=None):
        posts, asked, lock = [], [], threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with lock:
                    posts.append((dict(self.headers), body))
                    status, value = answer(len(posts), body)
                self.reply(status, value)

            def do_GET(self):
                with lock:
                    asked.append(self.path)
                    status, value = told(self.path)
                self.reply(status, value)

            def reply(self, status, value):
                text = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.posts, self.asked = posts, asked
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/send"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def form(service, path, fields):
    return service.request("POST", f"{path}?secret=s3cret-for-tests", body=urllib.parse.urlencode(fields).encode(),
                           headers={"Content-Type": "application/x-www-form-urlencoded"})


@case("africastalking: a pledge in a form, a status for each recipient, a report by its id")
def africastalking(stage):
    def answer(n, body):
        numbers = urllib.parse.parse_qs(body.decode())["to"][0].split(",")
        return 201, {"SMSMessageData": {"Message": "Sent", "Recipients": [
            {"statusCode": 101, "number": number, "status": "Success", "cost": "0", "messageId": f"ATXid_{n}A"}
            for number in numbers]}}

    gateway = Gateway(answer)
    line = (f"\n[channel at]\nprovider = africastalking\nnumber = 20880\nsend_url = {gateway.url}\n"
            "username = sandbox\napi_key = k\nsecret = s3cret-for-tests\n")
    with stage.fresh(more=line) as (service, _):
        phone = stage.phone()
        fields = {"id": "at-1", "from": "+" + phone.lstrip("+"), "to": "20880", "text": PLEDGE,
                  "date": "2026-09-29T08:00:00Z"}
        assert form(service, "/in/at/sms", fields).status == 200
        assert form(service, "/in/at/sms", fields).status == 200
        row = until(lambda: [r for r in service.messages(phone) if r["status"] == "sent"], 4, "sent")[0]
        assert row["provider_id"] == "ATXid_1A" and len(gateway.posts) == 1, f"{row} {len(gateway.posts)}"
        report = {"id": "atxid_1a", "status": "Success", "phoneNumber": fields["from"]}
        assert form(service, "/in/at/dlr", report).status == 200
        until(lambda: service.messages(phone)[0]["status"] == "delivered", 3, "delivered")
        assert len(service.pledges(phone)) == 1
    gateway.close()


def signed(service, event, at=None, key=KEY):
    body = json.dumps(event, ensure_ascii=False).encode()
    at = str(int(time.time()) if at is None else at)
    mac = hmac.new(key.encode(), body + at.encode(), hashlib.sha256).hexdigest()
    return service.request("POST", "/in/phone/sms", body=body,
                           headers={"Content-Type": "application/json", "X-Signature": mac, "X-Timestamp": at})


@case("android: signed webhooks only, our own id out and back")
def android(stage):
    gateway = Gateway(lambda n, body: (202, {"id": json.loads(body)["id"], "state": "Pending"}))
    line = (f"\n[channel phone]\nprovider = android\nnumber = 09350000000\nsend_url = {gateway.url}\n"
            f"username = u\npassword = p\nsigning_key = {KEY}\nwindow = 5m\n")
    with stage.fresh(more=line) as (service, _):
        phone = stage.phone()
        event = {"deviceId": "d", "event": "sms:received", "id": "evt-1", "webhookId": "w",
                 "payload": {"messageId": "c0ffee", "message": PLEDGE, "sender": phone, "simNumber": 1,
                             "receivedAt": "2026-09-29T11:30:00.000+03:30"}}
        assert signed(service, event, key="another").status == 403, "a forged one came in"
        assert signed(service, event, at=time.time() - 3600).status == 403, "an old one came in"
        assert not service.pledges(phone), "a forged pledge was recorded"
        assert signed(service, event).status == 200
        assert signed(service, event).status == 200
        row = until(lambda: [r for r in service.messages(phone) if r["status"] == "sent"], 4, "sent")[0]
        sent = json.loads(gateway.posts[0][1])
        assert len(gateway.posts) == 1 and sent["phoneNumbers"] == ["+" + row["phone"]], f"{sent}"
        report = {"deviceId": "d", "event": "sms:delivered", "id": "evt-2", "webhookId": "w",
                  "payload": {"messageId": sent["id"], "recipient": phone, "deliveredAt": "2026-09-29T11:31:00+03:30"}}
        assert signed(service, report).status == 200
        until(lambda: service.messages(phone)[0]["status"] == "delivered", 3, "delivered")
        assert len(service.pledges(phone)) == 1
    gateway.close()


def uncertain(stage, told, first="lost on the way"):
    """A phone gateway whose first answer tells nothing, and that is then asked."""
    gateway = Gateway(lambda n, body: (200, first) if n == 1 else
                      (202, {"id": json.loads(body)["id"], "state": "Pending"}), told)
    line = (f"\n[channel phone]\nprovider = android\nnumber = 09350000000\nsend_url = {gateway.url}?x=1\n"
            f"username = u\npassword = p\nsigning_key = {KEY}\n")
    return gateway, stage.fresh(more=line, service={"uncertain_wait": "1s"})


def pledge_by(service, phone):
    event = {"deviceId": "d", "event": "sms:received", "id": "evt-" + phone, "webhookId": "w",
             "payload": {"messageId": "c0ffee", "message": PLEDGE, "sender": phone, "simNumber": 1,
                         "receivedAt": "2026-09-29T11:30:00.000+03:30"}}
    assert signed(service, event).status == 200


def settled(service, phone, status):
    return until(lambda: [r for r in service.messages(phone) if r["status"] == status], 6, status)[0]


@case("uncertain, and the telecom is asked: what it has is sent once, and never again")
def asked_has(stage):
    gateway, fresh = uncertain(stage, lambda path: (200, {"id": path.split("/")[-1], "state": "Processed"}))
    with fresh as (service, _):
        phone = stage.phone()
        pledge_by(service, phone)
        row = settled(service, phone, "sent")
        name = json.loads(gateway.posts[0][1])["id"]
        assert gateway.asked == [f"/send/{name}"] and len(gateway.posts) == 1, (gateway.asked, gateway.posts)
        assert row["may_be_double"] == "0"
        assert service.counted("yavar_unknown_outcomes_total") == 1
    gateway.close()


@case("uncertain, and the telecom never got it: sent anew, and no double")
def asked_never(stage):
    gateway, fresh = uncertain(stage, lambda path: (404, {"message": "not found"}))
    with fresh as (service, _):
        phone = stage.phone()
        pledge_by(service, phone)
        row = settled(service, phone, "sent")
        assert len(gateway.posts) == 2 and row["may_be_double"] == "0", (gateway.posts, row)
        life = json.loads(service.cli("message", "show", row["id"]).stdout)
        assert "asked" in [event["what"] for event in life["events"]], life
    gateway.close()


@case("uncertain, and the telecom gave it up, or does not tell: failed, or sent again and marked")
def asked_else(stage):
    for told, status, double in (((200, {"id": "x", "state": "Failed"}), "failed", "0"),
                                 ((500, {}), "sent", "1")):
        gateway, fresh = uncertain(stage, lambda path, told=told: told)
        with fresh as (service, _):
            phone = stage.phone()
            pledge_by(service, phone)
            row = settled(service, phone, status)
            assert row["may_be_double"] == double, row
        gateway.close()
