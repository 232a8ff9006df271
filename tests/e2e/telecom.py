"""A telecom that does what it is told.

A real Kannel cannot be asked to fail on the third request, to reset a
connection after it has read one, or to answer ten megabytes.  This one plays
Kannel's sendsms endpoint on loopback, remembers every request with its time,
and answers each by a script, so that a test can say what the telecom did and
then look at what the service made of it.

One asyncio loop in one thread owns the sockets; tests call from any thread.
Nothing here judges: that is the tests' work.
"""

import asyncio
import collections
import concurrent.futures
import http.client
import json
import re
import socket
import struct
import threading
import time
import urllib.parse
from dataclasses import dataclass, field

PATH = "/cgi-bin/sendsms"
ACCEPTED = b"0: Accepted for delivery"

# name: status, reason, body.  What needs more than an answer is in _behave.
PLAIN = {
    "accept": (202, "Accepted", ACCEPTED),
    "queued": (202, "Accepted", b"3: Queued for later delivery"),
    "400": (400, "Bad Request", b"Missing receiver number, rejected"),
    "403": (403, "Forbidden", b"Number(s) has/have been denied by white- and/or black-lists."),
    "unauthorised": (403, "Forbidden", b"Authorization failed for sendsms"),
    "500": (500, "Internal Server Error", b"Sending failed."),
    "503": (503, "Service Unavailable", b"Temporal failure, try again later."),
    "503 later": (503, "Service Unavailable", b"Temporal failure, try again later.", "Retry-After: 1\r\n"),
    "unreadable": (200, "OK", b"\xff\xfe\x00\x80\xc3\x28<<<\x00"),
}
SPECIAL = ("slow", "never", "garbage", "huge", "reset", "close")
REPORT_TEXT = {
    1: "id:{id} sub:001 dlvrd:001 submit date:2605010900 done date:2605010901 stat:DELIVRD err:000 text:",
    2: "id:{id} sub:001 dlvrd:000 submit date:2605010900 done date:2605010901 stat:UNDELIV err:001 text:",
    4: "id:{id} sub:001 dlvrd:000 submit date:2605010900 done date:2605010901 stat:ENROUTE err:000 text:",
    8: "ACK/",
    16: "NACK/0x0000000b/Invalid Destination Address",
    32: "",
}


def key(phone):
    """One person, however the number was written: the last ten digits."""
    return re.sub(r"\D", "", phone or "")[-10:]


@dataclass
class Sent:
    """One sendsms request, as a Kannel would have read it."""

    at: float
    to: str
    sender: str
    text: str
    coding: str
    charset: str
    dlr_url: str
    dlr_mask: str
    username: str
    password: str
    method: str
    connection: int
    answer: str = ""
    extra: dict = field(default_factory=dict)


def read_request(method, target, connection):
    query = urllib.parse.urlsplit(target).query
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    got = dict(pairs)
    coding, charset = got.pop("coding", ""), got.pop("charset", "")
    raw = got.pop("text", "").encode("latin-1")
    codec = charset or ("utf-16-be" if coding == "2" else "utf-8")
    try:
        text = raw.decode(codec)
    except (LookupError, UnicodeDecodeError):
        text = raw.decode("utf-8", "backslashreplace")
    return Sent(
        at=time.time(), to=got.pop("to", ""), sender=got.pop("from", ""), text=text,
        coding=coding, charset=charset, dlr_url=got.pop("dlr-url", ""),
        dlr_mask=got.pop("dlr-mask", ""), method=method, connection=connection,
        username=got.pop("username", got.pop("user", "")),
        password=got.pop("password", got.pop("pass", "")), extra=got)


class _Line(asyncio.Protocol):
    """One connection from the service: requests in, scripted answers out."""

    def __init__(self, telecom, number):
        self.telecom, self.number = telecom, number
        self.buffer, self.busy, self.transport = bytearray(), False, None
        self.deaf = False       # cut as soon as something comes, unread

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.telecom._lines.add(self)

    def connection_lost(self, _error):
        self.telecom._lines.discard(self)

    def data_received(self, data):
        if self.deaf:
            self.reset()
            return
        self.buffer += data
        self.read_next()

    def read_next(self):
        end = self.buffer.find(b"\r\n\r\n")
        if self.busy or end < 0:
            return
        head = bytes(self.buffer[:end]).decode("latin-1")
        length = re.search(r"(?im)^content-length:\s*(\d+)", head)
        size = end + 4 + (int(length.group(1)) if length else 0)
        if len(self.buffer) < size:
            return
        del self.buffer[:size]
        self.busy = True
        method, target = head.split(" ", 2)[:2]
        self.telecom._received(self, method, target)

    def reply(self, status, reason, body, more=""):
        if self.transport.is_closing():
            return
        head = (f"HTTP/1.1 {status} {reason}\r\nServer: Kannel/1.4.5\r\n"
                f"Content-Type: text/html\r\n{more}Content-Length: {len(body)}\r\n\r\n")
        self.transport.write(head.encode() + body)
        self.busy = False
        self.read_next()

    def reset(self):
        if self.transport.is_closing():
            return
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


class Telecom:
    def __init__(self, journal=None):
        self.requests = []            # every Sent, in order
        self.other = []               # (method, target) that is no sendsms
        self.reported = []            # (Sent, status, HTTP status or error text)
        self.default = "accept"
        self.door = None              # (public_url, where the service really listens)
        self._by_phone = collections.defaultdict(list)
        self._scripts = collections.defaultdict(collections.deque)
        self._reports = {}            # phone key or None: (statuses, when)
        self._news = threading.Condition()
        self._lines, self._count, self._server = set(), 0, None
        self._journal = open(journal, "a", encoding="utf-8", buffering=1) if journal else None
        self._posts = concurrent.futures.ThreadPoolExecutor(2, "reports")
        self._keep = threading.local()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = 0
        self.up()

    # -- what a test says ---------------------------------------------------

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}{PATH}"

    def script(self, *answers, to=None):
        """The next requests (to one phone, or to any) get these, in order.

        An answer is a name of PLAIN or SPECIAL, or ("slow", seconds[, name]).
        """
        for answer in answers:
            name = answer if isinstance(answer, str) else answer[0]
            assert name in PLAIN or name in SPECIAL, f"no such answer: {name}"
        self._scripts[key(to) if to else None].extend(answers)

    def report(self, *statuses, to=None, when="after"):
        """Each accepted message is reported on with these %d values, in order."""
        assert when in ("before", "after")
        self._reports[key(to) if to else None] = (statuses, when)

    def up(self):
        """Listens, on the same port as before a `down`."""
        async def begin():
            return await self._loop.create_server(
                self._new_line, "127.0.0.1", self.port, backlog=512, reuse_address=True)
        self._server = self._call(begin())
        self.port = self._server.sockets[0].getsockname()[1]

    def down(self):
        """Refuses connections, and drops those it has."""
        async def end():
            self._server.close()
            for line in list(self._lines):
                line.transport.abort()
        self._call(end())

    def drop(self):
        """Closes the connections it has, and goes on listening."""
        async def end():
            for line in list(self._lines):
                line.transport.close()
        self._call(end())

    def close(self):
        self.down()
        self._posts.shutdown(wait=True, cancel_futures=True)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        if self._journal:
            self._journal.close()

    # -- what a test asks ---------------------------------------------------

    def sent_to(self, phone):
        with self._news:
            return list(self._by_phone[key(phone)])

    def wait(self, phone, count=1, timeout=2.0):
        """The requests for one phone, once there are `count`; fewer at the timeout."""
        name = key(phone)
        with self._news:
            self._news.wait_for(lambda: len(self._by_phone[name]) >= count, timeout)
            return list(self._by_phone[name])

    def copies(self):
        """{phone key: [text, …]} of all that was asked to be sent."""
        with self._news:
            return {name: [sent.text for sent in all_of] for name, all_of in self._by_phone.items()}

    # -- the loop's side ----------------------------------------------------

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    def _new_line(self):
        self._count += 1
        return _Line(self, self._count)

    def _received(self, line, method, target):
        if urllib.parse.urlsplit(target).path != PATH:
            self.other.append((method, target))
            line.reply(404, "Not Found", b"Unknown request.")
            return
        sent = read_request(method, target, line.number)
        answer = self._choose(sent)
        sent.answer = answer if isinstance(answer, str) else answer[0]
        with self._news:
            self.requests.append(sent)
            self._by_phone[key(sent.to)].append(sent)
            self._news.notify_all()
        self._note(at=sent.at, line=sent.sender, to=sent.to, text=sent.text, row=row_of(sent.dlr_url),
                   answer=sent.answer)
        statuses, when = self._reports_on(sent)
        if not statuses or not sent.dlr_url:
            self._behave(line, answer)
        elif when == "before":
            done = self._loop.run_in_executor(self._posts, self._send_reports, sent, statuses)
            done.add_done_callback(lambda _: self._behave(line, answer))
        else:
            self._behave(line, answer)
            self._posts.submit(self._send_reports, sent, statuses)

    def _note(self, **line):
        if self._journal:
            with self._news:        # the loop writes, and the threads of the reports
                self._journal.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _reports_on(self, sent):
        return self._reports.get(key(sent.to), self._reports.get(None, ((), "after")))

    def _choose(self, sent):
        for name in (key(sent.to), None):
            if self._scripts.get(name):
                return self._scripts[name].popleft()
        return self.default

    def _behave(self, line, answer):
        name, *more = (answer,) if isinstance(answer, str) else answer
        if name in PLAIN:
            line.reply(*PLAIN[name])
        elif name == "slow":
            then = PLAIN[more[1] if len(more) > 1 else "accept"]
            self._loop.call_later(more[0], line.reply, *then)
        elif name == "huge":
            line.reply(202, "Accepted", b"x" * (10 << 20))
        elif name == "garbage":
            line.transport.write(b"\x00\xffSSH-2.0-no telecom\r\n\r\n\x16\x03\x01" * 20)
            line.transport.close()
        elif name == "close":
            line.transport.close()
        elif name == "reset":
            line.reset()
        # "never": the connection stays open and silent

    # -- delivery reports, in their own threads -----------------------------

    def _send_reports(self, sent, statuses):
        for status in statuses:
            answer = self._send_report(sent, status)
            self.reported.append((sent, status, answer))
            self._note(at=time.time(), report=status, row=row_of(sent.dlr_url), status=answer)

    def _send_report(self, sent, status):
        url = fill_dlr_url(sent.dlr_url, sent, status)
        if self.door and url.startswith(self.door[0]):
            url = self.door[1] + url[len(self.door[0]):]
        parts = urllib.parse.urlsplit(url)
        kept = self._keep.__dict__
        for _ in range(2):                      # a kept connection may have died
            line = kept.get(parts.netloc)
            fresh = line is None
            line = line or http.client.HTTPConnection(parts.netloc, timeout=5)
            try:
                line.request("GET", f"{parts.path}?{parts.query}")
                answer = line.getresponse()
                answer.read()
                kept[parts.netloc] = line
                return answer.status
            except (OSError, http.client.HTTPException) as error:
                line.close()
                kept.pop(parts.netloc, None)
                if fresh:
                    return repr(error)
        return "no answer"


def row_of(dlr_url):
    """Our own number in a dlr-url, by which the service knows the message again."""
    found = urllib.parse.parse_qs(urllib.parse.urlsplit(dlr_url).query).get("id", [""])[0]
    return int(found) if found.isdigit() else None


def fill_dlr_url(template, sent, status):
    """Kannel's escapes; one it does not know is left as it is."""
    text = REPORT_TEXT.get(status, "").format(id="7f3a")
    known = {"d": str(status), "A": urllib.parse.quote_plus(text), "F": "7f3a", "%": "%",
             "p": urllib.parse.quote_plus(sent.to), "P": urllib.parse.quote_plus(sent.sender),
             "T": str(int(time.time()))}
    return re.sub(r"%([dAFpPT%])", lambda found: known[found.group(1)], template)
