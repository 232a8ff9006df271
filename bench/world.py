"""What every figure needs: programs that are started, asked and ended, a service with its needs, the load, the sink.

YAVAR and BENCH name the program and the folder of the benchmark's own (build/…).  Anything that is not as it must be
is a Fault: the run ends, and nothing is written.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.append(str(ROOT / "tests" / "e2e"))  # Kannel's harness

YAVAR = os.environ.get("YAVAR", str(ROOT / "build" / "yavar"))
BENCH = pathlib.Path(os.environ.get("BENCH", str(ROOT / "build" / "bench")))
QUICK = os.environ.get("QUICK", "") not in ("", "0")
ROUNDS = int(os.environ.get("ROUNDS", 1 if QUICK else 3))
CONNECTIONS = 64
NEEDS = 50
SECRET = "secret"  # bare.c knows it, too
NOBODY = "http://127.0.0.1:1/"  # nobody listens at port 1: what is to be sent is kept and waits
AT_MOST = 1000000  # a rate that is none
HEADER = "code,province,centre,category,priority,title_fa,title_en,unit,required,status,short_fa,short_en"
ROW = "{},fars,درمانگاه سنجش,equipment,2,دستگاه شماره {},device {},rial,9000000000000000,open,دستگاه سنجش,bench device"
CONFIG = """[service]
listen = 127.0.0.1:{port}
admin_listen = 127.0.0.1:0
public_url = http://127.0.0.1:{port}
database = {folder}/yavar.db

[channel bench]
provider = kannel
number = 200012
secret = {secret}
send_url = {send_url}
username = bench
password = bench
rate = {rate}
in_flight = {in_flight}
quiet =

[channel screen]
provider = africastalking
number = 713
secret = {secret}
username = bench
api_key = bench
send_url = {nobody}
sms = bench
dial = *713#
"""
DAMM = ("0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
        "3674209581", "5869720134", "8945362017", "9438617205", "2581436790")


class Fault(Exception):
    """The run cannot go on, or found something wrong."""


def sized(full, quick):
    return quick if QUICK else full


def need_code(base):
    check = 0
    for digit in str(base):
        check = int(DAMM[check][int(digit)])
    return f"{base}{check}"


CODES = [need_code(base) for base in range(100, 100 + NEEDS)]


# ---- programs ----

def run(*command, timeout=60):
    command = [str(word) for word in command]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
    except (OSError, subprocess.TimeoutExpired) as e:
        raise Fault(f"{command[0]}: {e}") from None
    if done.returncode != 0:
        raise Fault(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr or done.stdout}")
    return done.stdout


def measured(program, *words, timeout=60):
    """One of the benchmark's own programs; the JSON object it prints."""
    return json.loads(run(BENCH / program, *words, timeout=timeout))


@dataclasses.dataclass
class Server:
    process: subprocess.Popen
    peer: str  # HOST:PORT
    began: float
    out: str = ""  # what it printed, once it has ended

    @property
    def pid(self):
        return self.process.pid


@contextlib.contextmanager
def server(log, *command, patience=10):
    """Runs COMMAND, gives it once it listens, and ends it; it must exit 0."""
    command = [str(word) for word in command]
    began = time.monotonic()
    with open(log, "wb") as err:
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err, text=True)
        except OSError as e:
            raise Fault(str(e)) from None
    try:
        it = Server(process, address(process, log, patience), began)
        yield it
        process.terminate()
        it.out = process.communicate(timeout=patience)[0]
    except subprocess.TimeoutExpired:
        raise Fault(f"{command[0]}: did not end on SIGTERM") from None
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if process.returncode != 0:
        raise Fault(f"{command[0]}: exit {process.returncode} on SIGTERM\n" + tail(log))


def tail(log):
    return log.read_text("utf-8", "replace")[-2000:]


def address(process, log, patience):
    end = time.monotonic() + patience
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"^listening http=(\S+).*\n", log.read_text("utf-8", "replace"), re.M)
        if found:
            return found.group(1)
        time.sleep(0.002)
    raise Fault("no address to connect to:\n" + tail(log))


def ask(peer, path):
    with contextlib.suppress(urllib.error.URLError):
        with urllib.request.urlopen(f"http://{peer}{path}", timeout=5) as answer:
            return answer.read().decode()
    return None


def until(true, seconds, what):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise Fault(f"waited {seconds} s for {what}")
        time.sleep(0.01)


# ---- what the kernel tells of them ----

TICKS = os.sysconf("SC_CLK_TCK")


def threads(pid):
    """CPU seconds by thread name; the main thread, which has the program's, is the loop."""
    seconds = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):  # a thread that has just ended
            text = (task / "stat").read_text()
            name = "loop" if int(task.name) == pid else text[text.index("(") + 1:text.rindex(")")]
            fields = text.rpartition(")")[2].split()
            seconds[name] = seconds.get(name, 0) + (int(fields[11]) + int(fields[12])) / TICKS
    return seconds


def memory_mib(pid, field="VmRSS"):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{field}:\s*(\d+)", status).group(1)) / 1024


# ---- the service ----

def set_up(folder, send_url=NOBODY, rate=1, in_flight=1, port=0):
    """A folder with a configuration, the needs and their codes, and a database that holds them."""
    folder.mkdir(exist_ok=True)
    (folder / "yavar.ini").write_text(CONFIG.format(folder=folder, secret=SECRET, nobody=NOBODY, send_url=send_url,
                                                    rate=rate, in_flight=in_flight, port=port), "utf-8")
    if not (folder / "yavar.db").exists():
        (folder / "needs.csv").write_text("\n".join([HEADER, *(ROW.format(c, c, c) for c in CODES)]) + "\n", "utf-8")
        (folder / "codes").write_text("\n".join(CODES) + "\n", "utf-8")
        run(YAVAR, "import", "needs", folder / "needs.csv", "-c", folder / "yavar.ini")
    return folder


def serving(folder, *wrapped_in, patience=10):
    """`yavar serve` on what set_up made; perhaps run by another program."""
    return server(folder / "log", *wrapped_in, YAVAR, "serve", "-c", folder / "yavar.ini", patience=patience)


def asked(folder, sql):
    """The row that a question to the database gives."""
    store = sqlite3.connect(f"file:{folder}/yavar.db?mode=ro", uri=True)
    try:
        return store.execute(sql).fetchone()
    finally:
        store.close()


def count(folder, table):
    return asked(folder, f"SELECT count(*) FROM {table}")[0]


def must_hold(folder, table, expected, what):
    found = count(folder, table)
    if found != expected:
        raise Fault(f"{expected} {what}, {found} are stored")


# ---- the load ----

def load(peer, pid, seed, *what, connections=CONNECTIONS, seconds, patience=30):
    """One run of the load generator; fails on anything but 200s."""
    before = threads(pid)
    figures = measured("load", *what, "-k", SECRET, "-n", connections, "-s", seconds, "-S", seed, peer,
                       timeout=seconds + patience)
    sound(figures)
    figures["threads"] = {name: (s - before.get(name, 0)) * 1e6 / figures["ok"] for name, s in threads(pid).items()}
    figures["server_cpu_us"] = sum(figures["threads"].values())
    figures["load_cpu_us"] = figures["cpu_seconds"] * 1e6 / figures["ok"]
    return figures


def sound(figures):
    if figures["other"] or figures["errors"] or not figures["ok"]:
        raise Fault(f"not every request was answered 200: {figures}")


def pledges(folder, it, seed, *how, **options):
    """Pledges by SMS, each of which must be in the store afterwards."""
    before = count(folder, "pledge")
    figures = load(it.peer, it.pid, seed, "-f", folder / "codes", *how, **options)
    must_hold(folder, "pledge", before + figures["ok"], "pledges should be there")
    return figures


# ---- the sink ----

def sink(folder, *how):
    folder.mkdir(exist_ok=True)
    return server(folder / "sink.log", BENCH / "sink", *how)


def accepted(it):
    return int(ask(it.peer, "/count") or 0)
