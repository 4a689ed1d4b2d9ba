"""Rows written in pieces are what Arrow writes of all of them at once."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elanus.errors import OutOfDisk
from elanus.schema.arrow import SPARSE
from elanus.storage import row_writer
from elanus.storage.rows import Batches
from elanus.storage.segment_files import write_segment

METADATA = {b"some": b"thing"}


def vectors(nullable: bool) -> pa.DataType:
    return pa.list_(pa.field("item", pa.float32(), nullable=False), 3 + nullable)


COLUMNS: dict[str, tuple[pa.DataType, st.SearchStrategy[object]]] = {
    "int64": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "int8": (pa.int8(), st.integers(-128, 127)),
    "float16": (pa.float16(), st.sampled_from([0.0, 1.5, -2.0])),
    "double": (pa.float64(), st.floats(allow_nan=False)),
    "bool": (pa.bool_(), st.booleans()),
    "text": (pa.large_string(), st.text(max_size=5)),
    "json": (pa.large_binary(), st.binary(max_size=5)),
    "array of text": (pa.large_list(pa.large_string()), st.lists(st.text(max_size=3), max_size=3)),
    "array of bool": (pa.large_list(pa.bool_()), st.lists(st.booleans(), max_size=5)),
    "sparse": (
        SPARSE,
        st.lists(st.fixed_dictionaries({"index": st.integers(0, 9), "value": st.just(0.5)}), max_size=3),
    ),
    "vector": (vectors(False), st.lists(st.sampled_from([0.0, 1.0, -3.5]), min_size=3, max_size=3)),
    "nullable vector": (vectors(True), st.lists(st.sampled_from([0.0, 1.0]), min_size=4, max_size=4)),
}


@st.composite
def batches(draw: st.DrawFn) -> list[pa.RecordBatch]:
    """A batch of some of the columns, NULLs among their values, cut into slices."""
    names = draw(st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=4, unique=True))
    count = draw(st.integers(0, 40))
    arrays, fields = [], []
    for name in names:
        kind, values = COLUMNS[name]
        nullable = name != "vector" and draw(st.booleans())
        column = draw(st.lists(st.none() | values if nullable else values, min_size=count, max_size=count))
        arrays.append(pa.array(column, kind))
        fields.append(pa.field(name, kind, nullable=nullable))
    whole = pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))
    cuts = sorted(draw(st.lists(st.integers(0, count), max_size=5)))
    return [whole.slice(first, last - first) for first, last in zip([0, *cuts], [*cuts, count], strict=True)]


@settings(deadline=None, max_examples=200)
@given(batches())
def test_pieces_become_the_file_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[pa.RecordBatch]
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    row_writer.write_rows(folder / "pieces", Batches(pieces), METADATA)
    whole = pa.concat_batches(pieces).replace_schema_metadata(METADATA)
    with pa.OSFile(str(folder / "whole"), "wb") as sink, pa.ipc.new_file(sink, whole.schema) as writer:
        writer.write_batch(whole)
    read = pa.ipc.open_file(str(folder / "pieces")).get_batch(0)
    read.validate(full=True)
    assert read.equals(whole, check_metadata=True)
    assert (folder / "pieces").stat().st_size <= (folder / "whole").stat().st_size


def test_values_are_not_held_in_memory(tmp_path: Path) -> None:
    """64 MB in 64 pieces that exist one at a time: what Arrow allocates stays at a few of them."""
    peak = 0

    class Lazy:
        schema = pa.schema([pa.field("vector", pa.list_(pa.field("item", pa.float32(), nullable=False), 1024))])

        def pieces(self, columns: object) -> object:
            nonlocal peak
            for number in range(64):
                flat = pa.array(np.full(256 * 1024, number, np.float32))
                peak = max(peak, pa.total_allocated_bytes())
                yield pa.RecordBatch.from_arrays(
                    [pa.FixedSizeListArray.from_arrays(flat, type=self.schema.field(0).type)], schema=self.schema
                )

    before = pa.total_allocated_bytes()
    row_writer.write_rows(tmp_path / "rows", Lazy(), {})  # type: ignore[arg-type]
    assert peak - before < 8 * 2**20
    written = pa.ipc.open_file(pa.memory_map(str(tmp_path / "rows"))).get_batch(0)
    flat = written.column(0).values.to_numpy()
    assert np.array_equal(flat[:: 256 * 1024], np.arange(64, dtype=np.float32))


def test_a_disk_that_fills_up_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(OutOfDisk):
        write_segment(tmp_path, Batches([pa.record_batch({"a": [1, 2]})]))
    assert list(tmp_path.iterdir()) == []
