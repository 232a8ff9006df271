"""Phones in USSD sessions, each over a gateway that speaks as its makers say.

A gateway turns a dialled string, a press and an end into the HTTP request that
it would send, and reads the page out of the answer.  `Handset` is a phone that
walks: it dials, presses, repeats its last request, or loses the network.
"""

import itertools
import json
import os
import re
import urllib.parse
import xml.etree.ElementTree as xml
from dataclasses import dataclass
from xml.sax.saxutils import escape

from service import SECRET

CODE = "713"                # what people dial: *713#
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
BEGIN, PRESS, END = "begin", "press", "end"
PAGES_MOST = 20
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_sessions = itertools.count(1)


@dataclass
class Press:
    """What a gateway is to tell: the nth step of a session."""

    kind: str
    session: str
    phone: str              # 98912…
    inputs: list            # all answers so far, those dialled behind the code first
    n: int                  # of this step, from 1
    dialled: int = 0        # how many of the answers were dialled

    @property
    def last(self):
        return self.inputs[-1] if self.inputs else ""

    @property
    def all(self):
        return "*".join(self.inputs)

    @property
    def dial(self):
        """What stands on the display when the call button is pressed."""
        return "*" + "*".join([CODE, *self.inputs]) + "#"


@dataclass
class Page:
    text: str
    last: bool


class Gateway:
    """One kind of gateway; `name` is its channel's, too."""

    hops = False            # its requests are numbered, so a repeat is known by that
    accumulates = False
    ends = True             # it tells when a session is over
    posts = True            # its inputs stand in a body, which may be long
    provider = "ussd"

    def __init__(self, name):
        self.name = name

    def section(self, sms="mci"):
        rows = [f"[channel {self.name}]", f"provider = {self.provider}", f"number = {CODE}", f"secret = {SECRET}",
                f"sms = {sms}", f"dial = *{CODE}#", *self.more()]
        return "\n" + "\n".join(rows) + "\n"

    def more(self):
        return [f"describe = {self.name}"]

    def target(self, rest="", **fields):
        query = urllib.parse.urlencode({"secret": SECRET, **fields})
        return f"/in/{self.name}/ussd{rest}?{query}"

    def request(self, press):
        """(method, target, body, headers) of it."""
        raise NotImplementedError

    def read(self, answer):
        """The page, or None where the answer shows none."""
        raise NotImplementedError


def page_of_words(answer):
    """CON and END, as in Kenya."""
    if not answer.text:
        return None
    assert answer.text[:4] in ("CON ", "END "), f"neither CON nor END: {answer.text!r}"
    return Page(answer.text[4:], answer.text.startswith("END"))


def page_of_json(answer, text, last):
    """TEXT and LAST take the object apart."""
    if not answer.text:
        return None
    body = json.loads(answer.text)
    return Page(text(body), last(body)) if text(body) is not None else None


class FormGateway(Gateway):
    """Africa's Talking and who does the same."""

    accumulates = True

    def fields(self, press):
        return {"sessionId": press.session, "phoneNumber": f"+{press.phone}", "networkCode": "99999",
                "serviceCode": f"*{CODE}#", "text": press.all}

    def request(self, press):
        return "POST", self.target(), urllib.parse.urlencode(self.fields(press)), FORM

    read = staticmethod(page_of_words)


class AfricasTalking(FormGateway):
    provider = "africastalking"

    def more(self):
        return ["username = test", "api_key = test", "send_url = http://127.0.0.1:1/"]

    def fields(self, press):
        if press.kind != END:
            return super().fields(press)
        return {"date": "2025-11-07 07:21:10", "sessionId": press.session, "serviceCode": f"*{CODE}#",
                "networkCode": "99999", "phoneNumber": f"+{press.phone}", "status": "Incomplete", "cost": "KES 1.0",
                "durationInMillis": "43210", "hopsCount": str(press.n), "input": press.all, "lastAppResponse": "",
                "errorMessage": ""}


class Mobilesasa(FormGateway):
    ends = False


class QueryGateway(Gateway):
    """Everything in the query of a GET."""

    posts = False
    read = staticmethod(page_of_words)

    def request(self, press):
        return "GET", self.target(**self.fields(press)), None, {}

    def fields(self, press):
        raise NotImplementedError


class Advanta(QueryGateway):
    accumulates, ends = True, False

    def fields(self, press):
        return {"SESSIONID": press.session, "USSDCODE": f"*{CODE}#", "MSISDN": press.phone, "INPUT": press.all}


class Safaricom(QueryGateway):
    accumulates, ends = True, False

    def fields(self, press):
        return {"ORIG": press.phone, "DEST": CODE, "SESSION_ID": press.session, "USSD_PARAMS": press.all}


class Freeflow(QueryGateway):
    def fields(self, press):
        if press.kind == END:
            return {"SessionID": press.session, "msisdn": press.phone, "clean": "cleanup", "error": "522"}
        return {"MSISDN": press.phone, "SessionID": press.session, "MSC": "98911",
                "input": press.dial.strip("*#") if press.kind == BEGIN else press.last}

    def read(self, answer):
        return Page(answer.text, answer.headers["Freeflow"] == "FB") if answer.text else None


class Dmark(QueryGateway):
    ends = False

    def fields(self, press):
        return {"transactionId": press.session, "msisdn": press.phone, "ussdServiceCode": f"*{CODE}#",
                "transactionTime": "1762500000", "creationTime": "1762500000",
                "ussdRequestString": press.all if press.kind == BEGIN else press.last,
                "response": "false" if press.kind == BEGIN else "true"}

    def read(self, answer):
        return page_of_json(answer, lambda a: a["responseString"], lambda a: a["action"] == "end")


class Cellulant(QueryGateway):
    codes = {BEGIN: "BEG", PRESS: "CON", END: "ABO"}

    def fields(self, press):
        text = {BEGIN: press.dial, PRESS: press.last, END: ""}[press.kind]
        return {"MSISDN": press.phone, "INPUT": text, "opCode": self.codes[press.kind], "sessionID": press.session,
                "ABORT": "0"}

    def read(self, answer):
        parts = answer.text.split("|")
        return Page(parts[1], parts[4] == "end") if len(parts) == 6 else None


class Imimobile(QueryGateway):
    def fields(self, press):
        text = {BEGIN: press.dial, PRESS: press.last, END: "Map Dialog User Abort User Reason : 1"}[press.kind]
        return {"msisdn": press.phone, "msg": text, "tid": "5", "code": "1", "dcs": "15"}

    def read(self, answer):
        return Page(answer.text, answer.headers["X-USSD-SESSION"] == "0") if answer.text else None


class JsonGateway(Gateway):
    """An object by POST; the keys of the page and of what ends the session in the answer."""

    ends = False
    text = "message"

    def request(self, press):
        return "POST", self.target(), json.dumps(self.body(press), ensure_ascii=False), JSON

    def said(self, press):
        return press.dial if press.kind == BEGIN else press.last

    def body(self, press):
        raise NotImplementedError

    def closes(self, body):
        raise NotImplementedError

    def read(self, answer):
        return page_of_json(answer, lambda body: body[self.text], self.closes)


class Hubtel(JsonGateway):
    hops = ends = True
    text = "Message"
    types = {BEGIN: "Initiation", PRESS: "Response", END: "Timeout"}

    def body(self, press):
        return {"Type": self.types[press.kind], "Mobile": press.phone, "SessionId": press.session,
                "ServiceCode": CODE, "Message": self.said(press), "Operator": "mtn", "Sequence": press.n,
                "ClientState": "", "Platform": "USSD"}

    def closes(self, body):
        return body["Type"] == "release"


class Nalo(JsonGateway):
    text = "MSG"

    def body(self, press):
        return {"USERID": "NALO1", "MSISDN": press.phone, "USERDATA": self.said(press), "NETWORK": "MTN",
                "MSGTYPE": press.kind == BEGIN, "SESSIONID": press.session}

    def closes(self, body):
        return body["MSGTYPE"] is False


class Arkesel(JsonGateway):
    def body(self, press):
        return {"sessionID": press.session, "userID": "U1", "newSession": press.kind == BEGIN, "network": "MTN",
                "msisdn": press.phone, "userData": self.said(press)}

    def closes(self, body):
        return body["continueSession"] is False


class Moolre(JsonGateway):
    def body(self, press):
        return {"sessionId": press.session, "new": press.kind == BEGIN, "msisdn": press.phone, "network": 3,
                "message": self.said(press), "extension": CODE, "data": ""}

    def closes(self, body):
        return body["reply"] is False


class Beem(JsonGateway):
    ends = True
    commands = {BEGIN: "initiate", PRESS: "continue", END: "terminate"}

    def body(self, press):
        return {"command": self.commands[press.kind], "msisdn": press.phone, "operator": "vodacom",
                "session_id": press.session,
                "payload": {"request_id": str(press.n), "response": self.said(press)}}

    def read(self, answer):
        page = page_of_json(answer, lambda a: a["payload"].get("request"), lambda a: a["command"] == "terminate")
        return page if page and page.text else None


class Korba(JsonGateway):
    ends = True
    numbers = {BEGIN: 1, PRESS: 18, END: 30}

    def body(self, press):
        return {"sessionID": press.session, "msisdn": press.phone, "network": "vodafone",
                "ussdString": "" if press.kind == END else self.said(press),
                "ussdServiceOp": self.numbers[press.kind]}

    def closes(self, body):
        return body["ussdServiceOp"] == 17

    def read(self, answer):
        page = super().read(answer)
        return page if page and page.text else None


class Nsano(JsonGateway):
    def body(self, press):
        return {"msisdn": press.phone, "network": "MTN", "UserSessionID": press.session, "msg": self.said(press)}

    def read(self, answer):
        return page_of_json(answer, lambda a: a["USSDResp"]["title"], lambda a: a["USSDResp"]["action"] == "prompt")


class XmlRpc(Gateway):
    ends = False

    def request(self, press):
        members = {"TransactionId": press.session, "TransactionTime": "20251107T10:50:00", "MSISDN": press.phone,
                   "USSDServiceCode": CODE, "USSDRequestString": press.all if press.kind == BEGIN else press.last,
                   "response": "false" if press.kind == BEGIN else "true"}
        rows = "".join(f"<member><name>{name}</name><value><string>{escape(value)}</string></value></member>"
                       for name, value in members.items())
        body = ('<?xml version="1.0"?><methodCall><methodName>handleUSSDRequest</methodName><params><param><value>'
                f"<struct>{rows}</struct></value></param></params></methodCall>")
        return "POST", self.target(), body, {"Content-Type": "text/xml; charset=UTF-8"}

    def read(self, answer):
        got = {member.findtext("name"): "".join(member.find("value").itertext())
               for member in xml.fromstring(answer.body).iter("member")}
        return Page(got["USSDResponseString"], got["action"] == "end")


class Infobip(Gateway):
    provider = "infobip"

    def more(self):
        return ["api_key = test", "send_url = http://127.0.0.1:1/sms"]

    def request(self, press):
        if press.kind == END:
            return ("PUT", self.target(f"/session/{press.session}/end"),
                    json.dumps({"reason": "timeout", "exitCode": 2}), JSON)
        # of a dialled string the shortCode holds all, and the text what is behind it
        body = {"msisdn": press.phone, "imsi": "432110000000000", "shortCode": f"*{CODE}#", "language": None,
                "text": press.all if press.kind == BEGIN else press.last, "optional": "", "ussdGwId": "11"}
        phase = "start" if press.kind == BEGIN else "response"
        return "POST", self.target(f"/session/{press.session}/{phase}"), json.dumps(body), JSON

    def read(self, answer):
        return page_of_json(answer, lambda a: a.get("ussdMenu"), lambda a: a.get("shouldClose", True))


class Kannel(Gateway):
    """The SMS line itself: an SMPP link brings presses with meta-data."""

    hops, posts = True, False
    operations = {BEGIN: 1, PRESS: 18, END: 129}

    def section(self, sms="mci"):
        return ""           # it is the house's own line

    def request(self, press):
        number = int(re.sub(r"\D", "", press.session)[-2:]) << 8 | press.n
        meta = f"?smpp?ussd_service_op={self.operations[press.kind]}&its_session_info={number}&"
        text = {BEGIN: press.dial, PRESS: press.last, END: ""}[press.kind]
        fields = {"id": f"{press.session}-{press.n}", "from": press.phone, "to": f"*{CODE}#", "text": text,
                  "coding": "0", "charset": "UTF-8", "meta": meta}
        return "GET", self.target(**fields), None, {}

    def read(self, answer):
        if not answer.text:
            return None
        found = re.search(r"ussd_service_op=(\d+)", answer.headers["X-Kannel-Meta-Data"])
        return Page(answer.text, found.group(1) == "17")


DESCRIBED = [kind(name) for name, kind in (
    ("advanta", Advanta), ("arkesel", Arkesel), ("beem", Beem), ("cellulant", Cellulant), ("dmark", Dmark),
    ("freeflow", Freeflow), ("hubtel", Hubtel), ("imimobile", Imimobile), ("korba", Korba),
    ("mobilesasa", Mobilesasa), ("moolre", Moolre), ("nalo", Nalo), ("nsano", Nsano), ("safaricom", Safaricom),
    ("xmlrpc", XmlRpc))]
SPOKEN = [AfricasTalking("at"), Infobip("ib"), Kannel("mci")]
GATEWAYS = {gateway.name: gateway for gateway in [*DESCRIBED, *SPOKEN]}


def sections(gateways=tuple(GATEWAYS.values())):
    """All of them as channels, whose SMS go by the house's line."""
    return "".join(gateway.section() for gateway in gateways)


class Handset:
    """A phone on one gateway; one session at a time."""

    def __init__(self, service, gateway, phone):
        self.service, self.gateway, self.phone = service, gateway, phone
        self.press_made = self.page = None

    def dial(self, *inputs):
        """Dials the code with answers behind it; the page."""
        session = f"s{os.getpid()}-{next(_sessions)}"
        return self._go(Press(BEGIN, session, self.phone, list(inputs), 1, len(inputs)))

    def press(self, text):
        made = self.press_made
        return self._go(Press(PRESS, made.session, self.phone, [*made.inputs, text], made.n + 1, made.dialled))

    def walk(self, *answers):
        """Presses each; one that is a label of the menu, by its key, on whatever page it stands."""
        for answer in answers:
            self._stay_open(answer)
            self.press_apart(answer if re.fullmatch(r"[0-9]+", answer) else self._key_of(answer))
        return self.page

    def press_apart(self, text):
        """Presses it in other digits than the same press just before: without numbers
        of steps, the same input within a second is a repeat."""
        return self.press(text.translate(PERSIAN) if text == self.press_made.last else text)

    def _key_of(self, label):
        for _ in range(PAGES_MOST):
            found = re.search(rf"^{re.escape(label)}: (\d+)$", self.page.text, re.M)
            if found:
                return found.group(1)
            self.press_apart("9")
            self._stay_open(label)
        raise AssertionError(f"{self.gateway.name}: no {label} in {self.page}")

    def _stay_open(self, answer):
        assert self.page and not self.page.last, f"{self.gateway.name}: closed before {answer}: {self.page}"

    def again(self):
        """The last request once more."""
        return self._go(self.press_made)

    def end(self):
        """The network is lost, and the gateway says so."""
        made = self.press_made
        return self._go(Press(END, made.session, self.phone, made.inputs, made.n + 1, made.dialled))

    def _go(self, press):
        self.press_made = press
        self.page = self._ask(*self.gateway.request(press))
        return self.page

    def _ask(self, method, target, body, headers):
        body = body.encode() if isinstance(body, str) else body
        answer = self.service.request(method, target, body, headers, timeout=3)     # no page takes longer
        assert answer.status == 200, f"{self.gateway.name}: {answer.status} {answer.text!r}"
        return self.gateway.read(answer)
