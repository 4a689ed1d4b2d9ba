"""What a filter expects of an index over one column; who has such indexes hands them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy.typing as npt

from elanus.schema.geometry import Boxes

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Place:
    """What an index is over: a field, or the values of one type at a JSON path.

    cast  of a JSON path: ``BOOL``, ``DOUBLE``, ``VARCHAR``, or ``ARRAY_`` and one of them for the elements of lists
    """

    field: str
    keys: tuple[str | int, ...] = ()
    cast: str = ""

    def __str__(self) -> str:
        """As Milvus names it: the field, and the path below it (``info/price``)."""
        return "/".join((self.field, *map(str, self.keys)))


class FoundRows(Protocol):
    """Rows an index names; none of them is NULL there.

    count  how many at most, known before they are looked up
    exact  they are the answer; else candidates, the answer is among them
    """

    @property
    def count(self) -> int: ...

    @property
    def exact(self) -> bool: ...

    def rows(self) -> npt.NDArray[Any]:
        """Their numbers, in no order; one may come twice."""
        ...


class FieldIndex(Protocol):
    """None = the column itself answers better."""

    def equal(self, values: pa.Array) -> FoundRows | None: ...

    def compared(self, symbol: str, value: Any) -> FoundRows | None:
        """symbol  ``<``, ``<=``, ``>`` or ``>=``"""
        ...

    def like(self, pattern: str) -> FoundRows | None: ...

    def meeting(self, areas: Boxes) -> FoundRows | None:
        """areas  (k, 4) boxes of which a row's meets one (:mod:`elanus.schema.geometry`)"""
        ...


Indexes = Mapping[Place, FieldIndex]

NO_INDEXES: Indexes = {}
