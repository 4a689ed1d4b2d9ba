"""The nearest k of several parts: one ordering over (nq, parts * k), without a loop over hits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from elanus.index.base import Hits
from elanus.search.fetch import Keys, Located
from elanus.search.visible import Reading


def merge(found: Sequence[Hits], reading: Reading, k: int) -> Hits:
    """The nearest k by (distance, primary key); rows are places.

    found  of each part, rows already as places
    """
    distances = np.concatenate([hits.distances for hits in found], axis=1)
    places = np.concatenate([hits.rows for hits in found], axis=1)
    query = np.arange(len(distances))[:, None]
    order = np.argsort(distances, axis=1, kind="stable")
    ascending = distances[query, order]
    if _tied(ascending):
        order = np.lexsort((_key_ranks(reading, places), distances), axis=1)
    return Hits(ascending[:, :k], places[query, order[:, :k]])


def _tied(ascending: npt.NDArray[np.float32]) -> bool:
    """Some query has two hits (not two gaps) at the same distance."""
    same = ascending[:, 1:] == ascending[:, :-1]
    return bool(same.any() and (same & np.isfinite(ascending[:, 1:])).any())


def _key_ranks(reading: Reading, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """(nq, n) numbers in the order of the primary keys at these places; 0 where there is no hit."""
    ranks = np.zeros(places.shape, np.int64)
    found = places >= 0
    ranks[found] = key_order(Located(reading, places[found]).keys())
    return ranks


def key_order(keys: Keys) -> npt.NDArray[np.int64]:
    """Numbers that sort as the keys do."""
    if isinstance(keys, np.ndarray):
        return keys
    return pc.rank(keys, tiebreaker="dense").to_numpy().astype(np.int64)  # type: ignore[no-any-return]
