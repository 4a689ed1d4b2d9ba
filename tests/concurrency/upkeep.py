"""Background changes a reader must not notice: sealing, merging, indexes that come, change and go."""

from __future__ import annotations

import itertools

from elanus.engine.collection import Collection
from elanus.engine.requests import IndexRequest

IVF = {"index_type": "IVF_FLAT", "metric_type": "L2", "nlist": "4"}
HNSW = {"index_type": "HNSW", "metric_type": "L2", "M": "8", "efConstruction": "40"}


class Upkeep:
    """Each call takes the next step of an endless round."""

    def __init__(self, collection: Collection) -> None:
        self._steps = itertools.cycle(
            [
                lambda: collection.indexes.definitions.create(IndexRequest("vector", "vector", IVF)),
                collection.flush,
                collection.flush,
                lambda: collection.indexes.definitions.switch("vector", HNSW),
                collection.flush,
                collection.compact,
                lambda: collection.indexes.definitions.drop("vector"),
                collection.flush,
            ]
        )

    def __call__(self) -> None:
        next(self._steps)()
