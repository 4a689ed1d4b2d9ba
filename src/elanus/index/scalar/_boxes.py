"""Boxes packed into a tree: neighbours lie together, and of every ``FANOUT`` boxes one box round them is kept.

source  Leutenegger, Lopez, Edgington: "STR: A Simple and Efficient Algorithm for R-Tree Packing", ICDE 1997
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt

import numpy as np
import numpy.typing as npt

from elanus.index.scalar._postings import united
from elanus.schema.geometry import Boxes, meeting

PackedBoxes = npt.NDArray[np.float32]
"""(n, 4) as float32, rounded away from the middle: never smaller than the box."""
Positions = npt.NDArray[np.int64]

FANOUT = 64


def rounded(boxes: Boxes) -> PackedBoxes:
    """As float32, each side moved outwards where it does not fit."""
    with np.errstate(over="ignore"):  # beyond the largest float32 lies infinity, which is where it belongs
        packed: PackedBoxes = boxes.astype(np.float32)
    lowest, highest = packed[:, :2], packed[:, 2:]
    np.nextafter(lowest, np.float32(-np.inf), out=lowest, where=lowest > boxes[:, :2])
    np.nextafter(highest, np.float32(np.inf), out=highest, where=highest < boxes[:, 2:])
    return packed


def packing_order(boxes: Boxes) -> Positions:
    """The order that puts neighbours together: slices from left to right, in each from bottom to top."""
    x, y = boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]
    nodes = ceil(len(boxes) / FANOUT)
    in_a_slice = max(1, ceil(sqrt(nodes))) * FANOUT  # whole nodes: one across two slices would be as high as both
    slice_of = np.empty(len(boxes), np.int64)
    slice_of[np.argsort(x, kind="stable")] = np.arange(len(boxes)) // in_a_slice
    return np.lexsort((y, slice_of))


def levels_over(boxes: PackedBoxes) -> list[PackedBoxes]:
    """The boxes, then round every ``FANOUT`` of them one, and so on, until there are few."""
    levels = [boxes]
    while len(levels[-1]) > FANOUT:
        below = levels[-1]
        firsts = np.arange(0, len(below), FANOUT)
        lowest, highest = np.minimum.reduceat(below[:, :2], firsts), np.maximum.reduceat(below[:, 2:], firsts)
        levels.append(np.hstack((lowest, highest)))
    return levels


def met(levels: Sequence[PackedBoxes], areas: Boxes) -> Positions:
    """Positions, ascending, of the boxes of the lowest level that meet an area."""
    highest = levels[-1]
    hits = np.flatnonzero(meeting(highest, areas))
    for below in levels[-2::-1]:
        firsts = hits * FANOUT
        children = united(firsts, np.minimum(firsts + FANOUT, len(below)))
        hits = children[meeting(below[children], areas)]
    return hits
