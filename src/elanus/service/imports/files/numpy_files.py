"""Rows of NumPy files, one for each field and named by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.errors import ImportFailed
from elanus.schema.types import DataType
from elanus.service.imports.files.arrow_columns import sent_columns
from elanus.service.imports.files.mapped import mapped_copy
from elanus.service.imports.files.names import undeclared
from elanus.service.imports.files.piece import Piece, Source, rows_at_once
from elanus.service.imports.files.refused import readable

Values = npt.NDArray[Any]

_NOT_IN_NUMPY = (DataType.ARRAY, DataType.SPARSE_FLOAT_VECTOR)


def read_numpy(source: Source) -> Iterator[Piece]:
    """Vectors are matrices, texts and JSON arrays of strings. Nothing pickled is read."""
    files = {path.stem: _opened(path, source.scratch) for path in source.paths}
    others = undeclared(source, list(files))
    _check_types(source, files)
    count, step = _row_count(files), rows_at_once(source.schema)
    for first in range(0, count, step):
        last = min(first + step, count)
        with readable(source.path, "NumPy file"):
            rows = pa.record_batch({name: _column(name, values[first:last]) for name, values in files.items()})
        yield Piece(sent_columns(source.schema, rows, others), last - first, last / count)


def _opened(path: Path, scratch: Path) -> Values:
    with readable(path, "NumPy file"):
        content = mapped_copy(path, scratch)
        head = np.lib.format
        read_head = head.read_array_header_1_0 if head.read_magic(content) == (1, 0) else head.read_array_header_2_0
        shape, by_columns, kind = read_head(content)
        if kind.hasobject:
            raise ImportFailed(f"{path.name} holds Python objects, which are not read: save numbers or strings")
        if len(shape) not in (1, 2):
            raise ImportFailed(f"{path.name} has the shape {shape}, allowed: (rows,), of vectors (rows, numbers)")
        return np.ndarray(shape, kind, content, content.tell(), order="F" if by_columns else "C")


def _check_types(source: Source, files: Mapping[str, Values]) -> None:
    for field in source.schema.user_fields:
        if field.name in files and field.type in _NOT_IN_NUMPY:
            raise ImportFailed(
                "unsupported importing numpy files for collection with data type: "
                f"{field.type.milvus_name}, field: {field.name}"
            )


def _row_count(files: Mapping[str, Values]) -> int:
    counts = {name: len(values) for name, values in files.items()}
    if len(set(counts.values())) > 1:
        shown = ", ".join(f"{name}: {count}" for name, count in counts.items())
        raise ImportFailed(f"the number of rows differs between the files: {shown}")
    return next(iter(counts.values()))


def _column(name: str, values: Values) -> pa.Array:
    if values.dtype == np.dtype("V2"):  # bfloat16, of which NumPy knows only the size
        values = np.ascontiguousarray(values).view(np.uint8)
    native = np.ascontiguousarray(values, values.dtype.newbyteorder("="))
    if native.ndim == 1:
        flat = pa.array(native)
        return flat.cast(pa.string()) if pa.types.is_binary(flat.type) else flat
    if not native.shape[1] or native.dtype.kind not in "iuf":
        raise ImportFailed(f"field '{name}': a file of {native.dtype} with shape {values.shape} is no column of values")
    return pa.FixedSizeListArray.from_arrays(pa.array(native.reshape(-1)), native.shape[1])
