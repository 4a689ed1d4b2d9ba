"""What a reopened data directory really holds, read row by row, and whether it hangs together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from crash.model import Row, State
from crash.rows import EXTRA, columns, vectors
from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import IndexState, LoadState
from elanus.errors import CollectionNotFound
from elanus.search import query, search
from elanus.search.requests import QuerySpec, SearchSpec
from elanus.storage.catalog import Catalog
from elanus.storage.garbage import unowned
from elanus.storage.layout import Layout


def state_of(engine: Engine, name: str) -> State:
    """The collection as the model would write it; a row that is torn or twice there fails here."""
    try:
        collection = engine.collection("", name)
    except CollectionNotFound:
        return State()
    indexes = collection.indexes.statuses()
    return State(
        exists=True,
        rows=rows_of(collection),
        extra=EXTRA.name in collection.schema.by_name,
        partitions=frozenset(collection.partitions),
        index=indexes[0].type if indexes else "",
        loaded=collection.load_state() is LoadState.LOADED,
    )


def rows_of(collection: Collection) -> dict[int, Row]:
    """What the model says of every live row, by id; a torn row, or one found twice, fails."""
    names = {number: name for name, number in collection.partitions.items()}
    rows: dict[int, Row] = {}
    for segment in collection.view.segments:
        for block, first in segment.located_blocks():
            live = np.ones(block.row_count, bool)
            if segment.live is not None:
                live = segment.live[first : first + block.row_count]
            taken = pa.RecordBatch.from_arrays(
                [block.column(n).filter(pa.array(live)) for n in ("id", "version", "number", "text", "vector")],
                ["id", "version", "number", "text", "vector"],
            )
            ids, versions = taken["id"].to_numpy(), taken["version"].to_numpy()
            assert taken.equals(columns(ids, versions)), f"{collection.name}: torn rows in segment {segment.id}"
            assert not rows.keys() & set(ids.tolist()), f"{collection.name}: rows found twice"
            partition = names[segment.partition_id]
            extras = [None] * len(ids)
            if EXTRA.name in collection.schema.by_name:
                extras = block.column(EXTRA.name).filter(pa.array(live)).to_pylist()
            rows |= {int(i): (int(v), partition, extra) for i, v, extra in zip(ids, versions, extras, strict=True)}
    return rows


def check_answers(collection: Collection, state: State) -> None:
    """Count, query and search of a loaded collection agree with what was read from its segments."""
    view = collection.view
    assert query(view, QuerySpec(output_fields=("count(*)",))).count == len(state.rows)
    answer = query(view, QuerySpec(filter="id >= 0", output_fields=("version",)))
    versions = dict(zip(answer.columns["id"].to_pylist(), answer.columns["version"].to_pylist(), strict=True))
    assert versions == {row: version for row, (version, _, _) in state.rows.items()}
    if state.index and state.rows:
        _check_search(collection, state)


def check_builds(collection: Collection, timeout_s: float) -> None:
    """Every declared index is finished: builds that died with their process were taken up again."""
    for index in collection.indexes.statuses():
        status = collection.indexes.wait(index.name, timeout_s)
        assert status.state is IndexState.FINISHED, status
        assert status.pending_rows == 0, status


def check_files(data: Path) -> None:
    """No file of a closed directory is without an owner."""
    layout = Layout(data)
    catalog = Catalog(layout.catalog)
    try:
        left = unowned(layout, catalog)
    finally:
        catalog.close()
    assert not left, f"files nobody owns: {left}"


def _check_search(collection: Collection, state: State) -> None:
    """The nearest row of a row's own vector is that row."""
    ids = np.array(sorted(state.rows)[:: max(1, len(state.rows) // 20)])
    versions = np.array([state.rows[int(row)][0] for row in ids])
    spec = SearchSpec(field="vector", k=1, params={"nprobe": 4, "ef": 200})
    answer = search(collection.view, spec, vectors(ids, versions))
    assert list(answer.ids) == ids.tolist()
