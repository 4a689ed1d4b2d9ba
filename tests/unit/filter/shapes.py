"""A collection of shapes to filter, and its filters answered one row at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

import pyarrow as pa
import shapely

from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.geometry import wkb_of_texts
from elanus.schema.types import DataType

T = TypeVar("T")

SCHEMA = CollectionSchema(
    "places",
    (
        Field(100, "pk", DataType.INT64, is_primary=True),
        Field(101, "place", DataType.GEOMETRY, nullable=True),
        Field(102, "vector", DataType.FLOAT_VECTOR, dim=2),
    ),
)


class ShapeColumns:
    """Rows of SCHEMA; what one sees is a slice, as columns of a segment may be."""

    def __init__(self, texts: Sequence[str | None]) -> None:
        self.row_count = len(texts)
        place = wkb_of_texts(pa.array([None, *texts], pa.large_string()))[1:]
        self._columns = {"pk": pa.array(range(len(texts)), pa.int64()), "place": place}
        self._derived: dict[Hashable, Any] = {}

    def column(self, name: str) -> pa.Array:
        return self._columns[name]

    def derived(self, key: Hashable, compute: Callable[[], T]) -> T:
        if key not in self._derived:
            self._derived[key] = compute()
        return self._derived[key]


def related(relation: str, text: str | None, other: str) -> bool:
    return text is not None and bool(getattr(shapely.from_wkt(text), relation)(shapely.from_wkt(other)))


def near(text: str | None, point: str, metres: float) -> bool:
    """As Milvus says it: haversine between points, else degrees times the metres of a degree at the point."""
    if text is None:
        return False
    shape, centre = shapely.from_wkt(text), shapely.from_wkt(point)
    if shape.is_empty:
        return False
    here = math.radians(centre.y)
    if shape.geom_type != "Point":
        return shape.distance(centre) * 111_320 * math.sqrt((1 + math.cos(here) ** 2) / 2) <= metres
    there = math.radians(shape.y)
    across = math.cos(here) * math.cos(there) * math.sin(math.radians(shape.x - centre.x) / 2) ** 2
    chord = math.sin((there - here) / 2) ** 2 + across
    if chord < 0:
        return False
    return 2 * 6_371_000 * math.atan2(math.sqrt(chord), math.sqrt(max(0.0, 1 - chord))) <= metres
