"""RTREE: shapes by the boxes they lie in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from elanus.index.generation import Generation
from elanus.index.params import Values
from elanus.index.scalar._boxes import PackedBoxes, levels_over, met, packing_order, rounded
from elanus.index.scalar.base import Found, Payload, RowNumbers, ScalarIndex, ScalarType
from elanus.schema.geometry import Boxes, boxes_of
from elanus.schema.types import DataType


class BoxTree(ScalarIndex):
    """levels  the packed boxes, then what lies round them; rows (n,) of each packed box"""

    def __init__(self, levels: Sequence[PackedBoxes], rows: RowNumbers, row_count: int) -> None:
        super().__init__(row_count)
        self._levels = levels
        self._rows = rows

    def meeting(self, areas: Boxes) -> Found:
        """Candidates: shapes may be apart where their boxes are not."""
        positions = met(self._levels, areas)
        return Found(self, len(positions), lambda: self._rows[positions], exact=False)


def build(column: pa.Array, params: Values) -> Payload:
    boxes = boxes_of(column)
    rows = np.flatnonzero(~np.isnan(boxes[:, 0])).astype(np.uint32)
    order = packing_order(boxes[rows])
    rows = rows[order]
    levels = levels_over(rounded(boxes[rows]))
    return {"rows": pa.array(rows), **{f"level {height}": pa.array(one.ravel()) for height, one in enumerate(levels)}}


def open_tree(payload: Payload, row_count: int) -> BoxTree:
    levels = [payload[f"level {height}"].to_numpy().reshape(-1, 4) for height in range(len(payload) - 1)]
    return BoxTree(levels, payload["rows"].to_numpy(), row_count)


DECLARATION = ScalarType(
    name="RTREE",
    about="Shapes by the boxes they lie in: within, intersects and the other relations, and distances from a point.",
    data_types=(DataType.GEOMETRY,),
    unfit="RTREE index can only be built on geometry field",
    build=build,
    open=open_tree,
    since=Generation.V2_6,
)
