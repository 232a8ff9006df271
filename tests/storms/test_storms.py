#!/usr/bin/env python3
"""Storms: what a bad day brings, on the real binary.

    tests/storms/test_storms.py [WORD…]     only cases whose name holds a word

The same message a hundred times at once; delivery reports in every order;
forged requests without end; a disk that fills; a clock that jumps a day.
STORM_IDS, STORM_COPIES, STORM_FORGED and STORM_FULL (seconds) make the runs
longer, E2E_KEEP=1 keeps folders.
"""

import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e"), str(HERE.parent / "crash")]

import tap                                                              # noqa: E402
import cases_providers                                                  # noqa: E402,F401

tap.CASES.clear()           # cases_providers lends its gateways; its cases run elsewhere
import cases_same, cases_reports, cases_forged, cases_disk, cases_clock  # noqa: E402,E401,F401
import cases_calls                                                      # noqa: E402,F401

if __name__ == "__main__":
    if os.geteuid() != 0:
        cases_disk.become_root()
    sys.exit(tap.run(sys.argv[1:]))
