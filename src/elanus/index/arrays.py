"""The payload of an index that is plain arrays: a table of them, then one after the other, ready to be mapped.

length of the table (8 bytes, little-endian) | JSON {name: [dtype, shape, offset]} | arrays, 64-byte aligned
"""

from __future__ import annotations

import json
import math
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from elanus.errors import DataCorrupted

_LENGTH = struct.Struct("<Q")
_ALIGNMENT = 64
_TABLE_BYTES_PER_ARRAY = 256


@dataclass(frozen=True, slots=True)
class Shape:
    """Of an array that is still to be written."""

    kind: np.dtype[Any]
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * self.kind.itemsize


Arrays = Mapping[str, npt.NDArray[Any]]


def write_arrays(path: Path, arrays: Arrays) -> None:
    """The payload file, replaced if it is there."""
    table, size = _placed({name: Shape(array.dtype, array.shape) for name, array in arrays.items()})
    with path.open("wb") as file:
        _write_table(file, table)
        for name, array in arrays.items():
            file.seek(table[name][2])
            file.write(np.ascontiguousarray(array).data)
        file.truncate(size)


def map_new_arrays(path: Path, shapes: Mapping[str, Shape]) -> dict[str, npt.NDArray[Any]]:
    """The payload file, replaced if it is there; its arrays, zeros, to be written where they are mapped.

    Raises OSError when the disk has no room for all of it.
    """
    table, size = _placed(shapes)
    with path.open("wb") as file:
        _write_table(file, table)
        allocate(file, size)
    content = np.memmap(path, np.uint8, mode="r+").view(np.ndarray)
    return {name: _array(content, *entry) for name, entry in table.items()}


def allocate(file: IO[bytes], size: int) -> None:
    """The file at this size, all of it with its place on disk: no room is an error now, not a crash in a mapping."""
    file.flush()
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
    else:
        file.truncate(size)


def map_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a payload, mapped from the file, read-only. Raises DataCorrupted where there are none."""
    content = np.memmap(path, np.uint8, mode="r").view(np.ndarray)
    try:
        return {name: _array(content, *entry) for name, entry in _table(content).items()}
    except ValueError:
        raise DataCorrupted(f"{path}: does not begin with a table of arrays") from None


def offset_of(path: Path, name: str) -> int:
    """Where an array of a payload begins in its file; for native code that maps the file itself."""
    content = np.memmap(path, np.uint8, mode="r").view(np.ndarray)
    return int(_table(content)[name][2])


def _placed(shapes: Mapping[str, Shape]) -> tuple[dict[str, Any], int]:
    """The table of these arrays, and the bytes of all."""
    table, at = {}, _aligned(_LENGTH.size + _TABLE_BYTES_PER_ARRAY * len(shapes))
    for name, shape in shapes.items():
        table[name] = [shape.kind.str, shape.shape, at]
        at = _aligned(at + shape.nbytes)
    return table, at


def _write_table(file: IO[bytes], table: Mapping[str, Any]) -> None:
    text = json.dumps(table).encode()
    file.write(_LENGTH.pack(len(text)) + text)


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
