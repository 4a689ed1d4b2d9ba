"""A command that only talks to a server starts at once."""

from __future__ import annotations

import subprocess
import sys


def test_commands_load_no_engine() -> None:
    heavy = ("numpy", "pyarrow", "faiss", "grpc", "pymilvus", "elanus.engine.database", "elanus.service")
    code = f"import sys, elanus.cli.main; print([name for name in {heavy} if name in sys.modules])"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert asked.stdout.strip() == "[]"
