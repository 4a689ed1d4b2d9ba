"""Runs one client's script against a fresh server and reads how every operation went."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from .declared import Subject
from .environments import path_with_uv
from .served import Addresses, server

TIME_LIMIT_S = 120
END = "end"
"""What a script prints last: without it, it died on the way."""
_LINE = re.compile(r"^([a-z][a-z0-9. ]*): (ok|failed|absent)(?: \((.*)\))?$")

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Outcome:
    """``ok``, ``failed`` or ``absent``; the last two in the client's words."""

    state: str
    words: str = ""


def outcomes(subject: Subject) -> Mapping[str, Outcome]:
    """Operation -> outcome, in the order they ran. A script that does not come to its end is a failed ``run``."""
    try:
        with server(subject.server) as addresses:
            output, status = _ran(subject, addresses)
            output = _COLOUR.sub("", output)
    except RuntimeError as broken:
        return not_run(str(broken))
    found = {m[1]: Outcome(m[2], m[3] or "") for m in map(_LINE.match, output.splitlines()) if m}
    if not found or not re.search(f"^{END}$", output, re.MULTILINE):
        return {**found, **not_run(f"it ended early, exit status {status}: {output[-1500:]}")}
    return found


def not_run(why: str) -> Mapping[str, Outcome]:
    return {"run": Outcome("failed", why)}


def _ran(subject: Subject, addresses: Addresses) -> tuple[str, int]:
    variables = {
        "ELANUS_ADDRESS": addresses.api,
        "ELANUS_METRICS_ADDRESS": addresses.metrics,
        "ELANUS_ADDRESS_1X": addresses.http_1x,
        "ELANUS_IMPORTS": addresses.imports,
    }
    try:
        done = subprocess.run(
            subject.run, shell=True, cwd=subject.environment.folder, env={**path_with_uv(), **variables},
            timeout=TIME_LIMIT_S, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        shown = late.stdout.decode(errors="replace") if late.stdout else ""
        return f"{shown}\nnot done after {TIME_LIMIT_S} s", 1
    return done.stdout, done.returncode
