"""Many keep-alive connections driven by one thread: a hundred thousand requests
from Python in seconds, and the same request on every connection at one instant.
"""

import re
import select
import socket

GET = "GET {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: storm\r\n\r\n"


def get(host, target):
    return GET.format(target=target, host=host).encode()


def post(host, target, body, headers):
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (f"POST {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n{head}\r\n").encode() + body


class Wire:
    """`ask` gives each request to the next free connection, one in flight on each."""

    def __init__(self, address, connections, timeout=30.0):
        host, port = address.rsplit(":", 1)
        self.peer, self.timeout = (host, int(port)), timeout
        self.poll, self.lines, self.reconnects = select.epoll(), {}, 0
        for _ in range(connections):
            self._open()

    def _open(self):
        line = socket.create_connection(self.peer, self.timeout)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.setblocking(False)
        self.poll.register(line, select.EPOLLIN)
        self.lines[line.fileno()] = line
        return line.fileno()

    def _renew(self, number):
        self._drop(number)
        self.reconnects += 1
        return self._open()

    def _drop(self, number):
        line = self.lines.pop(number)
        self.poll.unregister(line)
        line.close()

    def close(self):
        for number in list(self.lines):
            self._drop(number)
        self.poll.close()

    def ask(self, requests):
        """Yields (request, status, head) as answers come; status None: cut off without one."""
        requests, asked, have = iter(requests), {}, {}
        for number in list(self.lines):
            self._next(number, requests, asked, have)
        while asked:
            ready = self.poll.poll(self.timeout)
            assert ready, f"{len(asked)} requests without an answer for {self.timeout:g} s"
            for number, _ in ready:
                done = self._read(number, have)
                if done is None:
                    continue
                request, (status, head, last) = asked.pop(number, None), done
                number = self._renew(number) if last else number
                if request is not None:
                    yield request, status, head
                self._next(number, requests, asked, have)

    def _next(self, number, requests, asked, have):
        request = next(requests, None)
        if request is None:
            return
        asked[number], have[number] = request, b""
        self.lines[number].sendall(request)         # far less than a socket's buffer

    def _read(self, number, have):
        """None while an answer is not whole, else (status, head, whether the connection ends)."""
        try:
            part = self.lines[number].recv(65536)
        except BlockingIOError:
            return None
        except ConnectionError:
            part = b""
        if not part:
            return None, b"", True
        have[number] = got = have.get(number, b"") + part
        end = got.find(b"\r\n\r\n")
        if end < 0:
            return None
        length = re.search(rb"(?i)\r\ncontent-length:\s*(\d+)", got[:end + 2])
        if len(got) < end + 4 + int(length.group(1) if length else 0):
            return None
        return int(got[9:12]), got[:end], b"\r\nconnection: close" in got[:end].lower()
