#!/usr/bin/env python3
"""End to end: the real binary between a scripted telecom and its operator.

    tests/e2e/test_service.py [WORD…]     only cases whose name holds a word

The cases stand in the cases_*.py beside this file; they assert what the
contract (design §2, §3, §10 to §12) promises and nothing about how it is
done.  E2E_KEEP=1 keeps the folders of failed stages.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import tap                                                   # noqa: E402
import cases_pledge, cases_front_door, cases_texts           # noqa: E402,E401,F401
import cases_telecom, cases_commands, cases_lines             # noqa: E402,E401,F401
import cases_providers, cases_operating, cases_people        # noqa: E402,E401,F401
import cases_staff, cases_stops, cases_ussd, cases_api       # noqa: E402,E401,F401
import cases_broadcast, cases_calls                          # noqa: E402,E401,F401

if __name__ == "__main__":
    sys.exit(tap.run(sys.argv[1:]))
