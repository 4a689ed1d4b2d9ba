"""Which hidden partition a row with a partition key belongs to: the same when it is written and when it is searched."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.segment.keys import key_codes

_MIX = np.uint64(0x9E3779B97F4A7C15)


def partition_numbers(values: pa.Array, count: int) -> npt.NDArray[np.int64]:
    """Number 0..count-1 of the partition of each INT64 or VARCHAR value (Fibonacci hashing of its 64-bit code)."""
    mixed = key_codes(values).view(np.uint64) * _MIX
    return ((mixed >> np.uint64(32)) % np.uint64(count)).astype(np.int64)


def partition_name(number: int) -> str:
    """Milvus's name of a hidden partition: ``_default_3``."""
    return f"_default_{number}"
