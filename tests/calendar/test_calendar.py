#!/usr/bin/env python3
"""Every day of 1390 to 1450, both ways, against two calendars that are not ours.

Ours is ICU's, which reckons with a cycle.  The law of 1304 says otherwise: the
year begins on the day of the vernal equinox, or on the next where that falls
behind noon of Iran's Standard Time.  Here the equinox comes from Meeus'
Astronomical Algorithms (chapter 27), and from convertdate, where Debian's
python3-convertdate is installed.  Each then is seen to notice one day's shift."""
import datetime
import functools
import math
import os
import subprocess
import sys

BUILD = os.environ.get("BUILD", "build")
FIRST, LAST = 1390, 1450
EPOCH = datetime.date(1970, 1, 1)
TERMS = [(485, 324.96, 1934.136), (203, 337.23, 32964.467), (199, 342.08, 20.186), (182, 27.85, 445267.112),
         (156, 73.14, 45036.886), (136, 171.52, 22518.443), (77, 222.54, 65928.934), (74, 296.72, 3034.906),
         (70, 243.58, 9037.513), (58, 119.81, 33718.147), (52, 297.17, 150.678), (50, 21.02, 2281.226),
         (45, 247.54, 29929.562), (44, 325.15, 31555.956), (29, 60.93, 4443.417), (18, 155.12, 67555.328),
         (17, 288.79, 4562.452), (16, 198.04, 62894.029), (14, 199.76, 31436.921), (12, 95.39, 14577.848),
         (12, 287.11, 31931.756), (12, 320.81, 34777.259), (9, 227.73, 1222.114), (8, 15.45, 16859.074)]


def cosine(degrees):
    return math.cos(math.radians(degrees))


def equinox(year):
    """Days since 1970-01-01, UTC, of the vernal equinox of a Gregorian year."""
    y = (year - 2000) / 1000
    mean = 2451623.80984 + 365242.37404 * y + 0.05169 * y ** 2 - 0.00411 * y ** 3 - 0.00057 * y ** 4
    t = (mean - 2451545.0) / 36525
    w = 35999.373 * t - 2.47
    sum_of_terms = sum(a * cosine(b + c * t) for a, b, c in TERMS)
    dynamical = mean + 0.00001 * sum_of_terms / (1 + 0.0334 * cosine(w) + 0.0007 * cosine(2 * w))
    u = year - 2000     # dynamical less universal time, seconds (Espenak and Meeus)
    ahead = (62.92 + 0.32217 * u + 0.005589 * u ** 2 if year <= 2050 else
             -20 + 32 * ((year - 1820) / 100) ** 2 - 0.5628 * (2150 - year))
    return dynamical - ahead / 86400 - 2440587.5


def meeus(year):
    """The number of 1 Farvardin, and how many minutes the equinox is from noon at 52.5 degrees east."""
    at = equinox(year + 621) + 52.5 / 360
    day = math.floor(at)
    return day + (at - day >= 0.5), abs(at - day - 0.5) * 1440


@functools.lru_cache(None)
def convertdate():
    """A function from a Solar Hijri date to a day's number; None where it isn't installed."""
    sys.path.append("/usr/lib/python3/dist-packages")   # Debian's, whichever Python runs this
    try:
        from convertdate import persian
    except ImportError:
        return None
    persian.equinox_jd = functools.lru_cache(None)(persian.equinox_jd)
    return lambda year, month, day: int(persian.to_jd(year, month, day) - 2440587.5)


def days(new_year):
    """(year, month, day): number, of all days, from the numbers of their new years."""
    found = {}
    for year in range(FIRST, LAST + 1):
        number, end = new_year(year), new_year(year + 1)
        for month in range(1, 13):
            length = 31 if month <= 6 else 30 if month <= 11 else end - number
            for day in range(1, length + 1):
                found[year, month, day] = number
                number += 1
    return found


def differences(lines, truth):
    """What the program prints, against a calendar: every day one line, in it the same day six times."""
    wrong, seen = [], set()
    for line in lines:
        number, persian, gregorian, back, back_too, shown = line.split()
        day = tuple(map(int, persian.split("/")))
        seen.add(day)
        same = truth.get(day) == int(number) == int(back) == int(back_too) and shown == persian
        if not same or gregorian != str(EPOCH + datetime.timedelta(int(number))):
            wrong.append(line)
    return wrong + [f"missing: {day}" for day in sorted(truth.keys() - seen)]


def shifted(lines):
    """As libjalali does it: all of 1404 one day late."""
    def later(line):
        words = line.split()
        if words[1].startswith("1404"):
            for i in (0, 3, 4):
                words[i] = str(int(words[i]) + 1)
            words[2] = str(EPOCH + datetime.timedelta(int(words[0])))
        return " ".join(words)
    return [later(line) for line in lines]


def main():
    lines = subprocess.run([f"{BUILD}/tests/calendar/days"], check=True, capture_output=True,
                           text=True).stdout.splitlines()
    truths = {"Meeus' equinox against noon": days(lambda year: meeus(year)[0])}
    other = convertdate()
    if other:
        truths["convertdate"] = {day: other(*day) for day in truths["Meeus' equinox against noon"]}
    failed = n = 0
    for name, truth in truths.items():
        for what, wrong, good in (("", differences(lines, truth), lambda w: not w),
                                  (" notices a day's shift", differences(shifted(lines), truth), bool)):
            n += 1
            failed += not good(wrong)
            print(f"{'ok' if good(wrong) else 'not ok'} {n} - {name}{what}: {len(truth)} days of {FIRST} to {LAST}")
            print("\n".join(f"# {line}" for line in wrong[:10]) if not good(wrong) else "", end="")
    if not other:
        print(f"ok {n + 1} - convertdate # SKIP python3-convertdate is not installed")
    year = min(range(FIRST, LAST + 2), key=lambda y: meeus(y)[1])
    print(f"calendar days={len(lines)} calendars={len(truths)} nearest_to_noon={meeus(year)[1]:.1f} minutes, in {year}")
    return 1 if failed or len(lines) != 22280 else 0


if __name__ == "__main__":
    sys.exit(main())
