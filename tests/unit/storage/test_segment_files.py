from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from elanus.errors import DataCorrupted, OperationNotSupported
from elanus.storage import segment_files
from elanus.storage.files import FileEntry, file_entry, verify_file
from elanus.storage.rows import Batches
from elanus.storage.segment_files import GONE
from unit.storage.child import python

DIM = 16
VECTOR = pa.list_(pa.field("item", pa.float32(), nullable=False), DIM)

MAPPED_ROWS = """
import sys
from pathlib import Path
import numpy as np
from elanus.storage.files import FileEntry
from elanus.storage.segment_files import open_segment
entry = FileEntry("data.arrow", int(sys.argv[2]), "")
values = open_segment(Path(sys.argv[1]), entry).batch["vector"].values.to_numpy()
address = values.ctypes.data
for line in open("/proc/self/maps"):
    low, high = (int(part, 16) for part in line.split()[0].split("-"))
    if low <= address < high:
        print(line.split()[-1], values.sum())
"""


def rows(n: int = 1000) -> pa.RecordBatch:
    vectors = np.random.default_rng(1).random((n, DIM), np.float32)
    return pa.record_batch(
        {
            "id": pa.array(np.arange(n)),
            "name": pa.array([None if i % 7 == 0 else f"näme {i}" for i in range(n)], pa.large_string()),
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), type=VECTOR),
            "$ts": pa.array(np.arange(n, dtype=np.uint64)),
        }
    )


def gone(n: int = 100) -> np.ndarray:
    table = np.zeros(n, GONE)
    table["row"] = np.arange(n) * 3
    table["ts"] = (1 << 60) + np.arange(n)
    table["superseded"] = np.arange(n) % 2 == 0
    return table


def test_segment_rows_come_back_as_one_batch(tmp_path: Path) -> None:
    batch = rows()
    entry = segment_files.write_segment(tmp_path / "101" / "7", Batches([batch]))
    assert segment_files.open_segment(tmp_path / "101" / "7", entry).batch.equals(batch)
    assert entry == file_entry(tmp_path / "101" / "7" / "data.arrow")


@pytest.mark.parametrize("n", [0, 1, 1000])
def test_several_batches_become_one(tmp_path: Path, n: int) -> None:
    batches = [rows(n), rows(n).slice(n // 2)]
    opened = segment_files.open_segment(tmp_path, segment_files.write_segment(tmp_path, Batches(batches))).batch
    assert opened.equals(pa.concat_batches(batches))


def test_slice_is_written_without_the_rest(tmp_path: Path) -> None:
    entry = segment_files.write_segment(tmp_path, Batches([rows().slice(10, 20)]))
    assert entry.size_bytes < 10_000
    assert segment_files.open_segment(tmp_path, entry).batch.equals(rows().slice(10, 20))


def test_vectors_are_the_pages_of_the_file(tmp_path: Path) -> None:
    entry = segment_files.write_segment(tmp_path, Batches([rows()]))
    path, total = python(MAPPED_ROWS, tmp_path, entry.size_bytes).stdout.split()
    assert path == str(tmp_path / "data.arrow")
    assert float(total) == pytest.approx(float(rows()["vector"].values.to_numpy().sum()), rel=1e-5)


def test_two_readers_of_one_column_share_memory(tmp_path: Path) -> None:
    batch = segment_files.open_segment(tmp_path, segment_files.write_segment(tmp_path, Batches([rows()]))).batch
    first = batch["vector"].values.to_numpy().reshape(-1, DIM)
    second = batch.slice(100, 10)["vector"].flatten().to_numpy()
    assert np.shares_memory(first, second)
    assert not first.flags.writeable


def test_mapped_rows_outlive_the_deleted_file(tmp_path: Path) -> None:
    batch = segment_files.open_segment(tmp_path, segment_files.write_segment(tmp_path, Batches([rows()]))).batch
    (tmp_path / "data.arrow").unlink()
    assert batch.equals(rows())


@pytest.mark.parametrize("codes", [[], [-5, 1, 1 << 62]])
def test_key_codes(tmp_path: Path, codes: list[int]) -> None:
    rows_of_codes = np.arange(len(codes))[::-1]
    entry = segment_files.write_keys(tmp_path, np.array(codes, np.int64), rows_of_codes)
    keys = segment_files.open_keys(tmp_path, entry)
    np.testing.assert_array_equal(keys.codes, codes)
    np.testing.assert_array_equal(keys.rows, rows_of_codes)
    assert keys.codes.dtype == keys.rows.dtype == np.int64
    assert not keys.codes.flags.owndata


@pytest.mark.parametrize("n", [0, 100])
def test_gone_rows(tmp_path: Path, n: int) -> None:
    entry = segment_files.write_gone(tmp_path, 77, gone(n))
    assert entry.name == "deletes-77.arrow"
    np.testing.assert_array_equal(segment_files.open_gone(tmp_path, entry), gone(n))


WRITERS: dict[str, Callable[[Path], FileEntry]] = {
    "data": lambda d: segment_files.write_segment(d, Batches([rows(50)])),
    "keys": lambda d: segment_files.write_keys(d, np.arange(50), np.arange(50)),
    "gone": lambda d: segment_files.write_gone(d, 1, gone(50)),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_any_flipped_byte_is_found(tmp_path: Path, kind: str) -> None:
    entry = WRITERS[kind](tmp_path)
    path = tmp_path / entry.name
    data = path.read_bytes()
    for offset in range(0, len(data), 37):
        path.write_bytes(data[:offset] + bytes([data[offset] ^ 1]) + data[offset + 1 :])
        with pytest.raises(DataCorrupted, match="expected"):
            verify_file(tmp_path, entry)


def test_damaged_gone_rows_are_not_opened(tmp_path: Path) -> None:
    entry = segment_files.write_gone(tmp_path, 1, gone(50))
    path = tmp_path / entry.name
    data = path.read_bytes()
    path.write_bytes(data[:700] + bytes([data[700] ^ 1]) + data[701:])
    with pytest.raises(DataCorrupted, match="checksum"):
        segment_files.open_gone(tmp_path, entry)


def test_opening_refuses_short_strange_and_newer_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = segment_files.write_keys(tmp_path, np.arange(50), np.arange(50))
    with pytest.raises(DataCorrupted, match="expected 'data', found 'keys'"):
        segment_files.open_segment(tmp_path, entry)
    monkeypatch.setattr(segment_files, "FORMAT_VERSION", 0)
    with pytest.raises(OperationNotSupported, match="format version 1"):
        segment_files.open_keys(tmp_path, entry)
    path = tmp_path / entry.name
    path.write_bytes(bytes(entry.size_bytes))
    with pytest.raises(DataCorrupted, match="expected an Arrow file"):
        segment_files.open_keys(tmp_path, entry)
    path.write_bytes(b"")
    with pytest.raises(DataCorrupted, match="wrong size"):
        segment_files.open_keys(tmp_path, entry)


def test_a_file_says_under_which_schema_it_was_written(tmp_path: Path) -> None:
    batch = pa.record_batch({"n": pa.array([1, 2], pa.int64())})
    stored = segment_files.open_segment(tmp_path, segment_files.write_segment(tmp_path, Batches([batch]), 40))
    assert (stored.written_ts, stored.batch) == (40, batch)


def test_a_file_that_says_nothing_is_older_than_every_added_field(tmp_path: Path) -> None:
    """As Elanus wrote them before fields could be added."""
    batch = pa.record_batch({"n": pa.array([1, 2], pa.int64())})
    with pa.ipc.new_file(
        str(tmp_path / "data.arrow"), batch.schema.with_metadata({"elanus.kind": "data", "elanus.version": "1"})
    ) as file:
        file.write_batch(batch)
    stored = segment_files.map_segment(tmp_path / "data.arrow")
    assert (stored.written_ts, stored.batch) == (0, batch)
