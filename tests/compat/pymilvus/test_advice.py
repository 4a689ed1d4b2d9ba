"""Advice for every kind of vector, through a client: candidates are tried on the rows, and the best can be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pymilvus import DataType

import elanus

ROWS, DIM = 1200, 32
RANDOM = np.random.default_rng(3)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    client = elanus.MilvusClient(tmp_path / "db")
    yield client
    client.close()


def whole(_: int) -> np.ndarray:
    return RANDOM.integers(-90, 90, DIM).astype(np.int8)


def bits(_: int) -> bytes:
    return RANDOM.integers(0, 256, DIM // 8, np.uint8).tobytes()


def sparse(_: int) -> dict[int, float]:
    return {int(dim): float(value) for dim, value in zip(RANDOM.choice(200, 20, False), RANDOM.random(20), strict=True)}


KINDS: dict[DataType, tuple[Callable[[int], Any], str, str]] = {
    DataType.FLOAT16_VECTOR: (lambda _: RANDOM.random(DIM, np.float32).astype(np.float16), "L2", "HNSW_SQ"),
    DataType.INT8_VECTOR: (whole, "COSINE", "HNSW"),
    DataType.BINARY_VECTOR: (bits, "HAMMING", "BIN_FLAT"),
    DataType.SPARSE_FLOAT_VECTOR: (sparse, "IP", "SPARSE_INVERTED_INDEX"),
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_vector_is_advised(client: Any, kind: DataType) -> None:
    make, metric, among = KINDS[kind]
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("v", kind, **({} if kind is DataType.SPARSE_FLOAT_VECTOR else {"dim": DIM}))
    index = client.prepare_index_params()
    index.add_index("v", index_type="AUTOINDEX", metric_type=metric)
    client.create_collection("c", schema=schema, index_params=index)
    client.insert("c", [{"id": i, "v": make(i)} for i in range(ROWS)])

    found = client.indexes.advise("c", "v", recall=0.8)
    assert among in {advice.type for advice in found}
    assert not found[0].against
    assert found[0].recall >= 0.8
    assert all(advice.p50_us > 0 for advice in found)
    params = {name: value for name, value in found[0].params.items() if value is not None}
    client.indexes.switch("c", "v", index_type=found[0].type, **params)
    client.flush("c")
    assert client.indexes.wait("c", "v").type == found[0].type
