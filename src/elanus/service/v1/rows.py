"""Rows of Milvus 1.x: a vector each, known by its id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elanus.engine.collection import Collection
from elanus.engine.segments.seal import INDEX_FILE_SIZE
from elanus.errors import DimensionMismatch, ParameterInvalid, PrimaryKeysInvalid, SegmentNotFound, VectorsInvalid
from elanus.index.base import Bytes, Floats
from elanus.schema.arrow import dense_type
from elanus.schema.types import DataType
from elanus.search.requests import QuerySpec
from elanus.segment.vectors import vectors_of
from elanus.segment.view import SegmentView, View
from elanus.service.properties import ALLOW_INSERT_AUTO_ID
from elanus.service.rows.block import SentColumn
from elanus.service.rows.data import Data, SentRows
from elanus.service.search.searches import Searches
from elanus.service.v1.collections import loaded
from elanus.service.v1.partitions import existing
from elanus.service.v1.table import Table, check_complete

MAX_IDS = 1000
Ids = npt.NDArray[np.int64]
Vectors = Floats | Bytes

_BITS_PER_BYTE = 8
_GIVEN = "Entities IDs are user-defined. Please provide IDs for all entities of the collection."
_MADE = "Entities IDs are auto-generated. All vectors of this collection must use auto-generated IDs."


@dataclass(frozen=True, slots=True)
class FoundRows:
    """Rows by id, in the order they were asked for. found (n,) bool; vectors one for each row that was found."""

    found: npt.NDArray[np.bool_]
    vectors: Vectors


class Rows:
    def __init__(self) -> None:
        self._data = Data()
        self._searches = Searches()

    def insert(self, table: Table, vectors: Vectors, ids: Ids, tag: str) -> Ids:
        """The ids of the rows; those sent, or (none sent) made.

        raises  VectorsInvalid, DimensionMismatch, PrimaryKeysInvalid, PartitionNotFound; OperationNotSupported: rows of
                the collection have more to them than 1.x can send
        """
        check_vectors(table, vectors)
        check_complete(table)
        if len(ids) and len(ids) != len(vectors):
            raise PrimaryKeysInvalid("The size of vector ID array must be equal to the size of the vector.")
        rows = SentRows(_columns(table, vectors, ids), len(vectors), existing(table.collection, tag))
        if _is_undecided(table.collection):
            with table.collection.lock:  # only one insert is the first
                if _is_undecided(table.collection):
                    return self._insert_first(table, rows, given=len(ids) > 0)
        _check_ids(table.collection, given=len(ids) > 0)
        return self._insert(table, rows)

    def get(self, table: Table, ids: Ids, tag: str) -> FoundRows:
        """The vectors of these ids."""
        if not 1 <= len(ids) <= MAX_IDS:
            raise ParameterInvalid(f"The vector id array holds {len(ids)} ids; it must hold 1 ~ {MAX_IDS}.")
        tag = existing(table.collection, tag)
        answer = self._searches.query(loaded(table.collection), QuerySpec(
            ids=tuple(ids.tolist()), partitions=(tag,) if tag else (), output_fields=(table.vector.name,)
        ))  # fmt: skip
        places = pc.index_in(pa.array(ids), answer.columns[answer.primary_name])
        found = places.is_valid().to_numpy(zero_copy_only=False)
        vectors = answer.columns[table.vector.name].take(places.drop_null())
        return FoundRows(found, cast("Vectors", vectors_of(vectors)))

    def delete(self, table: Table, ids: Ids, tag: str) -> None:
        """An id that is not there is no error."""
        table.collection.delete_keys(pa.array(ids), existing(table.collection, tag))

    def ids_of_segment(self, table: Table, segment_name: str) -> Ids:
        """Raises SegmentNotFound."""
        (segment,) = segments_named(table.collection.view, [segment_name])
        blocks = [block.column(table.collection.schema.primary.name).to_numpy() for block in segment.blocks]
        ids: Ids = np.concatenate([np.empty(0, np.int64), *blocks])
        return ids if segment.live is None else ids[segment.live]

    def _insert_first(self, table: Table, rows: SentRows, *, given: bool) -> Ids:
        """The first insert decides for ever who makes the ids."""
        ids = self._insert(table, rows)
        if given:
            table.collection.fields.expect_keys()
        else:
            table.collection.alter_properties({}, [ALLOW_INSERT_AUTO_ID])
        return ids

    def _insert(self, table: Table, rows: SentRows) -> Ids:
        ids: Ids = self._data.insert(table.collection, rows).ids.to_numpy()
        return ids


def check_vectors(table: Table, vectors: Vectors) -> None:
    """Raises VectorsInvalid, DimensionMismatch."""
    if not len(vectors):
        raise VectorsInvalid("The vector array is empty. Make sure you have entered vector records.")
    if table.is_binary != (vectors.dtype == np.uint8):
        sent = "binary" if vectors.dtype == np.uint8 else "float"
        raise VectorsInvalid(
            f"The collection {table.collection.name} has metric {table.metric}; {sent} vectors do not fit it."
        )
    width = table.vector.dim // _BITS_PER_BYTE if table.is_binary else table.vector.dim
    if vectors.shape[1] != width:
        dim = vectors.shape[1] * (_BITS_PER_BYTE if table.is_binary else 1)
        raise DimensionMismatch(
            "The vector dimension must be equal to the collection dimension.",
            detail=f"given {dim}, the collection has {table.vector.dim}",
        )


def segments_named(view: View, names: Sequence[str]) -> list[SegmentView]:
    """Raises SegmentNotFound."""
    found = [view.segment(int(name)) if name.isdecimal() else None for name in names]
    missing = [name for name, segment in zip(names, found, strict=True) if segment is None]
    if missing:
        raise SegmentNotFound(f"Invalid segment name: {missing[0]}. See get_collection_stats for those there are.")
    return [segment for segment in found if segment is not None]


def _is_undecided(collection: Collection) -> bool:
    """Made by 1.x, and nothing inserted by it yet: ids are made, and may be sent."""
    return collection.schema.primary.auto_id and {INDEX_FILE_SIZE, ALLOW_INSERT_AUTO_ID} <= collection.properties.keys()


def _check_ids(collection: Collection, *, given: bool) -> None:
    """Raises PrimaryKeysInvalid."""
    makes_ids = collection.schema.primary.auto_id
    if given and makes_ids and ALLOW_INSERT_AUTO_ID not in collection.properties:
        raise PrimaryKeysInvalid(_MADE)
    if not given and not makes_ids:
        raise PrimaryKeysInvalid(_GIVEN)


def _columns(table: Table, vectors: Vectors, ids: Ids) -> list[SentColumn]:
    values = pa.FixedSizeListArray.from_arrays(
        pa.array(vectors.ravel()), type=dense_type(table.vector.type, table.vector.dim)
    )
    columns = [SentColumn(table.vector.name, table.vector.type, values)]
    if len(ids):
        columns.append(SentColumn(table.collection.schema.primary.name, DataType.INT64, pa.array(ids)))
    return columns
