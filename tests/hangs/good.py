#!/usr/bin/env python3
"""Good clients in a process of their own, so that the test's work is not in their figures.

One JSON object on standard input says what to ask, by default:

    {"address": "127.0.0.1:8080", "target": "/in/mci/sms?…{phone}…", "clients": 4, "rate": 100,
     "first": 0, "fresh": false}

They ask until standard input ends; then one JSON object is written: how many answers of each status,
and the seconds they took.  {phone} and {number} are new in every request.  `fresh`: a connection for
each request, in the time of which it counts.

The clients keep a timetable.  Who is held up by an answer starts the next request late, and that wait
counts as the service's; what our own sleep overslept does not, and is told as `overslept`.
"""

import http.client
import json
import sys
import threading
import time

PATIENCE = 20.0


class Client(threading.Thread):
    def __init__(self, wish, place, ending):
        super().__init__(daemon=True)
        self.wish, self.ending = wish, ending
        self.number = wish["first"] + place
        self.period = wish["clients"] / wish["rate"]
        self.due = time.monotonic() + self.period * place / wish["clients"]
        self.line, self.times, self.statuses, self.overslept = None, [], {}, 0.0

    def run(self):
        while not self.ending.is_set():
            began = self.wait_for_turn()
            status = self.ask()
            self.times.append(time.monotonic() - began)
            self.statuses[status] = self.statuses.get(status, 0) + 1
            self.number += self.wish["clients"]

    def wait_for_turn(self):
        """When the request counts as begun."""
        due, self.due = self.due, self.due + self.period
        spare = due - time.monotonic()
        if spare <= 0:
            return due
        time.sleep(spare)
        now = time.monotonic()
        self.overslept = max(self.overslept, now - due)
        return now

    def ask(self):
        target = self.wish["target"].format(phone=f"98912{self.number:07d}", number=self.number)
        if self.line is None:
            self.line = http.client.HTTPConnection(self.wish["address"], timeout=PATIENCE)
        try:
            self.line.request("GET", target)
            answer = self.line.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException) as error:
            status = type(error).__name__
        if self.wish["fresh"] or not isinstance(status, int):
            self.line.close()
            self.line = None
        return str(status)


def main():
    wish = {"clients": 4, "rate": 100, "first": 0, "fresh": False, **json.loads(sys.stdin.readline())}
    ending = threading.Event()
    clients = [Client(wish, place, ending) for place in range(wish["clients"])]
    for client in clients:
        client.start()
    sys.stdin.read()
    ending.set()
    for client in clients:
        client.join(PATIENCE)
    statuses = {}
    for client in clients:
        for status, count in client.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    json.dump({"statuses": statuses, "times": sorted(t for client in clients for t in client.times),
               "overslept": max(client.overslept for client in clients)}, sys.stdout)


if __name__ == "__main__":
    main()
