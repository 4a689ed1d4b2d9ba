"""The payload of an index that is plain arrays: a table of them, then one after the other, ready to be mapped.

length of the table (8 bytes, little-endian) | JSON {name: [dtype, shape, offset]} | arrays, 64-byte aligned
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_LENGTH = struct.Struct("<Q")
_ALIGNMENT = 64
_TABLE_BYTES_PER_ARRAY = 256

Arrays = Mapping[str, npt.NDArray[Any]]


def write_arrays(path: Path, arrays: Arrays) -> None:
    """The payload file, replaced if it is there."""
    offsets = [_aligned(_LENGTH.size + _TABLE_BYTES_PER_ARRAY * len(arrays))]
    for array in arrays.values():
        offsets.append(_aligned(offsets[-1] + array.nbytes))
    placed = zip(arrays.items(), offsets, strict=False)
    text = json.dumps({name: [array.dtype.str, array.shape, at] for (name, array), at in placed}).encode()
    with path.open("wb") as file:
        file.write(_LENGTH.pack(len(text)) + text)
        for array, at in zip(arrays.values(), offsets, strict=False):
            file.seek(at)
            file.write(np.ascontiguousarray(array).data)
        file.truncate(offsets[-1])


def map_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a payload, mapped from the file, read-only."""
    content = np.memmap(path, np.uint8, mode="r").view(np.ndarray)
    return {name: _array(content, *entry) for name, entry in _table(content).items()}


def offset_of(path: Path, name: str) -> int:
    """Where an array of a payload begins in its file; for native code that maps the file itself."""
    content = np.memmap(path, np.uint8, mode="r").view(np.ndarray)
    return int(_table(content)[name][2])


def _table(content: npt.NDArray[np.uint8]) -> dict[str, Any]:
    (length,) = _LENGTH.unpack(content[: _LENGTH.size].tobytes())
    table: dict[str, Any] = json.loads(content[_LENGTH.size : _LENGTH.size + length].tobytes())
    return table


def _array(content: npt.NDArray[np.uint8], dtype: str, shape: list[int], offset: int) -> npt.NDArray[Any]:
    kind = np.dtype(dtype)
    length = int(np.prod(shape)) * kind.itemsize
    return content[offset : offset + length].view(kind).reshape(shape)


def _aligned(position: int) -> int:
    return -(-position // _ALIGNMENT) * _ALIGNMENT
