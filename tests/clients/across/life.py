"""Every generation searches what every other made: ``life.py FOLDER`` with a venv for each in the folder."""

import json
import subprocess
import sys
from pathlib import Path

from rows import VECTORS, nearest
from steps import expect, run

HERE, ENVIRONMENTS = Path(__file__).parent, Path(sys.argv[1])
GENERATIONS = ("1_1", "2_0", "3_0")


class Life:
    """One operation for each pair, added below."""


def _as(generation, what, name):
    """What the script of that generation prints. Raises RuntimeError with its last words."""
    python = ENVIRONMENTS / generation / "bin" / "python"
    command = [python, "-W", "ignore", HERE / f"as_{generation}.py", what, name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise RuntimeError(done.stderr[-300:])
    return done.stdout


def _crossing(maker, reader):
    def crossing(_self):
        name = f"made_by_{maker}_for_{reader}"
        _as(maker, "make", name)
        found = _as(reader, "search", name).rpartition("found ")[2]
        expect(json.loads(found), nearest(VECTORS[17], 10))

    return crossing


for maker in GENERATIONS:
    for reader in GENERATIONS:
        if maker != reader:
            name = f"search by {reader} what {maker} made".replace("_", ".")
            setattr(Life, name, _crossing(maker, reader))

if __name__ == "__main__":
    run(Life())
