"""Shapes of an insert: Milvus's words for what is none."""

from __future__ import annotations

import pyarrow as pa
import pytest
import shapely

from elanus.errors import ParameterInvalid, SchemaInvalid
from elanus.schema.field import Field
from elanus.schema.geometry import MOST_BYTES, texts_of
from elanus.schema.types import DataType
from elanus.service.rows.geometry import checked_geometry
from elanus.service.schema.defaults import check_default

PLACE = Field(101, "place", DataType.GEOMETRY)
SENT = ["POINT (1 2)", None, "LINESTRING (0 0, 1 1)"]


def test_text_and_bytes_are_kept_as_the_same():
    kept = checked_geometry(PLACE, pa.array(SENT, pa.large_string()))
    assert texts_of(kept).to_pylist() == SENT
    assert checked_geometry(PLACE, kept).equals(kept)


def test_what_is_no_shape_names_field_and_row():
    with pytest.raises(ParameterInvalid) as refused:
        checked_geometry(PLACE, pa.array([*SENT, "POIN (1 2)"], pa.large_string()))
    assert refused.value.message == (
        "invalid Geometry data, transform to wkb failed: ParseException: Unknown type: 'POIN', field: place, row: 3:"
        " invalid parameter"
    )


def test_a_shape_is_no_larger_than_a_document():
    def circle(points: int) -> pa.Array:
        return pa.array(["POINT (0 0)", shapely.linestrings([(x, 0) for x in range(points)]).wkt], pa.large_string())

    head, vertex = 9, 16
    most = (MOST_BYTES - head) // vertex
    assert len(checked_geometry(PLACE, circle(most))) == 2
    with pytest.raises(ParameterInvalid, match="65545 bytes are more than 65536, field: place, row: 1"):
        checked_geometry(PLACE, circle(most + 1))


@pytest.mark.parametrize(
    ("default", "text"), [(7, "text .WKT. of a shape is expected"), ("POINT", "invalid default value for geometry")]
)
def test_a_default_is_a_shape(default: object, text: str):
    with pytest.raises(SchemaInvalid, match=text):
        check_default(Field(101, "place", DataType.GEOMETRY, default=default))
    check_default(Field(101, "place", DataType.GEOMETRY, default="POINT (1 2)"))
