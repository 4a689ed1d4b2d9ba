"""A process of our own does without pandas; one of the user's keeps it."""

from __future__ import annotations

import subprocess
import sys

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
