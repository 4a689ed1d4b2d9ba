"""Rows of every vector type, as a client's bytes, stored in any pieces: answers are those of a row loop."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elanus.doors.grpc_v2.columns import sent_columns
from elanus.doors.grpc_v2.messages import Message, common_pb2, milvus_pb2, schema_pb2
from elanus.doors.grpc_v2.query_vectors import query_vectors
from elanus.doors.grpc_v2.results import field_data
from elanus.engine.writes.write import stamped
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.metric import Metric, metrics_of
from elanus.schema.types import DataType
from elanus.search import search
from elanus.search.requests import SearchSpec
from elanus.segment.block import Block, append, concatenated
from elanus.segment.view import SegmentView, View
from elanus.service.rows.block import SentColumn, checked_rows

DIM = 16
ID, VECTOR = 100, 101

Vector = list[int] | dict[int, int]
"""Small whole numbers: exact in every type. A binary vector is its bits, a sparse one its entries."""


@dataclass(frozen=True)
class Kind:
    """slot  where a message holds such vectors; wire: one vector as bytes."""

    slot: str
    vectors: st.SearchStrategy[Any]
    wire: Callable[[Any], bytes]


def _packed(code: str) -> Callable[[list[int]], bytes]:
    return lambda vector: struct.pack(f"<{len(vector)}{code}", *vector)


def _upper_halves(vector: list[int]) -> bytes:
    return b"".join(struct.pack("<f", number)[2:] for number in vector)


def _bytes_of_bits(bits: list[int]) -> bytes:
    return bytes(int("".join(map(str, bits[at : at + 8])), 2) for at in range(0, len(bits), 8))


def _pairs(vector: dict[int, int]) -> bytes:
    return b"".join(struct.pack("<If", index, value) for index, value in sorted(vector.items()))


_NUMBERS = st.lists(st.integers(-3, 3), min_size=DIM, max_size=DIM)
_ENTRIES = st.dictionaries(st.integers(0, 9), st.integers(0, 3), max_size=5)
KINDS = {
    DataType.FLOAT_VECTOR: Kind("float_vector", _NUMBERS, _packed("f")),
    DataType.FLOAT16_VECTOR: Kind("float16_vector", _NUMBERS, _packed("e")),
    DataType.BFLOAT16_VECTOR: Kind("bfloat16_vector", _NUMBERS, _upper_halves),
    DataType.INT8_VECTOR: Kind("int8_vector", _NUMBERS, _packed("b")),
    DataType.BINARY_VECTOR: Kind(
        "binary_vector", st.lists(st.integers(0, 1), min_size=DIM, max_size=DIM), _bytes_of_bits
    ),
    DataType.SPARSE_FLOAT_VECTOR: Kind("sparse_float_vector", _ENTRIES, _pairs),
}
SEARCHED = {
    kind: [metric for metric in metrics_of(kind) if metric.value in ("L2", "IP", "COSINE", "HAMMING", "JACCARD")]
    for kind in KINDS
}


def message_of(kind: DataType, vectors: Sequence[Vector | None]) -> Message:
    """As a client packs them: nothing for a row without a vector."""
    sent = [KINDS[kind].wire(vector) for vector in vectors if vector is not None]
    message = schema_pb2.FieldData(type=int(kind), field_name="v")
    message.valid_data.extend(vector is not None for vector in vectors)
    message.vectors.dim = DIM
    if kind is DataType.SPARSE_FLOAT_VECTOR:
        message.vectors.sparse_float_vector.contents.extend(sent)
    elif kind is DataType.FLOAT_VECTOR:
        message.vectors.float_vector.data.extend(struct.unpack(f"<{DIM * len(sent)}f", b"".join(sent)))
    else:
        setattr(message.vectors, KINDS[kind].slot, b"".join(sent))
    return message


def wire_of(message: Message) -> list[bytes | None]:
    """Each row of a reply as the bytes of its vector."""
    vectors = message.vectors
    slot = getattr(vectors, KINDS[DataType(message.type)].slot)
    if message.type == DataType.SPARSE_FLOAT_VECTOR:
        rows = list(slot.contents)
    else:
        flat = struct.pack(f"<{len(slot.data)}f", *slot.data) if message.type == DataType.FLOAT_VECTOR else slot
        count = sum(message.valid_data)
        rows = [flat[at * len(flat) // count : (at + 1) * len(flat) // count] for at in range(count)]
    left = iter(rows)
    return [next(left) if valid else None for valid in message.valid_data]


def score(kind: DataType, row: Any, query: Any, metric: Metric) -> float | None:
    """By the definition of the metric; None = no hit."""
    if kind is DataType.SPARSE_FLOAT_VECTOR:
        product = sum(value * query.get(index, 0) for index, value in row.items())
        return float(product) if product else None
    pairs = list(zip(row, query, strict=True))
    if metric is Metric.L2:
        return float(sum((a - b) ** 2 for a, b in pairs))
    if metric is Metric.HAMMING:
        return float(sum(a != b for a, b in pairs))
    if metric is Metric.JACCARD:
        either = sum(a | b for a, b in pairs)
        return 1 - sum(a & b for a, b in pairs) / either if either else 1.0  # as the kernels of Milvus say
    product = float(sum(a * b for a, b in pairs))
    if metric is Metric.IP:
        return product
    lengths = math.hypot(*row) * math.hypot(*query)
    return product / lengths if lengths else 0.0


def view_of(kind: DataType, pieces: Sequence[Sequence[Vector | None]], sealed: Sequence[bool]) -> View:
    """Each piece one insert; a piece that is sealed becomes a segment of its own."""
    dim = 0 if kind is DataType.SPARSE_FLOAT_VECTOR else DIM
    schema = CollectionSchema(
        "c", (Field(ID, "id", DataType.INT64, is_primary=True), Field(VECTOR, "v", kind, dim=dim, nullable=True))
    )
    segments: list[SegmentView] = []
    growing: tuple[Block, ...] = ()
    first = 0
    for vectors, seal in zip(pieces, sealed, strict=True):
        keys = SentColumn("id", DataType.INT64, pa.array(range(first, first + len(vectors))))
        columns = [keys, *sent_columns([message_of(kind, vectors)], len(vectors))]
        growing = append(growing, Block(stamped(checked_rows(schema, columns, len(vectors), key=True), 1)))
        first += len(vectors)
        if seal:
            block = concatenated(growing)
            segments.append(SegmentView(len(segments) + 1, 1, (block,), block.row_count, is_growing=False))
            growing = ()
    if growing:
        count = sum(block.row_count for block in growing)
        segments.append(SegmentView(99, 1, growing, count, is_growing=True))
    return View(1, 1, schema, tuple(segments), {"_default": 1}, frozenset({1}))


def queries_of(kind: DataType, queries: Sequence[Any]) -> Any:
    values = [KINDS[kind].wire(query) for query in queries]
    group = common_pb2.PlaceholderGroup(
        placeholders=[common_pb2.PlaceholderValue(tag="$0", type=int(kind), values=values)]
    )
    return query_vectors(milvus_pb2.SearchRequest(placeholder_group=group.SerializeToString()))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@given(st.data(), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_search(kind: DataType, data: st.DataObject, k: int) -> None:
    rows = st.lists(st.one_of(KINDS[kind].vectors, KINDS[kind].vectors, st.none()), min_size=1, max_size=12)
    pieces = data.draw(st.lists(rows, min_size=1, max_size=5))
    sealed = data.draw(st.lists(st.booleans(), min_size=len(pieces), max_size=len(pieces)))
    queries = data.draw(st.lists(KINDS[kind].vectors, min_size=1, max_size=3))
    metric = data.draw(st.sampled_from(SEARCHED[kind]))
    view = view_of(kind, pieces, sealed)
    spec = SearchSpec(k=k, metric=metric, output_fields=("v",), filter=data.draw(st.sampled_from(["", "id % 3 > 0"])))
    stored = dict(enumerate(vector for piece in pieces for vector in piece))
    result = search(view, spec, queries_of(kind, queries))
    allowed = {key: row for key, row in stored.items() if row is not None and (not spec.filter or key % 3)}
    first = 0
    for query, count in zip(queries, result.counts, strict=True):
        keys = result.ids[first : first + count].tolist()
        scores = {key: score(kind, row, query, metric) for key, row in allowed.items()}
        hits = sorted((s for s in scores.values() if s is not None), reverse=metric.larger_is_nearer)
        assert result.scores[first : first + count].tolist() == pytest.approx(hits[:k], abs=1e-6)
        assert [scores[key] for key in keys] == pytest.approx(hits[:k], abs=1e-6)
        assert len(set(keys)) == count
        first += count
    shown = field_data(view.schema.field("v"), result.columns["v"])
    assert wire_of(shown) == [KINDS[kind].wire(stored[key]) for key in result.ids.tolist()]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@given(st.data())
@settings(max_examples=30, deadline=None)
def test_vectors_and_nulls_go_through_unchanged(kind: DataType, data: st.DataObject) -> None:
    vectors = data.draw(st.lists(st.one_of(KINDS[kind].vectors, st.none()), min_size=1, max_size=20))
    block = concatenated(view_of(kind, [vectors], [False]).segments[0].blocks)
    field = view_of(kind, [vectors], [True]).schema.field("v")
    rows = data.draw(st.lists(st.integers(0, len(vectors) - 1), max_size=8))
    expected = [None if vector is None else KINDS[kind].wire(vector) for vector in vectors]
    assert wire_of(field_data(field, block.column("v"))) == expected
    taken = block.column("v").take(pa.array(rows, pa.int64()))
    assert wire_of(field_data(field, taken)) == [expected[row] for row in rows]
    assert np.array_equal(block.column("v").is_valid(), [vector is not None for vector in vectors])
