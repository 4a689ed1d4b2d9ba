"""Run a piece of code in a child process that dies, or must not disturb its parent."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable


def python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in a fresh interpreter; ``sys.argv[1:]`` are the arguments."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, env=environment)


def forked(action: Callable[[], int]) -> int:
    """The exit status of a forked child that runs ``action``, then ends without cleaning up."""
    pid = os.fork()
    if pid == 0:
        status = 99
        try:
            status = action()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
