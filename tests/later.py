"""Runs a command of ours as if so many days had passed: python -m tests.later DAYS WORDS…"""

import sys
from datetime import UTC, datetime, timedelta

import time_machine

from training.__main__ import main

if __name__ == "__main__":
    _, days, *words = sys.argv
    time_machine.travel(datetime.now(UTC) + timedelta(days=int(days)), tick=True).start()
    sys.argv = ["training", *words]
    main()
