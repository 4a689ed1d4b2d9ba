"""A process of our own does without pandas, one of the user's keeps it; what is freed goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

SCRIPT = """
import sys
import pyarrow as pa
from elanus.schema.lean import keep_pandas_out

keep_pandas_out()
pa.array([1.5]).to_numpy()
assert "pandas" not in sys.modules
import pandas
assert pandas.Series([1]).sum() == 1
"""


def test_pyarrow_does_not_import_pandas_and_others_still_can() -> None:
    subprocess.run([sys.executable, "-c", SCRIPT], check=True)


FREED = """
import numpy as np
from elanus.schema.lean import give_memory_back

def held_mb():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024

parts = [np.ones(10_000, np.uint8) for _ in range(10_000)]
last = np.ones(10_000, np.uint8)  # keeps the top of the heap in use
full = held_mb()
del parts
give_memory_back()
assert full - held_mb() > 60, (full, held_mb())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked to give memory back")
def test_what_is_freed_between_what_is_used_goes_back_to_the_system() -> None:
    subprocess.run([sys.executable, "-c", FREED], check=True)
