"""Lists filled in their file in a second pass: byte for byte what faiss writes of lists that grew in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from elanus.errors import DataCorrupted
from elanus.index._faiss import contiguous, library
from elanus.index._lists.two_passes import TwoPassIvfBuilder
from elanus.index.base import IndexSpec, Vectors
from elanus.index.distance import for_metric
from elanus.index.registry import index_type
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

DIM, ROWS, SLICE = 16, 3000, 170
L2, IP, COSINE = Metric.L2, Metric.IP, Metric.COSINE
PARAMS = {
    "IVF_FLAT": {"nlist": 24},
    "IVF_SQ8": {"nlist": 24, "sq_type": "SQ8"},
    "IVF_PQ": {"nlist": 24, "m": 4, "nbits": 6},
    "IVF_RABITQ": {"nlist": 24, "rbq_bits": 2},
}
CASES = [IndexSpec(name, metric, DIM, values) for name, values in PARAMS.items() for metric in (L2, IP, COSINE)] + [
    IndexSpec("IVF_SQ8", L2, DIM, {"nlist": 24, "sq_type": "SQ4"}),
    IndexSpec("IVF_SQ8", L2, DIM, {"nlist": 1, "sq_type": "SQ8"}),
    IndexSpec("IVF_FLAT", L2, DIM, {"nlist": 24}, DataType.FLOAT16_VECTOR),
    IndexSpec("IVF_FLAT", COSINE, DIM, {"nlist": 24}, DataType.FLOAT16_VECTOR),
]


def named(spec: IndexSpec) -> str:
    return f"{spec.type}-{spec.metric.value}-{spec.data_type.name}-{'-'.join(map(str, spec.params.values()))}"


def rows_of(spec: IndexSpec, count: int = ROWS) -> Vectors:
    rows = np.random.default_rng(1).standard_normal((count, DIM), np.float32)
    return rows.astype(np.float16) if spec.data_type is DataType.FLOAT16_VECTOR else rows


def slices(rows: Vectors, size: int = SLICE) -> Iterator[Vectors]:
    return (rows[at : at + size] for at in range(0, len(rows), size))


def trained(spec: IndexSpec, rows: Vectors, sample: Vectors | None = None) -> TwoPassIvfBuilder:
    make = index_type(spec.type).builder
    assert make is not None
    builder = make(spec, len(rows))
    assert isinstance(builder, TwoPassIvfBuilder)
    builder.threads = 1
    for _ in builder.train(contiguous(rows if sample is None else sample)):
        pass
    return builder


def in_memory(builder: TwoPassIvfBuilder, spec: IndexSpec, rows: Vectors, path: Path) -> bytes:
    """The file of the same lists, grown by faiss itself."""
    native = library().clone_index(builder._native)
    for some in slices(rows):
        native.add(for_metric(contiguous(some), spec.metric))
    library().write_index(native, str(path))
    return path.read_bytes()


def in_two_passes(builder: TwoPassIvfBuilder, rows: Vectors, path: Path) -> bytes:
    for some in slices(rows):
        builder.add(some)
    builder.finish(path, slices(rows))
    return path.read_bytes()


@pytest.mark.parametrize("spec", CASES, ids=named)
def test_the_file_is_that_of_lists_that_grew_in_memory(tmp_path: Path, spec: IndexSpec) -> None:
    rows = rows_of(spec)
    builder = trained(spec, rows)
    wanted = in_memory(builder, spec, rows, tmp_path / "memory.idx")
    assert in_two_passes(builder, rows, tmp_path / "passes.idx") == wanted


@pytest.mark.parametrize("count", [0, 1, 40, 200])
def test_also_when_most_lists_are_empty(tmp_path: Path, count: int) -> None:
    """faiss then names only those that are not."""
    spec = IndexSpec("IVF_FLAT", L2, DIM, {"nlist": 24})
    rows = rows_of(spec)
    alike = np.repeat(np.asarray(rows[:3]), ROWS // 3, axis=0)[: ROWS - count]
    rows = np.concatenate([alike, np.asarray(rows[:count])])
    builder = trained(spec, rows, rows_of(spec))
    wanted = in_memory(builder, spec, rows, tmp_path / "memory.idx")
    assert (b"sprs" in wanted) == (count < 40)
    assert in_two_passes(builder, rows, tmp_path / "passes.idx") == wanted


@pytest.mark.parametrize("name", PARAMS)
def test_no_rows_at_all(tmp_path: Path, name: str) -> None:
    spec = IndexSpec(name, L2, DIM, PARAMS[name])
    rows = rows_of(spec, 0)
    builder = trained(spec, rows)
    assert in_two_passes(builder, rows, tmp_path / "a.idx") == in_memory(builder, spec, rows, tmp_path / "b.idx")


@pytest.mark.parametrize("spec", CASES[:12], ids=named)
@pytest.mark.parametrize("added", [0, 1700, ROWS])
def test_a_build_that_goes_on_from_its_checkpoint_writes_the_same_file(
    tmp_path: Path, spec: IndexSpec, added: int
) -> None:
    rows = rows_of(spec)
    first = trained(spec, rows)
    first.add(rows[:added])
    first.save(tmp_path / "checkpoint")
    again = type(first)(spec, ROWS)
    again.threads = 1
    assert again.resume(tmp_path / "checkpoint", rows) == added
    for builder, name in ((first, "first.idx"), (again, "again.idx")):
        for some in slices(rows[added:]):
            builder.add(some)
        builder.finish(tmp_path / name, slices(rows))
    assert (tmp_path / "again.idx").read_bytes() == (tmp_path / "first.idx").read_bytes()


def test_a_checkpoint_of_an_older_version_is_refused(tmp_path: Path) -> None:
    """It held the lists as faiss writes them."""
    spec = IndexSpec("IVF_FLAT", L2, DIM, {"nlist": 24})
    rows = rows_of(spec)
    builder = trained(spec, rows)
    in_memory(builder, spec, rows, tmp_path / "old")
    with pytest.raises(DataCorrupted):
        type(builder)(spec, ROWS).resume(tmp_path / "old", rows)


def test_what_a_row_costs_in_either_pass_is_measured() -> None:
    spec = replace(CASES[6], params={"nlist": 2, "m": 16, "nbits": 8})
    builder = trained(spec, rows_of(spec))
    found, written = builder.work(ROWS), builder.work(2 * ROWS) - builder.work(ROWS)
    assert found == ROWS
    assert written > found, "two lists are soon found, 16 pieces of 256 are not"
