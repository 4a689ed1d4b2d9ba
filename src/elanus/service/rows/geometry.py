"""Are these shapes? As text (WKT) or as bytes (WKB), within the size of a document."""

from __future__ import annotations

import pyarrow as pa

from elanus.errors import ParameterInvalid
from elanus.schema.field import Field
from elanus.schema.geometry import BadShape, wkb_of_bytes, wkb_of_texts


def checked_geometry(field: Field, values: pa.Array) -> pa.Array:
    """The shapes as they are kept. Raises ParameterInvalid naming field and row.

    values  WKT or WKB
    source  the message is that of Milvus 2.6, Insert
    """
    read = wkb_of_texts if pa.types.is_large_string(values.type) else wkb_of_bytes
    try:
        return read(values)
    except BadShape as wrong:
        raise ParameterInvalid(
            f"invalid Geometry data, transform to wkb failed: {wrong}, field: {field.name}, row: {wrong.row}:"
            " invalid parameter"
        ) from None
