from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from elanus.storage.catalog import Catalog, ImportedFile, ImportRecord

RECORD = ImportRecord(
    id=7,
    collection_id=3,
    database="default",
    collection="books",
    partition="",
    files=(ImportedFile(("a.json",), 10), ImportedFile(("id.npy", "v.npy"), 20)),
    created_ts=1 << 60,
    options={"sep": ";"},
)


def test_imports_come_back_also_without_their_collection(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    ended = replace(RECORD, state="completed", files=(ImportedFile(("a.json",), 10, 5),), finished_ts=2 << 60)
    with catalog.change() as change:
        change.put(RECORD)
        change.put(replace(ended, id=8))
    catalog.close()
    catalog = Catalog(tmp_path / "catalog.sqlite")
    assert catalog.imports() == [RECORD, replace(ended, id=8)]
    with catalog.change() as change:
        change.put(ended)
        change.delete(replace(ended, id=8))
    assert catalog.imports() == [ended]
    catalog.close()


def test_sums_over_the_files() -> None:
    assert (RECORD.size_bytes, RECORD.row_count, RECORD.files[1].name) == (30, 0, "id.npy, v.npy")
