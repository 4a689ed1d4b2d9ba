"""How long a filter takes over one block of rows, with a scalar index and without."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median

import numpy as np
import pyarrow as pa

from benchmarks.bench import Bench
from benchmarks.figures import number
from benchmarks.table import Table
from elanus.filter import compile_filter
from elanus.filter.field_index import NO_INDEXES, Indexes, Place
from elanus.index.scalar.types import scalar_type
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.segment.block import Block

ROWS, QUICK_ROWS = 1_000_000, 60_000
RUNS = 15
SCHEMA = CollectionSchema(
    "scalars",
    (
        Field(100, "id", DataType.INT64, is_primary=True),
        Field(101, "number", DataType.INT64),
        Field(102, "category", DataType.VARCHAR, max_length=16),
        Field(103, "text", DataType.VARCHAR, max_length=64),
    ),
)


@dataclass(frozen=True)
class Case:
    text: str
    field: str
    type: str


def run(bench: Bench) -> list[Table]:
    block = _block(QUICK_ROWS if bench.options.quick else ROWS)
    table = Table(
        f"A filter over {block.row_count:,} rows in one block",
        ["filter", "index", "rows kept", "without ms", "with ms", "index built s", "index MB"],
        "The mask alone, computed anew each time: a search keeps the masks of the last filters it used.",
    )
    for case in _cases(block.row_count):
        _measure(block, case, table)
    return [table]


def _cases(rows: int) -> list[Case]:
    members = np.random.default_rng(1).integers(0, rows, 10_000)
    return [
        Case("number == 4242", "number", "STL_SORT"),
        Case(f"number < {rows // 100}", "number", "STL_SORT"),
        Case(f"number < {rows // 10}", "number", "STL_SORT"),
        Case(f"number in [{', '.join(map(str, members))}]", "number", "STL_SORT"),
        Case('category == "c7"', "category", "BITMAP"),
        Case('category != "c7"', "category", "INVERTED"),
        Case('text like "w0007%"', "text", "TRIE"),
        Case('text like "%w0007 w1%"', "text", "NGRAM"),
        Case('category == "c7" and text like "%w0007%"', "category", "BITMAP"),
    ]


def _block(rows: int) -> Block:
    rng = np.random.default_rng(0)
    words = np.array([f"w{word:04d}" for word in range(5000)])
    columns = {
        "id": pa.array(np.arange(rows)),
        "number": pa.array(rng.integers(0, rows, rows)),
        "category": pa.array([f"c{value}" for value in rng.integers(0, 100, rows)], pa.large_string()),
        "text": pa.array([" ".join(line) for line in words[rng.integers(0, len(words), (rows, 5))]], pa.large_string()),
    }
    return Block(pa.record_batch(columns))


def _measure(block: Block, case: Case, table: Table) -> None:
    declared = scalar_type(case.type)
    since = time.perf_counter()
    payload = declared.build(block.column(case.field), {"min_gram": 2, "max_gram": 4})
    built_s = time.perf_counter() - since
    indexes: Indexes = {Place(case.field): declared.open(payload, block.row_count)}
    predicate = compile_filter(case.text, SCHEMA)
    mask = predicate.mask(block, indexes)
    assert (mask == predicate.mask(block)).all(), f"{case.text}: other rows with the index than without"
    table.add(
        case.text if len(case.text) < 60 else f"{case.field} in [10,000 numbers]",
        case.type,
        f"{mask.mean():.2%}",
        number(_milliseconds(block, case.text, NO_INDEXES)),
        number(_milliseconds(block, case.text, indexes)),
        number(built_s),
        number(sum(array.nbytes for array in payload.values()) / 1e6),
    )


def _milliseconds(block: Block, text: str, indexes: Indexes) -> float:
    predicate = compile_filter(text, SCHEMA)
    seconds = []
    for _ in range(RUNS):
        since = time.perf_counter()
        predicate.mask(block, indexes)
        seconds.append(time.perf_counter() - since)
    return median(seconds) * 1000
