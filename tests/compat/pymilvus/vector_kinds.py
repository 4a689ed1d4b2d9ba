"""One entry per vector type: what a user sends, what a search of it must find, by plain numpy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pymilvus import DataType

from elanus.schema.bfloat16 import bfloat16_of, floats_of

DIM = 16
WORDS = 40
"""Dimensions of the sparse vectors."""

Matrix = np.ndarray[Any, np.dtype[np.float64]]


def _floats(rng: np.random.Generator, count: int) -> np.ndarray:
    return rng.standard_normal((count, DIM)).astype(np.float32)


def _sparse(rng: np.random.Generator, count: int) -> list[dict[int, float]]:
    """Three words each, and word 0, so that every row meets every query."""
    words = [[0, *rng.choice(np.arange(1, WORDS), 3, replace=False).tolist()] for _ in range(count)]
    return [{word: float(np.float32(0.5 + rng.random())) for word in row} for row in words]


def _of_sparse(rows: Sequence[dict[int, float]]) -> Matrix:
    matrix = np.zeros((len(rows), WORDS))
    for at, row in enumerate(rows):
        matrix[at, list(row)] = [np.float32(value) for value in row.values()]
    return matrix


def _bits(rows: Sequence[bytes]) -> Matrix:
    return np.unpackbits(np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), -1), axis=1).astype(np.float64)


@dataclass(frozen=True)
class Kind:
    """sent    rows in a form a client takes, kept by the field exactly
    values  the numbers of such rows, (n, width)
    asked   such a row in a form a client takes as a query (bytes it takes for binary vectors)
    plain   a row as a client shows it -> as it was sent
    exhaustive  an index that finds every row, and the search parameters that make it
    """

    type: DataType
    metrics: tuple[str, ...]
    index: str
    exhaustive: tuple[dict[str, Any], dict[str, Any]]
    sent: Callable[[np.random.Generator, int], list[Any]]
    values: Callable[[Sequence[Any]], Matrix]
    asked: Callable[[Any], Any] = lambda row: row
    plain: Callable[[Any], Any] = lambda row: row

    def shown(self, row: Any) -> Any:
        """A row of an answer as it was sent; a query wraps bytes in a list."""
        wrapped = isinstance(row, list) and isinstance(row[0], bytes)
        return self.plain(row[0] if wrapped else row)

    @property
    def field(self) -> dict[str, Any]:
        return {} if self.type is DataType.SPARSE_FLOAT_VECTOR else {"dim": DIM}


_DENSE = ("L2", "IP", "COSINE")
_GRAPH = ({"M": 16, "efConstruction": 200}, {"ef": 400})
_LISTS = ({"nlist": 8}, {"nprobe": 8})

KINDS = {
    "float": Kind(
        DataType.FLOAT_VECTOR, _DENSE, "IVF_FLAT", _LISTS,
        sent=lambda rng, n: _floats(rng, n).tolist(),
        values=lambda rows: np.array(rows, np.float64),
    ),
    "float16": Kind(
        DataType.FLOAT16_VECTOR, _DENSE, "IVF_FLAT", _LISTS,
        sent=lambda rng, n: list(_floats(rng, n).astype(np.float16)),
        values=lambda rows: np.array([np.frombuffer(bytes(row), np.float16) for row in rows], np.float64),
        plain=lambda row: np.frombuffer(row, np.float16),
    ),
    "bfloat16": Kind(
        DataType.BFLOAT16_VECTOR, _DENSE, "IVF_FLAT", _LISTS,
        sent=lambda rng, n: [row.tobytes() for row in bfloat16_of(_floats(rng, n))],
        values=lambda rows: floats_of(np.frombuffer(b"".join(rows), np.uint16)).reshape(len(rows), DIM).astype(float),
        asked=lambda row: floats_of(np.frombuffer(row, np.uint16)).tolist(),
    ),
    "int8": Kind(
        DataType.INT8_VECTOR, _DENSE, "HNSW", _GRAPH,
        sent=lambda rng, n: list(rng.integers(-128, 128, (n, DIM)).astype(np.int8)),
        values=lambda rows: np.array([np.frombuffer(bytes(row), np.int8) for row in rows], np.float64),
        plain=lambda row: np.frombuffer(row, np.int8),
    ),
    "binary": Kind(
        DataType.BINARY_VECTOR, ("HAMMING", "JACCARD"), "BIN_IVF_FLAT", _LISTS,
        sent=lambda rng, n: [rng.bytes(DIM // 8) for _ in range(n)],
        values=_bits,
    ),
    "sparse": Kind(
        DataType.SPARSE_FLOAT_VECTOR, ("IP",), "SPARSE_INVERTED_INDEX", ({}, {}),
        sent=_sparse,
        values=_of_sparse,
        plain=lambda row: {index: float(value) for index, value in row.items()},
    ),
}  # fmt: skip
CASES = [(name, metric) for name, kind in KINDS.items() for metric in kind.metrics]


def scores(rows: Matrix, query: Matrix, metric: str) -> Matrix:
    """(n,) what Milvus returns for these rows and one query."""
    if metric == "L2":
        return ((rows - query) ** 2).sum(axis=1)
    if metric == "IP":
        return rows @ query
    if metric == "COSINE":
        return rows @ query / np.linalg.norm(rows, axis=1) / np.linalg.norm(query)
    if metric == "HAMMING":
        return (rows != query).sum(axis=1).astype(float)
    met, either = np.minimum(rows, query).sum(axis=1), np.maximum(rows, query).sum(axis=1)
    return 1 - np.divide(met, either, out=np.ones(len(rows)), where=either > 0)


def best_first(found: Matrix, metric: str) -> Matrix:
    return np.sort(found)[::-1] if metric in ("IP", "COSINE") else np.sort(found)
