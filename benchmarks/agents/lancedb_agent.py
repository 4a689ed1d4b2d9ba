"""LanceDB, embedded in this process: Arrow columns in."""

import time

import lancedb
import numpy as np
import pyarrow as pa
from commands import serve

NAME = "bench"


class Session:
    def open(self, base, queries, numbers):
        self.base = np.load(base)
        self.numbers = np.load(numbers)
        return {}

    def connect(self, uri):
        self.database = lancedb.connect(uri)
        return {}

    def create(self):
        self.table = self.database.create_table(NAME, schema=self._columns(0, 0).schema)
        return {}

    def insert(self, first, last, batch):
        """Arrow columns, made before the clock starts."""
        seconds = []
        for start in range(first, last, batch):
            columns = self._columns(start, min(start + batch, last))
            begun = time.perf_counter()
            self.table.add(columns)
            seconds.append(time.perf_counter() - begun)
        return {"batch_s": seconds}

    def _columns(self, first, last):
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(self.base[first:last].reshape(-1)), self.base.shape[1])
        return pa.table(
            {"id": pa.array(np.arange(first, last)), "vector": vectors, "number": pa.array(self.numbers[first:last])}
        )


if __name__ == "__main__":
    serve(Session())
