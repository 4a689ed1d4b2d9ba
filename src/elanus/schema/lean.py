"""Keeps processes of our own lean: no pandas, and no memory held that nothing uses.

pyarrow looks for pandas at its first conversion, and finds it wherever pymilvus is installed: a second of imports and
some 40 MB that nothing here uses. A process that belongs to Elanus alone (server, build worker) says no, once; in a
user's process pyarrow stays as it is. So does its allocator, which holds on to what was freed by another thread than
the one that asked for it: after 60,000 x 384 floats came in and were sealed, 170 MB.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

import pyarrow as pa


class _NoPandas:
    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == "pandas":
            raise ImportError("pandas is not used in this process")
        return None


def keep_pandas_out() -> None:
    """Let pyarrow look for pandas now, and find none; a later import of pandas by anyone else works as ever."""
    if "pandas" in sys.modules:
        return
    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(finder)


def use_system_allocator() -> None:
    """Let pyarrow take memory from the system's allocator, which returns large blocks when they are freed."""
    pa.set_memory_pool(pa.system_memory_pool())


def give_memory_back() -> None:
    """Return to the system what was freed in between of what is used; does nothing where the C library cannot.

    After 60,000 x 784 floats came in over the wire and were sealed, 85 MB of messages and blocks long gone.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
