"""What the benchmarks share: the programs, a server that is ended, figures of a process."""

import contextlib
import os
import pathlib
import re
import statistics
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parent / "build"
YAVAR = os.environ.get("YAVAR", str(BUILD / "yavar"))
LOAD = os.environ.get("LOAD", str(BUILD / "bench" / "load"))
BARE = os.environ.get("BARE", str(BUILD / "bench" / "bare"))
QUICK = os.environ.get("QUICK", "") not in ("", "0")
SECRET = "secret"  # bare.c knows it, too
HEADER = "code,province,centre,category,priority,title_fa,title_en,unit,required,status,short_fa,short_en"
ROW = "{},fars,درمانگاه سنجش,equipment,2,دستگاه شماره {},device {},rial,9000000000000000,open,دستگاه سنجش,bench device"
DAMM = ("0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
        "3674209581", "5869720134", "8945362017", "9438617205", "2581436790")


class Fault(Exception):
    """The run cannot go on, or found something wrong."""


def need_code(base):
    check = 0
    for digit in str(base):
        check = int(DAMM[check][int(digit)])
    return f"{base}{check}"


def run(*command, timeout=30):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
    except (OSError, subprocess.TimeoutExpired) as e:
        raise Fault(f"{command[0]}: {e}") from None
    if done.returncode != 0:
        raise Fault(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr or done.stdout}")
    return done.stdout


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def server(log, *command):
    """Runs COMMAND, gives its process and HOST:PORT, and ends it."""
    with open(log, "wb") as out:
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        except OSError as e:
            raise Fault(str(e)) from None
    try:
        yield process, address(process, log)
        process.terminate()
        process.wait(10)
    except subprocess.TimeoutExpired:
        raise Fault(f"{command[0]}: did not end on SIGTERM") from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def address(process, log):
    end = time.monotonic() + 10
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"^listening http=(\S+).*\n", log.read_text("utf-8", "replace"), re.M)
        if found:
            return found.group(1)
        time.sleep(0.02)
    raise Fault("no address to connect to:\n" + log.read_text("utf-8", "replace")[-2000:])


def memory_mib(pid, what="VmRSS"):
    """Resident now; with VmHWM at most so far."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{what}:\s*(\d+)", status).group(1)) / 1024


def spread(values, form="{:,.0f}"):
    """Median and range."""
    middle = form.format(statistics.median(values))
    return middle if len(values) == 1 else f"{middle} ({form.format(min(values))} to {form.format(max(values))})"
