"""A real Kannel (Debian's bearerbox and smsbox) on loopback, for end-to-end tests.

The configuration is the first ```ini fence of docs/kannel.md, unchanged but for
its @PLACEHOLDERS@; a fake SMSC is appended, and Handset speaks its protocol.
Only the standard library; only processes started here are ever ended.
"""
import atexit
import ctypes
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

BEARERBOX = "/usr/sbin/bearerbox"
SMSBOX = "/usr/sbin/smsbox"
FAKESMSC = "/usr/lib/kannel/test/fakesmsc"

FENCE = re.compile(r"^```ini[^\n]*\n(.*?)^```\s*$", re.M | re.S)
PLACEHOLDER = re.compile(r"@([A-Z_]+)@")
# A receiver is digits: a line of a text («and then text PAID …») is no head.
HEAD = re.compile(rb"^(\S*) (\+?\d+) (text|data|ucs-2|udh) ?(.*)$", re.S)


class KannelError(Exception):
    pass


def fenced_config(markdown, group="group = core", index=0):
    """The index-th ```ini fence of the file that contains `group`, verbatim."""
    with open(markdown, encoding="utf-8") as f:
        found = [m for m in FENCE.findall(f.read()) if group in m]
    if len(found) <= index:
        raise KannelError(f"{markdown}: no ```ini fence number {index} with «{group}»")
    return found[index]


def post_variant(markdown):
    """The first fence with its `name = yavar` service replaced by the post-url fence."""
    post = fenced_config(markdown, "post-url = ")
    blocks = fenced_config(markdown).split("\n\n")
    at = [i for i, b in enumerate(blocks) if re.search(r"(?m)^name = yavar$", b)]
    if len(at) != 1:
        raise KannelError(f"{markdown}: {len(at)} groups with «name = yavar»")
    blocks[at[0]] = post.rstrip("\n")
    return "\n\n".join(blocks)


def fill(template, values):
    """Replaces every @NAME@; an unknown or an unused name is an error."""
    names = set(PLACEHOLDER.findall(template))
    if names - set(values):
        raise KannelError(f"no value for {sorted(names - set(values))}")
    if set(values) - names:
        raise KannelError(f"config has no {sorted(set(values) - names)}")
    return PLACEHOLDER.sub(lambda m: str(values[m.group(1)]), template)


def override(config, changes):
    """Tests only: `key = value` lines replaced (each must be there)."""
    for key, value in changes.items():
        config, n = re.subn(rf"(?m)^{re.escape(key)} = .*$", lambda m: f"{key} = {value}", config)
        if not n:
            raise KannelError(f"config has no key {key}")
    return config


def free_ports(n):
    held = [socket.socket() for _ in range(n)]
    try:
        for s in held:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in held]
    finally:
        for s in held:
            s.close()


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)


class Message:
    """One message as the handset's side of the fake SMSC saw it."""

    def __init__(self, sender, receiver, kind, data, udh=b""):
        self.sender, self.receiver, self.kind = sender, receiver, kind
        self.data, self.udh = data, udh            # raw bytes as on the air

    @property
    def coding(self):
        """'GSM-7', 'UCS-2', '8-bit', or None: the fake SMSC hides it behind a UDH."""
        if self.udh:
            return None
        return {"text": "GSM-7", "ucs-2": "UCS-2", "data": "8-bit"}[self.kind]

    @property
    def part(self):
        """(reference, total, number) of a concatenated part, else None."""
        u = self.udh
        if len(u) >= 6 and u[1:3] == b"\x00\x03":
            return u[3], u[4], u[5]
        return None

    @property
    def text(self):
        """The text; a part behind a UDH is taken as UCS-2."""
        if self.kind == "text":
            return self.data.decode("utf-8", "replace")
        return self.data.decode("utf-16-be", "replace")

    def __repr__(self):
        return (f"Message({self.sender} -> {self.receiver} {self.coding or self.part} "
                f"{self.text!r})")


def percent(data):
    """Every byte escaped: no blank or newline is left in the line."""
    return "".join(f"%{b:02X}" for b in data)


class Handset:
    """The phone side of `smsc = fake`: one TCP connection, one line per message.

    Sends   SENDER RECEIVER (text|ucs2|data|udh-data|udh-text) PAYLOAD
    Gets    SENDER RECEIVER (text|ucs-2|data|udh U data) PAYLOAD
    The link is up in Kannel only while such a connection stands, one at a time.
    """

    def __init__(self, port, number="989121112233", line="200012"):
        self.number, self.line = number, line
        self.inbox = queue.Queue()
        self._sock = socket.create_connection(("127.0.0.1", port), timeout=5)
        self._sock.settimeout(None)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    # -- to Kannel
    def raw(self, line):
        self._sock.sendall(line.encode("utf-8") + b"\n")

    def send_ucs2(self, text, sender=None, to=None):
        """Persian as a phone sends it: the webhook gets coding=2, UTF-16BE."""
        self.raw(f"{sender or self.number} {to or self.line} ucs2 "
                 + percent(text.encode("utf-16-be")))

    def send_gsm7(self, text, sender=None, to=None):
        """Latin: coding=0, charset UTF-8. No newline: it ends the line."""
        if "\n" in text or "\r" in text:
            raise ValueError("a GSM-7 text of the fake SMSC cannot hold a newline")
        self.raw(f"{sender or self.number} {to or self.line} text {text}")

    def send_8bit(self, data, sender=None, to=None):
        self.raw(f"{sender or self.number} {to or self.line} data " + percent(data))

    def send_parts(self, text, ref=7, size=67, sender=None, to=None):
        """A long Persian text in concatenated parts; bearerbox joins them into one 8-bit
        message: the fake SMSC knows no coding beside a UDH."""
        parts = [text[i:i + size] for i in range(0, len(text), size)]
        for n, part in enumerate(parts, 1):
            udh = bytes([5, 0, 3, ref, len(parts), n])
            self.raw(f"{sender or self.number} {to or self.line} udh-data {percent(udh)} "
                     + percent(part.encode("utf-16-be")))

    # -- from Kannel
    def receive(self, timeout=10):
        """The next Message, or None when nothing came in time."""
        try:
            return self.inbox.get(timeout=timeout)
        except queue.Empty:
            return None

    def receive_whole(self, timeout=10):
        """The next text, its concatenated parts joined; returns (text, parts)."""
        end = time.monotonic() + timeout
        parts = {}
        while True:
            m = self.receive(max(0.01, end - time.monotonic()))
            if m is None:
                return None
            if m.part is None:
                return m.text, [m]
            parts[m.part[2]] = m
            if len(parts) == m.part[1]:
                got = [parts[k] for k in sorted(parts)]
                return b"".join(p.data for p in got).decode("utf-16-be"), got

    def close(self):
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._sock.close()
        self._thread.join(2)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def _read(self):
        pending = b""
        held = None             # a GSM-7 text may go on in the next line
        while True:
            try:
                got = self._sock.recv(65536)
            except OSError:
                got = b""
            if not got:
                break
            pending += got
            lines = pending.split(b"\n")
            pending = lines.pop()
            for line in lines:
                m = HEAD.match(line)
                if m is None:
                    if held is not None:
                        held.data += b"\n" + line
                    continue
                held = self._message(*m.groups())
                self.inbox.put(held)

    @staticmethod
    def _message(sender, receiver, kind, rest):
        sender, receiver, kind = sender.decode(), receiver.decode(), kind.decode()
        if kind == "text":
            return Message(sender, receiver, kind, rest)
        unq = lambda b: urllib.parse.unquote_to_bytes(b.replace(b"+", b" "))
        if kind == "udh":
            udh, _, data = rest.partition(b" data ")
            return Message(sender, receiver, kind, unq(data), unq(udh))
        return Message(sender, receiver, kind, unq(rest))


class Kannel:
    """bearerbox + smsbox with the shipped configuration, in a temporary directory."""

    def __init__(self, markdown, yavar_url, channel="mci", secret="s3cret", smsc="fake",
                 user="yavar", password="sendpass", overrides=None, config=None, keep=False,
                 runas=None, log_level=None, where=None):
        self.markdown, self.yavar_url, self.channel = markdown, yavar_url, channel
        self.secret, self.smsc, self.user, self.password = secret, smsc, user, password
        self.overrides = dict(overrides or {})
        if log_level is not None:
            self.overrides["log-level"] = log_level
        self.config_text, self.keep, self.runas, self.where = config, keep, runas, where
        self.dir = None
        self.admin_port = self.smsbox_port = self.sendsms_port = self.fake_port = None
        self._procs = {}
        self.admin_password = "adm1n"

    # -- life
    def start(self, timeout=20, attempts=3):
        """Starts both boxes; returns self once smsbox is joined and sendsms answers."""
        for program in (BEARERBOX, SMSBOX):
            if not os.access(program, os.X_OK):
                raise KannelError(f"{program} is missing: apt-get install kannel kannel-extras")
        atexit.register(self.stop)
        for attempt in range(attempts):             # a free port may be lost to a race
            try:
                self._prepare()
                self.start_bearerbox(timeout)
                self.start_smsbox(timeout)
                return self
            except KannelError:
                if attempt + 1 == attempts:
                    logs = self.logs()
                    self.stop()
                    raise KannelError(f"Kannel did not start:\n{logs[-4000:]}")
                self.stop()

    def stop(self):
        """Ends what was started here, smsbox first, and removes the directory."""
        for name in ("smsbox", "bearerbox"):
            self.stop_box(name)
        if self.dir and not self.keep:
            shutil.rmtree(self.dir, ignore_errors=True)
            self.dir = None
        atexit.unregister(self.stop)

    def __enter__(self):
        return self.start()

    def __exit__(self, *exc):
        self.stop()

    def _prepare(self):
        self.dir = tempfile.mkdtemp(prefix="yavar-kannel-", dir=self.where)
        for sub in ("store", "log"):
            os.mkdir(os.path.join(self.dir, sub))
        self.admin_port, self.smsbox_port, self.sendsms_port, self.fake_port = free_ports(4)
        template = self.config_text or fenced_config(self.markdown)
        values = {
            "ADMIN_PORT": self.admin_port, "ADMIN_PASSWORD": self.admin_password,
            "SMSBOX_PORT": self.smsbox_port, "SENDSMS_PORT": self.sendsms_port,
            "STATE_DIR": self.dir, "LOG_DIR": os.path.join(self.dir, "log"),
            "SMSC": self.smsc, "YAVAR_URL": self.yavar_url, "CHANNEL": self.channel,
            "SECRET": self.secret, "SENDSMS_USER": self.user,
            "SENDSMS_PASSWORD": self.password,
        }
        text = override(fill(template, values), self.overrides)
        text += (f"\n# ---- added by the test: the telecom ----\ngroup = smsc\nsmsc = fake\n"
                 f"smsc-id = {self.smsc}\nport = {self.fake_port}\n"
                 f"our-host = 127.0.0.1\nconnect-allow-ip = 127.0.0.1\n")
        self.conf = os.path.join(self.dir, "kannel.conf")
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(self.conf, 0o600)
        if self.runas is not None:
            for root, dirs, files in os.walk(self.dir):
                for p in [root] + [os.path.join(root, x) for x in files]:
                    os.chown(p, self.runas, self.runas)

    def _spawn(self, name, program):
        out = open(os.path.join(self.dir, "log", f"{name}.out"), "ab")
        # The parent-death signal follows the *thread* that forks: main thread only.
        main = threading.current_thread() is threading.main_thread()
        kw = {"user": self.runas, "group": self.runas} if self.runas is not None else {}
        with out:
            self._procs[name] = subprocess.Popen(
                [program, "-v", "4", self.conf], cwd=self.dir, stdin=subprocess.DEVNULL,
                stdout=out, stderr=out, preexec_fn=_die_with_parent if main else None, **kw)

    def start_bearerbox(self, timeout=20):
        self._spawn("bearerbox", BEARERBOX)
        self._until("bearerbox", timeout, lambda: "uptime" in self.status())

    def start_smsbox(self, timeout=20):
        self._spawn("smsbox", SMSBOX)
        self._until("smsbox", timeout, lambda: "smsbox:" in self.status() and self._sendsms_up())

    def stop_box(self, name, sig=signal.SIGTERM, timeout=8):
        """Ends one box by its pid; SIGKILL after `timeout`."""
        p = self._procs.pop(name, None)
        if p is None:
            return
        if p.poll() is None:
            p.send_signal(sig)
            try:
                p.wait(timeout)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait(5)

    def pids(self):
        return {n: p.pid for n, p in self._procs.items()}

    def _until(self, name, timeout, ready):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self._procs[name].poll() is not None:
                raise KannelError(f"{name} ended with {self._procs[name].returncode}")
            try:
                if ready():
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise KannelError(f"{name} was not ready in {timeout} s")

    def _sendsms_up(self):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.sendsms_port}/", timeout=2).close()
        except urllib.error.HTTPError as e:
            e.close()
        return True

    # -- looking in
    def status(self):
        url = f"http://127.0.0.1:{self.admin_port}/status.txt?password={self.admin_password}"
        with urllib.request.urlopen(url, timeout=3) as r:
            return r.read().decode("utf-8", "replace")

    def admin(self, command):
        url = f"http://127.0.0.1:{self.admin_port}/{command}?password={self.admin_password}"
        with urllib.request.urlopen(url, timeout=5) as r:
            return r.read().decode("utf-8", "replace")

    def logs(self):
        out = ""
        if self.dir:
            d = os.path.join(self.dir, "log")
            for name in sorted(os.listdir(d)):
                with open(os.path.join(d, name), encoding="utf-8", errors="replace") as f:
                    out += f"--- {name}\n{f.read()}"
        return out

    def stored(self):
        """How many messages lie in the spool."""
        return sum(len(f) for _, _, f in os.walk(os.path.join(self.dir, "store")))

    # -- doing
    def handset(self, number="989121112233", line="200012", timeout=5):
        """A connected Handset; returns once Kannel calls the link online."""
        h = Handset(self.fake_port, number, line)
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if re.search(rf"FAKE:{self.fake_port} \(online", self.status()):
                return h
            time.sleep(0.02)
        h.close()
        raise KannelError("the fake SMSC did not come online")

    def fakesmsc(self, *messages, count=1, interval=0.1):
        """Debian's own fakesmsc binary as the telecom; the caller stops the Popen."""
        main = threading.current_thread() is threading.main_thread()
        return subprocess.Popen(
            [FAKESMSC, "-H", "127.0.0.1", "-r", str(self.fake_port), "-m", str(count),
             "-i", str(interval), *messages], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            preexec_fn=_die_with_parent if main else None)

    def sendsms_url(self):
        return f"http://127.0.0.1:{self.sendsms_port}/cgi-bin/sendsms"
