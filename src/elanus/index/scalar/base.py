"""The contract of a scalar index type: declaration, build function, opened index.

An index names rows by what stands in one column; NULL is never in it (the column itself knows where it is NULL), nor is
NaN, which no comparison but ``!=`` is true of. A list column is indexed by the elements of its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.index.generation import NEWEST, Generation
from elanus.index.params import Param, Values
from elanus.schema.geometry import Boxes
from elanus.schema.types import DataType

RowNumbers = npt.NDArray[np.uint32]
Payload = Mapping[str, pa.Array]
"""What is in the file of an index: named arrays, each of its own length."""


@dataclass(frozen=True, slots=True)
class ScalarSpec:
    """What to build: a resolved request. ``params`` holds every build parameter, defaults filled in."""

    type: str
    params: Values


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The rows an index names.

    count  how many at most, known before they are looked up
    exact  they are the answer; else candidates, the answer is among them
    """

    index: ScalarIndex
    count: int
    look_up: Callable[[], RowNumbers]
    exact: bool = True

    def rows(self) -> RowNumbers:
        """Their numbers, in no order; one may come twice."""
        self.index.uses += 1
        return self.look_up()


class ScalarIndex:
    """A finished index over one column of one segment. Safe to ask from many threads.

    A question answered with None is one this index cannot answer better than the column itself. This one answers none:
    it stands where the column holds values that no index could hold exactly.

    resident_bytes  memory held by this process for it, mapped pages not counted
    uses            how often its rows were looked up since it was opened; of two threads at one moment one may not be
                    counted
    """

    def __init__(self, row_count: int) -> None:
        self.row_count = row_count
        self.resident_bytes = 0
        self.uses = 0

    def equal(self, values: pa.Array) -> Found | None:
        """Rows that hold one of the values (no NULLs; of the column's class: whole numbers as int64 ...)."""
        return None

    def compared(self, symbol: str, value: Any) -> Found | None:
        """Rows whose value is ``<``, ``<=``, ``>`` or ``>=`` a number or string."""
        return None

    def like(self, pattern: str) -> Found | None:
        """Rows whose string matches (``%``, ``_``, backslash escapes the next character)."""
        return None

    def meeting(self, areas: Boxes) -> Found | None:
        """Rows whose shape lies in a box that has a point in common with one of the areas, (k, 4)."""
        return None


@dataclass(frozen=True)
class ScalarType:
    """The declaration of a scalar index type.

    data_types     fields it can be built on; element_types: of ARRAY fields; cast_types: of values at a JSON path
    unfit          Milvus's refusal of another field; ``{type}`` is the field's type
    on_primary_key ``""``, or Milvus's refusal of the primary key
    build          column and parameters -> payload
    open           payload, number of rows -> index
    copies         of everything, that a build holds at its peak
    offered        False: chosen by AUTOINDEX, never asked for by name
    stands_in      "" = the named method itself; else a sentence: which method answers in its place, and why
    check_sent     raises ParameterInvalid for parameters as sent, where Milvus has a text of its own
    """

    name: str
    about: str
    data_types: tuple[DataType, ...]
    unfit: str
    build: Callable[[pa.Array, Values], Payload]
    open: Callable[[Payload, int], ScalarIndex]
    aliases: tuple[str, ...] = ()
    element_types: tuple[DataType, ...] = ()
    cast_types: tuple[str, ...] = ()
    build_params: tuple[Param, ...] = ()
    on_primary_key: str = ""
    since: Generation = Generation.V2_4
    until: Generation = NEWEST
    copies: int = 4
    offered: bool = True
    stands_in: str = ""
    check_sent: Callable[[Mapping[str, Any]], None] | None = None


BOOL_INTS_VARCHAR = (
    DataType.BOOL, DataType.INT8, DataType.INT16, DataType.INT32, DataType.INT64, DataType.VARCHAR,
)  # fmt: skip
FLOATS = (DataType.FLOAT, DataType.DOUBLE)
