"""The column a scalar index is built over, slice by slice."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pyarrow as pa

from elanus.engine.indexes.specs import JSON_CAST_TYPE, JSON_PATH
from elanus.filter.extract import typed_column
from elanus.index.scalar.base import ScalarSpec

SLICE_ROWS = 1 << 15
"""Of JSON documents, some tenths of a second to read."""


def slices_of(column: pa.Array, spec: ScalarSpec) -> Iterator[pa.Array]:
    """The stored column, or the values of one type at the path of a JSON index. At least one slice."""
    for first in range(0, max(1, len(column)), SLICE_ROWS):
        part = column.slice(first, SLICE_ROWS)
        if JSON_PATH not in spec.params:
            yield part
        else:
            keys = tuple(orjson.loads(str(spec.params[JSON_PATH])))
            yield typed_column(part, keys, str(spec.params[JSON_CAST_TYPE]))
