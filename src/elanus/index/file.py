"""The file of a finished index (or of a checkpoint): a payload of its type's own format, then our trailer.

    payload | JSON header, UTF-8 | length of header, of payload, xxh3 of both (8 bytes each) | version | magic

The trailer stands last because native libraries read the payload from the start of the file and ignore what follows.
All numbers little-endian. The header holds the spec, the rows and, in a finished index, its measured report.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xxhash

from elanus.errors import DataCorrupted
from elanus.index.base import IndexSpec, VectorIndex, Vectors
from elanus.index.registry import index_type
from elanus.index.specs import Spec, spec_from_json, spec_to_json

MAGIC = b"ELANUSIX"
FORMAT_VERSION = 1
_TAIL = struct.Struct("<QQQI8s")
_READ_BYTES = 1 << 22


@dataclass(frozen=True, slots=True)
class Trailer:
    """What an index file says about itself.

    row_count  rows of the segment; rows_done how many of them the payload holds (fewer in a checkpoint)
    report     what the build of a finished index measured, as JSON; empty in a checkpoint
    """

    spec: Spec
    row_count: int
    rows_done: int
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Tail:
    header_bytes: int
    payload_bytes: int
    checksum: int


def write_trailer(path: Path, trailer: Trailer) -> None:
    """Ends a payload that is already in the file. Nothing may be written to the file after."""
    header = _header_to_json(trailer)
    payload_bytes = path.stat().st_size
    with path.open("ab") as file:
        file.write(header)
        file.flush()
        checksum = _checksum(path, payload_bytes + len(header))
        file.write(_TAIL.pack(len(header), payload_bytes, checksum, FORMAT_VERSION, MAGIC))


def read_trailer(path: Path) -> Trailer:
    """What the file says about itself; the payload is not read. Raises DataCorrupted."""
    tail = _read_tail(path)
    with path.open("rb") as file:
        file.seek(tail.payload_bytes)
        header = file.read(tail.header_bytes)
    try:
        return _header_from_json(header)
    except (ValueError, KeyError, TypeError) as wrong:
        raise DataCorrupted(f"{path}: index header cannot be read: {wrong}") from None


def verify(path: Path) -> Trailer:
    """Reads the whole file; its trailer when every byte is as written. Raises DataCorrupted."""
    tail = _read_tail(path)
    found = _checksum(path, tail.payload_bytes + tail.header_bytes)
    if found != tail.checksum:
        raise DataCorrupted(f"{path}: index checksum is {found:016x}, written was {tail.checksum:016x}")
    return read_trailer(path)


def open_index(path: Path, spec: IndexSpec, vectors: Vectors) -> VectorIndex:
    """A finished index file, open for search. Its payload is trusted: :func:`verify` first where it may be damaged.

    Raises DataCorrupted when the file is cut short or was made for another spec or segment.
    """
    trailer = read_trailer(path)
    if (trailer.spec, trailer.row_count, trailer.rows_done) != (spec, len(vectors), len(vectors)):
        raise DataCorrupted(
            f"{path}: index of {trailer.rows_done} of {trailer.row_count} rows, {trailer.spec}; "
            f"expected {len(vectors)} rows, {spec}"
        )
    opened = index_type(spec.type).open
    if opened is None:
        raise DataCorrupted(f"{path}: {spec.type} has no index file")
    return opened(path, spec, vectors)


def _read_tail(path: Path) -> _Tail:
    size = path.stat().st_size
    if size < _TAIL.size:
        raise DataCorrupted(f"{path}: index file of {size} bytes is too short for its trailer")
    with path.open("rb") as file:
        file.seek(size - _TAIL.size)
        header_bytes, payload_bytes, checksum, version, magic = _TAIL.unpack(file.read(_TAIL.size))
    if magic != MAGIC or header_bytes + payload_bytes + _TAIL.size != size:
        raise DataCorrupted(f"{path}: index file does not end with a valid trailer")
    if version != FORMAT_VERSION:
        raise DataCorrupted(f"{path}: index format {version} is not known, this version reads {FORMAT_VERSION}")
    return _Tail(header_bytes, payload_bytes, checksum)


def _checksum(path: Path, length: int) -> int:
    """xxh3 of the first ``length`` bytes."""
    hasher, left = xxhash.xxh3_64(), length
    with path.open("rb") as file:
        while left and (part := file.read(min(left, _READ_BYTES))):
            hasher.update(part)
            left -= len(part)
    return int(hasher.intdigest())


def _header_to_json(trailer: Trailer) -> bytes:
    header = {
        **spec_to_json(trailer.spec),
        "row_count": trailer.row_count,
        "rows_done": trailer.rows_done,
        "report": dict(trailer.report),
    }
    return json.dumps(header, sort_keys=True).encode()


def _header_from_json(header: bytes) -> Trailer:
    data = json.loads(header)
    return Trailer(spec_from_json(data), data["row_count"], data["rows_done"], data["report"])
