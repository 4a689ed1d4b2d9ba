"""Starts workloads quickly: everything is imported once, then each workload is a fork of this process.

The module of the workload is the argument. Reads ``<directory> <seed> <step>`` a line, answers with the pid of the
workload, and with its exit status when it ended. ``step`` 0 lets the workload run until somebody kills it; else it
kills itself before that step (:mod:`crash.steps`).
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

from crash import steps


def main() -> None:
    workload = importlib.import_module(sys.argv[1])
    for line in sys.stdin:
        directory, seed, step = line.split()
        pid = os.fork()
        if pid == 0:
            steps.kill_before(int(step))
            workload.run(Path(directory), int(seed))
            return
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
