"""Primary keys that come more than once in an import: the last row of each is the one that stays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.engine.imports.staging import Numbers, Staged


def repeated_rows(staged: Sequence[Staged], primary: str) -> list[Numbers]:
    """Of each segment the rows, ascending, whose key comes again in a later row of the import."""
    again = _repeated_codes([one.keys(primary).codes for one in staged])
    if not len(again):
        return [again] * len(staged)
    suspects = [np.sort(one.keys(primary).find(again)[1]) for one in staged]
    keys = [one.column(primary).take(pa.array(rows)) for one, rows in zip(staged, suspects, strict=True)]
    numbers = [one.numbers[rows] for one, rows in zip(staged, suspects, strict=True)]
    superseded = _come_again(pa.concat_arrays(keys), np.concatenate(numbers))
    parts = np.split(superseded, np.cumsum([len(rows) for rows in suspects])[:-1])
    return [rows[part] for rows, part in zip(suspects, parts, strict=True)]


def _repeated_codes(codes: Sequence[Numbers]) -> Numbers:
    """Ascending. Two texts may share a code: equal codes are only suspects."""
    every = np.sort(np.concatenate([*codes, np.empty(0, np.int64)]))
    return np.unique(every[1:][every[1:] == every[:-1]])


def _come_again(keys: pa.Array, numbers: Numbers) -> npt.NDArray[np.bool_]:
    """(n,) keys that have an equal one with a higher number."""
    which = keys.dictionary_encode().indices.to_numpy()
    order = np.lexsort((numbers, which))
    followed = np.zeros(len(order), bool)
    followed[order[:-1]] = which[order[:-1]] == which[order[1:]]
    return followed
