"""Installs what the clients need into the cache, several at once; what is there already stays."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .declared import Environment

AT_ONCE = 4
TIME_LIMIT_S = 900
ATTEMPTS = 3
PAUSE_S = 5.0
"""Registries fail now and then: what could not be installed is tried again from nothing, after a pause that grows."""


def install(environments: Iterable[Environment]) -> dict[str, str]:
    """Name -> why it could not be installed, of those that could not."""
    unique = list({one.name: one for one in environments}.values())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        failures = pool.map(_install, unique)
    return {one.name: failure for one, failure in zip(unique, failures, strict=True) if failure}


def path_with_uv() -> dict[str, str]:
    """The variables of a client: this process's, with the tools beside its Python on the path."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def _install(environment: Environment) -> str:
    stamp = environment.folder / ".installed"
    if stamp.exists() and stamp.read_text() == environment.digest:
        return ""
    for attempt in range(ATTEMPTS):
        time.sleep(attempt * PAUSE_S)
        failure = _made(environment)
        if not failure:
            stamp.write_text(environment.digest)
            return ""
        print(f"{environment.name}: attempt {attempt + 1} of {ATTEMPTS}: {failure}", flush=True)
    return failure


def _made(environment: Environment) -> str:
    """Why it could not be made in an empty folder, "" when it was."""
    shutil.rmtree(environment.folder, ignore_errors=True)
    environment.folder.mkdir(parents=True)
    for command in environment.install:
        print(f"{environment.name}: {command}", flush=True)
        if failure := _failure(command, environment.folder):
            return f"{command}: {failure}"
    return ""


def _failure(command: str, folder: Path) -> str:
    try:
        done = subprocess.run(
            command, shell=True, cwd=folder, env=path_with_uv(), timeout=TIME_LIMIT_S,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"not done after {TIME_LIMIT_S} s"
    return "" if done.returncode == 0 else f"exit status {done.returncode}\n{done.stdout[-2000:]}"
