"""A pymilvus client of any generation that has ``MilvusClient`` (2.3 to 3.0).

Vectors go to the client as lists: from numpy rows pymilvus packs several times slower. Lists are made before the
clock starts.
"""

import itertools
import socket
import time

import numpy as np
from commands import serve
from pymilvus import DataType, MilvusClient

NAME = "bench"
TIMEOUT_S = 180


class Session:
    """What a client can be asked to do; one method per command."""

    def open(self, base, queries, numbers):
        """Maps the data; the queries a search may use become lists once."""
        self.base = np.load(base, mmap_mode="r")
        self.numbers = np.load(numbers, mmap_mode="r")
        self.queries = np.load(queries, mmap_mode="r")[:500].tolist()
        return {}

    def connect(self, uri):
        self.client = MilvusClient(uri)
        return {}

    def create(self, collection=NAME):
        schema = self.client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=self.base.shape[1])
        schema.add_field("number", DataType.INT64)
        self.client.create_collection(collection, schema=schema, consistency_level="Bounded")
        return {}

    def insert(self, first, last, batch, collection=NAME):
        """Rows first .. last - 1; seconds counts the calls alone, not the making of lists."""
        seconds = []
        for start in range(first, last, batch):
            rows = self._rows(range(start, min(start + batch, last)))
            begun = time.perf_counter()
            self.client.insert(collection, rows)
            seconds.append(time.perf_counter() - begun)
        return {"batch_s": seconds}

    def flush(self, collection=NAME):
        """MilvusClient of 2.3 cannot flush; its connection can."""
        begun = time.perf_counter()
        if hasattr(self.client, "flush"):
            self.client.flush(collection)
        else:
            self.client._get_connection().flush([collection])
        return {"seconds": time.perf_counter() - begun}

    def index(self, index_type, metric, params, collection=NAME):
        """Declares the index and waits until it is finished, as both clients do by default."""
        declared = self.client.prepare_index_params()
        given = {} if index_type == "AUTOINDEX" else {"params": params}  # it takes a metric and nothing else
        declared.add_index(field_name="vector", index_type=index_type, metric_type=metric, index_name="vector", **given)
        begun = time.perf_counter()
        self.client.create_index(collection, declared)
        return {"seconds": time.perf_counter() - begun}

    def load(self, collection=NAME):
        begun = time.perf_counter()
        self.client.load_collection(collection)
        return {"seconds": time.perf_counter() - begun}

    def drop(self, collection=NAME):
        self.client.drop_collection(collection)
        return {}

    def search(self, metric, params, nq=1, k=10, seconds=0.0, count=0, start_at=0.0, filter=""):
        """Searches for ``seconds`` or ``count`` times, from the clock time ``start_at`` on.

        ids are those of the first pass over the queries, one list per query.
        """
        arguments = {"search_params": {"metric_type": metric, "params": params}, "limit": k, "filter": filter}
        batches = [self.queries[i : i + nq] for i in range(0, len(self.queries), nq)]
        self.client.search(NAME, batches[0], **arguments)
        while time.time() < start_at:
            time.sleep(min(0.01, max(0.0, start_at - time.time())))
        latencies, ids = [], []
        begun = time.perf_counter()
        for turn in itertools.count():
            sent = time.perf_counter()
            if turn >= count > 0 or (seconds and sent - begun >= seconds):
                break
            found = self.client.search(NAME, batches[turn % len(batches)], **arguments)
            answers = [[hit["id"] for hit in hits] for hits in found]
            latencies.append(round((time.perf_counter() - sent) * 1e6, 1))
            if turn < len(batches):
                ids.extend(answers)
        return {"latencies_us": latencies, "elapsed_s": time.perf_counter() - begun, "ids": ids}

    def trickle(self, first, per_second, seconds, batch=25):
        """Inserts at a steady rate, falling behind rather than bunching up; says how many rows went in."""
        begun, sent = time.perf_counter(), 0
        while time.perf_counter() - begun < seconds:
            rows = self._rows([(first + sent + i) % len(self.base) for i in range(batch)])
            for i, row in enumerate(rows):
                row["id"] = first + sent + i
            self.client.insert(NAME, rows)
            sent += batch
            time.sleep(max(0.0, begun + sent / per_second - time.perf_counter()))
        return {"rows": sent, "elapsed_s": time.perf_counter() - begun}

    def first_contact(self, uri, since):
        """Seconds from the clock time ``since`` until a starting server lists its collections."""
        return _until_done(uri, since, lambda client: client.list_collections())

    def first_answer(self, uri, metric, params, since):
        """Seconds from the clock time ``since`` until a starting server has its rows loaded and a search answered."""
        arguments = {"search_params": {"metric_type": metric, "params": params}, "limit": 10}

        def answered(client):
            client.load_collection(NAME)
            assert len(client.search(NAME, self.queries[:1], **arguments)[0]) == 10

        return _until_done(uri, since, answered)

    def _rows(self, positions):
        positions = list(positions)
        vectors, numbers = self.base[positions].tolist(), self.numbers[positions].tolist()
        return [
            {"id": position, "vector": vector, "number": value}
            for position, vector, value in zip(positions, vectors, numbers)  # noqa: B905 (Python 3.8 clients)
        ]


def _until_done(uri, since, action):
    """Tries again until the action succeeds; waits for the port first, because gRPC backs off for a second."""
    host, _, port = uri.rpartition("/")[2].partition(":")
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            action(MilvusClient(uri, timeout=5))
        except Exception:
            if time.time() - since > TIMEOUT_S:
                raise
            time.sleep(0.005)
        else:
            return {"seconds": time.time() - since}


if __name__ == "__main__":
    serve(Session())
