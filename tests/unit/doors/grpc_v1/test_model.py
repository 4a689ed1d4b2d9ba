"""Many calls in any order, every answer compared with a dictionary of rows."""

from __future__ import annotations

import numpy as np
import pytest

from elanus.doors.grpc_v1.messages import RowRecord
from unit.doors.grpc_v1.asking import Door, opened, params, records

DIM, STEPS, IDS, NLIST = 4, 80, 300, 4
TAGS = ("_default", "a", "b.1", "b.2")
PATTERNS = {"a": {"a"}, "b.*": {"b.1", "b.2"}, "_default": {"_default"}, ".*": set(TAGS)}
FLAT, IVF_FLAT = 1, 2


class Model:
    """rows: id -> (vector, tag). Each public method is one step: the same to the door and to the rows."""

    def __init__(self, door: Door, seed: int) -> None:
        self.call = door.call
        self.random = np.random.default_rng(seed)
        self.rows: dict[int, tuple[np.ndarray, str]] = {}
        self.tags = {"_default"}
        self.params: dict[str, int] = {}
        self.done("CreateCollection", dimension=DIM, index_file_size=1, metric_type=1)

    def done(self, name, **fields):
        answer = self.call(name, collection_name="t", **fields)
        status = getattr(answer, "status", answer)
        assert status.error_code == 0, (name, status.reason)
        return answer

    def insert(self) -> None:
        tag = str(self.random.choice(sorted(self.tags)))
        ids = self.random.integers(0, IDS, self.random.integers(1, 60))
        vectors = self.random.random((len(ids), DIM), np.float32)
        self.done("Insert", row_record_array=records(vectors), row_id_array=ids.tolist(), partition_tag=tag)
        self.rows |= {one: (vector, tag) for one, vector in zip(ids.tolist(), vectors, strict=True)}

    def delete(self) -> None:
        ids = self.random.integers(0, IDS, 10).tolist()
        tag = str(self.random.choice(["", *sorted(self.tags)]))
        self.done("DeleteByID", id_array=ids, partition_tag=tag)
        for one in ids:
            if one in self.rows and tag in ("", self.rows[one][1]):
                del self.rows[one]

    def create_partition(self) -> None:
        missing = sorted(set(TAGS) - self.tags)
        if missing:
            self.done("CreatePartition", tag=missing[0])
            self.tags.add(missing[0])

    def drop_partition(self) -> None:
        extra = sorted(self.tags - {"_default"})
        if extra:
            tag = str(self.random.choice(extra))
            self.done("DropPartition", tag=tag)
            self.tags.remove(tag)
            self.rows = {one: row for one, row in self.rows.items() if row[1] != tag}

    def search(self) -> None:
        pattern = str(self.random.choice(sorted(PATTERNS)))
        named = PATTERNS[pattern] & self.tags
        query = self.random.random(DIM, np.float32)
        asked = {"query_record_array": records([query]), "topk": 20, "extra_params": params(**self.params)}
        if not named:
            answer = self.call("Search", collection_name="t", partition_tag_array=[pattern], **asked)
            assert answer.status.error_code == 1
            return
        answer = self.done("Search", partition_tag_array=[pattern], **asked)
        near = sorted((float(((row - query) ** 2).sum()), one) for one, (row, tag) in self.rows.items() if tag in named)
        expected = near[:20]
        found = [one for one in answer.ids if one >= 0]
        assert found == [one for _, one in expected]
        np.testing.assert_allclose(answer.distances[: len(found)], [distance for distance, _ in expected], atol=1e-5)

    def get(self) -> None:
        ids = self.random.integers(0, IDS, 20).tolist()
        found = self.done("GetVectorsByID", id_array=ids).vectors_data
        for one, record in zip(ids, found, strict=True):
            vector = self.rows[one][0].tolist() if one in self.rows else []
            assert list(RowRecord.FromString(record).float_data) == vector

    def flush(self) -> None:
        self.call("Flush", collection_name_array=["t"])

    def compact(self) -> None:
        self.done("Compact")

    def release(self) -> None:
        self.done("ReleaseCollection")

    def index(self) -> None:
        """Lists that are all looked at find what comparing every row finds."""
        if self.params:
            self.done("DropIndex")
            self.params = {}
        else:
            self.done("CreateIndex", index_type=IVF_FLAT, extra_params=params(nlist=NLIST))
            self.params = {"nprobe": NLIST}


WEIGHTS = {
    "insert": 6, "delete": 4, "search": 8, "get": 3, "create_partition": 3, "drop_partition": 1, "flush": 2,
    "compact": 1, "release": 1, "index": 1,
}  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_calls_in_any_order(tmp_path, seed) -> None:
    with opened(tmp_path, small_segment_rows=32, seal_quiet_seconds=0.1, retention_seconds=0.0) as door:
        model = Model(door, seed)
        names = [name for name, weight in WEIGHTS.items() for _ in range(weight)]
        for _ in range(STEPS):
            getattr(model, model.random.choice(names))()
        model.search()
        model.get()
