"""The demo's collection: texts with their vectors, asked through the real Milvus client."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from elanus import MilvusClient
from elanus.cli.demo.corpus import Docstring
from elanus.cli.demo.embedding import DIM, Floats
from elanus.doors.admin.client import AdminClient
from elanus.doors.admin.wire import Switch, Target
from elanus.engine.requests import IndexStatus
from elanus.schema.types import DataType

COLLECTION = "standard_library"
INDEX = "vector"
BATCH = 500
K = 10
REPEATS = 9


@dataclass(frozen=True, slots=True)
class Found:
    """An answer: score is the cosine similarity."""

    name: str
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    found: tuple[Found, ...]
    latency_ms: float


class Bookshelf:
    """Everything the demo does to the database."""

    def __init__(self, client: MilvusClient, admin: AdminClient) -> None:
        self._client = client
        self._admin = admin
        self._target = Target("default", COLLECTION, INDEX)

    def create(self) -> None:
        """A new, empty collection; one of an earlier demo is dropped."""
        self._client.drop_collection(COLLECTION)
        schema = self._client.create_schema()
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("name", DataType.VARCHAR, max_length=512)
        schema.add_field("kind", DataType.VARCHAR, max_length=16)
        schema.add_field("text", DataType.VARCHAR, max_length=4096)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=DIM)
        self._client.create_collection(COLLECTION, schema=schema)

    def insert(self, texts: Sequence[Docstring], vectors: Floats) -> Iterator[int]:
        """Inserts all; yields the rows of each batch as it is acknowledged."""
        for first in range(0, len(texts), BATCH):
            batch = range(first, min(first + BATCH, len(texts)))
            rows = [
                {"id": i, "name": t.name, "kind": t.kind, "text": t.text, "vector": vectors[i]}
                for i, t in zip(batch, texts[first : first + BATCH], strict=True)
            ]
            yield int(self._client.insert(COLLECTION, rows)["insert_count"])
        self._client.flush(COLLECTION)

    def declare_index(self, index_type: str, **params: int) -> None:
        """Returns at once; the build runs in the background."""
        wanted = self._client.prepare_index_params()
        wanted.add_index("vector", index_name=INDEX, index_type=index_type, metric_type="COSINE", params=params)
        self._client.create_index(COLLECTION, wanted, sync=False)

    def switch_index(self, index_type: str, **params: int) -> None:
        wanted = {"index_type": index_type, "metric_type": "COSINE", **{k: str(v) for k, v in params.items()}}
        self._admin.switch_index(Switch(self._target, wanted))

    def drop_index(self) -> None:
        self._admin.drop_index(self._target)

    def load(self) -> None:
        self._client.load_collection(COLLECTION)

    def status(self) -> IndexStatus:
        return self._admin.indexes(self._target)[0]

    def ids(self, vector: Floats, **params: int) -> list[int]:
        """Keys of the nearest texts."""
        return [hit["id"] for hit in self._search(vector, [], params)]

    def ask(self, vector: Floats, **params: int) -> Answer:
        """The nearest texts, asked REPEATS times for an honest latency: the middle one."""
        latencies = []
        for _ in range(REPEATS):
            started = perf_counter()
            hits = self._search(vector, ["name", "text"], params)
            latencies.append(perf_counter() - started)
        found = tuple(Found(hit["entity"]["name"], hit["entity"]["text"], hit["distance"]) for hit in hits)
        return Answer(found, median(latencies) * 1000)

    def recall(self, vectors: Floats, queries: Floats, **params: int) -> float:
        """Part of the true nearest K that a search returns, over all queries; the truth by a matrix product."""
        true = true_neighbours(vectors, queries)
        hits = [len({*self.ids(query, **params)} & {*row}) for query, row in zip(queries, true.tolist(), strict=True)]
        return sum(hits) / (K * len(queries))

    def _search(self, vector: Floats, output: list[str], params: dict[str, int]) -> Any:
        answer = self._client.search(
            COLLECTION, [vector], limit=K, output_fields=output, search_params={"params": params}
        )
        return answer[0]


def true_neighbours(vectors: Floats, queries: Floats) -> npt.NDArray[np.int64]:
    """(nq, K) rows of the largest cosine similarity; all vectors have unit length."""
    return np.argsort(-(queries @ vectors.T), axis=1, kind="stable")[:, :K]
