"""The one index of a Milvus 1.x collection.

There always is one, FLAT if nobody asked for another. Asking for another replaces it: it is built beside the old one
and takes over segment by segment, so searches never stand without. Dropping it is asking for FLAT.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from elanus.engine.collection import Collection
from elanus.engine.indexes.specs import resolved
from elanus.engine.requests import IndexState, IndexStatus
from elanus.errors import BuildFailed, IndexNotSupported, TimedOut
from elanus.index.generation import Generation
from elanus.index.registry import index_type, index_type_of_code
from elanus.index.request import flattened
from elanus.service.v1.table import Table
from elanus.service.v1.waiting import Waiting

FLAT, IVF_FLAT = 1, 2
_BINARY_TYPES = {FLAT: "BIN_FLAT", IVF_FLAT: "BIN_IVF_FLAT"}
_LOOK_EVERY_S = 1.0
_NOT_PARAMETERS = frozenset({"index_type", "metric_type"})


@dataclass(frozen=True, slots=True)
class DescribedIndex:
    """code  number of its type in the 1.x protocol; params as they were sent"""

    code: int
    params: Mapping[str, Any]


class Indexes:
    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting

    def create(self, table: Table, code: int, params: Mapping[str, Any]) -> None:
        """Replaces the index by one of this type and parameters; returns when every row there is, is in it.

        Asked again for what there is, it waits, and tries again what failed.
        raises  IndexNotSupported, ParameterInvalid, DimensionMismatch, BuildFailed, NotReady
        """
        wanted = _wanted(table, code, params)
        spec = resolved(wanted, table.vector, Generation.V1)
        table.collection.flush()
        if spec == table.specs[-1]:
            table.collection.indexes.definitions.resume(table.index.name)
        else:
            table.collection.indexes.definitions.switch(table.index.name, wanted, Generation.V1)
        status = self._settled(table.collection, table.index.name)
        if status.state is IndexState.FAILED or status.switching_to:
            raise BuildFailed(f"Build index failed: {status.reason or 'its builds are paused, resume them'}")

    def drop(self, table: Table) -> None:
        """FLAT from now on."""
        flat = _wanted(table, FLAT, {})
        if resolved(flat, table.vector, Generation.V1) != table.specs[-1]:
            table.collection.indexes.definitions.switch(table.index.name, flat, Generation.V1)

    def describe(self, table: Table) -> DescribedIndex:
        """Raises IndexNotSupported for a type that a newer client made and 1.x has no number for."""
        name = table.spec.type
        code = next((code for code, binary in _BINARY_TYPES.items() if binary == name), index_type(name).code_1x)
        if code is None:
            raise IndexNotSupported(
                f"Unsupported index type: {name}. It was made by a newer client; a Milvus 1.x client can replace it"
                " by create_index or drop_index."
            )
        sent = {key: text for key, text in flattened(table.index.user_params).items() if key not in _NOT_PARAMETERS}
        return DescribedIndex(code, {key: _value(text) for key, text in sent.items()})

    def _settled(self, collection: Collection, name: str) -> IndexStatus:
        """The status when nothing is left to build, or nothing will be tried again."""
        while True:
            try:
                return collection.indexes.wait(name, _LOOK_EVERY_S)
            except TimedOut:
                self._waiting.pause(0)


def _wanted(table: Table, code: int, params: Mapping[str, Any]) -> dict[str, str]:
    """Flat parameters as the engine takes them."""
    texts = {key: value if isinstance(value, str) else orjson.dumps(value).decode() for key, value in params.items()}
    return {**texts, "index_type": _type_name(table, code), "metric_type": table.metric.value}


def _type_name(table: Table, code: int) -> str:
    declared = index_type_of_code(code)
    if not table.is_binary:
        return declared.name
    name = _BINARY_TYPES.get(code)
    if name is None or table.metric not in index_type(name).metrics:
        raise IndexNotSupported(
            "Invalid index type for collection metric type",
            detail=f"{declared.name} does not fit {table.metric}: binary vectors take FLAT, and IVF_FLAT where the"
            " metric is HAMMING, JACCARD or TANIMOTO",
        )
    return name


def _value(text: str) -> Any:
    """A parameter as the number it was sent as."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
