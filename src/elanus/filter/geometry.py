"""Conditions on GEOMETRY fields.

Boxes round the shapes are compared first, and kept; a shape is read from its bytes only where the boxes meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from elanus.filter.columns import null_mask
from elanus.filter.truth import Truth, truth
from elanus.schema.geometry import Boxes, Shapes, boxes_of, meeting, shape_of, shapes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from elanus.filter.columns import Columns, Mask
    from elanus.filter.earth import Circle

_CONVERSE = {
    "equals": "equals",
    "touches": "touches",
    "overlaps": "overlaps",
    "crosses": "crosses",
    "intersects": "intersects",
    "contains": "within",
    "within": "contains",
}
RELATIONS = tuple(_CONVERSE)


@dataclass(frozen=True, slots=True)
class Related:
    """``name relation shape``: the shape of the row is on the left. Made by :func:`related`.

    shape  its bytes, read anew each time, because what is prepared for one thread is not for another
    box    what it lies in; None for an empty shape, which is equal to other empty ones
    """

    relation: str
    name: str
    shape: bytes
    box: tuple[float, float, float, float] | None

    @property
    def fields(self) -> frozenset[str]:
        return frozenset((self.name,))

    def areas(self) -> Boxes | None:
        """(1, 4) what a row that holds must meet; None = no box says."""
        return None if self.box is None else np.array([self.box])

    def truth(self, columns: Columns) -> Truth:
        import shapely

        shape = shapely.from_wkb(self.shape)
        shapely.prepare(shape)
        compare = getattr(shapely, _CONVERSE[self.relation])  # what is prepared must stand on the left

        def holds(shapes: Shapes) -> Mask:
            with np.errstate(all="ignore"):  # coordinates near the largest float64
                mask: Mask = compare(shape, shapes)
            return mask

        return _where_boxes_meet(columns, self.name, self.areas(), holds)


def related(relation: str, name: str, text: str) -> Related:
    """``name relation shape`` of the shape that a WKT names. Raises BadShape."""
    shape = shape_of(text)
    return Related(relation, name, shape.wkb, None if shape.is_empty else shape.bounds)


@dataclass(frozen=True, slots=True)
class Near:
    """Within so many metres of a point."""

    name: str
    circle: Circle

    @property
    def fields(self) -> frozenset[str]:
        return frozenset((self.name,))

    def areas(self) -> Boxes | None:
        return self.circle.areas()

    def truth(self, columns: Columns) -> Truth:
        return _where_boxes_meet(columns, self.name, self.areas(), self.circle.holds)


@dataclass(frozen=True, slots=True)
class IsValid:
    """Not a polygon that crosses itself, and the like."""

    name: str

    @property
    def fields(self) -> frozenset[str]:
        return frozenset((self.name,))

    def truth(self, columns: Columns) -> Truth:
        import shapely

        return _where_boxes_meet(columns, self.name, None, shapely.is_valid)


def _where_boxes_meet(columns: Columns, name: str, areas: Boxes | None, holds: Callable[[Shapes], Mask]) -> Truth:
    """``holds`` of the shapes whose box meets an area (None = of all), False elsewhere."""
    column = columns.column(name)
    null = null_mask(column)
    if areas is None:
        return truth(holds(shapes_of(column)), null)
    boxes = columns.derived(("boxes", name), lambda: boxes_of(column))
    meets = meeting(boxes, areas)
    meets[meets] = holds(shapes_of(column.filter(meets)))
    return truth(meets, null)
