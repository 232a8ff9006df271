"""The real binary, run as an operator would run it.

Writes a configuration into a folder of its own, imports needs, starts
`yavar serve`, finds the ports on its standard error, talks HTTP to it as a
telecom does, and runs the other commands beside it.  Everything here is the
contract of design §10 to §12; no test looks into the database.

YAVAR names the binary (default: build/yavar of this tree), E2E_PATIENCE
multiplies every timeout (for sanitizers).
"""

import csv
import http.client
import io
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse

from telecom import key

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = float(os.environ.get("E2E_PATIENCE", "1"))
PUBLIC_URL = "http://yavar.test:8080"       # known before a port is; the telecom's door maps it
SECRET = "s3cret-for-tests"
NEEDS_HEADER = ("code,province,centre,category,priority,title_fa,title_en,unit,required,status,"
                "short_fa,short_en")
NEEDS = (
    "1007,fars,درمانگاه آزمون,equipment,1,دستگاه سونوگرافی,ultrasound device,rial,"
    "900000000000000,open,سونوگرافی,ultrasound",
    "5724,zanjan,خانه بهداشت آزمون,drug,2,انسولین قلمی,insulin pens,item,5000,open,"
    "انسولین,insulin pens",
)


def binary():
    return os.path.abspath(os.environ.get("YAVAR", str(ROOT / "build" / "yavar")))


def until(ask, timeout, what, pause=0.05):
    """Asks until the answer is true, and gives it back."""
    end = time.monotonic() + timeout * PATIENCE
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {timeout * PATIENCE:g} s")
        time.sleep(pause)


class Answer:
    def __init__(self, status, headers, body, closed=None):
        self.status, self.headers, self.body, self.closed = status, headers, body, closed

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")


class Service:
    def __init__(self, telecom, needs=NEEDS, start=True, service=None, channel=None, more="", before=(), env=None):
        self.telecom = telecom
        self.env = env or {}            # of `serve` only, beside what is set when it starts
        self.before = before            # words in front of `serve`'s command, as `env` or `unshare`
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="yavar-e2e-"))
        self.ini = self.folder / "yavar.ini"
        self.log = self.folder / "stderr.log"
        self.process = self.http = self.admin = None
        self._logging = None
        self._ids = 0
        self.ini.write_text(self._config(service or {}, channel or {}) + more, encoding="utf-8")
        try:
            if needs:
                self.import_needs(needs)
            if start:
                self.start()
        except BaseException:
            self.close()
            raise

    def _config(self, service, channel):
        house = {"listen": "127.0.0.1:0", "admin_listen": "127.0.0.1:0", "public_url": PUBLIC_URL,
                 "database": self.folder / "yavar.db", "retry_first": "1s", "retry_most": "2s",
                 "uncertain_wait": "2s"}
        line = {"provider": "kannel", "number": "200012", "send_url": self.telecom.url,
                "username": "yavar", "password": "hidden-word", "secret": SECRET,
                "allow": "127.0.0.1/32", "rate": "1000", "in_flight": "16"}
        house.update(service)
        line.update(channel)
        rows = ["[service]", *(f"{k} = {v}" for k, v in house.items() if v is not None),
                "", "[channel mci]", *(f"{k} = {v}" for k, v in line.items() if v is not None)]
        return "\n".join(rows) + "\n"

    # -- life ---------------------------------------------------------------

    def start(self, timeout=5.0):
        """Runs until both sockets listen; returns the seconds that took."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            [*self.before, binary(), "serve", "-c", str(self.ini)], cwd=self.folder,
            env={**os.environ, **self.env}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        ready = threading.Event()
        self._logging = threading.Thread(
            target=self._drain, args=(self.process.stderr, ready), daemon=True)
        self._logging.start()
        end = began + timeout * PATIENCE
        while not ready.wait(0.002):
            if self.process.poll() is not None or time.monotonic() > end:
                code = self.process.poll()
                self.kill()
                raise AssertionError(f"serve did not listen (exit {code}):\n{self.log_tail()}")
        self.telecom.door = (PUBLIC_URL, f"http://{self.http}")
        return time.monotonic() - began

    def _drain(self, stream, ready):
        with open(self.log, "ab") as log:
            for row in stream:
                log.write(row)
                log.flush()
                found = re.fullmatch(rb"listening http=(\S+) admin=(\S+)\n", row)
                if found:
                    self.http, self.admin = (part.decode() for part in found.groups())
                    ready.set()
        stream.close()

    def log_tail(self, rows=15):
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-rows:])

    def stop(self, within=5.0):
        """SIGTERM: must exit 0 in time."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(within * PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"SIGTERM: still running after {within * PATIENCE:g} s") from None
        self._logging.join(5)
        assert code == 0, f"SIGTERM: exit {code}\n{self.log_tail()}"
        return time.monotonic() - began

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()
            self._logging.join(5)

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def close(self, keep=False):
        self.kill()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def memory(self):
        """Resident bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s*(\d+)", status).group(1)) * 1024

    # -- the telecom's side -------------------------------------------------

    def request(self, method, target, body=None, headers=None, admin=False, timeout=10):
        line = http.client.HTTPConnection(self.admin if admin else self.http,
                                          timeout=timeout * PATIENCE)
        try:
            line.request(method, target, body, headers or {})
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            line.close()

    def new_id(self):
        self._ids += 1
        return f"m-{os.getpid()}-{time.time_ns():x}-{self._ids}"

    def target(self, phone=None, text=None, id=None, secret=SECRET, channel="mci", **fields):
        """A get-url as our documented Kannel configuration makes it.

        `text` may be bytes; a field that is None is left out; raw=… is put
        at the end as it is.
        """
        raw = fields.pop("raw", "")
        pairs = {"secret": secret, "id": id or self.new_id(), "from": phone, "to": "200012",
                 "text": text, **fields}
        query = urllib.parse.urlencode({k: v for k, v in pairs.items() if v is not None})
        return f"/in/{channel}/sms?{query}{raw}"

    def send(self, phone, text, id=None, **fields):
        return self.request("GET", self.target(phone, text, id, **fields))

    def post(self, phone, body, id=None, charset="UTF-8", coding="2", secret=SECRET):
        """A post-url: the text in the body, the rest in headers."""
        query = urllib.parse.urlencode({"secret": secret, "id": id or self.new_id()})
        return self.request("POST", f"/in/mci/sms?{query}", body, {
            "Content-Type": f'text/plain; charset="{charset}"', "X-Kannel-From": phone,
            "X-Kannel-To": "200012", "X-Kannel-Coding": coding, "X-Kannel-SMSC": "fake",
            "X-Kannel-Time": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()),
            "Date": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())})

    def raw(self, data, timeout=3.0):
        """Bytes as they are; the answer, and whether the peer closed after it."""
        host, port = self.http.rsplit(":", 1)
        got, closed = b"", False
        with socket.create_connection((host, int(port)), timeout * PATIENCE) as line:
            try:
                line.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                pass
            line.settimeout(timeout * PATIENCE)
            try:
                while True:
                    part = line.recv(65536)
                    if not part:
                        closed = True
                        break
                    got += part
            except ConnectionResetError:
                closed = True
            except TimeoutError:
                pass
        found = re.match(rb"HTTP/1\.[01] (\d{3})", got)
        return Answer(int(found.group(1)) if found else None, None, got, closed)

    # -- the operator's side ------------------------------------------------

    def cli(self, *args, expect=0, ini=None, stdin=None, timeout=20):
        """Runs a command with -c; `expect` None takes any exit code."""
        try:
            done = subprocess.run(
                [binary(), *args, "-c", str(ini or self.ini)], cwd=self.folder, text=True,
                encoding="utf-8", errors="replace", input=stdin or "", capture_output=True,
                timeout=timeout * PATIENCE, check=False)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"yavar {' '.join(args)}: still running after "
                                 f"{timeout * PATIENCE:g} s") from None
        assert expect is None or done.returncode == expect, (
            f"yavar {' '.join(args)}: exit {done.returncode}, not {expect}\n{done.stderr[-800:]}")
        return done

    def rows(self, *args):
        """A command that prints CSV, as dicts."""
        csv.field_size_limit(1 << 24)
        return list(csv.DictReader(io.StringIO(self.cli(*args).stdout.lstrip("\ufeff"), newline="")))

    def import_needs(self, rows, expect=0, name="needs.csv"):
        path = self.folder / name
        path.write_text("\n".join([NEEDS_HEADER, *rows]) + "\n", encoding="utf-8")
        return self.cli("import", "needs", str(path), expect=expect)

    def pledges(self, phone):
        return [row for row in self.rows("export", "pledges") if key(row["phone"]) == key(phone)]

    def messages(self, phone, direction="out"):
        return [row for row in self.rows("export", "messages")
                if row["direction"] == direction and key(row["phone"]) == key(phone)]

    def stats(self):
        return json.loads(self.cli("stats", "--json").stdout)

    def metrics(self):
        answer = self.request("GET", "/metrics", admin=True)
        assert answer.status == 200, f"/metrics: {answer.status}"
        return answer.text

    def counted(self, family, **labels):
        """The sum of a family's samples that carry these labels."""
        total = 0.0
        for row in self.metrics().splitlines():
            found = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)(?: \d+)?", row)
            if found and found.group(1) == family:
                have = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', found.group(2) or ""))
                if all(have.get(name) == value for name, value in labels.items()):
                    total += float(found.group(3))
        return total
