"""JSON made comparable: the values at one path of all rows, as one typed column per JSON type.

Reading JSON costs a Python step per row, so it is done once per segment and path and kept (``Columns.derived``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from elanus.filter.columns import Columns, Mask, Numbers, null_mask
from elanus.filter.members import Members
from elanus.filter.operands import Kind
from elanus.schema.field import DYNAMIC_FIELD_NAME
from elanus.schema.types import INTEGER_RANGES, DataType

if TYPE_CHECKING:
    from collections.abc import Iterable

_INT64_MIN, _INT64_MAX = INTEGER_RANGES[DataType.INT64]


class JsonKind(IntEnum):
    """NOTHING: no such key, or an explicit null; both are treated alike."""

    NOTHING = 0
    BOOL = 1
    INT = 2
    FLOAT = 3
    STRING = 4
    LIST = 5
    OBJECT = 6


SCALAR_KINDS = {
    JsonKind.BOOL: Kind.BOOL,
    JsonKind.INT: Kind.INT,
    JsonKind.FLOAT: Kind.FLOAT64,
    JsonKind.STRING: Kind.STRING,
}
_KINDS_OF_TYPES: dict[type, JsonKind] = {
    type(None): JsonKind.NOTHING,
    bool: JsonKind.BOOL,
    int: JsonKind.INT,
    float: JsonKind.FLOAT,
    str: JsonKind.STRING,
    list: JsonKind.LIST,
    dict: JsonKind.OBJECT,
}


@dataclass(frozen=True, slots=True)
class JsonPath:
    """``field["a"][0]`` is JsonPath("field", ("a", 0))."""

    field: str
    keys: tuple[str | int, ...] = ()

    def values(self, columns: Columns) -> JsonValues:
        return columns.derived(("json values", self), lambda: extracted(columns.column(self.field), self.keys))

    def null(self, columns: Columns) -> Mask | None:
        """Rows where the field is NULL. The dynamic field never is: a row without keys is an empty object."""
        return None if self.field == DYNAMIC_FIELD_NAME else null_mask(columns.column(self.field))


@dataclass(frozen=True, eq=False)
class JsonValues:
    """One JSON value per row, or per element of flattened lists.

    kinds    (n,) uint8, each a JsonKind
    columns  for each scalar kind a column of (n,), meaningless on rows of another kind
    lists    the lists alone, in row order
    """

    kinds: npt.NDArray[np.uint8]
    columns: dict[Kind, Any]
    lists: list[list[Any]]

    @cached_property
    def offsets(self) -> npt.NDArray[np.int64]:
        """(n + 1,): row i owns elements ``offsets[i]`` to ``offsets[i + 1]``, none unless it is a list."""
        lengths = np.zeros(len(self.kinds) + 1, np.int64)
        lengths[1:][self.kinds == JsonKind.LIST] = [len(items) for items in self.lists]
        return np.cumsum(lengths)

    @cached_property
    def elements(self) -> JsonValues:
        """The elements of all lists, end to end."""
        return json_values(list(chain.from_iterable(self.lists)))

    def holding(self, members: Members) -> Mask:
        """(n,) True where the value is one of the members; a value of another type never is."""
        found = np.zeros(len(self.kinds), np.bool_)
        for json_kind, kind in SCALAR_KINDS.items():
            if members.of_kind(kind):
                found |= (self.kinds == json_kind) & members.holding(self.columns[kind], kind)
        for items in members.lists:
            found |= self._equal_to(items)
        return found

    def _equal_to(self, items: tuple[Any, ...]) -> Mask:
        equal: Mask = (self.kinds == JsonKind.LIST) & (np.diff(self.offsets) == len(items))
        for position, item in enumerate(items):
            rows = np.flatnonzero(equal)
            same = self.elements.holding(Members((item,)))
            equal[rows] = same[self.offsets[rows] + position]
        return equal


def json_values(objects: list[Any]) -> JsonValues:
    """From parsed JSON values. A whole number beyond int64 counts as a float."""
    kinds = np.fromiter((_kind_of(o) for o in objects), np.uint8, count=len(objects))
    picked = {kind: [objects[row] for row in np.flatnonzero(kinds == kind)] for kind in (*SCALAR_KINDS, JsonKind.LIST)}
    columns = {
        Kind.BOOL: _spread(kinds == JsonKind.BOOL, picked[JsonKind.BOOL], np.bool_),
        Kind.INT: _spread(kinds == JsonKind.INT, picked[JsonKind.INT], np.int64),
        Kind.FLOAT64: _spread(kinds == JsonKind.FLOAT, picked[JsonKind.FLOAT], np.float64),
        Kind.STRING: pa.array([o if type(o) is str else None for o in objects], pa.large_string()),
    }
    return JsonValues(kinds, columns, picked[JsonKind.LIST])


def _kind_of(value: Any) -> JsonKind:
    kind = _KINDS_OF_TYPES[type(value)]
    if kind is JsonKind.INT and not _INT64_MIN <= value <= _INT64_MAX:
        return JsonKind.FLOAT
    return kind


def _spread(where: Mask, values: list[Any], dtype: type[np.generic]) -> Numbers:
    column = np.zeros(len(where), dtype)
    column[where] = values
    return column


def extracted(documents: pa.Array, keys: tuple[str | int, ...]) -> JsonValues:
    """The values at the path in a column of documents."""
    return json_values([None if d is None else _value_at(orjson.loads(d), keys) for d in documents.to_pylist()])


def _value_at(document: Any, keys: Iterable[str | int]) -> Any:
    """What stands at the path, None when there is no such place."""
    for key in keys:
        if type(document) is dict:
            document = document.get(key)
        elif type(document) is list and type(key) is int and key < len(document):
            document = document[key]
        else:
            return None
    return document
