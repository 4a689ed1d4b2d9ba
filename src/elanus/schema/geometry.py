"""Shapes of GEOMETRY fields: as text (WKT) at the doors, as bytes (ISO WKB) where they are kept, as objects to compare.

    text of the client -> wkb_of_texts -> stored column -> shapes_of -> compared
                                                        -> texts_of -> text for the client

shapely, which does the work, is loaded by the first shape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Shape: TypeAlias = Any
"""A shape of shapely, which says nothing of its types."""
Shapes: TypeAlias = npt.NDArray[np.object_]
Boxes: TypeAlias = npt.NDArray[np.floating[Any]]
"""(n, 4) lowest x and y, highest x and y; NaN where there is no point to hold."""

MOST_BYTES = 65536
"""A shape may take as much as a JSON document."""
DEEPEST = 32
"""Brackets inside brackets of a text, collections inside collections of bytes; GDAL reads no more either."""
_TOO_DEEP = f"nested more than {DEEPEST} deep"
_LONGEST_CAUSE = 200
"""A cause may quote what was sent, however long that is."""
_COLLECTION_CHARACTERS = len("GEOMETRYCOLLECTION()")
_POLYGON_TYPE = 3
"""Points and lines have lower numbers; what is made of several shapes has higher ones."""
_EVERY_DIGIT = 400
"""Digits after the point that a text may have: more than any float64 needs, and none is written that it does not."""
_POINT_BYTES = 21
"""A byte order, a type and two float64: no other shape fills as many."""
_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])


class BadShape(ValueError):
    """What was sent is no shape. row  its place in the column"""

    def __init__(self, row: int, cause: str) -> None:
        super().__init__(cause)
        self.row = row


def shape_of(text: str) -> Shape:
    """The shape that a WKT text names. Raises BadShape."""
    return _read_texts(pa.array([text], pa.large_string()))[0]


def wkb_of_texts(texts: pa.Array) -> pa.Array:
    """WKT -> the bytes that are kept; NULL stays. Raises BadShape."""
    return _wkb(_read_texts(texts))


def wkb_of_bytes(sent: pa.Array) -> pa.Array:
    """WKB of any byte order and dialect -> the bytes that are kept; NULL stays. Raises BadShape."""
    import shapely

    _check_size(sent)
    return _wkb(_parsed(shapely.from_wkb, _objects(sent)))


def texts_of(column: pa.Array) -> pa.Array:
    """The stored column as WKT, large_string, every coordinate with as many digits as it has; NULL stays."""
    import shapely

    return pa.array(shapely.to_wkt(shapes_of(column), rounding_precision=_EVERY_DIGIT), pa.large_string())


def shapes_of(column: pa.Array) -> Shapes:
    """(n,) the stored column as shapes; None where NULL."""
    import shapely

    points = _coordinates(column)
    shapes: Shapes = shapely.from_wkb(_objects(column)) if points is None else shapely.points(points)
    return shapes


def boxes_of(column: pa.Array) -> Boxes:
    """(n, 4) what each stored shape lies in; NaN for NULL and for an empty shape."""
    import shapely

    points = _coordinates(column)
    boxes: Boxes = shapely.bounds(shapes_of(column)) if points is None else np.hstack((points, points))
    return boxes


def meeting(boxes: Boxes, areas: Boxes) -> npt.NDArray[np.bool_]:
    """(n,) whether each box has a point in common with one of the (k, 4) areas, of which there are few."""
    lowest_x, lowest_y, highest_x, highest_y = boxes.T
    meets = np.zeros(len(boxes), np.bool_)
    for left, bottom, right, top in areas:
        meets |= (lowest_x <= right) & (highest_x >= left) & (lowest_y <= top) & (highest_y >= bottom)
    return meets


def _coordinates(column: pa.Array) -> npt.NDArray[np.float64] | None:
    """(n, 2) x and y when the column is nothing but points, which then need no parsing; else None."""
    extremes = pc.min_max(pc.binary_length(column)).as_py()
    if column.null_count or extremes != {"min": _POINT_BYTES, "max": _POINT_BYTES}:
        return None
    _, offsets, data = column.buffers()
    first = np.frombuffer(offsets, np.int64, count=1, offset=column.offset * 8)[0]
    points = np.frombuffer(data, _POINT, count=len(column), offset=int(first))
    coordinates = np.column_stack((points["x"], points["y"]))
    return None if np.isnan(coordinates).any() else coordinates  # NaN is how the empty point is written


def _read_texts(texts: pa.Array) -> Shapes:
    import shapely

    _check_whole(texts)
    _check_brackets(texts)
    return _parsed(shapely.from_wkt, _objects(texts))


def _check_whole(texts: pa.Array) -> None:
    """A text is read up to its first NUL; what stands behind one would be lost without a word."""
    cut = pc.match_substring(texts, "\0")
    if pc.any(cut).as_py():
        raise BadShape(cut.index(True).as_py(), "ParseException: a text with a NUL character")


def _check_brackets(texts: pa.Array) -> None:
    """Texts are read by functions that call themselves for every collection inside another, on one stack.

    Only a long text can hold so many, and only of those are the brackets counted.
    """
    long = pc.greater(pc.binary_length(texts), DEEPEST * _COLLECTION_CHARACTERS).fill_null(False)
    for row in np.flatnonzero(long.to_numpy(zero_copy_only=False)):
        characters = np.frombuffer(texts[int(row)].as_py().encode(), np.uint8)
        steps = (characters == ord("(")).astype(np.int64) - (characters == ord(")"))
        if np.cumsum(steps).max() > DEEPEST:
            raise BadShape(int(row), _TOO_DEEP)


def _check_parts(shapes: Shapes) -> None:
    """No collection too deep, and no hole without a point: GEOS 3.14 crashes when it relates such a polygon."""
    import shapely

    parts, rows = _simple_parts(shapes)
    polygons = shapely.get_type_id(parts) == _POLYGON_TYPE
    if not polygons.any():
        return
    rings, places = shapely.get_rings(parts[polygons], return_index=True)
    empty = shapely.is_empty(rings) & ~shapely.is_empty(parts[polygons][places])
    if empty.any():
        raise BadShape(int(rows[polygons][places[empty.argmax()]]), "a polygon has a ring without points")


def _simple_parts(shapes: Shapes) -> tuple[Shapes, npt.NDArray[np.int64]]:
    """Points, lines and polygons, out of the collections they are in; and the row of each."""
    import shapely

    parts, rows = shapes, np.arange(len(shapes))
    for _ in range(DEEPEST):
        several = shapely.get_type_id(parts) > _POLYGON_TYPE
        if not several.any():
            return parts, rows
        deepest = int(rows[several.argmax()])
        parts, places = shapely.get_parts(parts, return_index=True)
        rows = rows[places]
    raise BadShape(deepest, _TOO_DEEP)


def _check_size(sent: pa.Array) -> None:
    lengths = pc.binary_length(sent)
    longest = pc.max(lengths).as_py()
    if longest is not None and longest > MOST_BYTES:
        raise BadShape(lengths.index(longest).as_py(), f"{longest} bytes are more than {MOST_BYTES}")


def _parsed(parse: Callable[..., Shapes], sent: Shapes) -> Shapes:
    from shapely.errors import ShapelyError

    try:
        return _sound(parse, sent)
    except (ShapelyError, NotImplementedError):  # the latter: curves
        raise _first_bad(parse, sent) from None


def _first_bad(parse: Callable[..., Shapes], sent: Shapes) -> BadShape:
    """Parsing a whole column does not say which row failed, so here is a loop over rows."""
    from shapely.errors import ShapelyError

    for row in range(len(sent)):
        try:
            _sound(parse, sent[row : row + 1])
        except (ShapelyError, NotImplementedError, BadShape) as wrong:
            return BadShape(row, str(wrong).strip()[:_LONGEST_CAUSE])
    raise AssertionError("every single row could be parsed")


def _sound(parse: Callable[..., Shapes], sent: Shapes) -> Shapes:
    with np.errstate(all="ignore"):
        shapes = parse(sent)
    _check_parts(shapes)
    _check_finite(shapes)
    return shapes


def _check_finite(shapes: Shapes) -> None:
    import shapely

    coordinates, rows = shapely.get_coordinates(shapes, include_z=False, return_index=True)
    infinite = ~np.isfinite(coordinates).all(axis=1)
    if infinite.any():
        raise BadShape(int(rows[infinite.argmax()]), "a coordinate is not a finite number")


def _wkb(shapes: Shapes) -> pa.Array:
    import shapely

    kept = pa.array(shapely.to_wkb(shapes, byte_order=1, flavor="iso"), pa.large_binary())
    _check_size(kept)
    return kept


def _objects(column: pa.Array) -> Shapes:
    objects: Shapes = column.to_numpy(zero_copy_only=False)
    return objects
