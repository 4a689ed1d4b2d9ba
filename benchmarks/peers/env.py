"""Python environments of the peers, made on demand: their dependencies contradict each other and ours.

``ELANUS_BENCH_ENVS`` names the folder they live in; by default ``.bench-envs`` in the checkout.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import venv
from pathlib import Path


class PeerUnavailable(Exception):
    """A peer could not be installed or started; it is reported as absent, never made up."""


def python_of(name: str, requirements: tuple[str, ...]) -> Path:
    """The interpreter of the environment ``name``, created with these requirements when it is not there."""
    folder = _root() / name
    python = folder / "bin" / "python"
    if not python.exists():
        _create(folder, python, requirements)
    return python


def _create(folder: Path, python: Path, requirements: tuple[str, ...]) -> None:
    print(f"preparing {folder} with {', '.join(requirements)}")
    venv.create(folder, with_pip=True)
    done = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", *requirements], capture_output=True, text=True, check=False
    )
    if done.returncode:
        shutil.rmtree(folder)
        raise PeerUnavailable(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "pip failed")


def _root() -> Path:
    return Path(os.environ.get("ELANUS_BENCH_ENVS", Path(__file__).resolve().parents[2] / ".bench-envs"))
