"""Which reader, by the ending of the name. Texts are Milvus's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from elanus.errors import ImportFailed
from elanus.service.imports.files.csv import read_csv
from elanus.service.imports.files.json_rows import read_json, read_json_lines
from elanus.service.imports.files.numpy_files import read_numpy
from elanus.service.imports.files.parquet import read_parquet
from elanus.service.imports.files.piece import FileReader

_READERS: Mapping[str, FileReader] = {
    ".parquet": read_parquet,
    ".json": read_json,
    ".jsonl": read_json_lines,
    ".csv": read_csv,
    ".npy": read_numpy,
}
_TOGETHER = ".npy"
_NAMES = {".parquet": "Parquet", ".json": "JSON", ".jsonl": "JSONL", ".csv": "CSV"}


def reader_of(paths: Sequence[str]) -> FileReader:
    """Of files that are read as one: a single one, or a NumPy file for each field. Raises ImportFailed."""
    endings = [PurePath(path).suffix for path in paths]
    kind = endings[0]
    for path, ending in zip(paths, endings, strict=True):
        if ending != kind:
            raise ImportFailed(f"inconsistency in file types, ({paths[0]}) vs ({path})")
    if kind not in _READERS:
        raise ImportFailed(f"unexpected file type, files={list(paths)}, allowed: {', '.join(_READERS)}")
    if len(paths) > 1 and kind != _TOGETHER:
        raise ImportFailed(f"for {_NAMES[kind]} import, accepts only one file, got {len(paths)}")
    return _READERS[kind]
