#!/usr/bin/env python3
"""Slow clients: `slow.py HOST:PORT COUNT`, each sends one byte a second of a request it never ends.

Who is closed comes again three seconds later.  Ends when standard input does, and writes one JSON object:
the most connections that were open at once, how many were opened and how many the service closed.
One process and one epoll hold them all; it steps back behind the service where processors are few, as the
clients it stands for have their own.
"""

import errno
import json
import os
import resource
import select
import socket
import sys
import time

REQUEST = b"GET /in/mci/sms?secret=slow&from=989120000000&to=200012&text=" + b"x" * 200
TURNS = 20                      # a second: in each of them a twentieth of the clients sends
OPENED_MOST = 100               # in a turn: 2,000 a second, already more than tools for this open
AGAIN = 3                       # seconds


class Client:
    def __init__(self):
        self.sock, self.sent, self.again = None, 0, 0.0


class Crowd:
    def __init__(self, host, port, count):
        self.address = (host, port)
        self.clients = [Client() for _ in range(count)]
        self.by_fd = {}
        self.poll = select.epoll()
        self.most = self.opened = self.closed = 0

    def open(self, client):
        client.sock = socket.socket()
        client.sock.setblocking(False)
        failed = client.sock.connect_ex(self.address)
        if failed not in (0, errno.EINPROGRESS):
            return self.drop(client)
        client.sent = 0
        self.opened += 1
        self.by_fd[client.sock.fileno()] = client
        self.poll.register(client.sock, select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR)

    def drop(self, client):
        self.by_fd.pop(client.sock.fileno(), None)
        client.sock.close()
        client.sock, client.again = None, time.monotonic() + AGAIN
        self.closed += 1

    def send(self, client):
        try:
            client.sent += client.sock.send(REQUEST[client.sent:client.sent + 1])
        except BlockingIOError:
            pass                # not connected yet
        except OSError:
            self.drop(client)

    def turn(self, place):
        now, budget = time.monotonic(), OPENED_MOST
        for client in self.clients[place::TURNS]:
            if client.sock is not None:
                self.send(client)
            elif now >= client.again and budget > 0:
                budget -= 1
                self.open(client)
        self.most = max(self.most, len(self.by_fd))

    def closed_ones(self, seconds):
        for fd, _ in self.poll.poll(seconds):
            if fd in self.by_fd:
                self.drop(self.by_fd[fd])


def main():
    os.nice(10)
    host, port = sys.argv[1].rsplit(":", 1)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    crowd, place, due = Crowd(host, int(port), int(sys.argv[2])), 0, time.monotonic()
    while not select.select([sys.stdin], [], [], 0)[0]:
        crowd.turn(place % TURNS)
        place, due = place + 1, due + 1 / TURNS
        crowd.closed_ones(max(0.0, due - time.monotonic()))
    json.dump({"most": crowd.most, "opened": crowd.opened, "closed": crowd.closed}, sys.stdout)


if __name__ == "__main__":
    main()
