"""What the front door refuses, and with which answer (design §11, bad input).

Each case ends by asking for /healthz: a refusal must cost the service nothing.
"""

import socket
import subprocess

from service import SECRET
from tap import case

PLEDGE = "نذر 1007 500 هزار تومان"


def well(service):
    assert service.alive(), f"the service ended\n{service.log_tail()}"
    health = service.request("GET", "/healthz").status
    assert health == 200, f"/healthz {health}"


def refused(stage, status, outcome=None, **fields):
    """A good text with something wrong around it: this status, no pledge, no SMS."""
    service, telecom = stage.shared()
    phone = stage.phone()
    before = service.counted("yavar_requests_total", outcome=outcome) if outcome else 0
    answer = service.send(phone, PLEDGE, **fields)
    assert answer.status == status, f"answered {answer.status}, not {status}"
    if outcome:
        after = service.counted("yavar_requests_total", outcome=outcome)
        assert after == before + 1, f"{outcome} counted {before} to {after}"
    assert service.messages(phone, "in") == [] and telecom.sent_to(phone) == []
    well(service)


@case("wrong secret: 403, counted as forbidden")
def wrong_secret(stage):
    refused(stage, 403, "forbidden", secret="guess")


@case("no secret: 403")
def no_secret(stage):
    refused(stage, 403, "forbidden", secret=None)


@case("a secret that only begins right: 403")
def near_secret(stage):
    refused(stage, 403, secret=SECRET[:-1])
    refused(stage, 403, secret=SECRET + "x")


@case("unknown channel: 404")
def unknown_channel(stage):
    refused(stage, 404, channel="nowhere")


@case("unknown path: 404")
def unknown_path(stage):
    service, _ = stage.shared()
    for path in ("/", "/in", "/in/mci", "/in/mci/mail", f"/in/mci/../sms?secret={SECRET}"):
        status = service.request("GET", path).status
        assert status == 404, f"{path}: {status}"


@case("another method: 405")
def method(stage):
    service, _ = stage.shared()
    for name in ("PUT", "DELETE", "PATCH"):
        status = service.request(name, service.target(stage.phone(), PLEDGE)).status
        assert status == 405, f"{name}: {status}"
    well(service)


@case("foreign network: 403")
def foreign_network(stage):
    with stage.fresh(channel={"allow": "10.9.0.0/16"}) as (service, _):
        status = service.send(stage.phone(), PLEDGE).status
        assert status == 403, f"answered {status}"


@case("a body of 64 KiB passes, one byte more is 413")
def body_size(stage):
    service, _ = stage.shared()
    assert service.post(stage.phone(), b"x" * 65536).status == 200, "64 KiB"
    try:
        status = service.post(stage.phone(), b"x" * 65537).status
        assert status == 413, f"64 KiB and one byte: {status}"
    except (BrokenPipeError, ConnectionResetError):
        pass                            # refused before it was read: as good
    answer = service.raw(b"POST /in/nowhere/sms HTTP/1.1\r\nHost: a\r\n"
                         b"Content-Length: 9999999999\r\n\r\n")
    assert answer.status == 413, f"announced 10 GB: {answer.status}"
    well(service)


def plain(extra=b"", path="/healthz", method=b"GET"):
    return (method + b" " + path.encode() + b" HTTP/1.1\r\nHost: yavar.test\r\n" + extra + b"\r\n")


@case("headers of 9 KiB: 400")
def header_size(stage):
    service, _ = stage.shared()
    answer = service.raw(plain(b"X-Long: " + b"a" * 9216 + b"\r\n"))
    assert answer.status == 400, f"answered {answer.status}"
    well(service)


@case("more than 100 headers: 400")
def header_count(stage):
    service, _ = stage.shared()
    answer = service.raw(plain(b"".join(b"X-%d: 1\r\n" % n for n in range(120))))
    assert answer.status == 400, f"answered {answer.status}"
    well(service)


def broken(stage, name, extra, body=b"", closes=True):
    service, _ = stage.shared()
    target = service.target(stage.phone(), PLEDGE)
    answer = service.raw(plain(extra, target, b"POST") + body)
    assert answer.status == 400, f"{name}: answered {answer.status} {answer.body[:60]!r}"
    assert answer.closed or not closes, f"{name}: the connection stays open"
    well(service)


@case("two Content-Length: 400 and closed")
def two_lengths(stage):
    broken(stage, "equal", b"Content-Length: 2\r\nContent-Length: 2\r\n", b"hi")
    broken(stage, "unequal", b"Content-Length: 2\r\nContent-Length: 3\r\n", b"hi!")
    broken(stage, "in one", b"Content-Length: 2, 2\r\n", b"hi")


@case("Transfer-Encoding: 400 and closed")
def transfer_encoding(stage):
    chunks = b"2\r\nhi\r\n0\r\n\r\n"
    broken(stage, "chunked", b"Transfer-Encoding: chunked\r\n", chunks)
    broken(stage, "odd", b"Transfer-Encoding: xchunked\r\n", chunks)
    broken(stage, "both", b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", chunks)
    broken(stage, "list", b"Transfer-Encoding: identity, chunked\r\n", chunks)


@case("signs and blanks in a length: 400 and closed")
def odd_lengths(stage):
    for value in (b"+2", b"-2", b"2 2", b"0x2", b"2a", b""):
        broken(stage, repr(value), b"Content-Length: " + value + b"\r\n", b"hi")


@case("NUL in a header: 400 and closed")
def nul_header(stage):
    broken(stage, "value", b"X-Kannel-From: 98912\x000000000\r\nContent-Length: 0\r\n")
    broken(stage, "name", b"X-Ka\x00nnel: a\r\nContent-Length: 0\r\n")


@case("what is no HTTP: an answer or a closed connection, and no harm")
def no_http(stage):
    service, _ = stage.shared()
    for data in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"\x00" * 2000 + b"\r\n\r\n",
                 b"GET / HTTP/9.9\r\n\r\n", b"A" * 20000):
        answer = service.raw(data, timeout=0.5)
        assert answer.status is None or 400 <= answer.status < 500 or answer.status == 505, (
            f"{data[:20]!r}: {answer.status}")
    well(service)


@case("odd queries are read field by field")
def odd_queries(stage):
    service, telecom = stage.shared()
    for raw in ("&flag", "&&", "&x=%00", "&=1", "&a=1=2"):
        phone = stage.phone()
        answer = service.request("GET", service.target(phone, PLEDGE, raw=raw))
        assert answer.status == 200, f"{raw}: {answer.status}"
        assert telecom.wait(phone, 1, 2.0), f"{raw}: not understood"


@case("many slow clients do not hold up a good one")
def slow_clients(stage):
    service, telecom = stage.shared()
    host, port = service.http.rsplit(":", 1)
    lines = []
    try:
        for _ in range(100):
            line = socket.create_connection((host, int(port)), 2)
            line.sendall(b"GET /in/mci/sms?secret=")
            lines.append(line)
        phone = stage.phone()
        assert service.send(phone, PLEDGE).status == 200
        assert telecom.wait(phone, 1, 2.0), "no confirmation within 2 s"
    finally:
        for line in lines:
            line.close()
    well(service)


@case("/healthz and /readyz: 200 on both sockets")
def health(stage):
    service, _ = stage.shared()
    for path in ("/healthz", "/readyz"):
        for admin in (False, True):
            status = service.request("GET", path, admin=admin).status
            assert status == 200, f"{path} admin={admin}: {status}"
    assert service.request("GET", "/metrics").status == 404, "/metrics is for the admin's socket"


@case("/metrics names every family of the contract and no phone")
def metrics(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    service.send(phone, PLEDGE)
    assert telecom.wait(phone, 1, 2.0), "no confirmation"
    text = service.metrics()
    families = ("yavar_requests_total yavar_commands_total yavar_sends_total yavar_outbox "
                "yavar_outbox_oldest_seconds yavar_commit_seconds yavar_commit_jobs "
                "yavar_loop_stall_seconds yavar_wal_bytes yavar_last_success_timestamp_seconds "
                "yavar_unknown_outcomes_total")
    missing = [name for name in families.split() if f"# TYPE {name} " not in text]
    assert not missing, f"missing {missing}"
    assert phone[-10:] not in text, "a phone in /metrics"
    assert service.counted("yavar_requests_total", channel="mci", outcome="ok") >= 1
    assert service.counted("yavar_commands_total", command="pledge") >= 1
    assert service.counted("yavar_sends_total", channel="mci", result="ok") >= 1


@case("promtool finds nothing to say about /metrics, and a scrape stays below 300 series")
def metrics_lint(stage):
    lines = "".join(f"\n[channel line{i}]\nprovider = kannel\nnumber = 3000{i}\nsend_url = http://127.0.0.1:9/\n"
                    f"username = u\npassword = p\nsecret = secret-{i}\n" for i in range(40))
    with stage.fresh(more=lines) as (service, _):
        text = service.metrics()
    found = subprocess.run(["promtool", "check", "metrics"], input=text.encode(), capture_output=True, timeout=20,
                           check=False)
    assert found.returncode == 0 and not found.stderr, found.stderr.decode()
    series = [row for row in text.splitlines() if row and not row.startswith("#")]
    assert len(series) <= 300, f"{len(series)} series"
    assert 'channel="other channels"' in text, "channels beyond the first share one place"


@case("phones are masked in the log, texts and secrets do not stand in it")
def log(stage):
    service, telecom = stage.shared()
    phone = stage.phone()
    service.send(phone, "PLEDGE 1007 500000 TOMAN")
    service.send(phone, "zebra sunflower")
    service.send(phone, PLEDGE, secret="wrong-guess")
    telecom.wait(phone, 2, 2.0)
    told = service.log.read_text("utf-8", "replace")
    for word in (phone[-10:], "zebra", "PLEDGE 1007", SECRET, "hidden-word", "wrong-guess"):
        assert word not in told, f"the log holds {word}"
